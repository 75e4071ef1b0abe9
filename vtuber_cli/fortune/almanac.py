"""The sky and the calendars of one moment, as a value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune import sky
from vtuber_cli.fortune.birth import FIRST_DAY, LAST_DAY, NOON, Birth, skipped
from vtuber_cli.fortune.calendar import LunarDate, lunar_date
from vtuber_cli.fortune.pillars import BRANCHES, FourPillars, four_pillars

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date, datetime, time

    from vtuber_cli.fortune.content import Content

_AROUND = ("previous", "next")


class Almanac(NamedTuple):
    instant: datetime
    """In the place's zone, as all instants here."""
    lunar: LunarDate | None
    """In Korea; None after 2050."""
    pillars: FourPillars
    terms: tuple[sky.Term, sky.Term]
    """The solar term that holds, and the next."""
    phase: sky.Phase
    quarters: tuple[sky.Quarter, sky.Quarter]
    """The Moon's last quarter phase and the next."""
    positions: dict[str, sky.Position]
    """Of all bodies, Pluto among them."""
    ingress: sky.Ingress
    """The Sun's next entry into a sign."""

    @property
    def animal(self) -> int:
        """The year's animal (띠) by its branch; it changes at 입춘."""
        return self.pillars.year.branch


def almanac(day: date, clock: time | None, zone: str) -> Almanac:
    """What holds on a day at a place.

    Args:
        day: the local date.
        clock: the local time; None for noon.
        zone: the place's IANA time zone.

    Raises:
        UsageError: the sky of that day is not known well enough, or the clocks skipped that time.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UsageError("fortune.date_range", first=FIRST_DAY.year, last=LAST_DAY.year)
    if clock is not None and skipped(day, clock, zone):
        raise UsageError("fortune.clock_skipped")
    moment = Birth(day, clock or NOON, zone)
    here = ZoneInfo(zone)
    instant = moment.instant
    terms, quarters, ingress = sky.terms_around(instant), sky.quarters_around(instant), sky.next_ingress(instant)
    first_term, next_term = (one._replace(instant=one.instant.astimezone(here)) for one in terms)
    first_quarter, next_quarter = (one._replace(instant=one.instant.astimezone(here)) for one in quarters)
    return Almanac(
        instant.astimezone(here),
        lunar_date(day),
        four_pillars(moment),
        (first_term, next_term),
        sky.moon_phase(instant),
        (first_quarter, next_quarter),
        sky.positions(instant, sky.BODIES),
        ingress._replace(instant=ingress.instant.astimezone(here)),
    )


def document(found: Almanac, words: Content) -> dict[str, Any]:
    """The almanac for programs, with names in the language of `words`; the same bytes on any machine."""
    here, lunar, day = found.instant, found.lunar, found.pillars.day
    hour = found.pillars.hour
    return {
        "date": here.date().isoformat(),
        "time": here.strftime("%H:%M"),
        "tz": str(here.tzinfo),
        "instant": _moment(here),
        "locale": words.locale,
        "lunar": None if lunar is None else lunar._asdict(),
        "ganji": {
            "year": found.pillars.year.hanja,
            "month": found.pillars.month.hanja,
            "day": day.hanja,
            "hour": None if hour is None else hour.hanja,
        },
        "iljin": {"hanja": day.hanja, "name": words.text(f"ganji.{day.index}")},
        "animal": {
            "branch": BRANCHES[found.animal],
            "name": words.text(f"animal.{found.animal}"),
        },
        "terms": {
            key: {"name": words.text(f"term.{one.number}"), "longitude": one.longitude, "at": _moment(one.instant)}
            for key, one in zip(_AROUND, found.terms, strict=True)
        },
        "moon": {
            "phase": found.phase.name,
            "name": words.text(f"phase.{found.phase.name}"),
            "angle": round(found.phase.angle, 2),
            "lit": round(found.phase.lit, 3),
            **{
                key: {"phase": one.name, "name": words.text(f"phase.{one.name}"), "at": _moment(one.instant)}
                for key, one in zip(_AROUND, found.quarters, strict=True)
            },
        },
        "planets": {
            body: {
                "name": words.text(f"planet.{body}"),
                "longitude": _cut(one.longitude),
                "sign": one.sign,
                "sign_name": words.text(f"sign.{one.sign}"),
                "degree": _cut(one.degree),
                "retrograde": one.retrograde,
            }
            for body, one in found.positions.items()
        },
        "sun_ingress": {
            "sign": found.ingress.sign,
            "name": words.text(f"sign.{found.ingress.sign}"),
            "at": _moment(found.ingress.instant),
        },
    }


def _cut(degrees: float) -> float:
    """Three digits, not rounded: 29.9999 is not 30 yet, which is in the next sign."""
    return int(degrees * 1000) / 1000


def _moment(instant: datetime) -> str:
    """To the second, which is more than is known: terms within 80 of them, quarters within 10."""
    return (instant + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()

"""The sky and the calendars of one moment, as a value."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune import sky
from vtuber_cli.fortune.birth import FIRST_DAY, LAST_DAY, NOON, Birth, skipped
from vtuber_cli.fortune.calendar import LunarDate, lunar_date
from vtuber_cli.fortune.pillars import FourPillars, four_pillars

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date, datetime, time


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

"""The sky over the Earth as astronomers compute it: where Sun, Moon and planets stand, and when they get elsewhere.

Longitudes are apparent, geocentric, in degrees from the true equinox of the date; instants are aware datetimes.
Astronomy Engine's own `EclipticLongitude` is as seen from the Sun and of no use here.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from math import cos, radians
from typing import NamedTuple
from zoneinfo import ZoneInfo

import astronomy

from vtuber_cli.fortune.signs import SIGNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

BODIES = ("sun", "moon", "mercury", "venus", "mars", "jupiter", "saturn", "uranus", "neptune", "pluto")
"""Pluto's first position costs as much time as a hundred others: ask for it only where it is shown."""
WITHOUT_PLUTO = BODIES[:-1]
PHASES = (
    "new",
    "waxing_crescent",
    "first_quarter",
    "waxing_gibbous",
    "full",
    "waning_gibbous",
    "last_quarter",
    "waning_crescent",
)
QUARTERS = PHASES[::2]

_EPOCH = datetime(2000, 1, 1, 12, tzinfo=UTC)
_STEP = timedelta(minutes=30)
"""Half of the time over which a speed is measured: a turn of Mercury is met to the minute."""
FIRST_TERM = 315
"""Degrees of the Sun at term number 0 (입춘)."""
_TERM = 15
_CLOSE_ENOUGH = timedelta(milliseconds=50)


class Position(NamedTuple):
    longitude: float
    speed: float
    """Degrees a day."""

    @property
    def retrograde(self) -> bool:
        return self.speed < 0

    @property
    def sign(self) -> str:
        return sign_of(self.longitude)

    @property
    def degree(self) -> float:
        """Within the sign, 0 to 30."""
        return self.longitude % 30


class Phase(NamedTuple):
    angle: float
    """How far the Moon is ahead of the Sun, 0 to 360: 180 at full moon."""
    name: str
    """Of `PHASES`, each an eighth of the way around its own middle."""

    @property
    def lit(self) -> float:
        """How much of the Moon's face the Sun shines on, 0 to 1."""
        return (1 - cos(radians(self.angle))) / 2


class Term(NamedTuple):
    """One of the 24 solar terms (절기)."""

    number: int
    """0 for 입춘 to 23 for 대한; an even one (절) begins a month of the pillars."""
    instant: datetime

    @property
    def longitude(self) -> int:
        """Of the Sun, in degrees."""
        return (FIRST_TERM + self.number * _TERM) % 360


class Quarter(NamedTuple):
    name: str
    """Of `QUARTERS`."""
    instant: datetime


class Ingress(NamedTuple):
    """The Sun's entry into a sign."""

    sign: str
    instant: datetime


def positions(instant: datetime, bodies: Iterable[str] = WITHOUT_PLUTO) -> dict[str, Position]:
    """Where the bodies stand, of `BODIES`, in the order asked for."""
    before, now, after = (_time(at) for at in (instant - _STEP, instant, instant + _STEP))
    hours = 2 * _STEP.total_seconds() / 3600
    return {
        body: Position(_longitude(body, now), _turn(_longitude(body, before), _longitude(body, after)) * 24 / hours)
        for body in bodies
    }


def solar_longitude(instant: datetime) -> float:
    return astronomy.SunPosition(_time(instant)).elon


def sign_of(longitude: float) -> str:
    return SIGNS[int(longitude % 360 // 30) % 12]


def sun_sign(instant: datetime) -> str:
    """The sign of somebody born at this instant."""
    return sign_of(solar_longitude(instant))


def sun_signs_of_day(day: date, zone: str) -> tuple[str, ...]:
    """The sign of somebody born on this local day, or both where the Sun changes it during the day."""
    tz = ZoneInfo(zone)
    begin = datetime.combine(day, time(), tz)
    end = datetime.combine(day + timedelta(days=1), time(), tz)
    first, last = sun_sign(begin), sun_sign(end)
    return (first,) if first == last else (first, last)


def moon_phase(instant: datetime) -> Phase:
    at = _time(instant)
    angle = (astronomy.EclipticGeoMoon(at).lon - astronomy.SunPosition(at).elon) % 360
    return Phase(angle, PHASES[int((angle + 22.5) // 45) % 8])


def terms_around(instant: datetime) -> tuple[Term, Term]:
    """The solar term that holds at this instant, and the next one."""
    count = int(solar_longitude(instant) // _TERM)
    before, after = count * _TERM, (count + 1) * _TERM % 360
    start = instant - timedelta(days=17)
    return (
        Term(_term_number(before), _sun_at(before, start)),
        Term(_term_number(after), _sun_at(after, instant - timedelta(minutes=1))),
    )


def quarters_around(instant: datetime) -> tuple[Quarter, Quarter]:
    """The Moon's last quarter phase (new, half, full, half) before this instant, and the next one."""
    angle = moon_phase(instant).angle
    count = int(angle // 90)
    following = (count + 1) % 4
    return (
        Quarter(QUARTERS[count], _moon_at(count * 90, instant - _lunation(angle % 90))),
        Quarter(QUARTERS[following], _moon_at(following * 90, instant + _lunation(90 - angle % 90))),
    )


def next_ingress(instant: datetime) -> Ingress:
    """The Sun's next entry into a sign."""
    border = int(solar_longitude(instant) // 30 + 1) * 30 % 360
    return Ingress(sign_of(border), _sun_at(border, instant - timedelta(minutes=1)))


def _term_number(longitude: int) -> int:
    return (longitude - FIRST_TERM) % 360 // _TERM


def _sun_at(longitude: int, start: datetime) -> datetime:
    found = astronomy.SearchSunLongitude(longitude, _time(start), 36)
    assert found is not None  # no arc asked for here takes the Sun longer
    return _instant(found)


def _moon_at(angle: int, near: datetime) -> datetime:
    """When the Moon is so far ahead of the Sun, found from a time within a few days of it.

    The library's own search leaves the Sun's aberration out and comes 40 seconds late. The Moon keeps within a fifth
    of its mean pace, so that each step leaves less than a fifth of the way.
    """
    for _ in range(12):
        step = _lunation(_turn(moon_phase(near).angle, angle))
        near += step
        if abs(step) < _CLOSE_ENOUGH:
            break
    return near


def _lunation(degrees: float) -> timedelta:
    """How long the Moon takes on average to get so much further ahead of the Sun."""
    return timedelta(days=degrees * 29.530588 / 360)


def _longitude(body: str, at: astronomy.Time) -> float:
    if body == "sun":
        return astronomy.SunPosition(at).elon
    if body == "moon":
        return astronomy.EclipticGeoMoon(at).lon
    return astronomy.Ecliptic(astronomy.GeoVector(_body(body), at, True)).elon


@cache
def _body(name: str) -> astronomy.Body:
    return astronomy.Body[name.capitalize()]


def _turn(before: float, after: float) -> float:
    """The way from one longitude to another, the shorter one round."""
    return (after - before + 180) % 360 - 180


def _time(instant: datetime) -> astronomy.Time:
    return astronomy.Time((instant - _EPOCH) / timedelta(days=1))


def _instant(at: astronomy.Time) -> datetime:
    return _EPOCH + timedelta(days=at.ut)

"""The four pillars (사주): year, month, day and hour of a birth as pairs of a stem (천간) and a branch (지지).

The year begins when the Sun stands at 315 degrees (입춘), the month with every 30 degrees from there, the hour with
every second one; the days have been counted without a gap for as long as anybody knows. Year and month are taken from
the instant itself, so that no calendar's own clock gets in; day and hour from the clock at the place of birth.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from vtuber_cli.fortune.calendar import julian_day

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

    from vtuber_cli.fortune.birth import Birth

STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
ZI_RULES = ("midnight", "jasi", "split")
"""What a birth between 23:00 and midnight, in the hour of the rat, belongs to: all of it to the day that ends
("midnight"), to the day that comes ("jasi", 정자시), or its day to the one and its hour to the other ("split", 야자시).
"""

_IPCHUN = 315


class Pillar(NamedTuple):
    """One of the sixty pairs."""

    stem: int
    """0 for 甲 to 9 for 癸."""
    branch: int
    """0 for 子 to 11 for 亥; odd if and only if the stem is."""

    @property
    def index(self) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]  # nobody looks a stem up in a pillar
        """0 for 甲子 to 59 for 癸亥."""
        return (6 * self.stem - 5 * self.branch) % 60

    @property
    def hanja(self) -> str:
        return STEMS[self.stem] + BRANCHES[self.branch]


class FourPillars(NamedTuple):
    year: Pillar
    month: Pillar
    day: Pillar
    hour: Pillar | None
    """None for a birth without a time."""


def pillar(index: int) -> Pillar:
    """The pair of this number, counted on beyond 59 and below 0."""
    return Pillar(index % 10, index % 12)


def day_pillar(day: date) -> Pillar:
    """The day's own pillar (일진)."""
    return pillar(julian_day(day) + 49)


def four_pillars(birth: Birth, *, zi_rule: str = "midnight", solar_time: bool = False) -> FourPillars:
    """The pillars of a birth; without a time, three, as of noon.

    Args:
        birth: when and where.
        zi_rule: of `ZI_RULES`.
        solar_time: whether day and hour go by the mean Sun over the place of birth rather than by its clocks.
    """
    year, month = year_and_month(birth.instant)
    if birth.clock is None:
        return FourPillars(year, month, day_pillar(birth.day), None)
    local = birth.solar_time if solar_time else datetime.combine(birth.day, birth.clock)
    late = local.hour == 23
    tomorrow = local + timedelta(days=1)
    day = day_pillar((tomorrow if late and zi_rule == "jasi" else local).date())
    first = day_pillar((tomorrow if late and zi_rule != "midnight" else local).date())
    branch = (local.hour + 1) // 2 % 12
    return FourPillars(year, month, day, Pillar((first.stem * 2 + branch) % 10, branch))


def year_and_month(instant: datetime) -> tuple[Pillar, Pillar]:
    """The pillars that hold at an instant all over the world."""
    from vtuber_cli.fortune import sky

    sector = int((sky.solar_longitude(instant) - _IPCHUN) % 360 // 30)
    utc = instant.astimezone(UTC)
    year = _year_pillar(utc.year - 1 if utc.month <= 2 and sector >= 10 else utc.year)
    return year, Pillar((year.stem * 2 + 2 + sector) % 10, (sector + 2) % 12)


def year_branch(birth: Birth) -> int:
    """The animal (띠) of a birth by its branch: of the year that begins at 입춘, not at either new year."""
    utc = birth.instant.astimezone(UTC)
    if utc.month == 2 and 3 <= utc.day <= 5:  # 입춘 of every year from 1900 to 2100
        return year_and_month(utc)[0].branch
    return _year_pillar(utc.year - 1 if (utc.month, utc.day) < (2, 4) else utc.year).branch


def _year_pillar(year: int) -> Pillar:
    return pillar(year - 4)

"""The Korean lunar calendar (음력), and the count of days."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from korean_lunar_calendar import KoreanLunarCalendar


class LunarDate(NamedTuple):
    year: int
    month: int
    day: int
    leap: bool = False
    """Whether the month is a leap one (윤달), which has the number of the month before it."""


FIRST_DAY = date(1000, 2, 13)
LAST_DAY = date(2050, 12, 31)
"""The solar days between which the table of the Korea Astronomy and Space Science Institute knows lunar ones."""


def lunar_date(day: date) -> LunarDate | None:
    """The lunar date in Korea of a solar one; None outside of the table, which ends with 2050.

    China's differs in one day of 27: the months begin with a new moon by the clock of Seoul.
    """
    table = _table()
    if not FIRST_DAY <= day <= LAST_DAY or not table.setSolarDate(day.year, day.month, day.day):
        return None
    return LunarDate(table.lunarYear, table.lunarMonth, table.lunarDay, table.isIntercalation)


def solar_date(lunar: LunarDate) -> date | None:
    """The solar date of a lunar one; None where there is no such day, no such leap month, or no table."""
    table = _table()
    # The table takes a leap flag for a month that has none.
    if not table.setLunarDate(*lunar) or table.isIntercalation != lunar.leap:
        return None
    return date(table.solarYear, table.solarMonth, table.solarDay)


def julian_day(day: date) -> int:
    """The Julian day number of a (Gregorian) date, at its noon: 2451545 for 2000-01-01."""
    return day.toordinal() + 1721425


@cache
def _table() -> KoreanLunarCalendar:
    """One for all: it adds up a thousand years when it is first asked, and remembers."""
    return KoreanLunarCalendar()

"""The lunar calendar as Korea keeps it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.fortune.oracles import ORACLES
from vtuber_cli.fortune.calendar import FIRST_DAY, LAST_DAY, LunarDate, julian_day, lunar_date, solar_date

DAY = timedelta(days=1)


def test_dates_that_are_known() -> None:
    rows = ORACLES["korean_lunar_dates"]
    assert len(rows) == 10
    for day, lunar in rows.items():
        assert lunar_date(date.fromisoformat(day)) == LunarDate(*lunar)
        assert solar_date(LunarDate(*lunar)) == date.fromisoformat(day)


def test_new_years_days() -> None:
    rows = ORACLES["korean_lunar_new_year"]["rows"]
    assert len(rows) == 51
    for year, day in rows.items():
        assert solar_date(LunarDate(int(year), 1, 1)) == date.fromisoformat(day)


def test_new_years_days_that_are_not_chinas() -> None:
    for year, korea, china in ORACLES["korean_lunar_new_year"]["differs_from_chinese"]:
        assert solar_date(LunarDate(year, 1, 1)) == date.fromisoformat(korea) != date.fromisoformat(china)


def test_every_day_from_1900_on() -> None:
    """Each is the day after the one before it: of the same month, or the first of the next one, leap or not."""
    day, before = date(1900, 1, 1), LunarDate(1899, 11, 30)
    leaps = 0
    while day <= LAST_DAY:
        lunar = lunar_date(day)
        assert lunar is not None
        if lunar.leap or lunar.day in (1, 29, 30):
            assert solar_date(lunar) == day
        year, month, number, leap = before
        turns = {LunarDate(year, month, number + 1, leap)}
        if number >= 29:
            turns |= {LunarDate(year, month + 1, 1), LunarDate(year, month, 1, True), LunarDate(year + 1, 1, 1)}
        assert lunar in turns, day
        leaps += lunar.leap and lunar.day == 1
        day, before = day + DAY, lunar
    assert leaps == 56  # seven in nineteen years


def test_leap_months_that_never_were() -> None:
    there = 0
    for year in range(1900, 2051):
        found = [month for month in range(1, 13) if solar_date(LunarDate(year, month, 1, True)) is not None]
        assert len(found) <= 1
        there += len(found)
        for month in found:  # it comes after the ordinary one of its number
            ordinary, leap = (solar_date(LunarDate(year, month, 1, flag)) for flag in (False, True))
            assert ordinary is not None and leap is not None and leap - ordinary in (29 * DAY, 30 * DAY)
    assert there == 56


@pytest.mark.parametrize(
    "lunar",
    [
        (2026, 0, 1),
        (2026, 13, 1),
        (2026, 1, 0),
        (2026, 1, 31),
        (2025, 6, 30, True),  # a leap month of 29 days
        (2025, 5, 1, True),
        (999, 12, 1),
        (2050, 11, 19),
        (2051, 1, 1),
    ],
)
def test_lunar_dates_that_are_none(lunar: tuple[int, int, int]) -> None:
    assert solar_date(LunarDate(*lunar)) is None


def test_the_ends_of_the_table() -> None:
    assert lunar_date(FIRST_DAY) == LunarDate(1000, 1, 1)
    assert lunar_date(LAST_DAY) == LunarDate(2050, 11, 18)
    assert lunar_date(FIRST_DAY - DAY) is lunar_date(LAST_DAY + DAY) is None
    assert lunar_date(date.min) is lunar_date(date.max) is None


def test_a_question_leaves_no_trace_in_the_next_answer() -> None:
    """The library answers by changing itself."""
    assert solar_date(LunarDate(2025, 6, 1, True)) == date(2025, 7, 25)
    assert solar_date(LunarDate(2025, 13, 1)) is None
    assert lunar_date(date(2026, 2, 17)) == LunarDate(2026, 1, 1)


def test_days_are_counted_as_astronomers_do() -> None:
    assert julian_day(date(2000, 1, 1)) == 2451545
    assert julian_day(date(1858, 11, 17)) == 2400001

"""The four pillars against almanacs and other programs, day after day, and to the minute where a month begins."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fortune.oracles import ORACLES, TERMS, utc
from vtuber_cli.fortune import sky
from vtuber_cli.fortune.birth import Birth, parse_birth
from vtuber_cli.fortune.content import LOCALES, Content
from vtuber_cli.fortune.pillars import (
    BRANCHES,
    STEMS,
    ZI_RULES,
    Pillar,
    day_pillar,
    four_pillars,
    pillar,
    year_and_month,
    year_branch,
)

KST = "Etc/GMT-9"
"""Korea's clock as it is now, also for the years in which it went otherwise."""
SEOUL = "Asia/Seoul"
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def hanja(birth: Birth, zi_rule: str = "midnight", *, solar_time: bool = False) -> list[str]:
    found = four_pillars(birth, zi_rule=zi_rule, solar_time=solar_time)
    return [one.hanja for one in found if one is not None]


# --- known answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ORACLES["four_pillars"], ids=lambda row: f"{row['clock']} {row['zi_rule']}")
def test_births_that_were_worked_out_elsewhere(row: dict) -> None:
    offset, correction = row["utc_offset_min"], row["longitude_correction_min"]
    birth = parse_birth(row["clock"], f"Etc/GMT-{offset // 60}", longitude=(offset + correction) / 4)
    found = hanja(birth, row["zi_rule"], solar_time=correction != 0)
    assert found == row["reference_impl"]
    assert all(one in (None, other) for one, other in zip(row["expected"], found, strict=True))


def test_births_by_the_hundred() -> None:
    rows = ORACLES["four_pillars_bulk_kst_midnight"]["rows"]
    assert len(rows) == 150
    assert [row for row in rows if hanja(parse_birth(row[0], KST)) != row[1:]] == []


# --- day after day ----------------------------------------------------------------------------------------------


def test_every_day_of_130_years() -> None:
    """Each day's pillar follows the one before it; months and years do where the Sun says so, and nowhere else."""
    before = four_pillars(Birth(date(1919, 12, 31), time(12), KST))
    months = years = 0
    for number in range(date(1920, 1, 1).toordinal(), date(2050, 1, 1).toordinal()):
        found = four_pillars(Birth(date.fromordinal(number), time(12), KST))
        assert all(one is not None and one.stem % 2 == one.branch % 2 for one in found)
        assert (found.day.index - before.day.index) % 60 == 1
        month, year = ((found[at].index - before[at].index) % 60 for at in (1, 0))
        assert month in (0, 1) and year in (0, 1) and year <= month
        if year:
            assert found.month.branch == 2  # the tiger's month begins the year
        months, years, before = months + month, years + year, found
    assert (months, years) == (130 * 12, 130)


def test_the_years_month_stems_follow_the_year() -> None:
    """오호둔: a 甲 or 己 year begins with 丙寅, a 乙 or 庚 one with 戊寅, and so on."""
    first = {year_and_month(datetime(year, 2, 20, tzinfo=UTC)) for year in range(1984, 1994)}
    begins = {"甲": "丙", "己": "丙", "乙": "戊", "庚": "戊", "丙": "庚", "辛": "庚", "丁": "壬", "壬": "壬"}
    begins |= {"戊": "甲", "癸": "甲"}
    assert {(year.hanja[0], month.hanja) for year, month in first} == {(y, f"{m}寅") for y, m in begins.items()}


@pytest.mark.parametrize("decade", [range(1900, 1904), range(1954, 1962), range(1984, 1992), range(2020, 2030)])
def test_the_minutes_around_each_beginning_of_a_month(decade: range) -> None:
    instant = datetime(decade.start, 1, 1, tzinfo=UTC)
    while (term := sky.terms_around(instant)[1]).instant.year < decade.stop:
        instant = term.instant + MINUTE
        if term.number % 2:
            continue
        last, first = year_and_month(term.instant - MINUTE), year_and_month(term.instant + MINUTE)
        assert first[1].index == (last[1].index + 1) % 60
        assert first[1].branch == (term.number // 2 + 2) % 12
        assert (first[0].index - last[0].index) % 60 == (term.number == 0)


def test_the_months_begin_when_the_ephemeris_says() -> None:
    some = timedelta(seconds=90)
    for year in ORACLES["computed_de421_solar_terms_utc"].values():
        for name, at in list(year.items()):
            number = TERMS.index(name)
            before, after = (year_and_month(utc(at) + way)[1].branch for way in (-some, some))
            assert (after - before) % 12 == (number % 2 == 0), (name, at)


# --- clocks -----------------------------------------------------------------------------------------------------


def test_the_day_turns_at_midnight() -> None:
    late, early = (hanja(parse_birth(text, SEOUL)) for text in ("2026-11-22 23:59", "2026-11-23 00:00"))
    assert late == ["丙午", "己亥", "庚子", "丙子"]
    assert early == ["丙午", "己亥", "辛丑", "戊子"]


def test_the_hours_change_on_the_odd_ones() -> None:
    for hour in range(24):
        for minute in (0, 59):
            found = four_pillars(Birth(date(2026, 11, 23), time(hour, minute), SEOUL)).hour
            assert found is not None and found.branch == (hour + 1) // 2 % 12
            assert found.stem % 2 == found.branch % 2


@given(st.dates(date(1900, 1, 2), date(2100, 12, 30)), st.times().map(lambda at: at.replace(fold=0)))
def test_the_rules_differ_in_the_last_hour_only(day: date, clock: time) -> None:
    birth = Birth(day, clock, KST)
    midnight, jasi, split = (four_pillars(birth, zi_rule=rule) for rule in ZI_RULES)
    if clock.hour != 23:
        assert midnight == jasi == split
        return
    assert midnight.day == split.day == day_pillar(day) and jasi.day == day_pillar(day + DAY)
    assert jasi.hour == split.hour and split.hour is not None and midnight.hour is not None
    assert split.hour.branch == midnight.hour.branch == 0 and split.hour.stem == (midnight.hour.stem + 2) % 10
    assert midnight[:2] == jasi[:2] == split[:2]


@pytest.mark.parametrize("text", ["1988-07-01 12:30", "1958-07-01 12:30", "1958-01-01 12:30", "2026-07-01 12:30"])
def test_the_suns_own_time_knows_no_summer_time(text: str) -> None:
    """Over Seoul the Sun is 32 minutes behind a clock of UTC+9, whatever the clocks showed."""
    birth = parse_birth(text, SEOUL)
    assert birth.solar_time - birth.instant.replace(tzinfo=None) == timedelta(hours=8, minutes=27, seconds=52)
    noon = parse_birth("1988-07-01 13:31", SEOUL)
    clock, sun = four_pillars(noon).hour, four_pillars(noon, solar_time=True).hour
    assert clock is not None and sun is not None and (clock.branch, sun.branch) == (7, 6)


def test_the_suns_time_may_be_of_the_day_before() -> None:
    birth = parse_birth("2026-11-23 00:20", SEOUL)
    by_clock, by_sun = four_pillars(birth), four_pillars(birth, solar_time=True)
    assert by_clock.day == day_pillar(date(2026, 11, 23)) and by_sun.day == day_pillar(date(2026, 11, 22))
    assert by_sun.hour is not None and by_sun.hour.branch == 0


def test_a_moment_has_one_year_and_month_all_over_the_world() -> None:
    """입춘 of 2026 is at 20:02 UTC on the 3rd: on Kiritimati at ten in the morning of the 4th."""
    before, after = "2026-02-04 10:00", "2026-02-04 10:04"
    for zone in ("Pacific/Kiritimati", "Asia/Seoul", "America/Los_Angeles", "Pacific/Pago_Pago"):
        for text, year, month in ((before, "乙巳", "己丑"), (after, "丙午", "庚寅")):
            there = parse_birth(text, "Pacific/Kiritimati").instant.astimezone(ZoneInfo(zone))
            found = four_pillars(Birth(there.date(), there.time(), zone))
            assert (found.year.hanja, found.month.hanja) == (year, month)
            assert found.day == day_pillar(there.date())


def test_without_a_time_there_are_three() -> None:
    found = four_pillars(parse_birth("1992-10-24", SEOUL), zi_rule="jasi", solar_time=True)
    assert found.hour is None
    assert [one.hanja for one in found[:3]] == ["壬申", "庚戌", "癸酉"]


# --- the year's animal ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Seoul", "Etc/GMT+12"])
def test_the_animal_is_the_years_branch(zone: str) -> None:
    for year in range(1900, 2101):
        days = [date(year, 1, 1), date(year, 1, 31), *(date(year, 2, day) for day in range(1, 8)), date(year, 12, 31)]
        for day in days:
            for clock in (time(), None, time(23, 59)):
                birth = Birth(day, clock, zone)
                assert year_branch(birth) == four_pillars(birth).year.branch, (day, clock)


def test_the_animal_changes_at_ipchun_and_not_at_new_year() -> None:
    births = {"2024-01-01": 3, "2024-02-04 17:26": 3, "2024-02-04 17:28": 4, "2024-02-10": 4, "1988-02-16": 4}
    assert {text: year_branch(parse_birth(text, SEOUL)) for text in births} == births


def test_what_needs_no_sky_does_not_wait_for_it() -> None:
    program = (
        "import sys\n"
        "from datetime import date\n"
        "from vtuber_cli.fortune.pillars import day_pillar, year_branch\n"
        "from vtuber_cli.fortune.birth import parse_birth\n"
        "day_pillar(date(2026, 11, 23))\n"
        "for text in ('1988-09-17 10:30', '1988-02-02', '1988-02-07', '1988-01-01', '1988-12-31'):\n"
        "    year_branch(parse_birth(text, 'Asia/Seoul'))\n"
        "assert 'astronomy' not in sys.modules\n"
        "year_branch(parse_birth('1988-02-04', 'Asia/Seoul'))\n"
        "assert 'astronomy' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- the sixty --------------------------------------------------------------------------------------------------


def test_the_sixty_pairs() -> None:
    sixty = [pillar(index) for index in range(60)]
    assert [one.index for one in sixty] == list(range(60))
    assert len({one.hanja for one in sixty}) == 60
    assert (sixty[0].hanja, sixty[36].hanja, sixty[59].hanja) == ("甲子", "庚子", "癸亥")
    assert pillar(60) == pillar(0) and pillar(-1) == pillar(59)
    assert Pillar(6, 0) == sixty[36]


@pytest.mark.parametrize("locale", LOCALES)
def test_each_pair_has_a_name(locale: str) -> None:
    content = Content(locale)
    for index in range(60):
        one = pillar(index)
        name = content.text(f"ganji.{index}")
        assert one.hanja in name
        if locale == "ko":
            assert name == f"{content.text(f'stem.{one.stem}')}{content.text(f'branch.{one.branch}')}({one.hanja})"
    assert len(STEMS) == 10 and len(BRANCHES) == 12


def test_the_names_in_latin_letters_are_those_of_history() -> None:
    """The Gapsin coup, the Eulmi incident, the Byeongin persecution, the Imo mutiny, the Gabo reforms …"""
    known = {"甲申": "Gapsin", "乙未": "Eulmi", "丙寅": "Byeongin", "壬午": "Imo", "甲午": "Gabo", "乙巳": "Eulsa"}
    known |= {"己未": "Gimi", "辛亥": "Sinhae", "壬辰": "Imjin", "丁酉": "Jeongyu", "庚戌": "Gyeongsul", "戊午": "Muo"}
    content = Content("en")
    names = [content.text(f"ganji.{index}") for index in range(60)]
    assert all(f"{latin} ({hanja})" in names for hanja, latin in known.items())

"""Births as people write them, by calendars and clocks that were changed under them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fortune.oracles import ORACLES
from vtuber_cli import i18n
from vtuber_cli.cli import show
from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.birth import (
    FIRST_DAY,
    LAST_DAY,
    Birth,
    parse_birth,
    parse_clock,
    skipped,
    time_zone,
    zone_longitude,
)
from vtuber_cli.fortune.calendar import lunar_date

SEOUL = "Asia/Seoul"


def refused(text: str, zone: str = SEOUL, **options: object) -> str:
    """The key of the error, whose message and hint exist in both languages and repeat nothing."""
    with pytest.raises(UsageError) as caught:
        parse_birth(text, zone, **options)
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        said = show.message(caught.value) + show.hint(caught.value)
        assert said and caught.value.key not in said and "?" not in said
        if len(text.strip()) > 5:
            assert text.strip() not in said
    i18n.set_language("en")
    return caught.value.key.removeprefix("fortune.birth_")


# --- what is understood -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("1995-03-07", None),
        ("1995-03-07T14:30", time(14, 30)),
        ("1995-03-07 14:30", time(14, 30)),
        ("1995-03-07t00:00", time()),
        ("  1995-03-07T23:59\n", time(23, 59)),
    ],
)
def test_the_ways_to_write_it(text: str, clock: time | None) -> None:
    assert parse_birth(text, SEOUL) == Birth(date(1995, 3, 7), clock, SEOUL, None)


def test_a_lunar_birthday() -> None:
    assert parse_birth("1992-09-29 05:30", SEOUL, lunar=True).day == date(1992, 10, 24)
    assert parse_birth("2025-06-01", SEOUL, lunar=True, leap=True).day == date(2025, 7, 25)
    assert parse_birth("2025-06-01", SEOUL, lunar=True).day == date(2025, 6, 25)
    assert parse_birth("1990-02-30", SEOUL, lunar=True).day == date(1990, 3, 26)  # its second month had 30 days
    assert parse_birth("1899-12-01", SEOUL, lunar=True).day == date(1900, 1, 1)


def test_leap_means_lunar() -> None:
    assert parse_birth("2025-06-01", SEOUL, leap=True) == parse_birth("2025-06-01", SEOUL, lunar=True, leap=True)


@given(st.dates(date(1900, 1, 1), date(2050, 12, 31)))
def test_either_calendar_leads_to_the_same_birth(day: date) -> None:
    lunar = lunar_date(day)
    assert lunar is not None
    text = f"{lunar.year:04}-{lunar.month:02}-{lunar.day:02}"
    assert parse_birth(text, SEOUL, lunar=True, leap=lunar.leap) == parse_birth(day.isoformat(), SEOUL)


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1994",
        "19940307",
        "1994-3-7",
        "94-03-07",
        "1994/03/07",
        "07-03-1994",
        "1994-03-07T",
        "1994-03-07T14",
        "1994-03-07T14:30:00",
        "1994-03-07T14:30Z",
        "1994-03-07T14:30+09:00",
        "1994-03-07  14:30",
        "-1994-03-07",
        "1994-W10-2",
        "１９９４-０３-０７",
        "1994-03-07\x00",
        "1994-03-07\n1994-03-08",
        "1994-03-07" * 1000,
    ],
)
def test_other_ways_to_write_it(text: str) -> None:
    assert refused(text) == "form"


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "2023-02-29", "1900-02-29", "1995-13-01", "1995-00-10", "1995-06-31", "1995-06-00", "0000-01-01"],
)
def test_days_that_no_calendar_has(text: str) -> None:
    assert refused(text) == "no_such_day"
    assert refused(f"{text} 12:00") == "no_such_day"


@pytest.mark.parametrize("clock", ["24:00", "12:60", "99:99", "25:01"])
def test_times_that_no_clock_shows(clock: str) -> None:
    assert refused(f"1995-03-07T{clock}") == "no_such_time"


@pytest.mark.parametrize("text", ["1899-12-31", "2101-01-01", "0001-01-01", "9999-12-31"])
def test_years_whose_sky_is_not_known_well(text: str) -> None:
    assert refused(text) == "range"


@pytest.mark.parametrize(
    ("text", "leap", "key"),
    [
        ("2025-05-01", True, "no_such_leap_month"),
        ("2026-01-01", True, "no_such_leap_month"),
        ("2025-06-30", True, "no_such_lunar_day"),
        ("2025-13-01", False, "no_such_lunar_day"),
        ("2025-01-31", False, "no_such_lunar_day"),
        ("2025-00-00", False, "no_such_lunar_day"),
        ("2051-01-01", False, "lunar_range"),
        ("1898-01-01", False, "lunar_range"),
        ("1899-11-01", False, "range"),
    ],
)
def test_lunar_birthdays_that_never_were(text: str, leap: bool, key: str) -> None:
    assert refused(text, lunar=True, leap=leap) == key


def test_nobody_was_born_tomorrow() -> None:
    today = date(2026, 11, 23)
    assert parse_birth("2026-11-23", SEOUL, today=today).day == today
    assert refused("2026-11-24", today=today) == "future"
    assert refused("2026-10-16", lunar=True, today=today) == "future"


@pytest.mark.parametrize("longitude", [180.1, -200, float("nan"), float("inf")])
def test_longitudes_off_the_globe(longitude: float) -> None:
    assert refused("1995-03-07", longitude=longitude) == "longitude"


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2})?", fullmatch=True))
def test_anything_is_a_birth_or_refused(text: str) -> None:
    for lunar in (False, True):
        try:
            birth = parse_birth(text, SEOUL, lunar=lunar)
        except UsageError:
            continue
        assert FIRST_DAY <= birth.day <= LAST_DAY
        assert lunar or birth.day.isoformat() == text.strip()[:10]


# --- clocks -----------------------------------------------------------------------------------------------------


def test_the_offsets_that_seoul_had() -> None:
    for text, minutes in ORACLES["asia_seoul_utc_offset_minutes"]["rows"].items():
        birth = parse_birth(text, SEOUL)
        assert birth.clock is not None
        local = datetime.combine(birth.day, birth.clock, UTC)
        assert local - birth.instant == timedelta(minutes=minutes), text


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("1988-05-08T02:30", SEOUL),
        ("1987-05-10T02:00", SEOUL),
        ("1961-08-10T00:15", SEOUL),  # from UTC+8:30 to UTC+9
        ("2024-03-10 02:59", "America/New_York"),
        ("2024-10-06 02:15", "Australia/Lord_Howe"),
        ("2011-12-30 12:00", "Pacific/Apia"),
        ("1994-12-31 08:00", "Pacific/Kiritimati"),
    ],
)
def test_times_that_the_clocks_skipped(text: str, zone: str) -> None:
    assert refused(text, zone) == "skipped"
    assert skipped(date.fromisoformat(text[:10]), parse_clock(text[-5:]), zone)


def test_a_day_that_a_place_skipped() -> None:
    assert refused("2011-12-30", "Pacific/Apia") == "no_such_day"
    assert parse_birth("2011-12-31", "Pacific/Apia").instant == datetime(2011, 12, 30, 22, tzinfo=UTC)


def test_an_hour_that_came_twice_is_its_first() -> None:
    twice = parse_birth("1988-10-09T02:30", SEOUL)
    assert twice.instant == datetime(1988, 10, 8, 16, 30, tzinfo=UTC)
    assert twice.instant + timedelta(hours=1) == datetime(1988, 10, 8, 17, 30, tzinfo=UTC)


def test_the_seconds_around_midnight_at_the_date_line() -> None:
    east, west = parse_birth("2026-01-01 00:00", "Pacific/Kiritimati"), parse_birth("2025-12-31 23:59", "Etc/GMT+12")
    assert east.instant == datetime(2025, 12, 31, 10, tzinfo=UTC)
    assert west.instant - east.instant == timedelta(hours=25, minutes=59)


def test_without_a_time_it_is_noon() -> None:
    assert parse_birth("2026-01-01", SEOUL).instant == datetime(2026, 1, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(("text", "clock"), [("09:30", time(9, 30)), ("9:05", time(9, 5)), (" 23:59 ", time(23, 59))])
def test_a_time_of_day(text: str, clock: time) -> None:
    assert parse_clock(text) == clock


@pytest.mark.parametrize("text", ["", "noon", "9", "9:5", "24:00", "12:60", "12:30:00", "-1:00", "１２:３０"])
def test_no_time_of_day(text: str) -> None:
    with pytest.raises(UsageError, match=r"fortune\.(clock_form|birth_no_such_time)"):
        parse_clock(text)


# --- places -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Asia/Seol", "Asia/Seoul"),
        ("asia/seoull", "Asia/Seoul"),
        ("Seoul", "Asia/Seoul"),
        ("new york", "America/New_York"),
        ("Europe/Londen", "Europe/London"),
    ],
)
def test_a_mistyped_zone_names_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(UsageError) as caught:
        time_zone(name)
    assert caught.value.key == "fortune.zone_unknown_nearest"
    assert nearest in str(caught.value.params["nearest"]).split(", ")


@pytest.mark.parametrize("name", ["", "Asia", "../etc/passwd", "/etc/passwd", "\x00", "q" * 5000, "\ud800", "zone.tab"])
def test_what_is_no_zone_at_all(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        time_zone(name)
    assert len(str(caught.value.params["name"])) <= 40
    assert refused("1995-03-07", name).startswith("fortune.zone_unknown")


def test_zones_have_the_longitudes_of_their_cities() -> None:
    cities = {"Asia/Seoul": 126.97, "America/New_York": -74.01, "Pacific/Kiritimati": -157.33, "Europe/London": -0.13}
    assert {zone: round(zone_longitude(zone) or 0, 2) for zone in cities} == cities
    assert zone_longitude("Etc/GMT-9") is None


def test_summer_time() -> None:
    hours = {text: parse_birth(text, SEOUL).summer_time for text in ("1988-07-01 12:00", "1955-07-01", "2026-07-01")}
    assert hours == dict(zip(hours, (timedelta(hours=1), timedelta(hours=1), timedelta()), strict=True))


def test_the_suns_time_by_place() -> None:
    birth = parse_birth("1988-07-01 12:00", SEOUL, longitude=135)
    assert birth.solar_time == datetime.combine(birth.day, time(11))  # the meridian of UTC+9, less summer time
    busan = parse_birth("1988-07-01 12:00", SEOUL, longitude=129.08)
    assert busan.solar_time - parse_birth("1988-07-01 12:00", SEOUL).solar_time == timedelta(
        minutes=4 * (129.08 - (126 + 58 / 60))
    )
    assert parse_birth("2026-07-01 12:00", "Etc/GMT-9").solar_time == datetime.combine(date(2026, 7, 1), time(12))
    assert parse_birth("2026-07-01 12:00", "EST5EDT").solar_time == datetime.combine(date(2026, 7, 1), time(11))


def test_every_zone_of_the_system_can_be_born_in() -> None:
    for zone in ("Asia/Kathmandu", "Africa/Monrovia", "Antarctica/Troll", "Asia/Pyongyang"):
        birth = parse_birth("1970-01-01 12:34", zone)
        assert birth.instant.astimezone(ZoneInfo(zone)).time() == time(12, 34)

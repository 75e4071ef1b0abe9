"""The sky against published almanacs and against the ephemeris of the Jet Propulsion Laboratory."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fortune.oracles import ORACLES, SIGNS, TERMS, utc
from vtuber_cli.fortune import sky
from vtuber_cli.fortune.content import LOCALES, Content
from vtuber_cli.fortune.signs import SIGNS as IDS

KST = ZoneInfo("Asia/Seoul")
CLOSE = timedelta(seconds=90)
ROUNDED = timedelta(seconds=30)
AWAY = timedelta(minutes=5)
INSTANTS = st.integers(0, 201 * 365 * 86400).map(lambda s: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
MOMENT = timedelta(seconds=1)
"""What the searches leave open."""


def apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


# --- solar terms ------------------------------------------------------------------------------------------------


def met(name: str, at: datetime, within: timedelta) -> bool:
    """Whether a term is found at its time, looked for from before and from after."""
    before, after = sky.terms_around(at - AWAY)[1], sky.terms_around(at + AWAY)[0]
    return before.number == after.number == TERMS.index(name) and all(
        abs(one.instant - at) <= within for one in (before, after)
    )


def test_the_terms_that_korea_publishes() -> None:
    rows = ORACLES["published_kasi_solar_terms_kst"]["rows"]
    assert len(rows) == 335
    missed = [
        row for row in rows if not met(row[1], datetime.fromisoformat(row[2]).replace(tzinfo=KST), CLOSE + ROUNDED)
    ]
    assert not missed


def test_the_terms_that_were_published_wrong() -> None:
    for row in ORACLES["published_kasi_solar_terms_kst"]["known_bad_rows_excluded"]:
        assert met(row["term"], datetime.fromisoformat(row["de421_kst"]), CLOSE)


def test_the_terms_of_a_century_and_a_half() -> None:
    rows = [(name, utc(at)) for year in ORACLES["computed_de421_solar_terms_utc"].values() for name, at in year.items()]
    assert len(rows) == 26 * 24
    assert not [row for row in rows if not met(*row, CLOSE)]


def test_the_terms_at_koreas_midnight() -> None:
    for year, name, at in ORACLES["edge_terms_within_3min_of_kst_midnight"]:
        assert met(name, datetime.fromisoformat(at), CLOSE), (year, name)


@given(INSTANTS)
def test_every_instant_lies_between_two_terms(instant: datetime) -> None:
    now, following = sky.terms_around(instant)
    assert now.instant - MOMENT <= instant <= following.instant + MOMENT
    assert following.number == (now.number + 1) % 24
    assert timedelta(days=14) < following.instant - now.instant < timedelta(days=16.5)


# --- the Moon ---------------------------------------------------------------------------------------------------


def quarter_met(name: str, at: datetime, within: timedelta) -> bool:
    before, after = sky.quarters_around(at - AWAY)[1], sky.quarters_around(at + AWAY)[0]
    return before.name == after.name == name and all(abs(one.instant - at) <= within for one in (before, after))


def test_the_moons_quarters() -> None:
    """Allowed are 90 seconds; the library's own search would need 40."""
    rows = ORACLES["computed_de421_moon_phases_utc_2024_2027"]
    assert not [(at, name) for at, name in rows if not quarter_met(name, utc(at), timedelta(seconds=15))]


def test_the_published_new_and_full_moons() -> None:
    for name, rows in ORACLES["published_moon_phases_utc"]["rows"].items():
        for at in rows:
            assert quarter_met(name, utc(at), CLOSE + ROUNDED), at


@given(INSTANTS)
def test_every_instant_lies_between_two_quarters(instant: datetime) -> None:
    now, following = sky.quarters_around(instant)
    assert now.instant - MOMENT <= instant <= following.instant + MOMENT
    assert sky.QUARTERS[(sky.QUARTERS.index(now.name) + 1) % 4] == following.name
    assert timedelta(days=6) < following.instant - now.instant < timedelta(days=9)


@pytest.mark.parametrize("name", sky.QUARTERS)
def test_a_quarter_is_the_middle_of_its_phase(name: str) -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    while (found := sky.quarters_around(instant)[1]).name != name:
        instant = found.instant + AWAY
    phase = sky.moon_phase(found.instant)
    assert phase.name == name
    assert apart(phase.angle, sky.QUARTERS.index(name) * 90) < 0.001
    day = timedelta(days=1)
    assert sky.moon_phase(found.instant - day).name == sky.moon_phase(found.instant + day).name == name
    assert sky.moon_phase(found.instant - 3 * day).name == sky.PHASES[sky.PHASES.index(name) - 1]


# --- positions --------------------------------------------------------------------------------------------------


def test_where_everything_stands() -> None:
    for at, expected in ORACLES["computed_de421_apparent_ecliptic_longitudes_deg"]:
        found = sky.positions(utc(at), sky.BODIES)
        for body, longitude in expected.items():
            tolerance = 3 / 3600 if body == "Sun" else 30 / 3600
            assert apart(found[body.lower()].longitude, longitude) < tolerance, (at, body)


def test_the_planets_turn_when_they_should() -> None:
    some = timedelta(hours=2)
    for body, rows in ORACLES["computed_de421_stations_utc_2024_2027"].items():
        name = body.lower()
        for at, turned in rows:
            before, after = (sky.positions(utc(at) + way, [name])[name] for way in (-some, some))
            assert (before.retrograde, after.retrograde) == (turned == "direct", turned == "retrograde"), (body, at)


@given(INSTANTS)
def test_sun_and_moon_never_turn(instant: datetime) -> None:
    found = sky.positions(instant, ["moon", "sun"])
    assert list(found) == ["moon", "sun"]
    assert 11 < found["moon"].speed < 16 and 0.95 < found["sun"].speed < 1.03
    assert found["sun"].longitude == sky.solar_longitude(instant)
    assert 0 <= found["moon"].longitude < 360


def test_a_speed_over_the_spring_point_is_no_leap() -> None:
    instant = datetime(2026, 3, 20, tzinfo=UTC)
    for hours in range(48):
        assert 0.9 < sky.positions(instant + timedelta(hours=hours), ["sun"])["sun"].speed < 1.1


# --- signs ------------------------------------------------------------------------------------------------------


def ingresses() -> list[tuple[str, datetime]]:
    return [
        (IDS[SIGNS.index(name.removesuffix("자리"))], utc(at))
        for year in ORACLES["computed_sun_ingress_utc"].values()
        for name, at in year.items()
    ]


def test_the_sun_enters_the_signs() -> None:
    found = ingresses()
    assert len(found) == 48
    for sign, at in found:
        entry = sky.next_ingress(at - AWAY)
        assert entry.sign == sign and abs(entry.instant - at) <= CLOSE
        assert sky.sun_sign(at + CLOSE) == sign != sky.sun_sign(at - CLOSE)
        assert sky.next_ingress(at + AWAY).sign != sign


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def test_a_cusp_day_has_two_signs_and_its_neighbours_one(zone: str) -> None:
    for sign, at in ingresses():
        day = at.astimezone(ZoneInfo(zone)).date()
        before, both, after = (sky.sun_signs_of_day(day + timedelta(days=way), zone) for way in (-1, 0, 1))
        assert len(before) == len(after) == 1
        assert both == (*before, *after) and after == (sign,)


def test_the_dates_on_which_signs_begin_in_korea() -> None:
    seen: dict[str, set[str]] = {sign: set() for sign in IDS}
    at = datetime(1949, 12, 31, 15, tzinfo=UTC)
    while (entry := sky.next_ingress(at)).instant.astimezone(KST).year <= 2030:
        seen[entry.sign].add(f"{entry.instant.astimezone(KST):%m-%d}")
        at = entry.instant + timedelta(days=1)
    expected = ORACLES["sun_ingress_kst_dates_seen_1950_2030"]
    assert {sign: sorted(days) for sign, days in seen.items()} == {
        IDS[SIGNS.index(name.removesuffix("자리"))]: days for name, days in expected.items()
    }


def test_every_day_has_a_sign_and_a_year_has_twelve_cusps() -> None:
    days = [sky.sun_signs_of_day(date(2027, 1, 1) + timedelta(days=day), "Asia/Seoul") for day in range(365)]
    assert sum(len(signs) == 2 for signs in days) == 12
    assert all(one[-1] == other[0] for one, other in pairwise(days))


def test_signs_at_their_edges() -> None:
    assert [sky.sign_of(longitude) for longitude in (0, 29.9999, 30, 359.9999, 360, -0.0001)] == [
        "aries",
        "aries",
        "taurus",
        "pisces",
        "aries",
        "pisces",
    ]
    assert sky.Position(44.5, -0.1).sign == "taurus"
    assert sky.Position(44.5, -0.1).degree == 14.5


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_up_there_has_a_name(locale: str) -> None:
    content = Content(locale)
    for area, names in {"planet": sky.BODIES, "phase": sky.PHASES, "sign": IDS, "term": range(24)}.items():
        assert all(content.text(f"{area}.{name}") for name in names)
    if locale == "ko":
        assert [content.text(f"term.{number}") for number in range(24)] == TERMS
        assert [content.text(f"sign.{sign}") for sign in IDS] == [f"{name}자리" for name in SIGNS]

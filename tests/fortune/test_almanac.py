"""The almanac: a moment's sky and calendars together, and what is printed of them."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO, TextIOWrapper
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli import i18n
from vtuber_cli.card import sheet
from vtuber_cli.card.cells import cells
from vtuber_cli.cli import almanac_page
from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.almanac import Almanac, almanac, document
from vtuber_cli.fortune.birth import skipped
from vtuber_cli.fortune.calendar import LunarDate
from vtuber_cli.fortune.content import LOCALES, content
from vtuber_cli.fortune.sky import BODIES

SEOUL = "Asia/Seoul"
TODAY = date(2026, 11, 23)
PEN = sheet.Pen("none", sheet.marks(TextIOWrapper(BytesIO(), "utf-8")))
DAYS = [TODAY, date(2025, 7, 25), date(2026, 5, 6), date(1900, 1, 1), date(2100, 12, 31)]


def test_a_day_in_seoul() -> None:
    found = almanac(TODAY, None, SEOUL)
    assert found.instant == datetime(2026, 11, 23, 12, tzinfo=ZoneInfo(SEOUL))
    assert found.lunar == LunarDate(2026, 10, 15)
    assert "".join(one.hanja for one in found.pillars if one) == "丙午己亥辛丑甲午"
    assert found.animal == 6
    assert [one.number for one in found.terms] == [19, 20]
    assert [one.name for one in found.quarters] == ["first_quarter", "full"]
    assert tuple(found.positions) == BODIES
    assert [body for body, one in found.positions.items() if one.retrograde] == ["saturn", "uranus", "neptune"]
    assert found.ingress.sign == "capricorn"


def test_a_leap_month_and_a_day_beyond_the_table() -> None:
    assert almanac(date(2025, 7, 25), None, SEOUL).lunar == LunarDate(2025, 6, 1, True)
    assert almanac(date(2051, 1, 1), None, SEOUL).lunar is None


def test_the_hour_matters_at_ipchun() -> None:
    before, after = (almanac(date(2026, 2, 4), time(5, minute), SEOUL) for minute in (1, 3))
    assert (before.animal, after.animal) == (5, 6)
    assert (before.terms[1].number, after.terms[0].number) == (0, 0)


@given(
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    st.none() | st.times().map(lambda at: at.replace(microsecond=0, fold=0)),
    st.sampled_from([SEOUL, "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York"]),
)
def test_what_was_lies_before_and_what_comes_after(day: date, clock: time | None, zone: str) -> None:
    if clock is not None and skipped(day, clock, zone):
        with pytest.raises(UsageError, match="clock_skipped"):
            almanac(day, clock, zone)
        return
    found = almanac(day, clock, zone)
    now, moment = found.instant, timedelta(seconds=1)
    assert now.date() == day
    for before, after in (found.terms, found.quarters):
        assert before.instant - moment <= now <= after.instant + moment
    assert now - moment <= found.ingress.instant <= now + timedelta(days=32)
    assert all(one.tzinfo == ZoneInfo(zone) for one in (now, found.ingress.instant, found.terms[0].instant))


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2101, 1, 1), date.min, date.max])
def test_days_too_far_away(day: date) -> None:
    with pytest.raises(UsageError, match="date_range"):
        almanac(day, None, SEOUL)


def test_a_time_that_the_clocks_skip() -> None:
    with pytest.raises(UsageError, match="clock_skipped"):
        almanac(date(2024, 3, 10), time(2, 30), "America/New_York")
    assert almanac(date(2011, 12, 30), None, "Pacific/Apia").instant.tzinfo is not None  # a day they skipped


# --- for programs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "day"), list(product(LOCALES, DAYS)))
def test_the_document(locale: str, day: date) -> None:
    found = document(almanac(day, time(23, 59), SEOUL), content(locale))
    again = document(almanac(day, time(23, 59), SEOUL), content(locale))
    assert json.dumps(found) == json.dumps(again)
    assert (found["date"], found["time"], found["tz"], found["locale"]) == (day.isoformat(), "23:59", SEOUL, locale)
    assert set(found["ganji"]) == {"year", "month", "day", "hour"} and found["iljin"]["hanja"] == found["ganji"]["day"]
    assert list(found["planets"]) == list(BODIES)
    for one in found["planets"].values():
        assert 0 <= one["degree"] < 30 and one["sign_name"] == content(locale).text(f"sign.{one['sign']}")
    for part in (found["terms"], found["moon"]):
        assert part["previous"]["at"] <= found["instant"] < part["next"]["at"]
    assert (found["terms"]["next"]["longitude"] - found["terms"]["previous"]["longitude"]) % 360 == 15
    assert datetime.fromisoformat(found["sun_ingress"]["at"]) > datetime.fromisoformat(found["instant"])
    assert (found["lunar"] is None) == (day.year > 2050)


def test_the_language_changes_names_only() -> None:
    one, other = (document(almanac(TODAY, None, SEOUL), content(locale)) for locale in LOCALES)
    assert one != other
    assert _numbers(one) == _numbers(other)


def _numbers(value: object) -> list[object]:
    if isinstance(value, dict):
        return [number for one in value.values() for number in _numbers(one)]
    return [value] if isinstance(value, float | bool) else []


# --- for people -------------------------------------------------------------------------------------------------


@pytest.fixture(params=LOCALES)
def locale(request: pytest.FixtureRequest) -> str:
    i18n.set_language(request.param)
    return request.param


def every(locale: str) -> list[tuple[Almanac, int, list[str]]]:
    found = [almanac(day, None, zone) for day in DAYS for zone in (SEOUL, "America/Argentina/ComodRivadavia")]
    widths = (40, 60, 66, 72, 74, 80, 120)
    return [(one, width, almanac_page.card(one, content(locale), width, PEN)) for one in found for width in widths]


def test_no_line_is_too_wide_and_every_frame_closes(locale: str) -> None:
    for _, width, lines in every(locale):
        widths = {cells(line) for line in lines}
        assert max(widths) <= width, lines
        if width >= 60:
            assert widths == {min(width, 80)}, lines


def test_the_card_says_everything(locale: str) -> None:
    names = content(locale)
    for found, _, lines in every(locale):
        text = "\n".join(lines)
        said = [one.hanja for one in found.pillars if one is not None]
        said += [names.text(f"animal.{found.animal}"), names.text(f"sign.{found.ingress.sign}")]
        said += [names.text(f"term.{one.number}") for one in found.terms]
        said += [names.text(f"planet.{body}") for body in BODIES]
        assert all(one in text for one in said)
        assert text.count(i18n.t("almanac.retro")) == sum(one.retrograde for one in found.positions.values())


def test_lines_for_a_pipe(locale: str) -> None:
    found = almanac(date(2025, 7, 25), time(9, 30), SEOUL)
    rows = dict(line.split("\t") for line in almanac_page.lines(found, content(locale)))
    assert len(rows) == 19 and all(rows.values())
    assert rows[i18n.t("almanac.solar")].startswith("2025-07-25 09:30 Asia/Seoul")
    assert rows[i18n.t("almanac.lunar")] == f"2025-06-01, {i18n.t('almanac.leap')}"
    assert "乙巳" in rows[i18n.t("almanac.ganji")]


def test_a_pipe_gets_no_codes(capsys: pytest.CaptureFixture[str]) -> None:
    almanac_page.show(TODAY, None, SEOUL, "ko")
    plain = capsys.readouterr().out
    almanac_page.show(TODAY, None, SEOUL, "ko", plain=True)
    assert plain == capsys.readouterr().out
    assert "\x1b" not in plain and plain.startswith("양력\t2026-11-23 12:00 Asia/Seoul, 월요일\n")
    almanac_page.show(TODAY, None, SEOUL, "en", as_json=True)
    assert json.loads(capsys.readouterr().out) == document(almanac(TODAY, None, SEOUL), content("en"))


def test_an_output_without_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    out = TextIOWrapper(BytesIO(), "ascii", errors="replace")
    monkeypatch.setattr(sys, "stdout", out)
    almanac_page.show(TODAY, None, SEOUL, "en")
    out.seek(0)
    assert "Saturn\tAries 8d12m, retrograde\n" in out.read()


def test_moments_are_rounded_to_the_minute() -> None:
    """As almanacs print them: 소설 of 2026 is at 16:23:34."""
    i18n.set_language("ko")
    found = almanac(TODAY, None, SEOUL)
    assert found.terms[0].instant.astimezone(UTC).strftime("%H:%M:%S")[:5] == "07:23"
    assert "소설 2026-11-22 16:24" in "\n".join(almanac_page.lines(found, content("ko")))

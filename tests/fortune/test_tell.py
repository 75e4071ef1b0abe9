"""From a request to a document: its shape on any day, its end, what it keeps, and that it is the same everywhere."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune import cache, localise
from vtuber_cli.fortune.birth import Birth
from vtuber_cli.fortune.engines import ENGINES, engine
from vtuber_cli.fortune.request import LONGEST_QUESTION, Person, Request, topic_of
from vtuber_cli.fortune.spreads import SPREADS
from vtuber_cli.fortune.tell import tell

SCHEMA = json.loads(Path(localise.__file__).with_name("result.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
DAY = date(2026, 11, 23)
SEED = "6f1c2a9e-11d4-4b7a-a35f-0c2a9e11d4b7"
ME = Person(SEED, Birth(date(1987, 6, 15), time(14, 35), "Asia/Seoul"), interests=("money", "health"))


GOLDEN = {
    "daily": ("good", 60, [21, 38], []),
    "tarot": ("bad", 32, [9, 40, 43], ["cups.05"]),
    "zodiac": ("normal", 44, [13, 36], []),
    "saju": ("warning", 23, [19, 26, 29], []),
    "tti": ("normal", 41, [11, 21], []),
}
"""Of the person above on 2026-11-22: grade, score, numbers, cards."""


def request(
    kind: str = "daily", day: date = DAY, zone: str = "Asia/Seoul", locale: str = "ko", person: Person = ME
) -> Request:
    return Request(kind, day, zone, locale, person)


@pytest.mark.parametrize("locale", ["ko", "en"])
@pytest.mark.parametrize("kind", ENGINES)
def test_every_day_has_a_document_of_the_schema(kind: str, locale: str) -> None:
    for number in range(400):
        asked = request(
            kind,
            DAY + timedelta(days=number * 37),
            locale=locale,
            person=ME if number % 2 else Person(sign="leo", animal=number % 12),
        )
        if kind == "saju":
            asked = asked._replace(person=ME)
        if kind == "tarot":
            asked = asked._replace(spread=SPREADS[number % len(SPREADS)].id, question="work" if number % 3 else "")
        if kind == "tti" and number % 2 == 0:
            asked = asked._replace(person=Person(animal=number % 12))
        result = tell(asked, keep=False)
        error = next(VALIDATOR.iter_errors(result), None)
        assert error is None, (asked, error.message if error else "")
        assert result["valid_until"] > result["date"]


def test_a_notice_is_a_document_of_the_schema_too() -> None:
    for locale, zone in (
        ("ko", "Asia/Seoul"),
        ("en", "America/New_York"),
        ("en", "Asia/Seoul"),
        ("ko", "Europe/Paris"),
    ):
        result = tell(request("tarot", locale=locale, zone=zone)._replace(question="I want to die"))
        assert VALIDATOR.is_valid(result) and result["notice"]["kind"] == "crisis"
        numbers = [one["number"] for one in result["notice"]["contacts"]]
        assert ("109" in numbers) == (locale == "ko" or zone == "Asia/Seoul")
        assert ("988" in numbers) == (locale == "en" or zone == "America/New_York")
    assert list(cache.told(SEED)) == []


@given(
    st.dates(date(1950, 1, 1), date(2080, 1, 1)),
    st.sampled_from(
        [
            "Asia/Seoul",
            "Pacific/Kiritimati",
            "America/New_York",
            "Asia/Beirut",
            "America/Sao_Paulo",
            "Pacific/Apia",
            "UTC",
        ]
    ),
)
def test_it_ends_at_the_next_local_midnight_and_after_a_day_at_most(day: date, zone: str) -> None:
    end = localise.expiry(day, zone)
    begin = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    assert timedelta() < end - begin <= timedelta(days=1)
    local = end.astimezone(ZoneInfo(zone))
    assert local.date() > day or end - begin == timedelta(days=1)


def test_midnights_of_odd_days() -> None:
    assert localise.expiry(DAY, "Asia/Seoul").isoformat() == "2026-11-24T00:00:00+09:00"
    assert localise.expiry(DAY, "Pacific/Kiritimati").isoformat() == "2026-11-24T00:00:00+14:00"
    assert localise.expiry(date(2026, 3, 8), "America/New_York").isoformat() == "2026-03-09T00:00:00-04:00"
    assert localise.expiry(date(2026, 11, 1), "America/New_York").isoformat() == "2026-11-01T23:00:00-05:00"


def test_a_day_is_the_same_all_day_and_everywhere() -> None:
    """What is drawn depends on the person and the date alone: neither language nor name nor zone changes it."""
    for kind in ENGINES:
        one = tell(request(kind), keep=False)
        other = tell(request(kind, locale="en", zone="Asia/Tokyo"), keep=False)
        for key in ("grade", "score", "emotion"):
            assert one[key] == other[key]
        assert one["lucky"]["numbers"] == other["lucky"]["numbers"]
        assert [card["id"] for card in one.get("cards", [])] == [card["id"] for card in other.get("cards", [])]
        assert one == tell(request(kind), keep=False)
        assert (
            tell(request(kind, DAY + timedelta(days=1)), keep=False)["provenance"]["seed"] != one["provenance"]["seed"]
        )


def test_golden_draws() -> None:
    """These never change between releases: somebody has read them."""
    found = {}
    for kind in ENGINES:
        result = tell(request(kind, date(2026, 11, 22)), keep=False)
        found[kind] = (
            result["grade"],
            result["score"],
            result["lucky"]["numbers"],
            [card["id"] for card in result.get("cards", [])],
        )
    assert found == GOLDEN


def test_interests_change_the_order_and_no_number() -> None:
    mine = tell(request(), keep=False)
    plain = tell(request(person=ME._replace(interests=())), keep=False)
    assert [one["key"] for one in mine["categories"]][:2] == ["money", "health"]
    assert sorted(mine["categories"], key=lambda one: one["key"]) == sorted(
        plain["categories"], key=lambda one: one["key"]
    )
    assert (mine["score"], mine["grade"], mine["lucky"]) == (plain["score"], plain["grade"], plain["lucky"])
    assert mine["categories"][0]["text"]["text"] in mine["narration"]["text"]


def test_what_was_told_is_told_again_as_it_was() -> None:
    first = tell(request())
    kept = list(cache.told(SEED))
    assert kept == [first] and tell(request()) == first
    assert len(list(cache.told(SEED))) == 1


def test_a_damaged_kept_one_is_put_aside_and_told_of() -> None:
    first = tell(request())
    (file,) = cache.folder(SEED).glob("*.json")
    file.write_text("{")
    put: list[Path] = []
    assert tell(request(), aside=put.append) == first
    assert put[0].read_text() == "{" and json.loads(file.read_text(encoding="utf-8")) == first


def test_nothing_of_a_birth_is_in_names_or_files() -> None:
    tell(request())
    for file in cache.folder(SEED).rglob("*"):
        said = file.name + file.read_text(encoding="utf-8")
        assert "1987" not in said and "14:35" not in said and SEED not in said
    for kind in ENGINES:
        assert "1987" not in engine(kind).subject(request(kind, person=ME._replace(seed=None)))


@given(st.text(max_size=60))
def test_a_question_is_the_same_however_it_is_written(question: str) -> None:
    assert topic_of(question) == topic_of(f"  {topic_of(question)} ?") == topic_of(topic_of(question))


def test_a_question_of_any_length_and_letters() -> None:
    with pytest.raises(UsageError):
        tell(request("tarot")._replace(question="x" * (LONGEST_QUESTION + 1)))
    for question in ("\x1b[31m", "\ud800", "🜚" * 100, "a|b|c", "\u202e"):
        assert tell(request("tarot")._replace(question=question))["cards"]

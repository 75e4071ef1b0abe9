"""The fortune by the animal of one's birth year, for all twelve, and for births between the new years."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.fortune.reading_texts import entries, texts
from vtuber_cli import i18n
from vtuber_cli.errors import ProfileNeeded
from vtuber_cli.fortune.birth import Birth
from vtuber_cli.fortune.content import FOLDER, LOCALES, Content
from vtuber_cli.fortune.draw import Draw
from vtuber_cli.fortune.elements import BRANCH_ELEMENTS, COLORS, ELEMENTS, NUMBERS
from vtuber_cli.fortune.engines import engine
from vtuber_cli.fortune.grades import GRADES, NEGATIVE, clamped, grade_of
from vtuber_cli.fortune.pillars import day_pillar
from vtuber_cli.fortune.reading import Reading, Text
from vtuber_cli.fortune.relations import EFFECTS, relation
from vtuber_cli.fortune.request import Person, Request

SEOUL = "Asia/Seoul"
DAY = date(2026, 11, 22)  # 경자(庚子)
DRAGON = 4
DESIGN = {"excellent": 12.0, "good": 34.0, "normal": 35.0, "bad": 13.5, "warning": 5.5}


def read(person: Person, day: date = DAY) -> Reading:
    tti = engine("tti")
    request = Request("tti", day, SEOUL, "ko", person)
    return tti.compute(request, Draw("tti", tti.subject(request), day, request.topic))


def born(text: str, clock: time | None = None, **more: Any) -> Person:
    return Person(birth=Birth(date.fromisoformat(text), clock, SEOUL), **more)


def doubts(person: Person) -> list[tuple[str, str]]:
    """The animal by 입춘 and the other one, of each row that says so."""
    rows = [one for one in read(person).basis if one.key == "tti.ipchun"]
    named = [(one.text.params["animal"], one.text.params["other"]) for one in rows]
    return [(one.key, other.key) for one, other in named if isinstance(one, Text) and isinstance(other, Text)]


# --- whose ------------------------------------------------------------------------------------------------------


def test_an_animal_and_a_birth_of_its_year_lead_to_the_same() -> None:
    assert read(Person(animal=DRAGON)) == read(born("1988-07-01"))


def test_the_animal_that_was_given_goes_before_the_birth() -> None:
    assert read(born("1990-07-01", animal=DRAGON)) == read(Person(animal=DRAGON))


def test_a_seed_names_the_draw() -> None:
    tti = engine("tti")

    def subject(person: Person) -> str:
        return tti.subject(Request("tti", DAY, SEOUL, "ko", person))

    assert subject(Person(animal=DRAGON)) == "animal 4"
    assert subject(Person(seed="seed", animal=DRAGON)) == "seed"
    assert subject(Person()) == "guest"


@pytest.mark.parametrize(("locale", "sign"), [("ko", "--sign 용띠"), ("en", "--sign dragon")])
def test_without_an_animal_it_says_what_to_give(locale: i18n.Language, sign: str) -> None:
    with pytest.raises(ProfileNeeded) as raised:
        read(Person(sign="leo"))
    i18n.set_language(locale)
    try:
        hint = i18n.find(f"{raised.value.key}.hint") or ""
        assert all(one in hint for one in (sign, "--birth", "vtuber profile set"))
        assert i18n.find(raised.value.key)
    finally:
        i18n.set_language("auto")


# --- between the new years ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "animals"),
    [
        ("1989-12-31", []),
        ("1990-01-10", [("animal.5", "animal.6")]),  # only 1 January has passed
        ("1990-01-30", [("animal.5", "animal.6")]),  # 설날 (27 January) too
        ("1990-02-06", []),
        ("1988-02-10", [("animal.4", "animal.3")]),  # 입춘 has passed, 설날 (18 February) has not
        ("1988-02-18", []),
        ("1988-02-29", []),
    ],
)
def test_a_birth_between_the_new_years_says_what_others_would(day: str, animals: list[tuple[str, str]]) -> None:
    assert doubts(born(day)) == animals


def test_the_day_of_ipchun_goes_by_the_minute() -> None:
    """In 1990 the Sun came there at 11:14 in Seoul."""
    before, after = born("1990-02-04", time(11, 0)), born("1990-02-04", time(11, 30))
    assert doubts(before) == [("animal.5", "animal.6")] and doubts(after) == []


def test_who_gives_an_animal_is_not_corrected() -> None:
    assert doubts(born("1990-01-10", animal=6)) == []


# --- the score ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("animal", range(12))
def test_the_basis_adds_up_to_the_score(animal: int) -> None:
    for number in range(120):
        reading = read(Person(animal=animal), DAY + timedelta(number))
        first = reading.basis[0]
        found = relation(day_pillar(DAY + timedelta(number)).branch, animal)
        assert (first.key, first.effect) == (f"tti.{found or 'none'}", EFFECTS.get(found or "", 0))
        drawn = clamped(50 + sum(one.effect for one in reading.basis if one.key != "softened"))
        assert reading.score == drawn + sum(one.effect for one in reading.basis if one.key == "softened")


def test_some_days_are_softened() -> None:
    days = (DAY + timedelta(number) for number in range(400))
    keys = [one.key for day in days for one in read(Person(animal=DRAGON), day).basis]
    assert keys.count("softened") > 2
    grades = [grade_of(read(Person(animal=DRAGON), DAY + timedelta(number)).score) for number in range(400)]
    assert not any(NEGATIVE.issuperset(grades[at : at + 3]) for at in range(len(grades) - 2))
    assert ("warning", "warning") not in pairwise(grades)


def test_the_odds_are_those_of_the_design() -> None:
    odds = Counter[str]()
    for day in range(12):
        for animal in range(12):
            effect = EFFECTS.get(relation(day, animal) or "", 0)
            for noise in range(-36, 37):
                odds[grade_of(clamped(50 + effect + noise))] += 37 - abs(noise)
    share = {grade: 100 * number / odds.total() for grade, number in odds.items()}
    assert {grade: abs(share[grade] - wanted) < 1 for grade, wanted in DESIGN.items()} == dict.fromkeys(DESIGN, True)


# --- luck ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("animal", range(12))
def test_luck_lies_where_the_animals_friends_are(animal: int) -> None:
    towards = dict(
        zip("N NE E SE S SW W NW".split(), ((0,), (1, 2), (3,), (4, 5), (6,), (7, 8), (9,), (10, 11)), strict=True)
    )
    friends = {branch for branch in range(12) if relation(branch, animal) in {"yukhap", "samhap"}}
    own = BRANCH_ELEMENTS[animal]
    seen = set[str]()
    for number in range(60):
        luck = read(Person(animal=animal), DAY + timedelta(number)).lucky
        assert friends.intersection(towards[luck.direction]) and luck.hour in friends and 3 <= luck.hour <= 11
        kind = next(kind for kind in range(5) if luck.colors[0] in COLORS[kind])
        assert kind in (own, (own + 4) % 5)
        assert all(one % 10 in {number % 10 for number in NUMBERS[kind]} for one in luck.numbers)
        assert len(set(luck.numbers)) == 2 and min(luck.numbers) >= 1 and max(luck.numbers) <= 45
        seen.add(ELEMENTS[kind])
    assert len(seen) == 2


# --- words --------------------------------------------------------------------------------------------------------


def test_every_text_is_there_and_every_one_is_reached() -> None:
    params: dict[str, set[str]] = {}
    people = [Person(animal=animal) for animal in range(12)] + [born("1990-01-10")]
    for person in people:
        for number in range(150):
            for text in texts(read(person, DAY + timedelta(number))):
                params.setdefault(text.key, set()).update(text.params)
    own = {key for key in params if key.startswith("tti.")}
    for locale in LOCALES:
        content = Content(locale)
        assert own == set(json.loads((FOLDER / locale / "tti.json").read_text("utf-8")))
        for key in own:
            for entry in entries(content, key):
                assert set(re.findall(r"\{(\w+)", entry)) <= params[key], entry


@pytest.mark.parametrize(("locale", "longest"), [("ko", 70), ("en", 140)])
def test_a_summary_fits_for_every_pair(locale: str, longest: int) -> None:
    content = Content(locale)
    for found in (*EFFECTS, "none"):
        pairs = [(day, animal) for day in range(60) for animal in range(12)]
        pairs = [(day, animal) for day, animal in pairs if (relation(day % 12, animal) or "none") == found]
        named = [
            {"day": content.text(f"ganji.{day}"), "animal": content.text(f"animal.{animal}")} for day, animal in pairs
        ]
        told = max(
            (i18n.filled(one, two) for one in entries(content, f"tti.relation.{found}") for two in named), key=len
        )
        for grade in GRADES:
            for entry in entries(content, f"tti.summary.{grade}"):
                assert len(i18n.filled(entry, {"relation": told})) <= longest, told


# --- golden -------------------------------------------------------------------------------------------------------

GOLDEN: list[tuple[Person, str, Any]] = [
    (Person(animal=DRAGON), "2026-11-22", (54, [65, 48, 67, 57, 47], ((2, 32), ("persimmon",), "N", 9))),
    (Person(animal=0), "2024-02-29", (67, [57, 67, 52, 79, 53], ((4, 9), ("ivory",), "SE", 8))),
    (born("1990-01-10"), "2027-02-07", (54, [48, 54, 43, 58, 66], ((12, 27), ("cherry",), "NE", 9))),
    (Person(seed="0b7c", animal=7), "2030-01-01", (44, [34, 47, 30, 59, 51], ((12, 22), ("cherry",), "NW", 11))),
    (Person(seed="미나", animal=11), "2026-12-31", (61, [61, 69, 67, 48, 68], ((24, 34), ("ash",), "E", 3))),
]


@pytest.mark.parametrize(("person", "day", "wanted"), GOLDEN)
def test_readings_never_change(person: Person, day: str, wanted: Any) -> None:
    reading = read(person, date.fromisoformat(day))
    luck = reading.lucky
    found = [one.score for one in reading.categories], (luck.numbers, luck.colors, luck.direction, luck.hour)
    assert (reading.score, *found) == wanted

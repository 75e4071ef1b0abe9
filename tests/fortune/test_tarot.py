"""The cards: what is dealt, how it lies, what it counts, and that there are words for all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fortune.reading_texts import texts
from vtuber_cli import i18n
from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.content import FOLDER, LOCALES, file_of
from vtuber_cli.fortune.deck import CARDS, SUITS, index, rank, suit, weight
from vtuber_cli.fortune.draw import Draw, Stream
from vtuber_cli.fortune.engines.tarot import ENGINE
from vtuber_cli.fortune.grades import GRADES
from vtuber_cli.fortune.matters import matter_of
from vtuber_cli.fortune.reading import Reading
from vtuber_cli.fortune.request import CATEGORIES, Person, Request
from vtuber_cli.fortune.spreads import SPREADS, find_spread

DAY = date(2026, 11, 22)
MANY = tuple(spread.id for spread in SPREADS if len(spread.positions) > 1)


def read(question: str = "", spread: str = "one", day: date = DAY, seed: str | None = None, **more: Any) -> Reading:
    request = Request("tarot", day, "Asia/Seoul", "ko", Person(seed), question, spread, **more)
    return ENGINE.compute(request, Draw("tarot", ENGINE.subject(request), day, request.topic))


def lying(reading: Reading) -> list[tuple[str, bool]]:
    return [(card.id, card.reversed) for card in reading.cards]


# What is dealt


def test_the_deck_has_78_cards_in_its_order() -> None:
    assert len(CARDS) == len(set(CARDS)) == 78
    assert [CARDS[0], CARDS[21], CARDS[22], CARDS[35], CARDS[36], CARDS[77]] == [
        "major.00", "major.21", "wands.01", "wands.14", "cups.01", "pentacles.14",
    ]  # fmt: skip
    assert [index(card) for card in CARDS] == list(range(78))
    assert Counter(map(suit, CARDS)) == {"major": 22} | dict.fromkeys(SUITS, 14)
    assert (rank("major.00"), rank("swords.14")) == (0, 14)


def test_a_deal_is_the_published_shuffle_of_its_name() -> None:
    cards = read("이직할까요?", "celtic").cards
    order = Stream("vtf1|tarot|guest|2026-11-22|이직할까요|cards").shuffled(78)
    assert [card.id for card in cards] == [CARDS[at] for at in order[:10]]
    assert [card.reversed for card in cards] == [
        Stream(f"vtf1|tarot|guest|2026-11-22|이직할까요|reversed.{card.id}").below(100) < 35 for card in cards
    ]


def dealt() -> list[str]:
    """Draws of fixed names, as lines; also run by other interpreters."""
    lines: list[str] = []
    for question, spread in (("", "one"), ("", "three"), ("이직할까요?", "celtic"), ("Should I move?", "relationship")):
        found = read(question, spread, seed="6f1c2a9e-11d4-4b7a-a35f-0c2a9e11d4b7")
        cards = " ".join(f"{card}{'-' if upside_down else '+'}" for card, upside_down in lying(found))
        lines.append(f"{cards} {found.score} {found.lucky.numbers} {found.lucky.colors[0]} {found.lucky.direction}")
    return lines


PUBLISHED = [
    "cups.05+ 32 (9, 40, 43) sky W",
    "major.15- major.02+ major.17+ 77 (2, 15, 17) lavender SE",
    "major.10- pentacles.09+ major.01+ wands.07- pentacles.11+ major.19+ cups.10+ major.21+ major.15- wands.13+"
    " 88 (1, 10, 27, 28, 29) wine W",
    "major.20- swords.08+ cups.05- wands.14- major.21- 48 (12, 20, 21, 35, 40) lavender W",
]


def test_cards_and_scores_of_a_name_never_change() -> None:
    """A changed line is another fortune for everybody: these stay as they are."""
    assert dealt() == PUBLISHED


@pytest.mark.process
@pytest.mark.parametrize("seed", ["0", "4242"])
def test_they_do_not_hang_on_the_interpreter(seed: str) -> None:
    code = "import tests.fortune.test_tarot as t; print('\\n'.join(t.dealt()))"
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8", "LC_ALL": "C"}
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, encoding="utf-8", timeout=60
    )
    assert done.stdout.splitlines() == PUBLISHED, done.stderr


@given(st.text(max_size=60), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
@settings(max_examples=50)
def test_nothing_is_dealt_twice_and_every_spread_begins_alike(question: str, day: date) -> None:
    found = {spread: lying(read(f"물음 {question}", spread, day)) for spread in (one.id for one in SPREADS)}
    assert all(len({card for card, _ in cards}) == len(cards) for cards in found.values())
    assert all(cards == found["celtic"][: len(cards)] for cards in found.values())


def test_the_same_question_the_same_day_gets_the_same_cards() -> None:
    assert lying(read("이직할까요?", "three")) == lying(read("  이직할까요 ", "three"))
    assert lying(read("이직할까요?", "three")) != lying(read("이사할까요?", "three"))
    assert lying(read("이직할까요?", "three")) != lying(read("이직할까요?", "three", DAY + timedelta(days=1)))


def test_reshuffling_deals_anew_and_is_marked() -> None:
    first, again = read("이직할까요?", "three"), read("이직할까요?", "three", reshuffle=1)
    assert lying(first) != lying(again) != lying(read("이직할까요?", "three", reshuffle=2))
    assert "tarot.reshuffle" not in [row.key for row in first.basis]
    assert dict(next(row for row in again.basis if row.key == "tarot.reshuffle").data) == {"times": 1}


@given(st.uuids().map(str), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
@settings(max_examples=20)
def test_the_card_of_the_day_does_not_come_again_soon(seed: str, day: date) -> None:
    cards = [read(day=day + timedelta(days=ahead), seed=seed).cards[0].id for ahead in range(160)]
    assert all(len(set(cards[at : at + 53])) == 53 for at in range(len(cards) - 52))
    assert set(cards) == set(CARDS)


def test_a_third_lies_upside_down_and_none_where_that_is_not_wanted() -> None:
    every = [card.reversed for at in range(1_000) for card in read(f"{at}", "celtic").cards]
    assert abs(sum(every) / len(every) - 0.35) < 0.02
    upright = [read(f"{at}", "celtic", reversals=False) for at in range(20)]
    assert not any(card.reversed for reading in upright for card in reading.cards)
    assert [card.id for card in upright[0].cards] == [card.id for card in read("0", "celtic").cards]
    assert "tarot.upright" in [row.key for row in upright[0].basis]


# What it counts


def test_hard_cards_weigh_against_and_glad_ones_for() -> None:
    assert all(-2 <= weight(card, way) <= 2 for card in CARDS for way in (False, True))
    assert [weight(f"major.{at}", False) for at in ("19", "17", "21", "16", "15")] == [2, 2, 2, -2, -2]
    assert [weight(card, False) for card in ("cups.02", "swords.10", "pentacles.05")] == [2, -2, -2]
    assert weight("major.15", True) > 0 > weight("major.01", True)  # a loosened chain; a trickster


@pytest.mark.parametrize("spread", [one.id for one in SPREADS])
def test_the_odds_are_about_the_stated_ones(spread: str) -> None:
    draws = 4_000
    days = [DAY + timedelta(days=at) for at in range(40)]
    count = Counter(read(f"물음 {at // 40}", spread, days[at % 40]).grade for at in range(draws))
    stated = dict(zip(GRADES, (12, 34, 35, 13.5, 5.5), strict=True))
    off = {grade: 100 * count[grade] / draws - stated[grade] for grade in GRADES}
    # The spreads are made to come within two points; four thousand draws are another two off by themselves.
    assert max(map(abs, off.values())) < 4, off


@given(st.text(max_size=20), st.sampled_from([one.id for one in SPREADS]))
def test_the_basis_adds_up_to_the_score(question: str, spread: str) -> None:
    found = read(question, spread)
    assert found.score == max(0, min(100, 50 + sum(row.effect for row in found.basis)))


def test_a_single_card_stays_true_to_its_weight() -> None:
    for at in range(3_000):
        found = read(f"{at}")
        counts = weight(*lying(found)[0])
        assert found.grade not in ({2: ("normal", "bad", "warning"), -2: ("good", "excellent")}.get(counts, ()))
        assert counts < 1 if found.grade == "warning" else counts > 0 if found.grade == "excellent" else True


def test_yes_or_no_is_the_cards_answer() -> None:
    said = {weight(*lying(found)[0]): found.title.key for found in (read(f"{at}", "yesno") for at in range(200))}
    assert said == {
        2: "tarot.answer.yes",
        1: "tarot.answer.leaning_yes",
        0: "tarot.answer.open",
        -1: "tarot.answer.leaning_no",
        -2: "tarot.answer.no",
    }


def test_luck_comes_from_the_cards() -> None:
    for at in range(300):
        found = read(f"{at}", "relationship")
        assert all(1 <= number <= 45 for number in found.lucky.numbers)
        assert list(found.lucky.numbers) == sorted(set(found.lucky.numbers))
        suits = Counter(suit(card.id) for card in found.cards)
        most = next(one for one in suits if suits[one] == max(suits.values()))
        direction = {"wands": "S", "cups": "W", "swords": "E", "pentacles": "N"}.get(most)
        assert direction in (None, found.lucky.direction)
    assert 1 in read_until("major.01").lucky.numbers and 45 in read_until("major.00").lucky.numbers


def read_until(card: str) -> Reading:
    return next(found for at in range(2_000) if (found := read(f"{at}")).cards[0].id == card)


# What is asked


@pytest.mark.parametrize(
    ("question", "matter"),
    [
        ("이직할까요?", "work"),
        ("요즘 일이 너무 많아요", "work"),
        ("썸남이 나를 좋아할까", "love"),
        ("남자친구와 다퉜어요", "love"),
        ("친구랑 싸웠는데 화해할 수 있을까", "relations"),
        ("이번 달 돈이 남을까", "money"),
        ("운동 시작할까", "health"),
        ("Should I ask my boss for a raise?", "work"),
        ("Does she love me?", "love"),
        ("Will my boss like my friend?", "work"),
        ("How do I make up with my sister?", "relations"),
        ("gym에 갈까", "health"),
        ("내일 업데이트할까, 커피로 버틸까", None),
        ("무서운 영화 볼까", None),
        ("3월 1일에 떠날까", None),
        ("Will it work?", None),
        ("", None),
    ],
)
def test_what_a_question_is_about(question: str, matter: str | None) -> None:
    assert matter_of(question) == matter
    categories = read(question, "three").categories
    assert [one.key for one in categories] == ([matter] if matter else [])


def test_a_question_shows_in_the_basis_and_its_words_do_not() -> None:
    found = read("Does Minjun from the office love me?", "celtic")
    assert [row.key for row in found.basis[:2]] == ["tarot.question", "tarot.same"]
    assert "minjun" not in repr(found).lower()
    assert [row.key for row in read().basis] == ["tarot.day", "tarot.card", "chance"]
    assert read("?!") == read()


# Spreads by name


@pytest.mark.parametrize(
    ("name", "spread"),
    [
        ("one", "one"),
        ("한 장", "one"),
        ("Past-Present-Future", "three"),
        ("과거·현재·미래", "three"),
        ("3", "three"),
        ("situation / action / outcome", "situation"),
        ("관계", "relationship"),
        ("Celtic Cross", "celtic"),
        ("켈틱 크로스", "celtic"),
        ("yes/no", "yesno"),
        ("예/아니오", "yesno"),
    ],
)
def test_spreads_are_found_by_what_people_call_them(name: str, spread: str) -> None:
    assert find_spread(name).id == spread


def test_an_unknown_spread_names_the_nearest() -> None:
    with pytest.raises(UsageError) as raised:
        find_spread("celtik")
    assert raised.value.params["nearest"] == "celtic" and raised.value.exit_code == 2
    with pytest.raises(UsageError) as raised:
        find_spread("\x1b[31m" + "q" * 10_000)
    assert raised.value.key == "fortune.unknown_spread" and len(str(raised.value.params["name"])) <= 40
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        assert "celtic" in i18n.t(f"{raised.value.key}.hint", **raised.value.params)


def test_names_of_spreads_do_not_clash() -> None:
    names = [name for one in SPREADS for name in (one.id, *one.aliases)]
    assert len(names) == len(set(names))
    assert all(len(one.positions) == len(one.points) for one in SPREADS)
    assert all(one.advises in ("", *one.positions) for one in SPREADS)


# Words


def reached() -> set[str]:
    """Every key that readings of all kinds ask for, and those that the faces look up by card and place."""
    asked = ("", "오늘 뭐 하지", "연애", "돈 문제", "회사", "운동", "친구")
    found: set[str] = set()
    for spread in SPREADS:
        for at in range(1_200):
            more = {"reshuffle": at % 50 == 1, "reversals": at % 50 != 2}
            reading = read(asked[at % 7], spread.id, DAY + timedelta(days=at), **more)
            found |= {text.key for text in texts(reading)}
    for card in CARDS:
        found |= {f"tarot.card.{card}.{one}" for one in ("name", "upright.keywords", "reversed.keywords")}
    for spread in SPREADS:
        found.add(f"tarot.spread.{spread.id}.name")
        found |= {f"tarot.spread.{spread.id}.{one}.{part}" for one in spread.positions for part in ("name", "about")}
    return {key for key in found if key.startswith("tarot.")}


def test_every_text_is_reached_and_every_key_has_one() -> None:
    asked = reached()
    for locale in LOCALES:
        files = {file.stem: json.loads(file.read_text("utf-8")) for file in (FOLDER / locale).glob("tarot*.json")}
        assert "tarot" in files
        for name, words in files.items():
            assert {key for key in asked if file_of(key) == name} ^ words.keys() == set()


def test_both_advices_of_a_card_are_used() -> None:
    ways = {lying(found)[0][1]: found.advice.at for found in (read(f"{at}") for at in range(20))}
    assert ways == {False: 0, True: 1}
    assert {read(f"{at}", "situation").advice.key for at in range(20)} <= {f"tarot.card.{one}.advice" for one in CARDS}


def test_categories_are_those_of_the_request() -> None:
    assert {matter_of(word) for word in ("연애", "금전", "직장", "건강", "친구")} == set(CATEGORIES)

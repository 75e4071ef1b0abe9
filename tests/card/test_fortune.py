"""A fortune as a card: every spread and engine, at every width, with as many colours as there are."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest

from vtuber_cli import i18n
from vtuber_cli.card import fortune, ink
from vtuber_cli.card.cells import cells
from vtuber_cli.card.lines import WIDEST_SHORT, json_text, plain, short
from vtuber_cli.card.sheet import ASCII, FINE, Pen
from vtuber_cli.fortune.birth import parse_birth
from vtuber_cli.fortune.engines import ENGINES
from vtuber_cli.fortune.request import Person, Request
from vtuber_cli.fortune.spreads import SPREADS
from vtuber_cli.fortune.tell import tell

CODES = re.compile(r"\x1b\[[0-9;]*m")
WIDTHS = (30, 45, 59, 60, 76, 80, 99, 100, 116, 120, 200)
SPREAD_NAMES = tuple(spread.id for spread in SPREADS)


def told(engine: str, locale: i18n.Language, **more: Any) -> dict[str, Any]:
    i18n.set_language(locale)
    person = Person(birth=parse_birth("1988-02-03T07:30", "Asia/Seoul"))
    return tell(Request(engine, date(2026, 11, 22), "Asia/Seoul", locale, person, **more), keep=False)


def drawn(result: dict[str, Any], columns: int, depth: ink.Depth = "true", **look: Any) -> list[str]:
    pen = Pen(depth, FINE, ground=columns >= fortune.FRAMED_FROM)
    lines = fortune.card(result, fortune.Look(columns, **look), pen)
    return [CODES.sub("", line) for line in lines]


def check(lines: list[str], columns: int) -> None:
    widths = {cells(line) for line in lines}
    assert max(widths) <= columns
    if columns >= fortune.FRAMED_FROM:
        assert len(widths) == 1
        assert all(line[0] + line[-1] in ("╭╮", "││", "╰╯") for line in lines)


@pytest.mark.parametrize("spread", SPREAD_NAMES)
@pytest.mark.parametrize("locale", ["ko", "en"])
@pytest.mark.parametrize("depth", ["none", "256"])
def test_every_spread_at_every_width(spread: str, locale: i18n.Language, depth: ink.Depth) -> None:
    result = told("tarot", locale, spread=spread, question="이직해도 될까요? " * 12)
    for columns in WIDTHS:
        lines = drawn(result, columns, depth, question="이직해도 될까요? " * 12, name="민지", explain=True)
        check(lines, columns)
        whole = re.sub(r"[│\s]", "", "".join(lines))
        for card in result["cards"]:
            assert all(word in whole for word in card["name"].split())  # beside a picture a name may be folded
        assert ("▀" in "".join(lines)) == (depth == "256" and spread != "celtic")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("locale", ["ko", "en"])
def test_every_engine_at_every_width(engine: str, locale: i18n.Language) -> None:
    result = told(engine, locale)
    for columns in WIDTHS:
        check(drawn(result, columns, explain=True), columns)
    for said in ("title", "advice", "summary"):
        assert result[said]["text"].replace(" ", "") in re.sub(r"[│▌\s]", "", "".join(drawn(result, 80, "none"))), said


def test_what_is_foreign_is_harmless_wherever_it_stands() -> None:
    evil = "\x1b]0;evil\x07\u202e" + "뷁" * 200
    result = told("tarot", "ko", spread="three", question="?")
    for said in (result["title"], result["summary"], result["advice"], *(card["text"] for card in result["cards"])):
        said["text"] = evil
    result["lucky"]["item"] = result["lucky"]["colors"][0]["name"] = result["cards"][0]["name"] = evil
    for columns in WIDTHS:
        lines = drawn(result, columns, name=evil, question=evil)
        check(lines, columns)
        assert all(line.isprintable() for line in lines)
    assert all(line.isprintable() for line in plain(result, name=evil, question=evil, explain=True))
    assert short(result).isprintable() and cells(short(result)) <= WIDEST_SHORT
    assert json_text(result).replace("\n", "").isprintable()


def test_ascii_where_there_is_nothing_else() -> None:
    lines = fortune.card(told("saju", "en"), fortune.Look(80), Pen("none", ASCII))
    assert {line[0] for line in lines} == {"+", "|"}
    assert not set("".join(lines)) & set("─│╭━★█▌·")


def test_the_stars_are_the_grade() -> None:
    result = told("daily", "en")
    for lit, grade in enumerate(("warning", "bad", "normal", "good", "excellent"), 1):
        result["grade"] = grade
        assert "★" * lit + "☆" * (5 - lit) in "".join(drawn(result, 80))


@pytest.mark.parametrize("locale", ["ko", "en"])
def test_drawing_again_is_said_at_every_width(locale: i18n.Language) -> None:
    mark = {"ko": "다시 섞음", "en": "reshuffled"}[locale]
    again, first = (told("tarot", locale, spread="situation", question="?", reshuffle=times) for times in (1, 0))
    assert mark in plain(again)[0] and mark not in plain(first)[0]
    for columns in WIDTHS:
        assert mark in "".join(drawn(again, columns))


def test_the_effects_add_up_to_the_score() -> None:
    result = told("daily", "en")
    lines = plain(result, explain=True)
    rows = lines[lines.index("What the score is made of:") + 1 : -1]
    numbers = [int(row[:5]) for row in rows if row[:5].strip()]
    assert len(numbers) > 1 and sum(numbers) == result["score"]


def test_a_pipe_has_an_encoding() -> None:
    from vtuber_cli.card.sheet import marks

    assert marks(io.StringIO()) == ASCII

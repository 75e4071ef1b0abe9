"""The way a picture goes: by what was asked for, by what is known, and never into the void."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from vtuber_cli.i18n import find
from vtuber_cli.tui.picture.answers import Answers
from vtuber_cli.tui.picture.choice import choose, needed
from vtuber_cli.tui.picture.ways import WAYS, Wish

PLAIN = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
KITTY = Answers(graphics=True, name="kitty(0.26.5)", cell=(9, 18), ended=True)
FOOT = Answers(name="foot(1.13.1)", cell=(7, 14), sixel=True, ended=True)
XTERM = Answers(name="XTerm(379)", ended=True)
SILENT = Answers()


@pytest.mark.parametrize(
    ("answers", "environ", "way", "reason"),
    [
        (KITTY, {}, "kitty", "kitty"),
        (FOOT, {}, "half", "sixel"),  # only when asked for
        (XTERM, {}, "half", "blocks"),
        (SILENT, {}, "half", "silent"),
        (Answers(graphics=False, ended=True), {}, "half", "blocks"),
        (KITTY, {"TMUX": "/tmp/tmux,1,0"}, "half", "multiplexer"),
        (KITTY, {"STY": "1.pts"}, "half", "multiplexer"),
        (KITTY, {"TERM": "tmux-256color"}, "half", "multiplexer"),
        (KITTY, {"SSH_CONNECTION": "1 2 3 4"}, "half", "ssh"),
        (KITTY, {"SSH_TTY": "/dev/pts/1"}, "half", "ssh"),
        (KITTY, {"NO_COLOR": "1"}, "ascii", "no_color"),
        (KITTY, {"TERM": "dumb"}, "ascii", "term"),
        (SILENT, {"TERM": "linux"}, "ascii", "term"),
        (KITTY, {"LANG": "C"}, "ascii", "charset"),
        (KITTY, {"LC_ALL": "ko_KR.EUC-KR", "TMUX": "x"}, "ascii", "charset"),
    ],
)
def test_without_a_wish_it_is_the_best_that_is_known(
    answers: Answers, environ: dict[str, str], way: str, reason: str
) -> None:
    choice = choose(answers, "auto", PLAIN | environ)
    assert (choice.way, choice.reason) == (way, f"picture.reason.{reason}")


@pytest.mark.parametrize("environ", [{}, {"TMUX": "x"}, {"SSH_TTY": "x"}, {"NO_COLOR": "1"}, {"LANG": "C"}])
def test_a_wish_is_done_whatever_the_surroundings(environ: dict[str, str]) -> None:
    for wish, answers in (("half", SILENT), ("ascii", KITTY), ("off", KITTY), ("kitty", KITTY), ("sixel", FOOT)):
        choice = choose(answers, wish, PLAIN | environ, source="VTUBER_AVATAR")
        assert (choice.way, choice.reason) == (wish, "picture.reason.wished")
        assert choice.params["place"] == "VTUBER_AVATAR"


@pytest.mark.parametrize(
    ("wish", "answers", "environ", "way"),
    [
        ("kitty", SILENT, {}, "half"),
        ("kitty", FOOT, {}, "half"),
        ("sixel", XTERM, {}, "half"),
        ("sixel", KITTY, {}, "kitty"),
        ("kitty", SILENT, {"TMUX": "x"}, "half"),
        ("kitty", SILENT, {"NO_COLOR": "1"}, "ascii"),
    ],
)
def test_graphics_that_nobody_answers_for_are_not_sent(
    wish: Wish, answers: Answers, environ: dict[str, str], way: str
) -> None:
    choice = choose(answers, wish, PLAIN | environ, source="config.yaml:3")
    assert (choice.way, choice.reason) == (way, "picture.reason.unanswered")
    assert choice.params == {"way": wish, "place": "config.yaml:3"} | choice.params


def test_letters_go_before_blocks_but_not_before_pictures_and_nothing() -> None:
    ways = {wish: choose(KITTY, wish, PLAIN, letters=True).way for wish in get_args(Wish)}
    assert ways == {
        "auto": "ascii", "half": "ascii", "ascii": "ascii", "kitty": "kitty", "sixel": "ascii", "off": "off",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("XTerm(379)", True), ("kitty(0.26.5)", True), ("foot(1.13.1)", True), ("WezTerm 20240203", True),
        ("iTerm2 3.5.0", True), ("ghostty 1.0.1", True), ("VTE(6800)", True), ("tmux 3.3a", False), ("", False),
    ],
)  # fmt: skip
def test_full_colours_by_the_terminals_name(name: str, full: bool) -> None:
    assert choose(Answers(name=name, ended=True), environ=PLAIN).truecolor is full
    assert choose(Answers(name=name), environ=PLAIN | {"COLORTERM": "truecolor"}).truecolor
    assert choose(Answers(name=name), environ=PLAIN, truecolor=True).truecolor


@pytest.mark.parametrize(
    ("wish", "environ", "asked"),
    [
        ("auto", {}, "graphics"),
        ("auto", {"COLORTERM": "truecolor"}, "graphics"),
        ("kitty", {}, "graphics"),
        ("sixel", {"TMUX": "x"}, "name"),  # what is for kitty would be a title there
        ("auto", {"TMUX": "x"}, ""),
        ("auto", {"TERM": "screen-256color"}, ""),
        ("auto", {"SSH_TTY": "x"}, "name"),
        ("auto", {"SSH_TTY": "x", "COLORTERM": "24bit"}, ""),
        ("half", {}, "name"),
        ("half", {"COLORTERM": "truecolor"}, ""),
        ("ascii", {}, ""),
        ("off", {}, ""),
        ("auto", {"NO_COLOR": "1"}, ""),
        ("auto", {"LANG": "C"}, ""),
        ("auto", {"TERM": "dumb"}, ""),
    ],
)
def test_only_what_is_needed_is_asked(wish: Wish, environ: dict[str, str], asked: str) -> None:
    question = needed(wish, PLAIN | environ)
    assert ("graphics" if b"\x1b_G" in question else "name" if question else "") == asked
    assert not needed("half", PLAIN | environ, truecolor=True)


def test_every_reason_has_words_and_hostile_values_drive_nothing() -> None:
    everything = product(
        get_args(Wish), (KITTY, FOOT, SILENT), ({}, {"TMUX": "x"}, {"TERM": "linux"}, {"LANG": "C"}, {"SSH_TTY": "x"})
    )
    for (wish, answers, environ), letters in product(everything, (True, False)):
        choice = choose(answers, wish, PLAIN | environ, letters=letters, source="a\x1b[31m:1")
        assert choice.way in WAYS
        words = find(choice.reason)
        assert words is not None
        assert words.format_map({"place": "", "way": "", **choice.params})
        assert "\x1b" not in "".join(choice.params.values())

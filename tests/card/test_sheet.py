"""Pieces, lines and frames: exact cells whatever is in them, and codes for what the terminal has."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.card import ink, sheet
from vtuber_cli.card.cells import cells
from vtuber_cli.card.sheet import ASCII, FINE, Line, Pen, Piece

CODES = re.compile(r"\x1b\[[0-9;]*m")
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Mn", "Me", "Mc"]), max_size=80)


@given(st.lists(TEXTS), st.integers(24, 90), TEXTS, TEXTS.filter(lambda text: cells(text) < 12))
def test_a_frame_is_a_rectangle(texts: list[str], width: int, left: str, right: str) -> None:
    lines: list[Line] = [line for text in texts for line in sheet.paragraph(text, width - 6)]
    drawn = sheet.framed(lines, width, Pen("true", FINE), (left, right))
    assert {cells(CODES.sub("", line)) for line in drawn} == {width}


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=6), st.integers(10, 40))
def test_columns_keep_their_place(left: list[str], right: list[str], width: int) -> None:
    columns = [[line for text in side for line in sheet.paragraph(text, width)] for side in (left, right)]
    lines = sheet.beside(columns[0], columns[1], width, 2)
    for line in lines:
        assert width + 2 <= sheet.width_of(line) <= 2 * width + 2


@given(st.lists(TEXTS.filter(str.strip), max_size=8), st.integers(8, 60))
def test_what_flows_fits_and_nothing_is_lost(texts: list[str], width: int) -> None:
    items = [sheet.paragraph(text, width) for text in texts]
    lines = sheet.flowed(items, width)
    assert all(sheet.width_of(line) <= width for line in lines)
    said = "".join(piece.text for line in lines for piece in line)
    assert "".join(said.split()) == "".join("".join(texts).split())


@pytest.mark.parametrize(("share", "full"), [(-1, 0), (0, 0), (0.5, 5), (1, 10), (7, 10)])
def test_bars_are_as_wide_as_they_are(share: float, full: int) -> None:
    first, rest = sheet.bar(share, 10, "good", FINE)
    assert (first.text, rest.text) == ("━" * full, "─" * (10 - full))


@pytest.mark.parametrize(
    ("encoding", "corner"),
    [("utf-8", "╭"), ("utf-16", "╭"), ("cp949", "┌"), ("ascii", "+"), ("cp1252", "+"), ("x", "+")],
)
def test_marks_are_those_that_the_output_has(encoding: str, corner: str) -> None:
    class Output(io.StringIO):
        pass

    Output.encoding = encoding  # type: ignore[misc]
    assert sheet.marks(Output()).corners[0] == corner


def test_every_mark_takes_its_cells() -> None:
    for fine, plain in zip(FINE, ASCII, strict=True):
        assert cells(fine) == len(fine)
        assert plain.isascii()


@pytest.mark.parametrize(
    ("depth", "drawn"),
    [
        ("none", "운세"),
        ("16", "\x1b[1;35m운세\x1b[0m"),
        ("256", "\x1b[1;38;5;147;48;5;234m운세\x1b[0m"),
        ("true", "\x1b[1;38;2;183;156;242;48;2;27;24;40m운세\x1b[0m"),
    ],
)
def test_a_style_becomes_codes(depth: ink.Depth, drawn: str) -> None:
    assert Pen(depth, FINE).line((Piece("운세", "*accent"),)) == drawn


def test_without_a_ground_only_what_can_be_read_on_any_is_coloured() -> None:
    pen = Pen("true", FINE, ground=False)
    assert pen.line((Piece("a"), Piece("b", "dim"))) == "a\x1b[2mb\x1b[0m"
    assert pen.behind == "" and Pen("true", FINE).behind and not Pen("16", FINE).behind


def test_a_piece_with_codes_of_its_own_is_left_alone() -> None:
    picture = Piece("\x1b[38;5;1m▀▀\x1b[0m", width=2)
    assert Pen("none", FINE).line((picture,)) == picture.text
    assert sheet.width_of(sheet.filled((picture,), 5)) == 5


# --- colours --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "depth"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "true"),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit"}, "true"),
        ({"TERM": "xterm-kitty"}, "true"),
        ({"WT_SESSION": "x"}, "true"),
        ({"TERM": "screen-256color"}, "256"),
        ({"TERM": "xterm"}, "16"),
        ({}, "16"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
    ],
)
def test_how_many_colours(environment: dict[str, str], depth: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM", "COLORTERM", "NO_COLOR", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ink.depth() == depth


@pytest.mark.parametrize(
    ("colour", "number"),
    [("#000000", 16), ("#ffffff", 231), ("#ff0000", 196), ("#808080", 244), ("#2f5d4a", 23), ("#1b1828", 234)],
)
def test_the_nearest_of_256(colour: str, number: int) -> None:
    assert ink.nearest_256(*bytes.fromhex(colour[1:])) == number


@given(st.integers(16, 255))
def test_a_colour_of_the_256_is_its_own_nearest(number: int) -> None:
    if number < 232:
        at = number - 16
        steps = (0, 95, 135, 175, 215, 255)
        colour = steps[at // 36], steps[at // 6 % 6], steps[at % 6]
    else:
        colour = (8 + 10 * (number - 232),) * 3
    found = ink.nearest_256(*colour)
    assert found == number

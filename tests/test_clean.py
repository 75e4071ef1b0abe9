from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.clean import Cleaner, clean, one_line

PIECES = (
    "hello", " ", "\n", "\t", "\r\n", "안녕", "👩‍👩‍👧", "é", "\x1b", "\x1b[", "\x1b]", "\x1bP", "\x1b_", "\x1b^",
    "\x1bX", "\x1b(", "\x1b\\", "\x07", "\x9b", "\x9c", "\x9d", "\x90", "\x98", "\x18", "\x1a", "0;", "31m", "[", "]",
    "\\", "\x00", "\x7f", "\u202e", "\u2066", "\ud83d", "\ude00", "A", "B", "m",
)  # fmt: skip
hostile = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=30).map("".join)
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("plain text, 안녕\n\ttabbed", "plain text, 안녕\n\ttabbed"),
        ("a\r\nb\rc", "a\nbc"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[38;2;1;2;3mred", "red"),
        ("\x9b31mred", "red"),
        ("\x1b[?25l\x1b[2J\x1b[1;1Hx", "x"),
        ("\x1b[3\x00\x7f1mred", "red"),
        ("\x1b[12", ""),
        ("\x1b[12\nnext", "\nnext"),
        ("\x1b[12가", "가"),
        ("\x1b[\x1b[31mred", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("\x9d0;title\x9ctext", "text"),
        ("\x1b]52;c;aGVsbG8=\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never ended", ""),
        ("\x1b]0;never ended\nnext line", "\nnext line"),
        ("\x1bP1;2|abc\x1b\\text", "text"),
        ("\x90abc\x9ctext", "text"),
        ("\x1b_Gf=100;AAAA\x1b\\text", "text"),
        ("\x1b_bel\x07inside\x1b\\text", "text"),
        ("\x1b^pm\x1b\\text", "text"),
        ("\x1bXsos\x1b\\text", "text"),
        ("\x98sos\x9ctext\x9epm\x9cmore\x9fapc\x9cend", "textmoreend"),
        ("\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\text", "text"),
        ("\x1b]0;aborted\x18text", "text"),
        ("\x1b[1\x18text", "text"),
        ("\x1b(Btext\x1b#8\x1bc\x1b7", "text"),
        ("\x1b(\x1b[1mtext", "text"),
        ("\x1b\ntext", "\ntext"),
        ("end\x1b", "end"),
        ("a\x00b\x08c\x7fd\x85e\x9fx\x9cf", "abcdef"),
        ("user\u202egnp.exe \u2066x\u2069\u200e\u200f\u061c", "usergnp.exe x"),
        ("lone \ud800 and \udc00", "lone  and "),
        ("family 👩‍👩‍👧 flag 🇰🇷", "family 👩‍👩‍👧 flag 🇰🇷"),
    ],
)
def test_cases(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


@settings(deadline=None)
@given(hostile)
def test_nothing_a_terminal_acts_on_survives(text: str) -> None:
    assert UNSAFE.search(clean(text)) is None


@settings(deadline=None)
@given(hostile)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cf", "Cs"))))
def test_ordinary_text_is_untouched(text: str) -> None:
    assert clean(text) == text


@settings(deadline=None)
@given(hostile, st.data())
def test_streaming_equals_the_whole_however_it_is_cut(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    cleaner = Cleaner()
    deltas = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert "".join(map(cleaner.feed, deltas)) + cleaner.finish() == clean(text)


@settings(deadline=None)
@given(hostile)
def test_streaming_one_character_at_a_time(text: str) -> None:
    cleaner = Cleaner()
    assert "".join(map(cleaner.feed, text)) + cleaner.finish() == clean(text)


def test_an_open_sequence_does_not_outlive_finish() -> None:
    cleaner = Cleaner()
    assert cleaner.feed("a\x1b]0;ti") == "a"
    assert cleaner.finish() == ""
    assert cleaner.feed("text") == "text"


def test_open_sequences_are_not_remembered_in_full() -> None:
    cleaner = Cleaner()
    cleaner.feed("\x1b]0;")
    for _ in range(1000):
        assert cleaner.feed("x" * 1000) == ""
    assert cleaner.feed("\x07done") == "done"


@pytest.mark.parametrize("text", ["\x1b[" * 200_000, "\x1b]" * 200_000, "\x9d" + "x" * 400_000, "\x1bP\x9d" * 100_000])
def test_hostile_text_costs_linear_time(text: str) -> None:
    start = time.perf_counter()
    clean(text)
    assert time.perf_counter() - start < 2.0  # quadratic would be minutes


@given(hostile)
def test_one_line_is_clean_and_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert UNSAFE.search(line) is None
    assert line == one_line(line)
    assert line.split() == clean(text).split()

"""What is read of a terminal's answers, however they come, and what is taken for typing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.tui.picture.answers import Answers, Latecomers, has_ended, parse, question

KITTY = b"\x1b_Gi=31415926;OK\x1b\\\x1bP>|kitty(0.26.5)\x1b\\\x1b[6;18;9t\x1b[?62;c"
FOOT = b"\x1bP>|foot(1.13.1)\x1b\\\x1b[6;14;7t\x1b[?62;4;22c"
XTERM = b"\x1bP>|XTerm(379)\x1b\\\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"
VT340 = b"\x1bP>|XTerm(379)\x1b\\\x1b[?63;1;2;4;6;9;15;16;22;28c"
TMUX = b"\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2c"


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (KITTY, Answers(graphics=True, name="kitty(0.26.5)", cell=(9, 18), ended=True)),
        (FOOT, Answers(name="foot(1.13.1)", cell=(7, 14), sixel=True, ended=True)),
        (XTERM, Answers(name="XTerm(379)", ended=True)),
        (VT340, Answers(name="XTerm(379)", sixel=True, ended=True)),
        (TMUX, Answers(name="tmux 3.3a", ended=True)),
        (b"\x1b[?4c", Answers(ended=True)),  # the first number is a model, not a faculty
        (b"\x1b_Gi=31415926;ENOTSUP:no\x1b\\\x1b[?62c", Answers(graphics=False, ended=True)),
        (b"\x1b_Gi=1;OK\x1b\\\x1b[?62c", Answers(ended=True)),  # somebody else's picture
        (b"\x1b[6;0;0t\x1b[?62c", Answers(ended=True)),
        (b"\x1b[6;99999;99999t\x1b[?62c", Answers(ended=True)),
        (b"", Answers()),
    ],
)
def test_what_terminals_say(said: bytes, heard: Answers) -> None:
    """The first five are what these terminals sent."""
    assert parse(said) == heard


def test_typing_before_among_and_after_the_answers_is_kept() -> None:
    cut = KITTY.index(b"\x1bP")
    heard = parse("안녕".encode() + KITTY[:cut] + b" you\x1b[A\x7f" + KITTY[cut:] + b"\r")
    assert heard.typed == "안녕 you\x7f\r"
    assert heard.graphics and heard.ended


@pytest.mark.parametrize("cut", range(1, len(KITTY)))
def test_an_answer_that_was_cut_off_is_no_typing(cut: int) -> None:
    heard = parse(b"hm" + KITTY[:cut])
    assert heard.typed == "hm"
    assert late(KITTY[cut:].decode() + "x", begun=heard.begun) == "x"


def test_a_lone_escape_before_the_screen_takes_no_letter_with_it() -> None:
    heard = parse(b"a\x1b")
    assert heard.typed == "a"
    assert late("b", begun=heard.begun) == "b"


def test_a_name_drives_no_terminal_and_is_short() -> None:
    heard = parse(b"\x1bP>|evil\x07\x9b2J\xc2\x9b31m\nname" + b"x" * 5000 + b"\x1b\\\x1b[?62c")
    assert heard.ended and len(heard.name) <= 60
    assert heard.name.isprintable() and heard.name.startswith("evil")


def test_what_is_typed_is_bounded_and_text() -> None:
    heard = parse(b"a\x00\x1b]52;c;AAAA\x07\x1b[31m\xff" + b"b" * 100_000)
    assert heard.typed.startswith("ab") and len(heard.typed) <= 2000


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    heard = parse(data)
    assert heard.name.isprintable() or not heard.name
    assert not {"\x1b", "\x00", "\x9b"} & set(heard.typed)
    assert heard.ended == has_ended(data)


def test_multiplexers_are_not_asked_for_graphics() -> None:
    assert b"\x1b_G" in question(graphics=True) and b"\x1b_" not in question(graphics=False)
    assert question(graphics=True).endswith(b"\x1b[c")


# --- answers that are late --------------------------------------------------------------------------------------


def late(*pieces: str, begun: str = "", waits: bool = True, more: bool = False) -> str:
    typed = Latecomers(begun, lambda: waits, lambda: more)
    return "".join(typed.feed(piece) for piece in pieces)


LATE = KITTY.decode()


@given(st.lists(st.integers(min_value=0, max_value=len(LATE)), max_size=6).map(sorted))
def test_late_answers_are_not_typed_however_they_are_cut(cuts: list[int]) -> None:
    ends = [*cuts, len(LATE)]
    pieces = [LATE[begin:end] for begin, end in zip([0, *cuts], ends, strict=True)]
    assert late("a", *pieces, "b", more=True) == "ab"


@pytest.mark.parametrize("key", ["\x1b", "\x1b[A", "\x1b[6;5~", "\x1b[<35;1;1M", "\x1bP", "\x1b[", "q"])
def test_keys_pass_while_an_answer_is_awaited(key: str) -> None:
    assert late(key) == key


def test_after_the_last_answer_or_in_the_end_everything_passes() -> None:
    assert late("\x1b[?62c", "\x1bP>|typed\x1b\\") == "\x1bP>|typed\x1b\\"
    assert late("x", "\x1bP>|typed\x1b\\", waits=False) == "x\x1bP>|typed\x1b\\"


def test_a_string_that_never_ends_does_not_swallow_for_ever() -> None:
    typed = Latecomers("", lambda: True, lambda: False)
    assert typed.feed("a\x1b_G" + "x" * 10_000) == "a"
    assert typed.feed("b") == "b"


def test_when_the_time_is_over_half_an_answer_goes_and_typing_stays() -> None:
    assert late("a\x1bP>|kit", waits=False) == "a"

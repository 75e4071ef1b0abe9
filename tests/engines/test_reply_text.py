"""What a model writes, made fit to be read, however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.engines.prompt import RUNAWAY, Defuser
from vtuber_cli.engines.reply_text import Ending, ReplyText, Thoughts


def pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Hello.", "Hello."),
        ("<think>Hm.</think>Hello.", "Hello."),
        ("\n <think>\nHm.\n</think>\n\nHello.", "\n\nHello."),
        ("<thinking>Hm.</thinking><think>So.</think> Hello.", " Hello."),
        ("<reasoning>a </think> b</reasoning>Hello.", "Hello."),
        ("<think>never ends", ""),
        ("<think>almost</think", ""),
        ("<thin", "<thin"),
        ("<thinly veiled", "<thinly veiled"),
        ("< think>Hello.", "< think>Hello."),
        ("Hello <think>not this</think>.", "Hello <think>not this</think>."),
        ("", ""),
        ("  ", "  "),
    ],
)
def test_thoughts_in_front_are_left_out(text: str, reply: str) -> None:
    for size in (1, 2, 3, 7, 100):
        thoughts = Thoughts()
        assert "".join(map(thoughts.feed, pieces(text, size))) + thoughts.finish() == reply


def test_whether_there_were_thoughts_is_known() -> None:
    for text, thought in (("<think>Hm.</think>Hello.", True), ("<think>never ends", True), ("Hello <think>", False)):
        thoughts = Thoughts()
        thoughts.feed(text)
        assert thoughts.any is thought


@given(st.text(max_size=60), st.integers(1, 9))
def test_text_without_thoughts_stays(text: str, size: int) -> None:
    thoughts = Thoughts()
    said = "".join(map(thoughts.feed, pieces(f"Hello. {text}", size))) + thoughts.finish()
    assert said == f"Hello. {text}"


def test_a_long_thought_is_not_kept() -> None:
    thoughts = Thoughts()
    thoughts.feed("<think>")
    for _ in range(1000):
        assert thoughts.feed("hm, " * 100) == ""
    assert len(thoughts._held) < 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello.\nUser: hi\nAssistant: no", "Hello."),
        ("Hello.\nUser : hi", "Hello."),
        ("Hello.\nUsers like it.", "Hello.\nUsers like it."),
        ("Hello.\n사용자: 안녕", "Hello."),
        ("Hello.\n", "Hello.\n"),
        ("User: hi", "User: hi"),
        ("\n\nHuman:", "\n"),
    ],
)
def test_a_reply_ends_where_somebody_else_speaks(text: str, said: str) -> None:
    for size in (1, 2, 5, 100):
        ending = Ending(RUNAWAY)
        assert "".join(map(ending.feed, pieces(text, size))) + ending.finish() == said


@given(st.text("ab\nUser:", max_size=60), st.integers(1, 9))
def test_where_it_is_cut_makes_no_difference(text: str, size: int) -> None:
    ending, whole = Ending(RUNAWAY), Ending(RUNAWAY)
    assert "".join(map(ending.feed, pieces(text, size))) + ending.finish() == whole.feed(text) + whole.finish()


def test_a_reply_begins_with_a_letter_and_is_clean() -> None:
    text = ReplyText()
    assert [text.feed(piece) for piece in ("\n ", "\x1b[", "31m  Hi", "\ufffd there\x07 ")] == ["", "", "Hi", " there "]


@pytest.mark.parametrize(
    "marker",
    [
        "<|im_end|>",
        "<｜User｜>",
        "</s>",
        "<s>",
        "<start_of_turn>",
        "[INST]",
        "[/INST]",
        "<<SYS>>",
        "<think>",
        "<|EOT|>",
    ],
)
def test_the_usual_markers_are_cut_in_two(marker: str) -> None:
    assert Defuser().defuse(f"a{marker}b") == f"a{marker[0]} {marker[1:]}b"


@pytest.mark.parametrize("text", ["a < b | c > d", "x[1]", "[joy]", "<b>bold</b>", "<|>", "1 <| 2 |> 3\n", "</script>"])
def test_other_brackets_stay(text: str) -> None:
    assert Defuser().defuse(text) == text

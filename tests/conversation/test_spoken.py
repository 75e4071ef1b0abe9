"""What is said for a text: tables of readings in tests/data, and what must hold for any text."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.conversation.emotion import TagFilter
from vtuber_cli.conversation.sentences import Splitter
from vtuber_cli.conversation.spoken import Reader, language_of, spoken

DATA = Path(__file__).parents[1] / "data"


def readings(language: str) -> list[object]:
    topics = yaml.safe_load((DATA / f"spoken_{language}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(*case, id=f"{topic}: {case[0]}") for topic, cases in topics.items() for case in cases]


@pytest.mark.parametrize(("written", "said"), readings("en"))
def test_english(written: str, said: str) -> None:
    assert spoken(written, "en") == said


@pytest.mark.parametrize(("written", "said"), readings("ko"))
def test_korean(written: str, said: str) -> None:
    assert spoken(written, "ko") == said


def test_other_languages_keep_their_digits() -> None:
    assert spoken("**今日**は3時😊", "ja") == "今日は3時"
    assert spoken("「はい。」と、3.14", "ja") == "「はい。」と、3.14"


SCRAPS = (
    "Hello", "안녕", " ", "\n", "**", "*", "_", "`", "```", "#", "- ", "1. ", "> ", "[a](b)", "[", "](", "<b>", "<",
    "|", "&amp;", "&#0;", "https://a.b", "@", "a@b.c", "$", "₩", "%", "°C", "km", "m/s", "개", "명", "시", "번", "월",
    "만", "원", "대", "3", "12", "1,000", "0.5", "007", "-", "~", "/", ":", "3:30", "2026-11-23", "11/23", "99/99",
    "1/0", "v1.2.1", "st", "th", "s", "pm", "p.m.", "Mr.", "Jan.", "U.S.", "½", "²", "①", "٣", "😊", "👩‍👩‍👧",
    "1️⃣", "(^_^)", "ㅋㅋ", "\x1b[31m", "\u202e", "\ud800", "=", "+", "→", "제", ".", ",", "!", "?", "(", ")", "\"",
    "'", "9" * 50, "x", "MP", "GPT-4", "VIII", "Henry ", "Chapter ", "X", "5'10\"", "Dr", "etc", "No", "b", "x^2", "^",
    "$x$", "\\frac{1}{2}", "\\(", "/usr/x", "C:\\", "a/b", "--", "1,2", "2~3", "5~60", "여 ", "1M", "5k", "0x1", "1e6",
    "*waves*", "(laughs)", "(웃음)", ":smile:", "★★★☆☆", "I ♥ you", "ㅇㅇ", "⁶", "₂", "α", "≥", "AI", "Python",
    "naver.com", "을", "v", "the ", "30s", " in", "1:2", "·", "「", "#1", "p.", "12", "Ⅳ", "፩", "㉑",
)  # fmt: skip
anything = st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=5)), max_size=25).map("".join)
FOR_THE_EYE = re.compile(
    r"[*`#~<>{}\[\]|\\^=@_\x00-\x1f\x7f-\x9f\u202a-\u202e\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]"
)


@settings(deadline=None)
@given(anything, st.sampled_from(("en", "ko", "ja", "xx", "")))
def test_it_never_fails_and_says_only_what_can_be_said(text: str, language: str) -> None:
    said = spoken(text, language)
    assert FOR_THE_EYE.search(said) is None
    assert said == said.strip()
    assert not said or any(map(str.isalnum, said))
    assert "  " not in said
    assert all(unicodedata.category(char)[0] in "LMNPZ" for char in said)


@settings(deadline=None)
@given(anything, st.sampled_from(("en", "ko")))
def test_no_digit_is_left_in_a_language_that_spells_them(text: str, language: str) -> None:
    assert re.search(r"\d", spoken(text, language)) is None


@settings(deadline=None)
@given(anything, st.sampled_from(("en", "ko", "ja")))
def test_what_is_said_is_said_as_it_stands(text: str, language: str) -> None:
    said = spoken(text, language)
    assert spoken(said, language) == said


@settings(deadline=None)
@given(anything, st.sampled_from(("en", "ko")), st.data())
def test_it_does_not_matter_how_the_reply_came(text: str, language: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=20)))
    deltas = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert sentences(deltas, language) == sentences([text], language)


def sentences(deltas: list[str], language: str) -> list[str]:
    tags, splitter, reader = TagFilter({"joy": "happy"}), Splitter(), Reader()
    items = [item for delta in deltas for item in tags.feed(delta)] + tags.finish()
    pieces = [piece for item in items if isinstance(item, str) for piece in splitter.feed(item)]
    return [reader.say(piece, language) for piece in pieces + splitter.finish()]


@pytest.mark.parametrize(
    ("text", "default", "language"),
    [
        ("Hello", "en", "en"),
        ("Hello", "ko", "en"),
        ("Bonjour", "fr", "fr"),
        ("안녕 hello", "en", "ko"),
        ("The word 사랑 means love.", "en", "en"),
        ("The word 사랑 means love.", "ko", "en"),
        ("나는 New York City Central Park에 갔어", "en", "ko"),
        ("Le mot 愛 veut dire amour.", "fr", "fr"),
        ("こんにちは世界", "en", "ja"),
        ("世界", "en", "zh"),
        ("世界", "ja", "ja"),
        ("```py\nx = 1\n```", "ko", "ko"),
        ("`print`", "ko", "ko"),
        ("https://example.com/a", "ko", "ko"),
        ("123 😊", "ko", "ko"),
        ("", "en", "en"),
    ],
)
def test_language_of(text: str, default: str, language: str) -> None:
    assert language_of(text, default) == language


def test_a_reader_announces_a_block_of_code_once() -> None:
    reader = Reader()
    pieces = ["Look: ", "```py\nx = 1\n", "y = 2\n", "z\n```\nDone. ", "More ```a``` here"]
    assert [reader.say(piece, "en") for piece in pieces] == ["Look", "code.", "", "Done.", "More code. here"]


def test_a_list_begins_at_the_beginning_of_a_line() -> None:
    reader = Reader()
    pieces = ["Here goes:\n", "- one thing, ", "b² ", "- 4ac; 2. ", "2. Two\n", "2. Three"]
    said = ["Here goes", "one thing", "b squared", "four ac; two.", "two. Two", "two, Three"]
    assert [reader.say(piece, "en") for piece in pieces] == said


def test_a_long_text_is_said_like_a_short_one() -> None:
    assert spoken("I have 3 cats, and 2 dogs. " * 60, "en") == " ".join(["I have three cats, and two dogs."] * 60)
    assert spoken("```\n" + "x = 1\n" * 300 + "```\nThat is all.", "en") == "code. That is all."


HOSTILE = (
    "[", "(", "<", "1", "1,", "*", "_", "a.", "1-", "1/", "|-", "`", "1:", "(^", "https://", "a@", "A.", " ", "=",
    "<3 ", "😊", "^", "1990-", "<b>", "(^_^)", "$1", "3번 ", "Mr. ", "오후 3:", "![](", "*a", "$x", "/a", "1 000 ",
    "a.com/",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("scrap", HOSTILE)
def test_hostile_text_takes_no_longer_than_it_is(scrap: str, language: str) -> None:
    def seconds(size: int) -> float:
        text = (scrap * size)[:size]
        began = time.process_time()
        spoken(text, language)
        return time.process_time() - began

    seconds(100)
    # Four times the text takes four times as long, not sixteen; what takes no time at all cannot be compared.
    assert seconds(8_000) < 10 * seconds(2_000) + 0.05

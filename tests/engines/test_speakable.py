from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.engines.speakable import pieces, speakable


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Hello there!", "Hello there!"),
        ("Hello 안녕 you", "Hello you"),
        ("café naïve Ångström", "café naïve Ångström"),
        ("cafe\u0301", "café"),
        ("good 🙂 night ✨", "good night"),
        ("one\ntwo\tthree", "one two three"),
        ("a\x00b\x1b", "a b"),
        ("it costs €5 or £4, ½ of it at 20 °C", "it costs €5 or £4, ½ of it at 20 °C"),
        ("3 × 4 ≠ −12", "3 × 4 ≠ −12"),
        ("left → right", "left right"),
        ("[[həloʊ]] [a](/b/)", "həloʊ a (/b/)"),
        ("١٢٣", "123"),
        ("1️⃣ first", "1 first"),
        ("\ud800hi", "hi"),
        ("1234567890123", "1 2 3 4 5 6 7 8 9 0 1 2 3"),
        ("123456789012", "123456789012"),
        ("don’t “quote” — ok…", "don’t “quote” — ok…"),
    ],
)
def test_keeps_what_an_english_voice_can_say(text: str, spoken: str) -> None:
    assert speakable(text, "en") == spoken


@pytest.mark.parametrize("text", ["", "  ", "...", "안녕하세요", "🙂", "—?!", "\u0301", "[]", "_"])
def test_is_empty_without_a_letter_or_a_digit(text: str) -> None:
    assert speakable(text, "en") == ""


def test_keeps_the_letters_of_a_voice_of_another_script() -> None:
    assert speakable("안녕하세요 🙂", "ko") == "안녕하세요"
    assert speakable("Привет, мир", "ru") == "Привет, мир"
    assert speakable("नमस्ते", "hi") == "नमस्ते"


@given(st.text(), st.sampled_from(["en", "de", "ko", "hi"]))
def test_twice_is_once(text: str, language: str) -> None:
    once = speakable(text, language)
    assert speakable(once, language) == once


@given(st.text())
def test_gives_what_c_libraries_can_take(text: str) -> None:
    for language in ("en", "ko"):
        spoken = speakable(text, language)
        spoken.encode()
        assert "\x00" not in spoken
        assert "[[" not in spoken


@given(st.text(st.sampled_from("ab1 .,!?\n—。、한"), max_size=300), st.integers(1, 40))
def test_pieces_lose_nothing_and_fit(text: str, longest: int) -> None:
    found = list(pieces(text, longest))
    assert all(0 < len(piece) <= longest for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_pieces_are_cut_where_people_pause() -> None:
    assert list(pieces("One. Two, three four five", 12)) == ["One.", "Two,", "three four", "five"]
    assert list(pieces("aaaa bbbb", 4)) == ["aaaa", "bbbb"]
    assert list(pieces("aaaabbbb", 3)) == ["aaa", "abb", "bb"]
    assert list(pieces("short", 100)) == ["short"]
    assert list(pieces("  ", 100)) == []

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.conversation.heard import heard
from vtuber_cli.events import Phoneme

SHOWN = "One two, three four."
TIMINGS = tuple(
    Phoneme(symbol, seconds)
    for symbol, seconds in [
        ("^", 0.1), ("w", 0.1), ("n", 0.1), (" ", 0.1),  # ends at 0.3
        ("t", 0.1), ("u", 0.1), (",", 0.4), (" ", 0.0),  # ends at 0.6
        ("θ", 0.5), (" ", 0.1), (" ", 0.0),  # ends at 1.5
        ("f", 0.2), ("ɔ", 0.2), (".", 0.2), ("$", 0.1),  # ends at 2.0
    ]
)  # fmt: skip
LASTS = sum(phoneme.seconds for phoneme in TIMINGS)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1.0, ""),
        (0.0, ""),
        (math.nan, ""),
        (0.25, ""),
        (0.31, "One"),
        (0.55, "One"),
        (0.61, "One two,"),
        (1.4, "One two,"),
        (1.51, "One two, three"),
        (2.05, SHOWN),
        (LASTS, SHOWN),
        (99.0, SHOWN),
    ],
)
def test_by_the_voices_timings(seconds: float, text: str) -> None:
    assert heard(SHOWN, LASTS, seconds, TIMINGS) == text


@pytest.mark.parametrize(
    ("shown", "seconds", "text"),
    [
        ("aaaa bbbb cccc dddd", 4.9, "aaaa bbbb"),
        ("aaaa bbbb cccc dddd", 1.0, ""),
        ("오늘은 정말 좋은 날이에요. ", 5.0, "오늘은 정말"),
        ("오늘은 정말 좋은 날이에요. ", 9.9, "오늘은 정말 좋은"),
        ("今日は天気", 5.0, "今日"),
        ("Hello 😊 there — my friend", 5.0, "Hello 😊"),
        ("Hello there — my friend", 6.0, "Hello there —"),
        ("-- hello there", 5.0, ""),
        ("!!! ???", 5.0, ""),
        ("  ", 5.0, ""),
        ("", 5.0, ""),
        ("Supercalifragilistic", 9.9, ""),
    ],
)
def test_by_characters_where_there_are_no_timings(shown: str, seconds: float, text: str) -> None:
    assert heard(shown, 10.0, seconds) == text


def test_timings_of_other_words_are_not_trusted() -> None:
    assert heard("Only two", LASTS, LASTS * 0.6, TIMINGS) == "Only"
    assert heard("It is 2026", 3.0, 1.6, (Phoneme("a", 1.0), Phoneme(" ", 0.0), Phoneme("b", 2.0))) == "It is"


def test_what_lasts_no_time_was_heard_once_it_was_its_turn() -> None:
    assert heard("Silent", 0.0, 0.1) == "Silent"
    assert heard("Silent", 0.0, 0.0) == ""


words = st.lists(st.sampled_from(("One", "two,", "three.", "—", "안녕", "😊", "語", "don't")), max_size=12)
sounds = st.lists(
    st.builds(Phoneme, st.sampled_from((" ", "a", "ˈb", ",", "_", "t")), st.floats(0.0, 0.5)), max_size=40
).map(tuple)
seconds = st.floats(0.0, 12.0)


@settings(deadline=None)
@given(words.map(" ".join), sounds, seconds, seconds)
def test_more_time_never_gives_less_text(shown: str, phonemes: tuple[Phoneme, ...], a: float, b: float) -> None:
    total = sum(phoneme.seconds for phoneme in phonemes)
    less, more = heard(shown, total, min(a, b), phonemes), heard(shown, total, max(a, b), phonemes)
    assert more.startswith(less)


@settings(deadline=None)
@given(words, sounds, seconds)
def test_whole_words_from_the_beginning(shown: list[str], phonemes: tuple[Phoneme, ...], at: float) -> None:
    total = sum(phoneme.seconds for phoneme in phonemes)
    kept = heard(" ".join(shown), total, at, phonemes).split()
    assert kept == shown[: len(kept)]


@settings(deadline=None)
@given(words.map(" ".join), st.floats(0.1, 9.0))
def test_all_heard_is_all_the_text(shown: str, total: float) -> None:
    assert heard(shown, total, total) == shown

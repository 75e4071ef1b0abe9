"""From the symbols of voices to the shapes of a mouth."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from tests.avatar.talk import phonemes
from vtuber_cli.avatar import visemes
from vtuber_cli.avatar.visemes import CLOSED, CONSONANT, SILENT, A, E, I, O, U, sounds


@pytest.mark.parametrize(
    ("symbol", "shapes"),
    [
        ("a", (A,)), ("ɛ", (E,)), ("iː", (I,)), ("ɔ", (O,)), ("u", (U,)), ("p", (CLOSED,)), ("p-", (CLOSED,)),
        ("m", (CLOSED,)), ("aɪ", (A, I)), ("k", (CONSONANT,)), ("ㄱ", (CONSONANT,)), ("I", (A, I)), ("O", (O, U)),
        ("_", ()), (" ", ()), (",", ()), ("!", ()), ("", ()), ("ˈ", None), ("ː", None), ("ʰ", None),
        ("ɫ̩", (CONSONANT,)),
    ],
)  # fmt: skip
def test_shapes_of_symbols(symbol: str, shapes: object) -> None:
    assert visemes.visemes(symbol) == shapes


def test_the_five_vowels_are_as_designed() -> None:
    assert [(one.open, one.form) for one in (A, E, I, O, U)] == [
        (1, 0.2),
        (0.6, 0.5),
        (0.35, 1),
        (0.7, -0.6),
        (0.3, -1),
    ]
    assert (CLOSED.open, CONSONANT.open, SILENT.open) == (0, 0.25, 0)


def timed(*said: tuple[str, float]) -> list[tuple[float, float, visemes.Viseme, float]]:
    return [(round(a, 3), round(b, 3), shape, stress) for a, b, shape, stress in sounds(said)]


def test_marks_give_their_seconds_to_their_sounds() -> None:
    assert timed(("p", 0.05), ("ˈ", 0.03), ("i", 0.05), ("ː", 0.02)) == [
        (0, 0.05, CLOSED, 0), (0.05, 0.15, I, 1),
    ]  # fmt: skip


def test_stress_before_a_syllable_is_its_vowels() -> None:
    assert timed(("ˌ", 0.02), ("p", 0.05), ("a", 0.05)) == [(0, 0.07, CLOSED, 0), (0.07, 0.12, A, 0.5)]


def test_a_diphthong_is_two_shapes() -> None:
    assert timed(("ˈ", 0.0), ("aɪ", 0.2)) == [(0, 0.11, A, 1), (0.11, 0.2, I, 0)]


def test_a_space_is_no_pause_but_a_comma_is() -> None:
    assert timed(("a", 0.1), (" ", 0.05), ("i", 0.1)) == [(0, 0.125, A, 0), (0.125, 0.25, I, 0)]
    assert timed(("a", 0.1), (",", 0.08), (" ", 0.05), ("i", 0.1)) == [
        (0, 0.1, A, 0), (0.1, 0.23, SILENT, 0), (0.23, 0.33, I, 0),
    ]  # fmt: skip
    assert timed(("_", 0.04), ("a", 0.1), ("_", 0.02)) == [
        (0, 0.04, SILENT, 0), (0.04, 0.14, A, 0), (0.14, 0.16, SILENT, 0),
    ]  # fmt: skip


@given(phonemes)
def test_sounds_leave_no_gap_and_last_as_long_as_the_speech(said: list[tuple[str, float]]) -> None:
    found = sounds(said)
    total = sum(seconds for _, seconds in said)
    assert all(before.end == pytest.approx(after.start) for before, after in pairwise(found))
    assert all(one.end >= one.start for one in found)
    if found:
        assert found[0].start == 0 and found[-1].end == pytest.approx(total)

"""Mouth and sound: together within 40 ms, shut on p, b and m, still in silence."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.avatar.talk import levels, phonemes, words
from vtuber_cli.avatar.lipsync import Lips, from_loudness, from_phonemes
from vtuber_cli.avatar.speaking import Speaking
from vtuber_cli.avatar.visemes import SILENT, A, E, I, O, U, sounds
from vtuber_cli.events import LOUDNESS_SECONDS

FASTEST = 31.0
"""Openings a second: 20, half as much again where the way is steepest."""
TOGETHER = 0.04
LEAD = 0.01

syllables = st.lists(
    st.tuples(st.sampled_from("pbmktszlnfw"), st.floats(0.04, 0.1), st.sampled_from("aeiou"), st.floats(0.06, 0.2)),
    min_size=6,
    max_size=16,
)


def said(some: list[tuple[str, float, str, float]]) -> list[tuple[str, float]]:
    """Syllables as phonemes, with a pause after each third."""
    found = [("_", 0.05)]
    for index, (consonant, short, vowel, long) in enumerate(some):
        found += [(consonant, short), (vowel, long)]
        if index % 3 == 2:
            found.append((",", 0.2))
    return [*found, ("_", 0.2)]


def sound_of(spoken: list[tuple[str, float]], step: float) -> np.ndarray:
    """How loud that would be: vowels loud, consonants soft, nothing in pauses."""
    loud = {"_": 0.0, ",": 0.0} | dict.fromkeys("aeiou", 1.0)
    parts = [np.full(round(seconds / step), loud.get(symbol, 0.2)) for symbol, seconds in spoken]
    return np.concatenate(parts)


def lag(mouth: np.ndarray, sound: np.ndarray, step: float) -> float:
    """By how many seconds the mouth is behind the sound, by their correlation."""
    size = min(len(mouth), len(sound))
    mouth, sound = mouth[:size] - mouth[:size].mean(), sound[:size] - sound[:size].mean()
    reach = round(0.15 / step)
    products = {
        by: float(np.dot(mouth[reach + by : size - reach + by], sound[reach : size - reach]))
        for by in range(-reach, reach + 1)
    }
    return max(products, key=lambda by: products[by]) * step


def drawn(lips: Lips, step: float, fps: float | None = None) -> np.ndarray:
    """The mouth at every step; at a frame rate as a screen holds it, from frame to frame."""
    times = [index * step for index in range(int(lips.seconds / step))]
    if fps is None:
        return np.array([lips.at(time).open for time in times])
    frames = [math.floor(time * fps + 1e-9) / fps for time in times]
    return np.array([lips.at(frame, 1 / fps).open for frame in frames])


@settings(max_examples=60, deadline=None)
@given(syllables)
def test_mouth_and_sound_are_together(some: list[tuple[str, float, str, float]]) -> None:
    spoken, step = said(some), 0.005
    sound = sound_of(spoken, step)
    lips = from_phonemes(spoken)
    assert abs(lag(drawn(lips, step), sound, step)) <= TOGETHER
    heard = from_loudness(tuple(sound[:: round(LOUDNESS_SECONDS / step)]))
    assert abs(lag(drawn(heard, step), sound, step)) <= TOGETHER


@pytest.mark.parametrize("fps", [12, 15, 30])
def test_mouth_and_sound_are_together_on_a_screen(fps: int) -> None:
    spoken, step = words(12), 0.005
    sound = np.concatenate(
        [np.full(round(seconds / step), 1.0 if symbol in "aəiˈ" else 0.0) for symbol, seconds in spoken]
    )
    assert abs(lag(drawn(from_phonemes(spoken), step, fps), sound, step)) <= TOGETHER


@given(phonemes)
def test_each_shape_is_reached_in_its_own_time(spoken: list[tuple[str, float]]) -> None:
    lips = from_phonemes(spoken)
    for one in sounds(spoken):
        lasts, middle = one.end - one.start, (one.start + one.end) / 2 - LEAD
        if one.viseme.closed and lasts >= 0.02:
            assert lips.at(middle).open == 0, "the lips do not touch"
        elif one.viseme is SILENT and lasts >= 0.15:
            assert lips.at(middle).open == 0, "the mouth is open in silence"
        elif one.viseme in (A, E, I, O, U) and lasts >= 0.25:
            assert lips.at(middle).open == pytest.approx(one.viseme.open)
            assert lips.at(middle).form == pytest.approx(one.viseme.form)
            assert max(lips.at(middle).vowels) == pytest.approx(1)


@pytest.mark.parametrize("fps", [8, 12, 24])
@pytest.mark.parametrize("late", [0.0, 0.013, 0.04])
def test_no_touch_of_the_lips_is_missed_at_any_frame_rate(fps: int, late: float) -> None:
    spoken = words(8)
    lips = from_phonemes(spoken)
    frames = [late + frame / fps for frame in range(int(lips.seconds * fps))]
    shut = [frame for frame in frames if lips.at(frame, 1 / fps).open == 0]
    for one in sounds(spoken):
        if one.viseme.closed and one.end < frames[-1]:
            middle = (one.start + one.end) / 2
            assert any(frame <= middle <= frame + 1 / fps for frame in shut)
    # A mouth that touches in every other frame is also open in between.
    assert sum(lips.at(frame, 1 / fps).open > 0.3 for frame in frames) > len(frames) / 6


@given(st.one_of(phonemes.map(from_phonemes), levels.map(from_loudness)), st.floats(0, 0.1))
def test_never_out_of_range_never_too_fast_and_shut_at_both_ends(lips: Lips, lasts: float) -> None:
    assert lips.at(0).open <= FASTEST * LEAD and lips.at(lips.seconds).open == 0
    mouths = [lips.at(index / 400) for index in range(int(lips.seconds * 400) + 2)]
    for before, after in pairwise(mouths):
        assert abs(after.open - before.open) * 400 <= FASTEST
        assert abs(after.form - before.form) * 400 <= 43
    for one in [*mouths, *(lips.at(index / 20, lasts) for index in range(int(lips.seconds * 20)))]:
        assert 0 <= one.open <= 1 and -1 <= one.form <= 1
        assert all(0 <= vowel <= 1 for vowel in one.vowels)


def test_loudness_opens_at_once_and_lets_go_slowly() -> None:
    lips = from_loudness((0.0,) * 10 + (0.5,) * 10 + (0.0,) * 20)
    assert lips.at(0.16).open < 0.3
    assert lips.at(0.24).open > 0.8
    assert lips.at(0.44).open > 0.3
    assert lips.at(0.65).open == 0


def test_how_loud_a_voice_is_does_not_matter_but_silence_does() -> None:
    soft, loud = from_loudness((0.01,) * 20), from_loudness((0.9,) * 20)
    assert soft.at(0.2) == loud.at(0.2)
    assert from_loudness((0.0001,) * 20).at(0.2).open == 0
    assert from_loudness((float("nan"), -1.0, float("inf")) * 9).at(0.2).open == 0
    assert from_loudness(()).at(0.0).open == 0


def test_accents_are_where_the_stress_is() -> None:
    stressed = from_phonemes([("_", 0.1), ("b", 0.1), ("ˈ", 0.0), ("a", 0.2), ("n", 0.2), ("ə", 0.2)])
    assert stressed.accents == [(pytest.approx(0.3), 1.0)]
    # Korean has no such marks: the loudest vowels, or the longest.
    korean = [("n", 0.1), ("ɐ", 0.1), ("n", 0.1), ("ʌ", 0.3), ("j", 0.1), ("o", 0.1), ("_", 0.3)]
    assert [time for time, _ in from_phonemes(korean).accents] == [pytest.approx(0.45)]
    loud = tuple(1.0 if index in (5, 6, 7) else 0.2 for index in range(55))
    assert [time for time, _ in from_phonemes(korean, None, loud).accents] == [pytest.approx(0.15)]


@given(phonemes, levels)
def test_accents_lie_apart(spoken: list[tuple[str, float]], loud: tuple[float, ...]) -> None:
    for lips in (from_phonemes(spoken, None, loud), from_loudness(loud)):
        assert all(after - before > 0.27 for (before, _), (after, _) in pairwise(lips.accents))
        assert all(0 <= time <= lips.seconds and 0 < strength <= 1 for time, strength in lips.accents)


# --- one after another --------------------------------------------------------------------------------------------


def test_one_speech_follows_another_without_a_jump() -> None:
    speaking = Speaking()
    first, second = from_phonemes([("a", 1.0)]), from_phonemes([("i", 1.0)])
    speaking.say(first, 10.0)
    assert speaking.at(9.9).open == 0 and speaking.share(9.9) == 0
    before = speaking.at(10.5)
    speaking.say(second, 10.5)
    assert speaking.at(10.5).open == pytest.approx(before.open, abs=0.05)
    assert speaking.at(11.0).open == pytest.approx(0.35)
    assert speaking.at(11.6).open == 0


def test_hush_shuts_the_mouth_at_once_and_keeps_it_from_the_expression() -> None:
    speaking = Speaking()
    assert not speaking.hush(0.0)
    speaking.say(from_phonemes([("a", 1.0)]), 1.0)
    assert speaking.at(1.5).open == 1
    assert speaking.hush(1.5)
    assert speaking.at(1.5).open == 0 and speaking.share(1.5) == 1 and speaking.share(2.0) == 1
    assert speaking.share(3.0) == 0
    speaking.say(from_phonemes([("a", 1.0)]), 5.0)
    assert not speaking.hush(6.1), "it was over"


@given(st.lists(st.tuples(st.floats(0, 3), phonemes), max_size=5))
def test_the_voice_takes_and_gives_back_the_mouth_gently(speeches: list[tuple[float, list[tuple[str, float]]]]) -> None:
    assume(speeches)
    speaking, times = Speaking(), [index / 200 for index in range(900)]
    waiting = sorted(speeches, key=lambda one: one[0])
    shares: list[float] = []
    for time in times:
        while waiting and waiting[0][0] <= time:
            at, spoken = waiting.pop(0)
            speaking.say(from_phonemes(spoken), at)
        shares.append(speaking.share(time))
        assert 0 <= speaking.at(time).open <= 1
    assert all(0 <= one <= 1 for one in shares)
    assert all(abs(after - before) * 200 < 28 for before, after in pairwise(shares))

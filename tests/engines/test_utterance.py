from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.engines.utterance import utterance
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import Speech

_RATE = 22_050


def spoken(silence: float, sound: float, behind: float = 0.0, peak: float = 0.3) -> np.ndarray:
    at = np.arange(int(sound * _RATE)) / _RATE
    tone = (peak * np.sin(2 * np.pi * 200 * at)).astype(np.float32)
    return np.concatenate([np.zeros(int(silence * _RATE), np.float32), tone, np.zeros(int(behind * _RATE), np.float32)])


def lengths(speech: Speech) -> list[tuple[str, float]]:
    return [(phoneme.symbol, round(phoneme.seconds, 3)) for phoneme in speech.phonemes]


def test_cuts_the_lead_in_out_of_sound_and_timings() -> None:
    samples = spoken(0.3, 0.5, behind=0.2)
    speech = utterance(samples, _RATE, [("_", int(0.3 * _RATE)), ("a", int(0.5 * _RATE)), ("_", int(0.2 * _RATE))], 1)
    assert speech.seconds == pytest.approx(0.74, abs=0.011)
    assert lengths(speech)[0] == ("_", pytest.approx(0.04, abs=0.011))
    assert [symbol for symbol, _ in lengths(speech)] == ["_", "a", "_"]
    assert sum(phoneme.seconds for phoneme in speech.phonemes) == pytest.approx(speech.seconds, abs=1e-9)


def test_drops_phonemes_that_were_only_lead_in() -> None:
    samples = spoken(0.5, 0.5)
    speech = utterance(samples, _RATE, [("_", 2205), ("h", 2205), ("a", len(samples) - 4410)], 1)
    assert [symbol for symbol, _ in lengths(speech)] == ["a"]


def test_leaves_a_short_lead_in_and_silence_alone() -> None:
    assert len(utterance(spoken(0.03, 0.5), _RATE, [], 1).samples) == len(spoken(0.03, 0.5))
    assert len(utterance(np.zeros(5000, np.float32), _RATE, [], 1).samples) == 5000
    assert len(utterance(np.zeros(0, np.float32), _RATE, [], 1).samples) == 0
    assert len(utterance(np.ones(7, np.float32), _RATE, [("a", 7)], 1).samples) == 7


@given(
    st.lists(st.tuples(st.sampled_from("ab_"), st.integers(0, 4000)), max_size=30),
    st.integers(0, 60_000),
    st.floats(0, 0.5),
)
def test_phonemes_always_sum_to_the_sound(sounds: list[tuple[str, int]], count: int, silence: float) -> None:
    samples = np.concatenate([np.zeros(int(silence * _RATE), np.float32), np.full(count, 0.1, np.float32)])
    speech = utterance(samples, _RATE, sounds, 1)
    if speech.phonemes:
        assert sum(phoneme.seconds for phoneme in speech.phonemes) == pytest.approx(speech.seconds, abs=1e-9)
    else:
        assert sum(lasts for _, lasts in sounds) == 0 or len(samples) == 0
    assert all(phoneme.seconds > 0 for phoneme in speech.phonemes)


def test_turns_down_what_would_clip() -> None:
    speech = utterance(spoken(0, 0.5, peak=0.6), _RATE, [], 3)
    assert np.abs(speech.samples).max() == pytest.approx(0.99, abs=1e-3)
    assert utterance(spoken(0, 0.5, peak=0.2), _RATE, [], 2).samples.max() == pytest.approx(0.4, abs=1e-3)


def test_leaves_the_given_samples_alone() -> None:
    samples = spoken(0.3, 0.5)
    before = samples.copy()
    utterance(samples, _RATE, [], 5)
    assert np.array_equal(samples, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_refuses_what_is_not_sound(bad: float) -> None:
    samples = spoken(0, 0.1)
    samples[100] = bad
    with pytest.raises(EngineFailed):
        utterance(samples, _RATE, [], 1)

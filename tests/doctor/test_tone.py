"""The tone is found where it is, however faint, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.audio.resample import resample
from vtuber_cli.doctor import tone
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

LEAD = 6400
"""Samples of the room before anything is played: 0.4 s."""


def room(seed: int, loudness: float, seconds: float = 1.6) -> Samples:
    noise = np.random.default_rng(seed).normal(0, 1, int(seconds * EAR_RATE))
    return (noise * loudness).astype(np.float32)


def heard() -> Samples:
    sound = tone.tone()
    return resample(sound.samples, sound.rate, EAR_RATE)


@given(delay=st.floats(0, 0.45), gain=st.floats(0.02, 1), seed=st.integers(0, 1000))
def test_it_is_found_with_its_level_and_its_delay(delay: float, gain: float, seed: int) -> None:
    recorded = room(seed, 0.0005)
    sound = heard() * gain
    at = LEAD + int(delay * EAR_RATE)
    recorded[at : at + len(sound)] += sound
    echo = tone.find(recorded, LEAD)
    assert echo is not None
    assert echo.delay_ms == pytest.approx(delay * 1000, abs=45)
    assert echo.dbfs == pytest.approx(20 * np.log10(0.3 * gain) - 3, abs=1.5)


@given(loudness=st.floats(0, 0.5), seed=st.integers(0, 1000))
def test_a_noisy_room_is_no_tone(loudness: float, seed: int) -> None:
    assert tone.find(room(seed, loudness), LEAD) is None


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.3])
def test_a_recording_that_is_too_short_holds_none(seconds: float) -> None:
    assert tone.find(room(0, 0.01, seconds), min(LEAD, int(seconds * EAR_RATE))) is None


def test_a_tone_that_was_there_before_is_the_rooms() -> None:
    at = np.arange(2 * EAR_RATE) / EAR_RATE
    assert tone.find((0.1 * np.sin(2 * np.pi * tone.HZ * at)).astype(np.float32), LEAD) is None


def test_a_knock_is_no_tone() -> None:
    recorded = room(0, 0.0005)
    recorded[LEAD + 1000 : LEAD + 1800] += 0.9
    assert tone.find(recorded, LEAD) is None

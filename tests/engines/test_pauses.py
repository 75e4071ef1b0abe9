from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.engines.pauses import cut_at_pauses

_RATE = 1000


@given(st.integers(0, 20_000), st.floats(1, 5), st.integers(0, 2**32 - 1))
def test_loses_nothing_and_fits(count: int, longest: float, seed: int) -> None:
    samples = np.random.default_rng(seed).standard_normal(count).astype(np.float32)
    found = list(cut_at_pauses(samples, _RATE, longest))
    assert all(0 < len(piece) <= longest * _RATE for piece in found)
    assert np.array_equal(np.concatenate([samples[:0], *found]), samples)


def test_cuts_in_the_middle_of_a_pause() -> None:
    samples = np.ones(15_000, np.float32)
    samples[8000:8300] = 0
    first, second = cut_at_pauses(samples, _RATE, 10)
    assert 8000 <= len(first) <= 8300
    assert len(first) + len(second) == 15_000


def test_leaves_short_audio_whole() -> None:
    samples = np.ones(9_999, np.float32)
    assert [len(piece) for piece in cut_at_pauses(samples, _RATE, 10)] == [9_999]
    assert list(cut_at_pauses(samples[:0], _RATE, 10)) == []

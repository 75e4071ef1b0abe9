from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.audio import level, pcm
from vtuber_cli.audio.resample import Resampler, resample

int16s = st.lists(st.integers(-32768, 32767), max_size=200)


@given(int16s)
def test_int16_survives_the_way_there_and_back(values: list[int]) -> None:
    data = np.array(values, dtype="<i2").tobytes()
    assert pcm.to_int16(pcm.from_int16(data)) == data


@given(st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), max_size=100))
def test_anything_becomes_audio(values: list[float]) -> None:
    samples = pcm.from_int16(pcm.to_int16(np.array(values, dtype=np.float32)))
    assert samples.dtype == np.float32
    assert len(samples) == len(values)
    assert np.all(np.abs(samples) <= 1)


def test_channels_are_mixed_and_spread() -> None:
    stereo = np.array([[16384, 0], [-16384, -16384]], dtype="<i2").tobytes()
    assert pcm.from_int16(stereo, 2).tolist() == [0.25, -0.5]
    assert (
        pcm.to_int16(np.array([0.5, -0.5], dtype=np.float32), 2)
        == np.array([16384] * 2 + [-16384] * 2, "<i2").tobytes()
    )


@pytest.mark.parametrize(("data", "channels"), [(b"\0\0\0", 1), (b"\0\0", 2)])
def test_half_a_frame_is_refused(data: bytes, channels: int) -> None:
    with pytest.raises(ValueError):
        pcm.from_int16(data, channels)


def sine(seconds: float, rate: int, hertz: float = 440.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate).astype(np.float32)


def test_levels_are_those_of_the_book() -> None:
    assert level.dbfs(sine(1, 16_000)) == pytest.approx(-3.01, abs=0.01)
    assert level.dbfs(np.ones(10, dtype=np.float32)) == 0
    assert level.dbfs(np.zeros(10, dtype=np.float32)) == level.dbfs(np.zeros(0, dtype=np.float32)) == level.FLOOR
    assert level.dbfs(np.full(10, 1e-30, dtype=np.float32)) == level.FLOOR


@pytest.mark.parametrize(("source", "target"), [(22_050, 48_000), (48_000, 16_000), (16_000, 16_000)])
def test_a_stream_is_resampled_without_seams(source: int, target: int) -> None:
    whole = sine(1, source)
    stream = Resampler(source, target)
    pieces = [stream.feed(piece) for piece in np.array_split(whole, 37)]
    pieces.append(stream.feed(np.zeros(0, dtype=np.float32), last=True))
    joined = np.concatenate(pieces)
    assert len(joined) == target
    assert np.max(np.abs(joined - resample(whole, source, target))) < 1e-3
    inner = slice(target // 10, -target // 10)
    assert np.max(np.abs(joined[inner] - sine(1, target)[inner])) < 1e-3


def test_nothing_stays_nothing() -> None:
    assert len(resample(np.zeros(0, dtype=np.float32), 44_100, 16_000)) == 0

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
import pytest
import soundfile

from tests.audio.riff_files import Wav
from vtuber_cli.audio import pcm
from vtuber_cli.audio.pipe import PipeMicrophone
from vtuber_cli.errors import UsageError
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(EAR_RATE) / EAR_RATE)).astype(np.float32)
RAW = pcm.to_int16(TONE)


async def all_of(microphone: PipeMicrophone) -> Samples:
    heard: list[Samples] = []
    async for frame in microphone.frames():
        assert frame.at == pytest.approx(sum(map(len, heard)) / EAR_RATE)
        heard.append(frame.samples)
    await microphone.close()
    return np.concatenate(heard)


def piped(data: bytes) -> BinaryIO:
    """The reading end of a pipe into which all of this was written."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    assert os.write(write, data) == len(data)
    os.close(write)
    return cast("BinaryIO", os.fdopen(read, "rb", buffering=0))


@pytest.mark.parametrize(
    ("data", "raw"),
    [
        (RAW, EAR_RATE),
        (bytes(Wav(RAW)), None),
        (bytes(Wav(RAW, size=0xFFFF_FFFF, before=(("LIST", b"INFOabcd"),))), None),
        (bytes(Wav(RAW, size=0)), None),
    ],
)
async def test_what_is_piped_in_is_heard(data: bytes, raw: int | None) -> None:
    heard = await all_of(PipeMicrophone(piped(data), "pipe", raw=raw))
    assert np.max(np.abs(heard - TONE)) < 1e-4


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
async def test_other_files_are_heard_when_they_are_whole(kind: str) -> None:
    whole = io.BytesIO()
    soundfile.write(whole, TONE, EAR_RATE, format=kind)
    heard = await all_of(PipeMicrophone(piped(whole.getvalue()), "pipe"))
    middle = heard[len(heard) // 2 - 2000 : len(heard) // 2 + 2000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.354, rel=0.05)


async def test_it_is_heard_while_it_comes() -> None:
    read, write = os.pipe()
    microphone = PipeMicrophone(cast("BinaryIO", os.fdopen(read, "rb", buffering=0)), "pipe", raw=EAR_RATE)
    frames = microphone.frames()
    os.write(write, RAW)
    first = await asyncio.wait_for(anext(frames), 5)
    assert first.at == 0
    os.close(write)
    rest = [frame async for frame in frames]
    assert sum(len(frame.samples) for frame in (first, *rest)) == EAR_RATE


async def test_nobody_waits_for_a_pipe_that_stays_silent() -> None:
    read, write = os.pipe()
    file = cast("BinaryIO", os.fdopen(read, "rb", buffering=0))
    microphone = PipeMicrophone(file, "pipe", raw=EAR_RATE)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(microphone.frames()), 0.05)
    await microphone.close()
    os.close(write)
    while not file.closed:  # by the thread that was left behind, when the pipe has ended
        await asyncio.sleep(0.01)


async def test_a_pipe_waits_for_whoever_does_not_read(tmp_path: Path) -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.taken += len(data)
            return data

    file = Counting(RAW * 100)
    microphone = PipeMicrophone(file, "pipe", raw=EAR_RATE)
    frames = microphone.frames()
    for _ in range(10):
        await anext(frames)
    await asyncio.sleep(0.05)
    assert file.taken < 3 * len(RAW)
    assert sum([len(frame.samples) async for frame in frames]) == 100 * EAR_RATE - 10 * 320


@pytest.mark.parametrize(
    ("data", "raw", "key"),
    [
        (b"", None, "file_empty"),
        (b"", EAR_RATE, "file_empty"),
        (b"\1", EAR_RATE, "file_empty"),
        (b"hello, world", None, "file_not_audio"),
        (bytes(Wav(RAW, tag=0x55)), None, "file_codec"),
        (bytes(Wav(RAW, data_first=True)), None, "file_without_format"),
        (bytes(Wav(RAW, rate=1)), None, "file_odd_rate"),
        (bytes(Wav(RAW, channels=65)), None, "file_odd_channels"),
    ],
)
async def test_what_is_no_sound_is_named(data: bytes, raw: int | None, key: str) -> None:
    with pytest.raises(UsageError) as refused:
        await all_of(PipeMicrophone(piped(data), "pipe", raw=raw))
    assert (refused.value.key, refused.value.params["file"]) == (f"audio.{key}", "pipe")

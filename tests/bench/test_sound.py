"""The ears that hear a recording, the mouth that is recorded, and when it is heard."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from vtuber_cli.bench.sound import BLOCK, RecordingSpeaker, ReplayMicrophone, onset
from vtuber_cli.bench.utterances import Utterance
from vtuber_cli.events import EAR_RATE, AudioFrame, Speech

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

RATE = 24_000


def noise(seconds: float, dbfs: float, rate: int = RATE) -> Samples:
    """Of this level in every 10 ms."""
    signs = np.random.default_rng(2).choice([-1.0, 1.0], round(seconds * rate))
    return (signs * 10 ** (dbfs / 20)).astype(np.float32)


def utterance(seconds: float) -> Utterance:
    samples = (np.arange(round(seconds * EAR_RATE)) % 1000 / 1000).astype(np.float32)
    return Utterance("count", samples, seconds - 0.1, np.full(EAR_RATE, 0.001, np.float32))


# --- when it is heard -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 48_000])
def test_the_onset_is_the_first_audible_frame(rate: int) -> None:
    sound = np.concatenate([noise(0.2, -60, rate), noise(0.5, -30, rate)])
    assert onset(sound, rate) == pytest.approx(0.2, abs=0.011)


def test_a_click_is_no_onset() -> None:
    sound = np.concatenate([noise(0.1, -20)[: RATE // 25], noise(0.3, -70), noise(0.2, -20)])
    assert onset(sound, RATE) == pytest.approx(0.34, abs=0.011)


@pytest.mark.parametrize(("dbfs", "heard"), [(-44.5, True), (-45.5, False)])
def test_the_threshold_is_45_db_below_full_scale(dbfs: float, heard: bool) -> None:
    assert (onset(noise(0.3, dbfs), RATE) is not None) is heard


@pytest.mark.parametrize("seconds", [0.0, 0.049])
def test_what_is_too_short_has_no_onset(seconds: float) -> None:
    assert onset(noise(seconds, -10), RATE) is None


@pytest.mark.looptime
async def test_a_speaker_is_heard_where_its_first_sound_begins() -> None:
    loop = asyncio.get_running_loop()
    speaker = RecordingSpeaker()
    assert speaker.onset() is None
    await asyncio.sleep(1.0)
    began = loop.time()
    speaker.play(Speech(noise(0.5, -80), RATE))
    speaker.play(Speech(np.concatenate([noise(0.04, -80), noise(0.5, -20)]), RATE))
    assert speaker.onset() == pytest.approx(began + 0.54)
    await speaker.close()


# --- what is heard ----------------------------------------------------------------------------------------------


async def listen(microphone: ReplayMicrophone, blocks: int, late: dict[int, float] | None = None) -> list[AudioFrame]:
    """The next blocks; the reader stays away for so many seconds behind some of them."""
    heard: list[AudioFrame] = []
    async with aclosing(microphone.frames()) as frames:
        async for frame in frames:
            heard.append(frame)
            if len(heard) == blocks:
                return heard
            if seconds := (late or {}).get(len(heard)):
                await asyncio.sleep(seconds)
    return heard


@pytest.mark.looptime
async def test_an_utterance_is_heard_as_it_is_and_then_the_room() -> None:
    said = utterance(0.505)
    heard = np.concatenate([frame.samples for frame in await listen(ReplayMicrophone(said), 300)])
    assert np.array_equal(heard[: len(said.samples)], said.samples)
    assert (heard[len(said.samples) :] == np.float32(0.001)).all()


@pytest.mark.looptime
async def test_a_block_comes_when_its_last_sample_was_spoken() -> None:
    loop = asyncio.get_running_loop()
    microphone = ReplayMicrophone(utterance(0.5))
    assert microphone.ended_at == float("inf")
    began = loop.time()
    (*_, last) = await listen(microphone, 25)
    assert loop.time() - began == pytest.approx(0.25)
    assert last.at == pytest.approx(0.24)
    assert len(last.samples) == BLOCK
    assert microphone.ended_at == pytest.approx(began + 0.4)


@pytest.mark.looptime
async def test_time_does_not_wait_for_a_late_reader_and_nothing_is_lost() -> None:
    loop = asyncio.get_running_loop()
    said = utterance(1.0)
    began = loop.time()
    heard = await listen(ReplayMicrophone(said), 60, late={10: 0.3})
    assert loop.time() - began == pytest.approx(0.6)
    assert np.array_equal(np.concatenate([frame.samples for frame in heard]), said.samples[: 60 * BLOCK])


@pytest.mark.looptime
async def test_a_closed_microphone_ends() -> None:
    microphone = ReplayMicrophone(utterance(0.5))
    await microphone.close()
    assert await listen(microphone, 5) == []

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from vtuber_cli.audio.silent import CaptionSpeaker
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import Speech

pytestmark = pytest.mark.looptime


def speech(seconds: float) -> Speech:
    return Speech(np.zeros(round(seconds * 1000), dtype=np.float32), 1000)


async def test_keeps_the_time_that_sound_would_take() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    speaker = CaptionSpeaker()
    first, second = speaker.play(speech(1)), speaker.play(speech(2))
    await first.started()
    assert loop.time() == began
    await asyncio.sleep(0.4)
    assert (first.heard, second.heard) == (pytest.approx(0.4), 0)
    await second.started()
    assert loop.time() - began == pytest.approx(1)
    await first.finished()
    assert loop.time() - began == pytest.approx(1)
    await second.finished()
    assert loop.time() - began == pytest.approx(3)
    assert (first.heard, second.heard) == (1, 2)


async def test_stop_ends_everything_with_what_was_heard() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    speaker = CaptionSpeaker()
    first, second = speaker.play(speech(1)), speaker.play(speech(2))
    await asyncio.sleep(0.25)
    speaker.stop()
    await first.finished()
    await second.started()
    await second.finished()
    assert loop.time() - began == pytest.approx(0.25)
    await asyncio.sleep(10)
    assert (first.heard, second.heard) == (pytest.approx(0.25), 0)
    third = speaker.play(speech(0.5))
    await third.finished()
    assert loop.time() - began == pytest.approx(10.75)
    speaker.stop()
    await speaker.close()
    assert third.heard == 0.5


async def test_speech_without_samples_is_over_at_once() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    speaker = CaptionSpeaker()
    playbacks = [speaker.play(speech(seconds)) for seconds in (0, 0, 1)]
    for playback in playbacks:
        await playback.finished()
    assert loop.time() - began == pytest.approx(1)
    assert [playback.heard for playback in playbacks] == [0, 0, 1]


async def test_whoever_is_told_may_fail_a_playback() -> None:
    told: list[float] = []

    def refuse(speech: Speech, seconds: float) -> None:
        told.append(seconds)
        raise AudioUnavailable("audio.out_failed", file="x", reason="full")

    speaker = CaptionSpeaker(heard=refuse)
    playback, unheard = speaker.play(speech(1)), speaker.play(speech(1))
    with pytest.raises(AudioUnavailable):
        await playback.finished()
    speaker.stop()
    await unheard.finished()
    assert told == [1]


async def test_a_reader_that_gives_up_harms_nobody() -> None:
    speaker = CaptionSpeaker()
    playback = speaker.play(speech(1))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(playback.finished(), 0.5)
    await playback.finished()
    assert playback.heard == 1

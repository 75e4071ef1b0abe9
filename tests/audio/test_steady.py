"""The steady speaker: the device while there is one, captions while there is none."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from vtuber_cli.audio.playback import SpeechPlayback
from vtuber_cli.audio.steady import SteadySpeaker
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import Speech

pytestmark = pytest.mark.looptime(start=0, end=100)
SPEECH = Speech(np.zeros(1000, np.float32), 1000)


class FlakyDevice:
    """Fits `DeviceSpeaker`; `works` is what the hardware does."""

    name = "card"

    def __init__(self) -> None:
        self.works = True
        self.broken = False
        self.opened = 0
        self.played = 0
        self.closed = False

    async def open(self) -> None:
        self.opened += 1
        self.broken = not self.works
        if self.broken:
            raise AudioUnavailable("audio.gone", name=self.name)

    def play(self, speech: Speech) -> SpeechPlayback:
        self.played += 1
        playback = SpeechPlayback(speech)
        self.broken = not self.works
        playback.hear(speech.seconds)
        playback.settle(AudioUnavailable("audio.gone", name=self.name) if self.broken else None)
        return playback

    def stop(self) -> None: ...

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def device() -> Any:
    return FlakyDevice()


async def test_while_the_device_works_it_plays(device: Any) -> None:
    speaker = SteadySpeaker(device)
    await speaker.open()
    await speaker.play(SPEECH).finished()
    assert device.played == 1 and speaker.name == "card"


async def test_without_a_device_captions_take_their_time(device: Any) -> None:
    device.works = False
    speaker = SteadySpeaker(device)
    with pytest.raises(AudioUnavailable):
        await speaker.open()
    began = asyncio.get_running_loop().time()
    await speaker.play(SPEECH).finished()
    assert asyncio.get_running_loop().time() - began == pytest.approx(1.0)
    assert device.played == 0 and speaker.name != "card"
    await speaker.close()


async def test_a_device_that_goes_says_so_once_and_is_taken_back(device: Any) -> None:
    speaker = SteadySpeaker(device)
    await speaker.open()
    device.works = False
    with pytest.raises(AudioUnavailable):
        await speaker.play(SPEECH).finished()
    for _ in range(6):  # six seconds of captions, in which the device is asked for three times at most
        await speaker.play(SPEECH).finished()
    assert device.played == 1 and 2 <= device.opened - 1 <= 3
    device.works = True
    for _ in range(4):
        await speaker.play(SPEECH).finished()
    assert device.played > 1 and speaker.name == "card"
    await speaker.close()
    assert device.closed


async def test_stopping_captions_keeps_what_was_heard(device: Any) -> None:
    device.works = False
    speaker = SteadySpeaker(device)
    with pytest.raises(AudioUnavailable):
        await speaker.open()
    playback = speaker.play(SPEECH)
    await asyncio.sleep(0.4)
    speaker.stop()
    await playback.finished()
    assert playback.heard == pytest.approx(0.4)
    await speaker.close()

"""Sound cards of other kinds, that come and go: shown on one made of software, by either library."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.sound_card import Recording, SoundCard, sound_card
from vtuber_cli.audio.microphone import DeviceMicrophone
from vtuber_cli.audio.speaker import DeviceSpeaker
from vtuber_cli.audio.steady import SteadySpeaker
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import EAR_RATE, Speech

if TYPE_CHECKING:
    from vtuber_cli.audio.backend import Wanted
    from vtuber_cli.events import Samples

__all__ = ["sound_card"]

pytestmark = pytest.mark.audio

RATES = [(8_000, 1), (44_100, 2), (96_000, 6)]


@pytest.fixture(params=["portaudio", "miniaudio"])
def library(request: pytest.FixtureRequest) -> Wanted:
    return request.param


def tone(seconds: float, hertz: float = 440.0, rate: int = 22_050) -> Samples:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def speech(seconds: float, hertz: float = 440.0) -> Speech:
    return Speech(tone(seconds, hertz), 22_050)


def lasts(heard: Recording) -> float:
    loud = heard.loud()
    return float(loud[-1] - loud[0]) if len(loud) else 0.0


async def pitch_at(microphone: DeviceMicrophone, seconds: float = 0.8) -> float:
    """The strongest frequency of the second half of what is heard."""
    heard: list[Samples] = []
    async with aclosing(microphone.frames()) as frames:
        async for frame in frames:
            heard.append(frame.samples)
            if sum(map(len, heard)) >= seconds * EAR_RATE:
                break
    late = np.concatenate(heard)[-EAR_RATE * 4 // 10 :]
    return float(np.argmax(np.abs(np.fft.rfft(late * np.hanning(len(late))))) * EAR_RATE / len(late))


@pytest.mark.parametrize(("rate", "channels"), RATES)
async def test_a_loudspeaker_of_any_rate_speaks_in_time_and_in_tune(
    sound_card: SoundCard, library: Wanted, rate: int, channels: int
) -> None:
    sound_card.plug("odd", rate, channels)
    sound_card.pactl("set-default-sink", "odd")
    speaker = DeviceSpeaker(library=library)
    await speaker.open()
    ear = sound_card.listen("odd")
    playback = speaker.play(speech(0.8, 1000))
    await playback.finished()
    await asyncio.sleep(0.15)
    heard = ear.stop()
    await speaker.close()
    assert heard.pitch() == pytest.approx(1000, abs=4)
    assert lasts(heard) == pytest.approx(0.8, abs=0.1)
    assert heard.longest_gap() < 0.1
    assert playback.heard == pytest.approx(0.8)


@pytest.mark.parametrize(("rate", "channels"), RATES)
async def test_a_microphone_of_any_rate_is_heard(
    sound_card: SoundCard, library: Wanted, rate: int, channels: int
) -> None:
    sound_card.plug("odd", rate, channels)
    sound_card.pactl("set-default-source", "odd.monitor")
    voice = sound_card.speak(tone(10, 600), 22_050, "odd")
    microphone = DeviceMicrophone(library=library)
    heard = await pitch_at(microphone)
    voice.kill()
    voice.wait()
    await microphone.close()
    assert heard == pytest.approx(600, abs=5)


async def test_a_loudspeaker_that_goes_leaves_captions_and_comes_back(sound_card: SoundCard, library: Wanted) -> None:
    sound_card.unplug("micbus")  # the server would move her there, and rightly so
    speaker = SteadySpeaker(DeviceSpeaker(library=library))
    await speaker.open()
    playing = speaker.play(speech(5))
    await playing.started()
    await asyncio.sleep(0.5)
    gone = time.monotonic()
    sound_card.unplug("spk")
    with pytest.raises(AudioUnavailable) as lost:
        await asyncio.wait_for(playing.finished(), 3)
    print(f"noticed_ms: {(time.monotonic() - gone) * 1e3:.0f} {lost.value.key}")
    assert time.monotonic() - gone < 2
    assert 0.3 < playing.heard < 1.2

    captions = speaker.play(speech(0.3))
    await captions.finished()
    assert captions.heard == pytest.approx(0.3)
    assert speaker.name == "no sound, captions only"

    sound_card.plug("spk")
    sound_card.pactl("set-default-sink", "spk")
    ear = sound_card.listen()
    came = time.monotonic()
    while speaker.name == "no sound, captions only":
        await speaker.play(speech(0.25)).finished()
        assert time.monotonic() - came < 6
    await speaker.play(speech(0.5)).finished()
    await asyncio.sleep(0.15)
    heard = ear.stop()
    await speaker.close()
    assert 0.4 < lasts(heard) < 6


async def test_she_goes_where_the_system_sends_her(sound_card: SoundCard, library: Wanted) -> None:
    """Another default loudspeaker: from the next sentence on, at the latest."""
    sound_card.plug("headphones")
    speaker = DeviceSpeaker(library=library)
    await speaker.play(speech(0.3)).finished()
    sound_card.pactl("set-default-sink", "headphones")
    ear = sound_card.listen("headphones")
    await speaker.play(speech(0.5)).finished()
    await asyncio.sleep(0.15)
    heard = ear.stop()
    await speaker.close()
    assert lasts(heard) == pytest.approx(0.5, abs=0.1)


async def test_she_listens_where_the_system_listens(sound_card: SoundCard, library: Wanted) -> None:
    sound_card.plug("other")
    voices = [sound_card.speak(tone(10, 500), 22_050), sound_card.speak(tone(10, 800), 22_050, "other")]
    microphone = DeviceMicrophone(library=library)
    before = await pitch_at(microphone)
    sound_card.pactl("set-default-source", "other.monitor")
    after = await pitch_at(microphone)
    for voice in voices:
        voice.kill()
        voice.wait()
    await microphone.close()
    assert (before, after) == (pytest.approx(500, abs=5), pytest.approx(800, abs=5))


async def test_two_listen_to_one_microphone_and_two_speak_at_once(sound_card: SoundCard, library: Wanted) -> None:
    voice = sound_card.speak(tone(6, 600), 22_050)
    ears = [DeviceMicrophone(library=library) for _ in range(2)]
    mouths = [DeviceSpeaker(library=library) for _ in range(2)]
    assert await asyncio.gather(*map(pitch_at, ears)) == [pytest.approx(600, abs=5)] * 2
    await asyncio.gather(*(mouth.play(speech(0.3)).finished() for mouth in mouths))
    voice.kill()
    voice.wait()
    for part in (*ears, *mouths):
        await part.close()

"""The real devices, on a sound card made of software."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.sound_card import SoundCard, sound_card
from vtuber_cli.audio import devices, portaudio
from vtuber_cli.audio.microphone import DeviceMicrophone
from vtuber_cli.audio.speaker import DeviceSpeaker
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import EAR_RATE, Speech

if TYPE_CHECKING:
    from vtuber_cli.audio.backend import Wanted
    from vtuber_cli.events import Samples

__all__ = ["sound_card"]

pytestmark = pytest.mark.audio

VOICE_RATE = 22_050


@pytest.fixture(params=["portaudio", "miniaudio"])
def library(request: pytest.FixtureRequest) -> Wanted:
    return request.param


def tone(seconds: float, hertz: float = 440.0, rate: int = VOICE_RATE, phase: float = 0.0) -> Samples:
    return (0.3 * np.sin(2 * np.pi * hertz * (np.arange(round(seconds * rate)) / rate + phase))).astype(np.float32)


def pitch(samples: Samples, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples * np.hanning(len(samples))))) * rate / len(samples))


async def hear(microphone: DeviceMicrophone, seconds: float) -> Samples:
    heard: list[Samples] = []
    async with aclosing(microphone.frames()) as frames:  # pyright: ignore[reportArgumentType]
        async for frame in frames:
            assert frame.at == pytest.approx(sum(map(len, heard)) / EAR_RATE)
            heard.append(frame.samples)
            if sum(map(len, heard)) >= seconds * EAR_RATE:
                return np.concatenate(heard)
    raise AssertionError("the microphone ended")


async def until_it_fails(microphone: DeviceMicrophone, happens: Callable[[], object]) -> tuple[AudioUnavailable, float]:
    """What the microphone raises after something happened to it, and how many seconds later."""
    happened = 0.0
    try:
        async with aclosing(microphone.frames()) as frames:  # pyright: ignore[reportArgumentType]
            async for frame in frames:
                if frame.at > 0.3 and not happened:
                    happened = time.monotonic()
                    happens()
    except AudioUnavailable as error:
        return error, time.monotonic() - happened
    raise AssertionError("the microphone ended")


class TestSpeaker:
    async def test_plays_two_speeches_as_one(self, sound_card: SoundCard, library: Wanted) -> None:
        speaker = DeviceSpeaker(library=library)
        await speaker.open()
        ear = sound_card.listen()
        whole = tone(1.6)
        asked = time.monotonic()
        first, second = (speaker.play(Speech(part, VOICE_RATE)) for part in np.split(whole, 2))
        await first.started()
        began = time.monotonic() - asked
        await second.finished()
        finished = time.monotonic() - asked
        await asyncio.sleep(0.1)
        heard = ear.stop()
        await speaker.close()

        loud = heard.loud()
        first_sound = loud[0] - asked
        print(f"first_sound_ms: {first_sound * 1e3:.0f}")
        assert heard.pitch() == pytest.approx(440, abs=2)
        assert loud[-1] - loud[0] == pytest.approx(1.6, abs=0.02)
        assert heard.longest_gap() < 0.02
        assert began < 0.15
        assert first_sound < 0.25
        assert finished == pytest.approx(1.6, abs=0.25)
        assert first.heard == second.heard == pytest.approx(0.8)
        assert speaker.underruns == 0

    async def test_is_silent_at_once_and_says_how_much_was_heard(self, sound_card: SoundCard, library: Wanted) -> None:
        speaker = DeviceSpeaker(library=library)
        await speaker.open()
        ear = sound_card.listen()
        playing, waiting = speaker.play(Speech(tone(3), VOICE_RATE)), speaker.play(Speech(tone(3), VOICE_RATE))
        await playing.started()
        await asyncio.sleep(0.8)
        stopped = time.monotonic()
        speaker.stop()
        returned = time.monotonic() - stopped
        heard_seconds = playing.heard
        await asyncio.wait_for(playing.finished(), 0.01)
        await asyncio.wait_for(waiting.finished(), 0.01)
        await asyncio.sleep(0.5)
        again = time.monotonic()
        await speaker.play(Speech(tone(0.3), VOICE_RATE)).finished()
        await asyncio.sleep(0.1)
        heard = ear.stop()
        await speaker.close()

        loud = heard.loud()
        before, after = np.split(loud, [np.searchsorted(loud, again - 0.1)])
        to_silence = before[-1] - stopped
        print(f"to_silence_ms: {to_silence * 1e3:.0f}")
        print(f"restart_ms: {(after[0] - again) * 1e3:.0f}")
        assert returned < 0.02
        assert to_silence < 0.1
        assert playing.heard == heard_seconds == pytest.approx(before[-1] - before[0], abs=0.1)
        assert waiting.heard == 0
        assert after[0] - again < 0.25
        assert after[-1] - after[0] == pytest.approx(0.3, abs=0.02)

    async def test_what_comes_late_follows_soon(self, sound_card: SoundCard, library: Wanted) -> None:
        speaker = DeviceSpeaker(library=library)
        await speaker.open()
        ear = sound_card.listen()
        for _ in range(2):
            await speaker.play(Speech(tone(0.5), VOICE_RATE)).finished()
        await asyncio.sleep(0.1)
        heard = ear.stop()
        await speaker.close()
        loud = heard.loud()
        print(f"late_ms: {heard.longest_gap() * 1e3:.0f}")
        assert heard.longest_gap() < 0.15
        assert loud[-1] - loud[0] - heard.longest_gap() == pytest.approx(1.0, abs=0.02)

    @pytest.mark.parametrize("rate", [44_100, 48_000, 16_000])
    async def test_speaks_at_the_devices_rate(self, sound_card: SoundCard, library: Wanted, rate: int) -> None:
        speaker = DeviceSpeaker(rate=rate, library=library)
        ear = sound_card.listen()
        await speaker.play(Speech(tone(0.5, 1000), VOICE_RATE)).finished()
        await asyncio.sleep(0.1)
        heard = ear.stop()
        await speaker.close()
        loud = heard.loud()
        assert heard.pitch() == pytest.approx(1000, abs=4)
        assert loud[-1] - loud[0] == pytest.approx(0.5, abs=0.02)

    async def test_survives_a_crash_of_the_sound_server(self, sound_card: SoundCard, library: Wanted) -> None:
        speaker = DeviceSpeaker(library=library)
        playing, waiting = speaker.play(Speech(tone(5), VOICE_RATE)), speaker.play(Speech(tone(5), VOICE_RATE))
        await playing.started()
        await asyncio.sleep(0.5)
        sound_card.stop()
        for playback in (playing, waiting):
            with pytest.raises(AudioUnavailable):
                await asyncio.wait_for(playback.finished(), 2)
        assert 0.2 < playing.heard < 1
        assert waiting.heard == 0
        with pytest.raises(AudioUnavailable):
            await asyncio.wait_for(speaker.play(Speech(tone(0.1), VOICE_RATE)).finished(), 2)
        sound_card.start()
        await asyncio.wait_for(speaker.play(Speech(tone(0.1), VOICE_RATE)).finished(), 2)
        await speaker.close()

    async def test_does_not_hang_with_the_sound_server(self, sound_card: SoundCard, library: Wanted) -> None:
        speaker = DeviceSpeaker(library=library)
        playing = speaker.play(Speech(tone(10), VOICE_RATE))
        await playing.started()
        await asyncio.sleep(0.5)
        with sound_card.frozen():
            with pytest.raises(AudioUnavailable):
                await asyncio.wait_for(playing.finished(), 4)
            closing = time.monotonic()
            await speaker.close()
            assert time.monotonic() - closing < 1.5
        await asyncio.sleep(0.3)


class TestMicrophone:
    @pytest.mark.parametrize("rate", [None, 44_100, 48_000])
    async def test_hears(self, sound_card: SoundCard, library: Wanted, rate: int | None) -> None:
        microphone = DeviceMicrophone(rate=rate, library=library)
        voice = sound_card.speak(tone(2.5, 600), VOICE_RATE)
        heard = await hear(microphone, 1.5)
        voice.kill()
        voice.wait()
        await microphone.close()
        assert pitch(heard[-EAR_RATE // 2 :], EAR_RATE) == pytest.approx(600, abs=4)
        assert np.sqrt(np.mean(heard[-EAR_RATE // 2 :] ** 2)) == pytest.approx(0.212, rel=0.1)
        assert microphone.lost == 0
        assert microphone.name == ("default" if library == "portaudio" else "Remapped Monitor of Null Output")

    async def test_is_near_the_present(self, sound_card: SoundCard, library: Wanted) -> None:
        """Out of our own speaker into our own microphone: the whole way."""
        sound_card.pactl("set-default-sink", "micbus")
        speaker, microphone = DeviceSpeaker(library=library), DeviceMicrophone(library=library)
        await speaker.open()
        async with aclosing(microphone.frames()) as frames:  # pyright: ignore[reportArgumentType]
            said = None
            async for frame in frames:
                if said is None and frame.at > 0.5:
                    said = time.monotonic()
                    speaker.play(Speech(tone(0.5), VOICE_RATE))
                if said is not None and np.max(np.abs(frame.samples)) > 0.05:
                    break
            assert said is not None
            latency = time.monotonic() - said
        print(f"out_to_in_ms: {latency * 1e3:.0f}")
        assert latency < 0.3
        await speaker.close()

    async def test_says_that_it_is_gone_and_comes_back(self, sound_card: SoundCard, library: Wanted) -> None:
        # With the loudspeaker's monitor about, the server would move the stream there, and rightly so.
        sound_card.pactl("unload-module", sound_card.module("sink_name=spk"))
        microphone = DeviceMicrophone(library=library)
        await hear(microphone, 0.3)

        def unplug() -> None:
            sound_card.pactl("unload-module", sound_card.module("module-remap-source"))
            sound_card.pactl("unload-module", sound_card.module("sink_name=micbus"))

        error, seconds = await until_it_fails(microphone, unplug)
        assert seconds < 2
        assert error.key == "audio.microphone_gone"
        with pytest.raises(AudioUnavailable):
            await hear(microphone, 0.1)
        sound_card.pactl("load-module", "module-null-sink", "sink_name=micbus", "norewinds=1")
        sound_card.pactl("load-module", "module-remap-source", "master=micbus.monitor", "source_name=mic")
        assert len(await hear(microphone, 0.3)) >= 0.3 * EAR_RATE
        await microphone.close()

    async def test_notices_a_crash_of_the_sound_server(self, sound_card: SoundCard, library: Wanted) -> None:
        microphone = DeviceMicrophone(library=library)
        _, seconds = await until_it_fails(microphone, sound_card.stop)
        assert seconds < 2
        with pytest.raises(AudioUnavailable):
            await hear(microphone, 0.1)
        sound_card.start()
        assert len(await hear(microphone, 0.3)) >= 0.3 * EAR_RATE
        await microphone.close()

    async def test_does_not_hang_with_the_sound_server(self, sound_card: SoundCard, library: Wanted) -> None:
        microphone = DeviceMicrophone(library=library)
        with ExitStack() as afterwards:
            _, seconds = await until_it_fails(microphone, lambda: afterwards.enter_context(sound_card.frozen()))
            closing = time.monotonic()
            await microphone.close()
            assert time.monotonic() - closing < 1.5
        assert seconds < 3.5  # 1.5 s to notice, and at most one to try to close
        await asyncio.sleep(0.3)

    async def test_keeps_the_newest_seconds_for_a_reader_that_stays_away(
        self, sound_card: SoundCard, library: Wanted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("vtuber_cli.audio.microphone.KEPT_SECONDS", 0.2)
        microphone = DeviceMicrophone(library=library)
        async with aclosing(microphone.frames()) as frames:  # pyright: ignore[reportArgumentType]
            await anext(frames)
            await asyncio.sleep(1)
            assert 0.5 < microphone.lost < 1.2
            assert (await anext(frames)).at > 0.5


HANGING = """\
import asyncio, sys
from vtuber_cli.audio.microphone import DeviceMicrophone
from vtuber_cli.audio.speaker import DeviceSpeaker
from vtuber_cli.errors import AudioUnavailable

async def main():
    library = sys.argv[1]
    speaker, microphone = DeviceSpeaker(library=library), DeviceMicrophone(library=library)
    await speaker.open()
    try:
        async for frame in microphone.frames():
            if frame.at == 0:
                print("listening", flush=True)
    except AudioUnavailable as error:
        print(error.key)
    await microphone.close()
    await speaker.close()

asyncio.run(main())
"""


def test_the_program_ends_although_the_sound_server_hangs(sound_card: SoundCard, library: Wanted) -> None:
    command = [sys.executable, "-c", HANGING, library]
    with subprocess.Popen(command, env=os.environ | sound_card.env, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "listening\n"
            with sound_card.frozen():
                rest, _ = child.communicate(timeout=8)
                assert rest == "audio.microphone_gone\n"
                assert child.returncode == 0
        finally:
            child.kill()


class TestNothing:
    async def test_no_server_is_said_clearly(self, sound_card: SoundCard) -> None:
        sound_card.stop()
        assert devices.found("input") == devices.found("output") == ()
        speaker, microphone = DeviceSpeaker(), DeviceMicrophone()
        with pytest.raises(AudioUnavailable) as no_output:
            await speaker.open()
        with pytest.raises(AudioUnavailable) as no_input:
            await hear(microphone, 0.1)
        assert (no_output.value.key, no_input.value.key) == ("audio.no_output", "audio.no_input")
        await speaker.close()
        await microphone.close()

    async def test_an_unknown_device_names_the_nearest(self, sound_card: SoundCard) -> None:
        assert {device.name for device in devices.found("output")} == {"pulse", "default"}
        with pytest.raises(AudioUnavailable) as unknown:
            await DeviceSpeaker("puls3").open()
        assert unknown.value.params["nearest"] == "pulse"
        speaker = DeviceSpeaker("PULSE")
        await speaker.open()
        assert speaker.name == "pulse"
        await speaker.close()
        assert portaudio.load().idle

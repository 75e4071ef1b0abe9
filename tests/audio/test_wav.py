from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from vtuber_cli.audio import wav
from vtuber_cli.audio.recording import WavSpeaker
from vtuber_cli.audio.wav import TRAILING_SECONDS, WavMicrophone
from vtuber_cli.errors import UsageError
from vtuber_cli.events import EAR_RATE, AudioFrame, Speech

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

HOSTILE = json.loads((Path(__file__).parent.parent / "data" / "hostile_audio.json").read_text())["files"]
HEARD = {"WAV-03": 320, "WAV-04": 107, "WAV-05": 4, "WAV-06": 640, "WAV-09": 320}
"""Samples; the others are refused."""
REFUSED = {
    "WAV-11": "file_odd_channels",
    "WAV-12": "file_odd_rate",
    "WAV-13": "file_odd_rate",
    "WAV-14": "file_empty",
    "WAV-15": "file_empty",
    "WAV-16": "file_not_audio",
    "WAV-17": "file_codec",
    "WAV-19": "file_without_format",
    "WAV-20": "file_not_audio",
}


def tone(seconds: float, rate: int, hertz: float = 440.0) -> Samples:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def written(path: Path, seconds: float = 1.0, rate: int = 16_000, channels: int = 1, **options: str) -> Path:
    soundfile.write(path, np.repeat(tone(seconds, rate)[:, None], channels, axis=1), rate, **options)
    return path


async def everything(microphone: WavMicrophone) -> list[AudioFrame]:
    return [frame async for frame in microphone.frames()]


class TestRead:
    @pytest.mark.parametrize(
        ("name", "rate", "channels", "options"),
        [
            ("a.wav", 16_000, 1, {}),
            ("a.wav", 44_100, 2, {"subtype": "PCM_24"}),
            ("a.wav", 48_000, 6, {"subtype": "FLOAT", "format": "WAVEX"}),
            ("a.wav", 8_000, 1, {"subtype": "ULAW"}),
            ("a.wav", 96_000, 1, {"subtype": "PCM_32"}),
            ("a.flac", 22_050, 1, {}),
            ("a.ogg", 24_000, 2, {}),
            ("a.mp3", 44_100, 2, {}),
            ("a.aiff", 16_000, 1, {}),
        ],
    )
    def test_any_format(self, tmp_path: Path, name: str, rate: int, channels: int, options: dict[str, str]) -> None:
        samples = wav.read(written(tmp_path / name, 1.0, rate, channels, **options))
        assert samples.dtype == np.float32
        assert len(samples) == EAR_RATE
        inner = slice(2000, -2000)
        assert np.corrcoef(samples[inner], tone(1, EAR_RATE)[inner])[0, 1] > 0.99

    @pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile["id"])
    def test_hostile_files_are_heard_or_refused(self, tmp_path: Path, hostile: dict[str, str]) -> None:
        path = tmp_path / "hostile.wav"
        path.write_bytes(base64.b64decode(hostile["base64"]))
        if hostile["id"] in HEARD:
            samples = wav.read(path)
            assert len(samples) == HEARD[hostile["id"]]
            assert np.all(np.abs(samples) <= 1)
        else:
            with pytest.raises(UsageError) as refused:
                wav.read(path)
            assert refused.value.key == f"audio.{REFUSED[hostile['id']]}"
            with pytest.raises(UsageError):
                WavMicrophone(path)

    def test_chunks_in_any_order(self, tmp_path: Path) -> None:
        data = written(tmp_path / "a.wav").read_bytes()
        extra = b"LIST" + (6).to_bytes(4, "little") + b"INFOxx"
        (tmp_path / "b.wav").write_bytes(b"RIFF" + (len(data) + 6).to_bytes(4, "little") + b"WAVE" + extra + data[12:])
        assert len(wav.read(tmp_path / "b.wav")) == EAR_RATE

    def test_a_truncated_file_gives_what_there_is(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.wav")
        path.write_bytes(path.read_bytes()[:-16_000])
        assert len(wav.read(path)) == EAR_RATE // 2

    def test_a_huge_file_is_not_taken_into_memory(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.wav")
        size = 1 << 31
        with path.open("r+b") as file:
            file.seek(4)
            file.write((size - 8).to_bytes(4, "little"))
            file.seek(40)
            file.write((size - 44).to_bytes(4, "little"))
            file.truncate(size)
        with pytest.raises(UsageError) as refused:
            wav.read(path, longest=2)
        assert refused.value.key == "audio.file_too_long"

    @pytest.mark.parametrize(
        ("make", "key"),
        [
            (lambda path: None, "file_missing"),
            (lambda path: path.mkdir(), "file_is_folder"),
            (lambda path: path.write_bytes(b""), "file_not_audio"),
            (lambda path: path.write_text("hello"), "file_not_audio"),
            (os.mkfifo, "file_not_audio"),
            (lambda path: path.symlink_to(path), "file_unreadable"),
            (lambda path: written(path, 0), "file_empty"),
            (lambda path: written(path, 1, 100), "file_odd_rate"),
            (lambda path: written(path, 0.01, channels=100), "file_odd_channels"),
        ],
    )
    def test_what_cannot_be_heard_is_named(self, tmp_path: Path, make: object, key: str) -> None:
        path = tmp_path / "a.wav"
        make(path)  # pyright: ignore[reportCallIssue]
        for attempt in (wav.read, WavMicrophone):
            with pytest.raises(UsageError) as refused:
                attempt(path)
            assert refused.value.key == f"audio.{key}"

    @pytest.mark.parametrize("name", ["a.raw", "a\0.wav", "a" * 300 + ".wav"])
    def test_odd_names(self, tmp_path: Path, name: str) -> None:
        if "\0" not in name and len(name) < 255:
            (tmp_path / name).write_bytes(b"\0" * 100)
        with pytest.raises(UsageError):
            wav.read(tmp_path / name)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
    def test_forbidden(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.wav")
        path.chmod(0)
        with pytest.raises(UsageError) as refused:
            wav.read(path)
        assert refused.value.key == "audio.file_denied"


class TestMicrophone:
    @pytest.mark.looptime
    async def test_comes_in_real_time_with_silence_behind(self, tmp_path: Path) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        microphone = WavMicrophone(written(tmp_path / "a.wav", 1, 44_100, 2))
        frames: list[AudioFrame] = []
        async for frame in microphone.frames():
            assert loop.time() - began == pytest.approx(frame.at + len(frame.samples) / EAR_RATE, abs=0.002)
            assert frame.at == pytest.approx(sum(len(earlier.samples) for earlier in frames) / EAR_RATE)
            frames.append(frame)
        heard = np.concatenate([frame.samples for frame in frames])
        assert len(heard) == round((1 + TRAILING_SECONDS) * EAR_RATE)
        assert np.corrcoef(heard[2000:14000], tone(1, EAR_RATE)[2000:14000])[0, 1] > 0.99
        assert not np.any(heard[EAR_RATE:])
        await microphone.close()

    @pytest.mark.looptime
    async def test_time_stands_still_while_nobody_reads(self, tmp_path: Path) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        microphone = WavMicrophone(written(tmp_path / "a.wav"))
        frames = microphone.frames()
        for _ in range(10):
            await anext(frames)
        await asyncio.sleep(20)
        assert (await anext(frames)).at == pytest.approx(0.2)
        for _ in range(10):
            await anext(frames)
        # A frame that was ready comes at once; the ones behind it come in their time.
        assert loop.time() - began == pytest.approx(0.2 + 20 + 0.2, abs=0.002)
        assert microphone.waits
        await microphone.close()

    @pytest.mark.looptime
    async def test_a_small_delay_is_made_up_for(self, tmp_path: Path) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        microphone = WavMicrophone(written(tmp_path / "a.wav"))
        async for frame in microphone.frames():
            if frame.at == pytest.approx(0.4):
                await asyncio.sleep(0.1)
        assert loop.time() - began == pytest.approx(2.5, abs=0.002)
        await microphone.close()

    @pytest.mark.looptime
    async def test_fast_takes_no_time(self, tmp_path: Path) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        microphone = WavMicrophone(written(tmp_path / "a.wav", 30), fast=True)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.ensure_future(tick())
        frames = await everything(microphone)
        ticking.cancel()
        assert sum(len(frame.samples) for frame in frames) == round(31.5 * EAR_RATE)
        assert loop.time() - began < 0.01
        assert ticks >= len(frames)
        await microphone.close()

    async def test_goes_on_where_it_was_and_ends_when_closed(self, tmp_path: Path) -> None:
        microphone = WavMicrophone(written(tmp_path / "a.wav"), fast=True)
        first = microphone.frames()
        assert (await anext(first)).at == 0
        assert (await anext(microphone.frames())).at == pytest.approx(0.02)
        await microphone.close()
        assert await everything(microphone) == []
        await microphone.close()


def speech(seconds: float, rate: int = 24_000) -> Speech:
    return Speech(tone(seconds, rate), rate)


class TestSpeaker:
    async def test_fast_writes_everything_at_once(self, tmp_path: Path) -> None:
        path = tmp_path / "out.wav"
        speaker = WavSpeaker(path, fast=True)
        for playback in [speaker.play(speech(1)), speaker.play(speech(0.5, 22_050))]:
            await playback.started()
            await playback.finished()
            assert playback.heard == playback.speech.seconds
        speaker.stop()
        assert not path.exists()
        assert len(soundfile.read(path.with_name("out.wav.part"))[0]) == 36_000
        await speaker.close()
        await speaker.close()
        info = soundfile.info(path)
        assert (info.samplerate, info.channels, info.subtype, info.frames) == (24_000, 1, "PCM_16", 36_000)
        heard, _ = soundfile.read(path, dtype="float32")
        assert np.max(np.abs(heard[:24_000] - tone(1, 24_000))) < 1e-4
        assert [file.name for file in tmp_path.iterdir()] == ["out.wav"]

    @pytest.mark.looptime
    async def test_real_time_keeps_only_what_was_heard(self, tmp_path: Path) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        speaker = WavSpeaker(tmp_path / "out.wav")
        first, second, third = (speaker.play(speech(1)) for _ in range(3))
        await second.started()
        assert loop.time() - began == pytest.approx(1)
        assert (first.heard, second.heard) == (1, 0)
        await asyncio.sleep(0.25)
        speaker.stop()
        await third.finished()
        assert (second.heard, third.heard) == (pytest.approx(0.25), 0)
        await asyncio.sleep(5)
        last = speaker.play(speech(0.5))
        await last.finished()
        assert loop.time() - began == pytest.approx(6.75)
        await speaker.close()
        assert second.heard == pytest.approx(0.25)
        assert soundfile.info(tmp_path / "out.wav").frames == round(1.75 * 24_000)

    @pytest.mark.looptime
    async def test_closing_stops(self, tmp_path: Path) -> None:
        speaker = WavSpeaker(tmp_path / "out.wav")
        playback = speaker.play(speech(1))
        await asyncio.sleep(0.5)
        await speaker.close()
        await playback.finished()
        assert playback.heard == pytest.approx(0.5)
        assert soundfile.info(tmp_path / "out.wav").frames == 12_000

    async def test_nothing_said_is_an_empty_file(self, tmp_path: Path) -> None:
        await WavSpeaker(tmp_path / "out.wav").close()
        info = soundfile.info(tmp_path / "out.wav")
        assert (info.frames, info.samplerate) == (0, 24_000)

    async def test_an_older_file_stays_until_the_new_one_is_complete(self, tmp_path: Path) -> None:
        path = tmp_path / "out.wav"
        path.write_text("old")
        speaker = WavSpeaker(path, fast=True)
        speaker.play(speech(1))
        assert path.read_text() == "old"
        await speaker.close()
        assert soundfile.info(path).frames == 24_000

    def test_a_place_where_nothing_can_be_written(self, tmp_path: Path) -> None:
        for path, key in [
            (tmp_path, "audio.out_is_folder"),
            (tmp_path / "no" / "out.wav", "audio.out_denied"),
            (tmp_path / "a\0.wav", "audio.out_denied"),
        ]:
            with pytest.raises(UsageError) as refused:
                WavSpeaker(path)
            assert refused.value.key == key

    def test_killed_leaves_no_broken_file(self, tmp_path: Path) -> None:
        _child(tmp_path, "speaker.play(speech)\nos.kill(os.getpid(), 9)")
        assert [file.name for file in tmp_path.iterdir()] == ["out.wav.part"]
        assert soundfile.info(tmp_path / "out.wav.part").frames == 24_000

    def test_a_full_disk_is_said_once_and_keeps_what_was_written(self, tmp_path: Path) -> None:
        # A limit on the size of files stands in for the disk.
        said = _child(
            tmp_path,
            """\
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
for number in range(3):
    playback = speaker.play(speech)
    try:
        await playback.finished()
        print("heard")
    except AudioUnavailable as error:
        print(error.key, error.params["reason"])
try:
    await speaker.close()
except AudioUnavailable as error:
    print("at the end:", error.key)
await speaker.close()
""",
        )
        assert said == ["heard", *["audio.out_failed File too large"] * 2, "at the end: audio.out_failed"]
        assert [file.name for file in tmp_path.iterdir()] == ["out.wav.part"]
        assert soundfile.info(tmp_path / "out.wav.part").frames == 24_000


def _child(folder: Path, body: str) -> list[str]:
    head = """\
import asyncio, os, resource, sys
from pathlib import Path
import numpy as np
from vtuber_cli.audio.recording import WavSpeaker
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import Speech
async def main():
    speech = Speech(np.zeros(24_000, np.float32), 24_000)
    speaker = WavSpeaker(Path(sys.argv[1]), fast=True)
"""
    code = head + "".join(f"    {line}\n" for line in body.splitlines()) + "asyncio.run(main())\n"
    command = [sys.executable, "-c", code, str(folder / "out.wav")]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()

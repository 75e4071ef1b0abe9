"""`vtuber listen`: files, pipes and microphones, with no model and with the real ones."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.journeys import speech
from tests.journeys.program import Ended, Running, run
from tests.sound_card import SoundCard, sound_card
from vtuber_cli.audio import pcm
from vtuber_cli.events import EAR_RATE

__all__ = ["sound_card"]

ECHO = ("--engines", "echo")
"""Ears that hear how long a sound is."""


def tones(*spans: tuple[float, float], seconds: float = 6.0) -> np.ndarray:
    """Loud between these times."""
    at = np.arange(round(seconds * EAR_RATE)) / EAR_RATE
    loud = np.any([(first <= at) & (at < last) for first, last in spans], axis=0) if spans else np.zeros(len(at), bool)
    return np.where(loud, 0.3 * np.sin(2 * np.pi * 300 * at), 0).astype(np.float32)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A file with two utterances in it."""
    path = tmp_path / "two.wav"
    soundfile.write(path, tones((1, 2), (4, 4.5)), EAR_RATE)
    return path


def listen(*args: str | Path, piped: bytes | None = None, language: str = "en") -> Ended:
    if piped is None:
        return run("--lang", language, "listen", *ECHO, *args)
    command = [sys.executable, "-m", "vtuber_cli", "listen", *ECHO, *map(str, args)]
    done = subprocess.run(command, input=piped, capture_output=True, env=os.environ, timeout=60, check=False)
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode(), 0)


def test_a_file_is_a_line_an_utterance_and_nothing_else(two: Path) -> None:
    done = listen(two)
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == 2


def test_json_lines_with_times(two: Path) -> None:
    first, second = (json.loads(line) for line in listen(two, "--json").out.splitlines())
    assert first["start"] == pytest.approx(1, abs=0.05) and first["end"] == pytest.approx(2, abs=0.05)
    assert second["start"] == pytest.approx(4, abs=0.05) and second["end"] == pytest.approx(4.5, abs=0.05)
    assert set(first) == {"start", "end", "language", "text"}


def test_subtitles(two: Path) -> None:
    blocks = listen(two, "--srt").out.split("\n\n")
    assert len(blocks) == 3 and blocks[2] == ""
    for number, block in enumerate(blocks[:2], 1):
        first, times, text = block.split("\n")
        assert first == str(number) and text
        assert re.fullmatch(r"00:00:0\d,\d{3} --> 00:00:0\d,\d{3}", times)


def test_only_the_first(two: Path) -> None:
    assert len(listen(two, "--once").out.splitlines()) == 1


@pytest.mark.parametrize("kind", ["wav", "raw", "flac"])
def test_what_is_piped_in(two: Path, kind: str) -> None:
    samples, _ = soundfile.read(two, dtype="float32")
    whole = io.BytesIO()
    if kind == "flac":
        soundfile.write(whole, samples, EAR_RATE, format="FLAC")
    piped = {"wav": two.read_bytes(), "raw": pcm.to_int16(samples), "flac": whole.getvalue()}[kind]
    done = listen("-", *(("--raw", str(EAR_RATE)) if kind == "raw" else ()), piped=piped)
    assert (done.code, done.err, len(done.out.splitlines())) == (0, "", 2)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Nothing was heard.\n"), ("ko", "아무 말도 들리지 않았어요.\n")]
)
@pytest.mark.parametrize("samples", [tones(), np.full(EAR_RATE, np.nan, np.float32)], ids=["silence", "nan"])
def test_nothing_is_said_to_be_nothing(tmp_path: Path, samples: np.ndarray, language: str, words: str) -> None:
    soundfile.write(tmp_path / "a.wav", samples, EAR_RATE, subtype="FLOAT")
    done = listen(tmp_path / "a.wav", language=language)
    assert (done.code, done.out, done.err) == (0, "", words)


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("nosuch.wav",), "there is no file nosuch.wav"),
        (("--language", "klingon", "x.wav"), "klingon is no language code"),
        (("x.wav", "--raw", "16000"), "--raw goes with -, for what is piped in"),
        (("x.wav", "--json", "--srt"), "--json and --srt are two ways to write the same: choose one"),
        (("-",), "there is no sound in standard input"),
    ],
)
def test_what_cannot_be_is_one_line(args: Sequence[str], complaint: str) -> None:
    done = listen(*args, piped=b"")
    assert (done.code, done.out, done.complaints) == (2, "", [f"vtuber: {complaint}"])


def test_a_terminal_is_no_pipe() -> None:
    with Running("listen", "-", *ECHO, terminal=True) as program:
        program.err.until("- stands for what is piped in, and nothing is")
        program.wait()
        assert program.end().code == 2


@pytest.mark.parametrize("ends", ["by itself", "by ctrl+c"])
def test_a_stream_is_written_while_it_comes(ends: str) -> None:
    command = [sys.executable, "-m", "vtuber_cli", "listen", "-", "--raw", str(EAR_RATE), *ECHO]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ) as program:
        assert program.stdin is not None and program.stdout is not None
        try:
            program.stdin.write(pcm.to_int16(tones((1, 2))))
            program.stdin.flush()
            assert program.stdout.readline()  # while the pipe is still open
            if ends == "by itself":
                program.stdin.close()
                assert program.wait(20) == 0
            else:
                program.send_signal(signal.SIGINT)
                assert program.wait(5) == 130
        finally:
            program.kill()


@pytest.mark.model
class TestWords:
    """With the real ears."""

    def test_a_file(self, tmp_path: Path) -> None:
        clip = speech.clip("0870")
        done = run("listen", speech.write(tmp_path / "a.wav", clip.samples), "--json")
        heard = [json.loads(line) for line in done.out.splitlines()]
        assert (done.code, done.err) == (0, "")
        assert {one["language"] for one in heard} == {"en"}
        assert speech.wer("listen", clip.words, " ".join(one["text"] for one in heard)) <= speech.HEARD

    def test_the_language_is_found_out(self, tmp_path: Path) -> None:
        file = speech.write(tmp_path / "a.wav", speech.clip("0870").samples)
        done = run("listen", file, "--json", "--language", "auto")
        assert {json.loads(line)["language"] for line in done.out.splitlines()} == {"en"}

    def test_a_language_that_nobody_knows(self, tmp_path: Path) -> None:
        done = run("listen", speech.write(tmp_path / "a.wav", speech.clip("0870").samples), "--language", "xx")
        assert (done.code, done.out) == (3, "")
        assert len(done.complaints) == 1 and "does not know the language xx" in done.complaints[0]

    @pytest.mark.audio
    @pytest.mark.parametrize("library", ["portaudio", "miniaudio"])
    def test_a_microphone_that_goes_and_comes_back(self, sound_card: SoundCard, library: str, tmp_path: Path) -> None:
        env = dict(sound_card.env)
        if library == "miniaudio":  # a machine without PortAudio
            (tmp_path / "sitecustomize.py").write_text(
                "import ctypes.util\nctypes.util.find_library = lambda name: None\n"
            )
            env["PYTHONPATH"] = str(tmp_path)
        clip = speech.clip("0880")
        with Running("listen", "--json", env=env) as program:
            program.err.until("^Listening to ")
            with sound_card.speak(clip.samples, EAR_RATE):
                program.out.until("^{.*}\n")
            for sink in ("spk", "micbus"):
                sound_card.unplug(sink)
            program.err.until("^vtuber: the microphone .* is gone")
            sound_card.plug("micbus")
            program.err.until("^The microphone is back")
            with sound_card.speak(clip.samples, EAR_RATE):
                program.out.until("^{.*}\n{.*}\n")
            program.send(signal.SIGINT)
            program.wait()
            done = program.end()
        assert done.code == 0
        for line in done.out.splitlines():
            assert speech.wer("listen", clip.words, json.loads(line)["text"]) <= speech.SHORT
        assert not re.search("ALSA|jack|Expression", done.err)


@pytest.mark.audio
def test_without_a_microphone_it_says_so(sound_card: SoundCard) -> None:
    sound_card.stop()
    done = run("listen", *ECHO, env=sound_card.env)
    assert (done.code, done.out) == (4, "")
    assert done.complaints == ["vtuber: There is no microphone here."]


@pytest.mark.audio
def test_the_input_option_chooses(sound_card: SoundCard) -> None:
    sound_card.plug("desk", called="Desk microphone")
    with Running("listen", "--input", "desk", "--set", "audio.library=miniaudio", *ECHO, env=sound_card.env) as program:
        program.err.until("Listening to Monitor of Desk microphone")
        with sound_card.speak(tones((0.5, 1.5), seconds=4), EAR_RATE, "desk"):
            program.out.until(".+\n")
        program.send(signal.SIGINT)
        program.wait()
        assert program.end().code == 0

"""`vtuber devices`, and the options that choose a device, on a sound card made of software."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from tests.journeys.program import Ended, Running, run
from tests.sound_card import SoundCard, sound_card

__all__ = ["sound_card"]

pytestmark = pytest.mark.audio

MINIAUDIO = ("--set", "audio.library=miniaudio")


@pytest.fixture(scope="module")
def without_portaudio() -> Iterator[dict[str, str]]:
    """The environment of a machine that has no PortAudio."""
    with TemporaryDirectory() as folder:
        Path(folder, "sitecustomize.py").write_text(
            "import ctypes.util\nctypes.util.find_library = lambda name: None\n"
        )
        yield {"PYTHONPATH": folder}


def at_a_terminal(*args: str, env: dict[str, str], columns: int = 80) -> str:
    """What a person sees."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "vtuber_cli", *args]
    environment = os.environ | env | {"COLUMNS": str(columns), "TERM": "xterm-256color"}
    seen = b""
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as program:
        os.close(theirs)
        try:
            while data := os.read(ours, 65536):
                seen += data
        except OSError:  # the terminal's other end is closed: the program has ended
            pass
        finally:
            os.close(ours)
        program.wait(20)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen.decode()).replace("\r", "")


def devices(*args: str, env: dict[str, str]) -> Ended:
    return run("devices", *args, env=env)


def test_a_line_a_device_into_a_pipe(sound_card: SoundCard) -> None:
    done = devices(env=sound_card.env)
    assert (done.code, done.err) == (0, "")
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert [row[0] for row in rows] == ["input", "input", "output", "output"]
    assert ["output", "1", "default", "ALSA"] in [row[:4] for row in rows]
    assert [row[-1] for row in rows if row[2] == "default"] == ["default chosen"] * 2


def test_json(sound_card: SoundCard, without_portaudio: dict[str, str]) -> None:
    done = devices("--json", env=sound_card.env | without_portaudio)
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert len({(one["direction"], one["number"]) for one in found}) == len(found) == 5
    assert [one for one in found if one["chosen"] and one["direction"] == "input"] == [
        {
            "direction": "input",
            "number": 2,
            "name": "Remapped Monitor of Null Output",
            "system": "PulseAudio",
            "library": "miniaudio",
            "channels": 2,
            "rate": 48_000,
            "default": True,
            "chosen": True,
        }
    ]


def test_the_settings_choose(sound_card: SoundCard) -> None:
    env = sound_card.env | {"VTUBER_AUDIO__INPUT": "puls", "VTUBER_AUDIO__OUTPUT": "0"}
    found = json.loads(devices("--json", env=env).out)
    assert [(one["direction"], one["name"]) for one in found if one["chosen"]] == [
        ("input", "pulse"),
        ("output", "pulse"),
    ]


def test_a_setting_that_names_nothing_is_complained_of_beside_the_list(sound_card: SoundCard) -> None:
    done = devices("--set", "audio.input=pulss", env=sound_card.env)
    assert done.code == 0 and len(done.out.splitlines()) == 4
    assert done.complaints == ["vtuber: there is no sound device called pulss; did you mean pulse?"]


def test_a_part_of_a_name_shows_those_that_have_it(sound_card: SoundCard) -> None:
    assert [line.split("\t")[2] for line in devices("puls", env=sound_card.env).out.splitlines()] == ["pulse"] * 2
    done = devices("nothing-like-it", env=sound_card.env)
    assert (done.code, done.out) == (4, "")
    assert len(done.complaints) == 1 and "nothing-like-it" in done.complaints[0]


@pytest.mark.parametrize(("language", "heading"), [("en", "Microphones"), ("ko", "마이크")])
@pytest.mark.parametrize("columns", [60, 80])
def test_a_table_that_fits_the_terminal(sound_card: SoundCard, language: str, heading: str, columns: int) -> None:
    from rich.cells import cell_len

    sound_card.plug("odd", called="아주 긴 이름을 가진 내 방의 스피커, 거실 쪽 벽에 걸린 것")
    seen = at_a_terminal("--lang", language, "devices", *MINIAUDIO, env=sound_card.env, columns=columns)
    table, _, notice = seen.rpartition("\n* " if language == "en" else "\n*는")
    assert notice
    lines = table.splitlines()
    assert lines[0] == heading
    assert all(cell_len(line) <= columns for line in lines)
    assert any("아주 긴" in line and "48 kHz" in line and "…" in line for line in lines)
    assert sum(line.startswith("*") for line in lines) == 2


def test_meters(sound_card: SoundCard) -> None:
    rate = 16_000
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(rate * 8) / rate)).astype(np.float32)
    voice = sound_card.speak(tone, rate)
    done = devices("--meter", "--seconds", "2", "--json", *MINIAUDIO, env=sound_card.env)
    voice.kill()
    voice.wait()
    assert done.code == 0
    quiet, bus, microphone = json.loads(done.out)
    assert quiet["peak_dbfs"] == quiet["rms_dbfs"] == -100
    for heard in (bus, microphone):
        assert heard["peak_dbfs"] == pytest.approx(-6, abs=1)
        assert heard["rms_dbfs"] == pytest.approx(-9, abs=2)
        assert heard["error"] is None
    assert done.err.splitlines() == [
        "Monitor of Null Output: nothing at all comes in. Is it muted, or is another program using it?"
    ]


def test_a_meter_on_a_terminal_moves(sound_card: SoundCard) -> None:
    tone = np.full(16_000 * 6, 0.25, np.float32)
    voice = sound_card.speak(tone * np.sin(np.arange(len(tone))).astype(np.float32), 16_000)
    seen = at_a_terminal("devices", "default", "--meter", "--seconds", "1.5", env=sound_card.env)
    voice.kill()
    voice.wait()
    assert "Say something" in seen
    assert re.search(r"default +█+·+ +-1\d\.\d dB", seen)


def test_two_notes_are_heard(sound_card: SoundCard) -> None:
    for options in ((), ("puls",), MINIAUDIO):
        ear = sound_card.listen()
        done = devices("--tone", *options, env=sound_card.env)
        heard = ear.stop()
        assert done.code == 0 and done.out == ""
        assert done.err.startswith("Two notes were played on ")
        loud = heard.loud()
        assert loud[-1] - loud[0] == pytest.approx(0.7, abs=0.1)


def test_without_a_sound_server_there_is_nothing_and_no_noise(sound_card: SoundCard) -> None:
    sound_card.stop()
    listed = devices(env=sound_card.env)
    assert (listed.code, listed.out) == (0, "")
    assert listed.err.splitlines() == ["There is no microphone here.", "There is no loudspeaker here."]
    assert devices("--json", env=sound_card.env).out == "[]\n"
    for option in ("--meter", "--tone"):
        done = devices(option, env=sound_card.env)
        assert (done.code, done.out) == (4, "") and len(done.err.splitlines()) == 2


def test_a_sound_server_that_hangs_does_not_hang_us(sound_card: SoundCard) -> None:
    with sound_card.frozen():
        done = devices(env=sound_card.env)
    assert done.code == 4 and done.seconds < 15
    assert done.complaints == ["vtuber: the sound system does not answer"]


def test_one_thing_at_a_time(sound_card: SoundCard) -> None:
    assert devices("--tone", "--meter", env=sound_card.env).code == 2


class TestTalk:
    """The options of `chat` and `say`, without a model."""

    def test_a_device_that_is_named_has_to_be_there(self, sound_card: SoundCard) -> None:
        for command in (("say", "hello", "--output", "pulss"), ("chat", "--plain", "--input", "pulss")):
            done = run(*command, "--engines", "echo", env=sound_card.env)
            assert (done.code, done.out) == (4, "")
            assert done.complaints == ["vtuber: there is no sound device called pulss; did you mean pulse?"]

    def test_say_speaks_where_it_is_told_to(self, sound_card: SoundCard, without_portaudio: dict[str, str]) -> None:
        sound_card.plug("phones", called="Kopfhörer")
        for name in ("kopfh", None):
            ears = {sink: sound_card.listen(sink) for sink in ("phones", "spk")}
            options = ("--output", name) if name else ()
            done = run("say", "la la la", "--engines", "echo", *options, env=sound_card.env | without_portaudio)
            heard = {sink: len(ear.stop().loud()) > 0 for sink, ear in ears.items()}
            assert (done.code, done.err) == (0, "")
            assert heard == {"phones": name is not None, "spk": name is None}

    def test_without_any_sound_she_types(self, sound_card: SoundCard) -> None:
        sound_card.stop()
        with Running("chat", "--plain", "--engines", "echo", terminal=True, env=sound_card.env) as program:
            program.err.until("^! no microphone found")
            program.type("hello there")
            program.out.until("^mika: .*hello there")
            program.type("/quit")
            talk = program.end()
        assert "no loudspeaker found" in talk.err
        assert not re.search("ALSA|jack|Expression|PulseAudio", talk.err)

    def test_both_devices_go_in_mid_talk_and_come_back(self, sound_card: SoundCard) -> None:
        """The banner comes within two seconds, typing goes on, and what comes back is used again."""
        import time

        with Running("chat", "--plain", "--engines", "echo", terminal=True, env=sound_card.env) as program:
            program.err.until("Mika is listening")
            gone = time.monotonic()
            for sink in ("spk", "micbus"):
                sound_card.unplug(sink)
            assert program.err.until("^! the microphone .* is gone") - gone < 2.5
            program.type("still here")
            program.out.until("^mika: .*still here")
            sound_card.plug("micbus")
            sound_card.plug("spk")
            sound_card.pactl("set-default-sink", "spk")
            program.err.until("The microphone is back")
            ear = sound_card.listen()
            for number in range(4):  # the first sentences may still be captions
                program.type(f"speak number {number}")
                program.out.until(f"^mika: .*number {number}")
            program.type("/quit")
            assert program.end().code == 0
        assert len(ear.stop().loud()) > 0

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest

from vtuber_cli.audio.devices import Device, choose
from vtuber_cli.errors import AudioUnavailable


def device(index: int, name: str, *, default: bool = False, system: str = "ALSA") -> Device:
    return Device(index, name, system, 2, 48_000, default)


DEVICES = (
    device(0, "HDA Intel PCH: ALC257 Analog (hw:0,0)"),
    device(3, "USB Headset: Audio (hw:1,0)"),
    device(4, "USB Camera: Audio (hw:2,0)"),
    device(7, "default", default=True),
    device(9, "USB Headset: Audio (hw:1,0)", system="JACK"),
)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [(None, 7), (3, 3), ("4", 4), ("default", 7), ("DEFAULT", 7), ("usb headset: audio (hw:1,0)", 3), ("camera", 4)],
)
def test_a_device_is_known_by_number_name_or_part(wanted: str | int | None, index: int) -> None:
    assert choose(DEVICES, wanted, "output").index == index


@pytest.mark.parametrize(
    ("wanted", "key", "named"),
    [
        ("usb", "ambiguous_device", "USB Headset: Audio (hw:1,0), USB Camera: Audio (hw:2,0)"),
        ("defualt", "unknown_device_nearest", "default"),
        ("hedset", "unknown_device_nearest", "USB Headset: Audio (hw:1,0)"),
        ("zzzzzz", "unknown_device", None),
        ("", "unknown_device", None),
        (99, "unknown_device", None),
    ],
)
def test_an_unclear_name_is_refused_with_what_it_may_mean(wanted: str | int, key: str, named: str | None) -> None:
    with pytest.raises(AudioUnavailable) as refused:
        choose(DEVICES, wanted, "output")
    assert refused.value.key == f"audio.{key}"
    assert refused.value.params.get("nearest", refused.value.params.get("names")) == named


def test_a_part_that_everybody_has_names_a_few() -> None:
    with pytest.raises(AudioUnavailable) as refused:
        choose([device(number, f"Card {number}") for number in range(20)], "card", "input")
    assert refused.value.params["names"] == "Card 0, Card 1, Card 2, Card 3, Card 4, …"


@pytest.mark.parametrize("wanted", ["헤드셋", unicodedata.normalize("NFD", "헤드셋"), "내 헤드셋 🎧"])
def test_names_in_other_scripts_and_with_odd_letters(wanted: str) -> None:
    odd = [device(0, "\x1b[31mred\x07"), device(1, unicodedata.normalize("NFD", "내 헤드셋\t 🎧")), device(2, "")]
    assert choose(odd, wanted, "input").index == 1
    assert choose(odd, "red", "input").index == 0


def test_the_first_is_taken_if_none_is_the_default() -> None:
    assert choose(DEVICES[:3], None, "input").index == 0


@pytest.mark.parametrize("direction", ["input", "output"])
def test_no_device_is_said_by_direction(direction: str) -> None:
    with pytest.raises(AudioUnavailable) as refused:
        choose((), None, direction)  # pyright: ignore[reportArgumentType]
    assert refused.value.key == f"audio.no_{direction}"


WITHOUT_LIBRARIES = """\
import asyncio, ctypes.util, sys
ctypes.util.find_library = lambda name: None  # as on a machine without PortAudio
sys.modules["_miniaudio"] = None  # and one that miniaudio is not made for
from vtuber_cli.audio import devices
from vtuber_cli.audio.microphone import DeviceMicrophone
from vtuber_cli.audio.speaker import DeviceSpeaker
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import Speech
from vtuber_cli.i18n import find, t
import numpy as np

async def play(speaker):
    await speaker.play(Speech(np.zeros(100, np.float32), 100)).finished()

async def main():
    speaker = DeviceSpeaker()
    for attempt in (anext(DeviceMicrophone().frames()), speaker.open(), play(speaker), speaker.close()):
        try:
            await attempt
            print("fine")
        except AudioUnavailable as error:
            print(error.key, bool(t(error.key, **error.params)), bool(find(error.key + ".hint")))
    try:
        devices.found("input")
    except AudioUnavailable as error:
        print(error.key)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PortAudio comes with sounddevice")
def test_without_a_library_everything_says_so() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_LIBRARIES], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["audio.no_portaudio True True"] * 3 + ["fine", "audio.no_portaudio"]


def test_importing_audio_loads_no_library() -> None:
    code = (
        "import sys, vtuber_cli.audio.devices, vtuber_cli.audio.microphone, vtuber_cli.audio.speaker\n"
        "import vtuber_cli.audio.wav, vtuber_cli.audio.recording, vtuber_cli.audio.quiet, vtuber_cli.audio.level\n"
        "print(sorted({'sounddevice', 'soundfile', 'soxr', '_cffi_backend'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

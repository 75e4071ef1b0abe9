"""What PortAudio is asked, and what is made of its answers; the library itself is a fake."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from vtuber_cli.audio.library import Device
from vtuber_cli.audio.portaudio import PortAudio
from vtuber_cli.errors import AudioUnavailable


class PortAudioError(Exception):
    pass


@dataclass
class Stream:
    samplerate: float
    channels: int
    started: bool = False
    closed: bool = False

    def start(self) -> None:
        self.started = True

    def abort(self) -> None: ...

    def close(self) -> None:
        self.closed = True


@dataclass
class Sound:
    """As much of `sounddevice` as is used. Streams open at the rates and channels that it `can`, else they fail."""

    can: set[tuple[int, int]] = field(default_factory=lambda: {(48_000, 2)})
    error: tuple[object, ...] = ("Invalid sample rate", -9997)
    devices: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"index": 0, "name": "Line", "hostapi": 0, "max_input_channels": 2, "max_output_channels": 0},
            {"index": 1, "name": "Phones", "hostapi": 0, "max_input_channels": 0, "max_output_channels": 2},
        ]
    )
    default: Any = None
    asked: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    started: int = 0
    comes_with: tuple[int, int] | None = None
    """What becomes possible when devices are looked for again."""
    PortAudioError = PortAudioError

    def __post_init__(self) -> None:
        self.default = type("Default", (), {"device": (-1, -1)})

    def query_hostapis(self) -> tuple[dict[str, object], ...]:
        return ({"name": "ALSA", "default_input_device": 0, "default_output_device": 1},)

    def query_devices(self) -> list[dict[str, Any]]:
        return [{"default_samplerate": 48_000.0, **device} for device in self.devices]

    def RawInputStream(self, *, samplerate: int, channels: int, **_: object) -> Stream:
        self.asked.append((samplerate, channels))
        if (samplerate, channels) not in self.can:
            raise PortAudioError(*self.error)
        return Stream(samplerate, channels)

    RawOutputStream = RawInputStream

    def _initialize(self) -> None:
        self.started += 1
        if self.comes_with is not None:
            self.can.add(self.comes_with)

    def _terminate(self) -> None: ...

    def _exit_handler(self) -> None: ...


@pytest.fixture
def sound() -> Sound:
    return Sound()


@pytest.fixture
def library(sound: Sound) -> Iterator[PortAudio]:
    made = PortAudio(sound)
    made.refresh()  # what it lists when it starts is new; everything here happens later
    assert sound.started == 0
    yield made
    atexit.unregister(made._leave)


LINE = Device(0, "Line", "ALSA", 2, 48_000, default=True)
PHONES = Device(1, "Phones", "ALSA", 2, 48_000, default=True)


def hear(_: object) -> None: ...


def ended() -> None: ...


def test_devices_by_direction_and_the_systems_default(library: PortAudio) -> None:
    assert library.devices("input") == (LINE,)
    assert library.devices("output") == (PHONES,)


def test_a_microphone_that_knows_one_rate_and_two_channels_is_asked_for_these_at_last(
    library: PortAudio, sound: Sound
) -> None:
    stream = library.open(lambda lib: lib.input(LINE, None, hear, ended))
    assert sound.asked == [(16_000, 1), (16_000, 2), (48_000, 1), (48_000, 2)]
    assert (stream.samplerate, stream.channels) == (48_000, 2)
    assert not library.idle
    library.close(stream)
    assert library.idle


def test_a_loudspeaker_is_asked_for_its_own_rate(library: PortAudio, sound: Sound) -> None:
    stream = library.open(lambda lib: lib.output(PHONES, None))
    assert sound.asked == [(48_000, 1), (48_000, 2)]
    library.close(stream)


def test_a_device_that_was_plugged_in_meanwhile_is_found_by_looking_again(library: PortAudio, sound: Sound) -> None:
    sound.can.clear()
    sound.comes_with = (16_000, 1)
    library.close(library.open(lambda lib: lib.input(LINE, None, hear, ended)))
    assert sound.started == 1


def test_nobody_looks_again_while_a_stream_is_open(library: PortAudio, sound: Sound) -> None:
    stream = library.open(lambda lib: lib.output(PHONES, None))
    sound.can.clear()
    with pytest.raises(PortAudioError):
        library.open(lambda lib: lib.input(LINE, None, hear, ended))
    library.refresh()
    assert sound.started == 0
    library.close(stream)


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (("Device unavailable", -9985), "busy"),
        (("Invalid device", -9996), "no_input"),
        (("Error querying device -1",), "no_input"),
        (("Invalid sample rate", -9997), "device_failed"),
    ],
)
def test_its_errors_in_our_words(library: PortAudio, error: tuple[object, ...], key: str) -> None:
    explained = library.explained(PortAudioError(*error), "input", "Line")
    assert isinstance(explained, AudioUnavailable)
    assert explained.key == f"audio.{key}"
    assert explained.params.get("device", "Line") == "Line"


def test_an_error_without_any_device_is_that_there_is_none(library: PortAudio, sound: Sound) -> None:
    sound.devices.clear()
    explained = library.explained(PortAudioError("whatever", -1), "output", None)
    assert explained is not None and explained.key == "audio.no_output"


def test_somebody_elses_error_stays_as_it_is(library: PortAudio) -> None:
    assert library.explained(ZeroDivisionError(), "input", None) is None

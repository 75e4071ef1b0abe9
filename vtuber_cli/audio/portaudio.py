"""Devices by PortAudio, through sounddevice."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from vtuber_cli.audio.library import BLOCK_SECONDS, Device, Direction, Hear, LibraryName, OutputStream, Stream
from vtuber_cli.errors import AudioUnavailable, VtuberError
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    import sounddevice

    from vtuber_cli.audio.library import Library

S = TypeVar("S", bound=Stream)

REQUESTED_LATENCY = 0.3
"""Makes the output ring larger than what is kept in it, so that no write blocks (it would, for a quarter of it)."""

_BUSY = -9985
_NO_DEVICE = -9996

_log = logging.getLogger(__name__)
_loaded: list[PortAudio] = []
_missing: list[AudioUnavailable] = []


def load() -> PortAudio:
    """The library, started.

    Raises:
        AudioUnavailable: it is not installed, or cannot start.
    """
    if _missing:  # looking for a library costs a tenth of a second, and it does not come while we run
        raise _missing[0]
    try:
        import sounddevice
    except OSError as error:  # what sounddevice raises without the PortAudio library
        _missing.append(AudioUnavailable("audio.no_portaudio", reason=str(error)))
        raise _missing[0] from error
    except Exception as error:  # PortAudioError cannot be named: the import that defines it has failed
        raise AudioUnavailable("audio.failed", reason=str(error)) from error
    if not _loaded:
        _loaded.append(PortAudio(sounddevice))
    return _loaded[0]


class PortAudio:
    """See `Library`. It lists devices when it starts and never again; a headset plugged in later needs `refresh`."""

    name: LibraryName = "portaudio"

    def __init__(self, sound: Any) -> None:
        self.sound = sound
        self._open: set[int] = set()
        self._new = True
        """Its list of devices was made with it, and need not be made again."""
        atexit.register(self._leave)

    @property
    def idle(self) -> bool:
        """No stream is open."""
        return not self._open

    def devices(self, direction: Direction) -> tuple[Device, ...]:
        systems = [str(system["name"]) for system in self.sound.query_hostapis()]
        default = int(self.sound.default.device[0 if direction == "input" else 1])
        if default < 0:
            default = next((int(api[f"default_{direction}_device"]) for api in self.sound.query_hostapis()), -1)
        return tuple(
            Device(
                index=int(device["index"]),
                name=str(device["name"]),
                system=systems[int(device["hostapi"])],
                channels=int(device[f"max_{direction}_channels"]),
                rate=round(device["default_samplerate"]),
                default=int(device["index"]) == default,
            )
            for device in self.sound.query_devices()
            if device[f"max_{direction}_channels"] > 0
        )

    def all_devices(self) -> dict[Direction, tuple[Device, ...]]:
        return {"input": self.devices("input"), "output": self.devices("output")}

    def refresh(self) -> None:
        new, self._new = self._new, False
        if self._open or new:
            return
        with suppress(self.sound.PortAudioError):  # a start that failed leaves nothing to end
            self.sound._terminate()
        try:
            self.sound._initialize()
        except self.sound.PortAudioError as error:
            raise AudioUnavailable("audio.failed", reason=str(error)) from error

    def open(self, make: Callable[[Library], S]) -> S:
        new, self._new = self._new, False
        try:
            stream = make(self)
        except (self.sound.PortAudioError, AudioUnavailable):
            if self._open or new:
                raise
            self.refresh()
            stream = make(self)
        self._open.add(id(stream))
        return stream

    def input(self, device: Device, rate: int | None, hear: Hear, ended: Callable[[], None]) -> Stream:
        """At the ears' rate if the device can, else at its own; mono if it can, else as many channels as it has."""

        def copy(data: Any, frames: int, clock: object, status: object) -> None:
            hear(bytes(data))

        def make(rate: int, channels: int) -> sounddevice.RawInputStream:
            stream = self.sound.RawInputStream(
                samplerate=rate,
                channels=channels,
                device=device.index,
                dtype="int16",
                blocksize=round(rate * BLOCK_SECONDS),
                latency="low",
                callback=copy,
                finished_callback=ended,
            )
            return _started(stream)

        return self._first(make, [rate] if rate else [EAR_RATE, device.rate], (1, device.channels))

    def output(self, device: Device, rate: int | None) -> OutputStream:
        """Mono if the device can."""

        def make(rate: int, channels: int) -> OutputStream:
            stream: Any = self.sound.RawOutputStream(
                samplerate=rate, channels=channels, device=device.index, dtype="int16", latency=REQUESTED_LATENCY
            )
            stream.late = 0.0  # it begins at once; what it took, it tells
            return stream

        return self._first(make, [rate or device.rate], (1, min(2, device.channels)))

    def close(self, stream: Stream) -> None:
        stream.abort()
        stream.close()
        self._open.discard(id(stream))

    def explained(self, error: Exception, direction: Direction, device: str | int | None) -> VtuberError | None:
        if not isinstance(error, self.sound.PortAudioError):
            return None
        text, code = str(error.args[0]) if error.args else str(error), error.args[1] if len(error.args) > 1 else 0
        _log.info("%s device %r: %s", direction, device, error)
        if code == _BUSY:
            return AudioUnavailable("audio.busy", device=device or "default")
        if code == _NO_DEVICE or "querying device -1" in text or not self.devices(direction):
            return AudioUnavailable(f"audio.no_{direction}")
        return AudioUnavailable("audio.device_failed", device=device or "default", reason=text)

    def _first(self, make: Callable[[int, int], S], rates: list[int], channels: tuple[int, ...]) -> S:
        """The first of these that the device agrees to."""
        attempts = [(rate, count) for rate in rates for count in channels]
        for number, (rate, count) in enumerate(attempts, 1):
            try:
                return make(rate, count)
            except self.sound.PortAudioError:
                if number == len(attempts):
                    raise
        raise AssertionError("there is always an attempt")

    def _leave(self) -> None:
        """At exit: a device that never closed would make PortAudio's own goodbye wait forever."""
        if self._open:
            atexit.unregister(self.sound._exit_handler)


def _started(stream: sounddevice.RawInputStream) -> sounddevice.RawInputStream:
    """One that will not start is closed before the error goes on."""
    try:
        stream.start()
    except BaseException:
        stream.close()
        raise
    return stream

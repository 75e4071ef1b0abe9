"""What a sound library is to us. `portaudio` and `miniaudio` fit; `backend` decides between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from vtuber_cli.errors import VtuberError

Direction: TypeAlias = Literal["input", "output"]
LibraryName: TypeAlias = Literal["portaudio", "miniaudio"]

BLOCK_SECONDS = 0.01
"""How much sound a stream is asked to take or give at once."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device in one direction; `name` is foreign text."""

    index: int
    name: str
    system: str
    """The host interface: ALSA, PulseAudio, Core Audio, Windows WASAPI, ..."""
    channels: int
    rate: int
    """The device's own sample rate, in Hz."""
    default: bool
    library: LibraryName = "portaudio"
    """Which knows it, and by this number."""


class Stream(Protocol):
    """Interleaved int16 to or from a device. Only the thread that opened it touches it."""

    @property
    def samplerate(self) -> float: ...
    @property
    def channels(self) -> int: ...

    def abort(self) -> None:
        """Stops, and drops what is still on its way."""
        ...

    def close(self) -> None: ...


class OutputStream(Stream, Protocol):
    """Opened and stopped; a ring that the device empties while the stream runs."""

    @property
    def late(self) -> float | None:
        """Seconds since the start in which the device had nothing to play: before its first sample, and when we were
        too slow. None before it begins."""
        ...

    @property
    def write_available(self) -> int:
        """Frames that fit into the ring now; negative, or an OSError, if the device is gone."""
        ...

    def start(self) -> None:
        """Runs from here on, with an empty ring."""
        ...

    def write(self, data: Buffer, /) -> bool:
        """Puts whole frames into the ring; True if it had run dry."""
        ...


S = TypeVar("S", bound=Stream)
Hear: TypeAlias = Callable[["bytes | bytearray"], None]
"""Gets each block, in a thread of the library's own: it may only hand it over."""


class Library(Protocol):
    """A way to the devices. Not safe for threads: `backend` holds its door."""

    name: LibraryName

    def devices(self, direction: Direction) -> tuple[Device, ...]:
        """What is known of; see `refresh`."""
        ...

    def all_devices(self) -> dict[Direction, tuple[Device, ...]]:
        """The same for both directions, for the price of one."""
        ...

    def refresh(self) -> None:
        """Looks again, if no stream is open.

        Raises:
            AudioUnavailable: the library cannot start any more.
        """
        ...

    def open(self, make: Callable[[Library], S]) -> S:
        """The stream that `make` opens by the two methods below, tried once more after looking again.

        Raises:
            AudioUnavailable: from `make`.
            Exception: the library's own, for `explained`.
        """
        ...

    def input(self, device: Device, rate: int | None, hear: Hear, ended: Callable[[], None]) -> Stream:
        """A running stream, at `rate` or what the ears like best; `ended` may be called when the device is gone."""
        ...

    def output(self, device: Device, rate: int | None) -> OutputStream:
        """A stopped stream, at `rate` or the device's own."""
        ...

    def close(self, stream: Stream) -> None:
        """Frees a stream that `open` gave; blocks as long as the device likes."""
        ...

    def explained(self, error: Exception, direction: Direction, device: str | int | None) -> VtuberError | None:
        """The library's own error in words of ours; None if it is somebody else's."""
        ...

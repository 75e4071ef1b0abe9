"""Which library brings us to the devices, and the one door to it: streams are opened and closed one at a time.

PortAudio first. Where it is not installed or finds no device (on Linux it may know ALSA only), miniaudio, whose C code
is in its wheel and which speaks to PulseAudio by itself. Where neither finds any, there is no sound.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from vtuber_cli.audio import miniaudio, portaudio
from vtuber_cli.audio.library import LibraryName, Stream
from vtuber_cli.errors import AudioUnavailable, VtuberError

if TYPE_CHECKING:
    from vtuber_cli.audio.library import Device, Direction, Library

S = TypeVar("S", bound=Stream)
T = TypeVar("T")
Wanted: TypeAlias = LibraryName | Literal["auto"]

STUCK_AFTER = 5.0
"""Seconds that opening, closing or starting a device may take; Bluetooth needs two."""

_ABSENT = frozenset({"no_portaudio", "no_miniaudio", "failed", "no_input", "no_output"})
"""Errors (`audio.*`) after which the next library is asked."""

_log = logging.getLogger(__name__)
_lock = threading.Lock()


def libraries(wanted: Wanted = "auto") -> Generator[Library]:
    """Those that can be loaded, in the order in which they are asked; for callers behind the door.

    Raises:
        AudioUnavailable: none can.
    """
    failure: AudioUnavailable | None = None
    loaded = False
    for name, load in (("portaudio", portaudio.load), ("miniaudio", miniaudio.load)):
        if wanted not in ("auto", name):
            continue
        try:
            library = load()
        except AudioUnavailable as error:
            failure = failure or error
            continue
        loaded = True
        yield library
    if not loaded and failure is not None:
        raise failure


def found(direction: Direction, wanted: Wanted = "auto") -> tuple[Device, ...]:
    """Every device of a direction, looked for now if no stream is open; maybe none.

    Raises:
        AudioUnavailable: no library, or the sound system does not answer.
    """
    return survey(wanted)[direction]


def survey(wanted: Wanted = "auto") -> dict[Direction, tuple[Device, ...]]:
    """The same for both directions."""
    return _in_time(lambda: _survey(wanted))


def _survey(wanted: Wanted) -> dict[Direction, tuple[Device, ...]]:
    seen: dict[Direction, tuple[Device, ...]] = {"input": (), "output": ()}
    with alone():
        for library in libraries(wanted):
            library.refresh()
            for direction, devices in library.all_devices().items():
                seen[direction] = seen[direction] or devices
            if all(seen.values()):
                break
    return seen


@contextmanager
def alone() -> Generator[None]:
    """Holds the door: nobody else opens, closes or lists meanwhile."""
    if not _lock.acquire(timeout=STUCK_AFTER):
        raise AudioUnavailable("audio.stuck")
    try:
        yield
    finally:
        _lock.release()


def serve(
    make: Callable[[Library], S],
    use: Callable[[S], None],
    failed: Callable[[VtuberError], None],
    direction: Direction,
    device: str | int | None,
    wanted: Wanted,
) -> None:
    """A thread's life with a stream: opens it by `make`, uses it, closes it; never raises.

    `failed` is told what went wrong before the stream is closed, because closing a hung device may never return.
    """
    opened: tuple[Library, S] | None = None
    try:
        opened = _open(make, direction, device, wanted)
        use(opened[1])
    except VtuberError as error:
        failed(error)
    except Exception as error:  # noqa: BLE001 - the library's own or a driver's surprise: the talk goes on without
        _log.info("%s device %r", direction, device, exc_info=True)
        gone = "microphone_gone" if direction == "input" else "speaker_gone"
        failed(AudioUnavailable(f"audio.{gone}", device=device or "default", reason=str(error)))
    if opened is not None:
        library, stream = opened
        try:
            with alone():
                library.close(stream)
        except AudioUnavailable:
            _log.warning("%s device %r: left open, another device hangs", direction, device)


def _open(
    make: Callable[[Library], S], direction: Direction, device: str | int | None, wanted: Wanted
) -> tuple[Library, S]:
    """The first library's stream; one without any device makes room for the next.

    Raises:
        AudioUnavailable: and why.
    """
    failure: VtuberError | None = None
    with alone():
        for library in libraries(wanted):
            try:
                return library, library.open(make)
            except Exception as error:  # the library's own are told apart by itself
                explained = error if isinstance(error, VtuberError) else library.explained(error, direction, device)
                if explained is None:
                    raise
                if explained.key.removeprefix("audio.") not in _ABSENT:
                    raise explained from error
                failure = explained
        if failure is None:
            raise AssertionError("there is always a library, or an error")
        raise failure


def _in_time(job: Callable[[], T]) -> T:
    """What `job` gives; in a thread of its own, as a sound server that hangs must not hang us.

    Raises:
        AudioUnavailable: it takes too long.
    """
    given: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            given.append(job())
        except BaseException as error:  # noqa: BLE001 - it belongs to the caller, whatever it is
            raised.append(error)

    thread = threading.Thread(target=run, name="vtuber-devices", daemon=True)
    thread.start()
    thread.join(STUCK_AFTER)
    if raised:
        raise raised[0]
    if not given:
        raise AudioUnavailable("audio.stuck")
    return given[0]

"""The one door to PortAudio, which is not thread-safe: streams are opened and closed one at a time."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from vtuber_cli.errors import AudioUnavailable, VtuberError

if TYPE_CHECKING:
    import sounddevice

    Stream: TypeAlias = sounddevice.RawInputStream | sounddevice.RawOutputStream

S = TypeVar("S", bound="Stream")
Direction: TypeAlias = Literal["input", "output"]

STUCK_AFTER = 5.0
"""Seconds that opening, closing or starting a device may take; Bluetooth needs two."""

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_open: set[int] = set()
_loaded: list[ModuleType] = []

_BUSY = -9985
_NO_DEVICE = -9996


def load() -> Any:
    """The `sounddevice` module.

    Raises:
        AudioUnavailable: PortAudio is not installed, or cannot start.
    """
    try:
        import sounddevice
    except OSError as error:  # what sounddevice raises without the PortAudio library
        raise AudioUnavailable("audio.no_portaudio", reason=str(error)) from error
    except Exception as error:  # PortAudioError cannot be named: the import that defines it has failed
        raise AudioUnavailable("audio.failed", reason=str(error)) from error
    if not _loaded:
        _loaded.append(sounddevice)
        atexit.register(_leave, sounddevice)
    return sounddevice


@contextmanager
def alone() -> Generator[Any]:
    """Holds the door: yields `sounddevice`, nobody else opens, closes or lists meanwhile."""
    if not _lock.acquire(timeout=STUCK_AFTER):
        raise AudioUnavailable("audio.stuck")
    try:
        yield load()
    finally:
        _lock.release()


def serve(
    make: Callable[[Any], S],
    use: Callable[[S], None],
    failed: Callable[[VtuberError], None],
    direction: Direction,
    device: str | int | None,
) -> None:
    """A thread's life with a stream: opens it by `make(sounddevice)`, uses it, closes it; never raises.

    `failed` is told what went wrong before the stream is closed, because closing a hung device may never return.
    """
    stream: S | None = None
    try:
        stream = open_stream(make, direction, device)
        use(stream)
    except VtuberError as error:
        failed(error)
    except Exception as error:  # noqa: BLE001 - PortAudioError or a driver's surprise: the talk goes on without
        _log.info("%s device %r", direction, device, exc_info=True)
        gone = "microphone_gone" if direction == "input" else "speaker_gone"
        failed(AudioUnavailable(f"audio.{gone}", device=device or "default", reason=str(error)))
    if stream is not None:
        try:
            close_stream(stream)
        except AudioUnavailable:
            _log.warning("%s device %r: left open, another device hangs", direction, device)


def open_stream(make: Callable[[Any], S], direction: Direction, device: str | int | None) -> S:
    """A stream by `make(sounddevice)`, tried once more with a fresh list of devices if nothing else is open.

    PortAudio lists devices when it starts and never again; a headset plugged in later needs the fresh list.

    Raises:
        AudioUnavailable: and why.
    """
    with alone() as sound:
        try:
            try:
                stream = make(sound)
            except (sound.PortAudioError, AudioUnavailable):
                if _open:
                    raise
                refresh(sound)
                stream = make(sound)
        except sound.PortAudioError as error:
            raise explained(error, direction, device) from error
        _open.add(id(stream))
        return stream


def started(stream: S) -> S:
    """Starts a stream just made; one that will not start is closed before the error goes on."""
    try:
        stream.start()
    except BaseException:
        stream.close()
        raise
    return stream


def close_stream(stream: Stream) -> None:
    """Drops what is still in the device and frees it; blocks as long as the device likes, so not in the loop."""
    with alone():
        stream.abort()
        stream.close()
        _open.discard(id(stream))


def refresh(sound: Any) -> None:
    """Lists the devices anew; only behind the door and while no stream is open."""
    with suppress(sound.PortAudioError):  # a start that failed leaves nothing to end
        sound._terminate()
    sound._initialize()


def nothing_open() -> bool:
    return not _open


def explained(error: Exception, direction: Direction, device: str | int | None) -> VtuberError:
    """PortAudio's error in words of ours."""
    text, code = str(error.args[0]) if error.args else str(error), error.args[1] if len(error.args) > 1 else 0
    _log.info("%s device %r: %s", direction, device, error)
    if code == _BUSY:
        return AudioUnavailable("audio.busy", device=device or "default")
    if code == _NO_DEVICE or "querying device -1" in text or not _any(direction):
        return AudioUnavailable(f"audio.no_{direction}")
    return AudioUnavailable("audio.device_failed", device=device or "default", reason=text)


def _any(direction: Direction) -> bool:
    sound = load()
    return any(device[f"max_{direction}_channels"] for device in sound.query_devices())


def _leave(sound: Any) -> None:
    """At exit: a device that never closed would make PortAudio's own goodbye wait forever."""
    if _open:
        atexit.unregister(sound._exit_handler)

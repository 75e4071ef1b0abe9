"""Devices by miniaudio: its C code is in its wheel, and on Linux it speaks to PulseAudio without ALSA between them.

Its streams are a callback each: the library asks for sound, or brings some, in a thread of its own.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from vtuber_cli.audio.library import BLOCK_SECONDS, Device, Direction, Hear, LibraryName, OutputStream, Stream
from vtuber_cli.audio.pcm import BYTES_A_SAMPLE
from vtuber_cli.errors import AudioUnavailable, VtuberError
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    import miniaudio
    from typing_extensions import Buffer

    from vtuber_cli.audio.library import Library

S = TypeVar("S", bound=Stream)

_APP = "vtuber"
_SYSTEMS = ("WASAPI", "DSOUND", "WINMM", "COREAUDIO", "SNDIO", "AUDIO4", "OSS", "PULSEAUDIO", "ALSA")
"""In the library's own order. Without JACK, which complains on the terminal where it does not run, and without the one
that plays to nobody."""

_RING_SECONDS = 0.4
"""What an output stream takes before it is full."""
_PERIODS = 3
"""Blocks between the callback and the device."""
_OUTPUT_BLOCK = 8 * BLOCK_SECONDS
"""Each block waits for Python, which busy threads hold up: with two of them blocks of 20 ms are late, these are not. It
costs no time to fall silent, as the device is closed for that."""
_SILENT_AFTER = 1.0
"""Seconds without a callback after which a device is gone."""
_NO_DEVICE = (-104, -203)
"""MA_NO_DEVICE, MA_DOES_NOT_EXIST as device."""
_BUSY = -19

_NOWHERE = b"null\0"
"""ALSA's name for a device that plays to nobody."""

_loaded: list[MiniAudio] = []


def load() -> MiniAudio:
    """The library.

    Raises:
        AudioUnavailable: it is not installed, or not made for this machine.
    """
    if not _loaded:
        try:
            # The C code alone: the module around it brings numpy, for which no list of devices should wait.
            import _miniaudio as code
        except (ImportError, OSError) as error:
            raise AudioUnavailable("audio.no_miniaudio", reason=str(error)) from error
        _loaded.append(MiniAudio(code))
    return _loaded[0]


class MiniAudio:
    """See `Library`. It looks for devices whenever it is asked."""

    name: LibraryName = "miniaudio"

    def __init__(self, code: Any) -> None:
        self._code = code
        self._ids: dict[int, Any] = {}

    @cached_property
    def _sound(self) -> Any:
        import miniaudio

        return miniaudio

    def devices(self, direction: Direction) -> tuple[Device, ...]:
        """Numbered through: microphones first."""
        return self.all_devices()[direction]

    def all_devices(self) -> dict[Direction, tuple[Device, ...]]:
        """Where there is no sound system, it takes the library 50 ms to find that out."""
        ffi, lib = self._code.ffi, self._code.lib
        systems = ffi.new("ma_backend[]", [getattr(lib, f"ma_backend_{name.lower()}") for name in _SYSTEMS])
        context = ffi.new("ma_context *")
        if lib.ma_context_init(systems, len(_SYSTEMS), ffi.NULL, context):  # no sound system of any kind
            return {"input": (), "output": ()}
        try:
            found = list(self._listed(context))
        finally:
            lib.ma_context_uninit(context)
        return {
            "input": tuple(device for kind, device in found if kind == "input"),
            "output": tuple(device for kind, device in found if kind == "output"),
        }

    def refresh(self) -> None:
        """There is nothing to refresh."""

    def open(self, make: Callable[[Library], S]) -> S:
        return make(self)

    def input(self, device: Device, rate: int | None, hear: Hear, ended: Callable[[], None]) -> Stream:
        """Mono; the library converts."""
        return _Input(self._sound, self._options(device, rate or EAR_RATE, BLOCK_SECONDS), hear, ended)

    def output(self, device: Device, rate: int | None) -> OutputStream:
        """Mono; the library converts."""
        return _Output(self._sound, self._options(device, rate or device.rate, _OUTPUT_BLOCK))

    def close(self, stream: Stream) -> None:
        stream.abort()
        stream.close()

    def explained(self, error: Exception, direction: Direction, device: str | int | None) -> VtuberError | None:
        if not isinstance(error, self._sound.MiniaudioError):
            return None
        text, code = str(error.args[0]) if error.args else str(error), error.args[1] if len(error.args) > 1 else 0
        if code == _BUSY:
            return AudioUnavailable("audio.busy", device=device or "default")
        if code in _NO_DEVICE or "context" in text:
            return AudioUnavailable(f"audio.no_{direction}")
        return AudioUnavailable("audio.device_failed", device=device or "default", reason=f"{text} ({code})")

    def _options(self, device: Device, rate: int, period: float) -> dict[str, Any]:
        return {
            "nchannels": 1,
            "sample_rate": rate,
            "buffersize_msec": round(period * 1000),
            "callback_periods": _PERIODS,
            # Without an id it follows the system, if that changes its mind.
            "device_id": None if device.default else self._ids[device.index],
            "backends": [self._sound.Backend[name] for name in _SYSTEMS],
            "app_name": _APP,
        }

    def _listed(self, context: Any) -> Generator[tuple[Direction, Device]]:
        """The library's own listing gives up at the first device that does not answer, and keeps the default back."""
        ffi, lib = self._code.ffi, self._code.lib
        system = ffi.string(lib.ma_get_backend_name(context.backend)).decode()
        outputs, inputs = ffi.new("ma_device_info **"), ffi.new("ma_device_info **")
        many_outputs, many_inputs = ffi.new("ma_uint32 *"), ffi.new("ma_uint32 *")
        if lib.ma_context_get_devices(context, outputs, many_outputs, inputs, many_inputs):
            return
        self._ids = {}
        kinds: tuple[tuple[Direction, int, Any, int], ...] = (
            ("input", lib.ma_device_type_capture, inputs[0], many_inputs[0]),
            ("output", lib.ma_device_type_playback, outputs[0], many_outputs[0]),
        )
        for direction, kind, infos, many in kinds:
            for info in (infos[at] for at in range(many)):
                if bytes(ffi.buffer(ffi.addressof(info.id))).startswith(_NOWHERE):
                    continue
                default = bool(info.isDefault)
                if lib.ma_context_get_device_info(context, kind, ffi.addressof(info.id), ffi.addressof(info)):
                    continue  # it cannot be asked, so it cannot be opened
                number = len(self._ids)
                self._ids[number] = ffi.new("ma_device_id *", info.id)
                own = info.nativeDataFormats[0] if info.nativeDataFormatCount else None
                yield (
                    direction,
                    Device(
                        index=number,
                        name=ffi.string(info.name).decode(errors="replace"),
                        system=system,
                        channels=int(own.channels) if own is not None and own.channels else 2,
                        rate=int(own.sampleRate) if own is not None and own.sampleRate else 48_000,
                        default=default,
                        library=self.name,
                    ),
                )


class _Input:
    """A stream that runs from the beginning."""

    def __init__(self, sound: Any, options: dict[str, Any], hear: Hear, ended: Callable[[], None]) -> None:
        self.samplerate = float(options["sample_rate"])
        self.channels = int(options["nchannels"])
        self._sound = sound
        self._device: miniaudio.CaptureDevice = sound.CaptureDevice(sound.SampleFormat.SIGNED16, **options)
        self._device.stop_callback = ended
        hearing = _hearing(hear)
        next(hearing)
        self._device.start(hearing)

    def abort(self) -> None:
        """Closing does it."""

    def close(self) -> None:
        _free(self._sound, self._device)


def _hearing(hear: Hear) -> Generator[None, bytearray]:
    while True:
        hear((yield))


class _Output:
    """The ring that PortAudio keeps by itself. The device begins at the first write, which is a run's first sound.

    Without a lock: whoever held it while waiting for the GIL would make the callback wait twice, and it is late as
    it is. The thread appends and the callback takes; to cut, the thread puts a new, empty ring in the place of the old.
    """

    def __init__(self, sound: Any, options: dict[str, Any]) -> None:
        self.samplerate = float(options["sample_rate"])
        self.channels = int(options["nchannels"])
        self._sound = sound
        self._frame = BYTES_A_SAMPLE * self.channels
        self._size = round(_RING_SECONDS * self.samplerate)
        self._options = options
        self._device: Any = self._made()
        self._ring = _Ring()
        self._running = False
        self._called = 0.0
        self._begun = 0.0
        self.late: float | None = None

    @property
    def write_available(self) -> int:
        if self._running and time.monotonic() - self._called > _SILENT_AFTER:
            raise OSError("the device asks for nothing any more")
        ring = self._ring
        return self._size - (ring.put - ring.taken) // self._frame

    def start(self) -> None:
        self._ring = _Ring()
        if self._device is None:
            self._device = self._made()
        self._begun = time.monotonic()
        self.late = None

    def write(self, data: Buffer, /) -> bool:
        ring = self._ring
        dry, ring.dry = ring.dry, False
        ring.append(bytes(data))
        if not self._running:
            self._running = True
            self._called = time.monotonic()
            giving = self._giving()
            next(giving)
            self._device.start(giving)
        return dry

    def abort(self) -> None:
        """Closes the device: a stopped one keeps what it holds, and would say it first the next time."""
        self._ring = _Ring()
        self._running = False
        self.close()

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            _free(self._sound, device)

    def _made(self) -> miniaudio.PlaybackDevice:
        return self._sound.PlaybackDevice(self._sound.SampleFormat.SIGNED16, **self._options)

    def _giving(self) -> Generator[bytes, int]:
        wanted = yield b""
        while True:
            self._note(time.monotonic())
            wanted = yield self._ring.take(wanted * self._frame)

    def _note(self, now: float) -> None:
        """The device asks: for the first time when it begins, and too late if it has said all that it had."""
        said_all_after = self._ring.taken / self._frame / self.samplerate
        self.late = max(self.late or 0.0, now - self._begun - said_all_after)
        self._called = now


class _Ring:
    """Bytes on their way; counts are bytes since it was made."""

    def __init__(self) -> None:
        self._blocks: deque[bytes] = deque()
        self.put = 0
        self.taken = 0
        self.dry = False

    def append(self, block: bytes) -> None:
        self._blocks.append(block)
        self.put += len(block)

    def take(self, size: int) -> bytes:
        """So many, the last of them silence if there are not enough."""
        data = b""
        while len(data) < size and self._blocks:
            data += self._blocks.popleft()
        if len(data) > size:
            self._blocks.appendleft(data[size:])
            data = data[:size]
        self.taken += len(data)
        if lack := size - len(data):
            self.dry = self.put > 0
            data += bytes(lack)
        return data


def _free(sound: Any, device: Any) -> None:
    """The library forgets the device's context, which is a connection to the sound server."""
    device.close()
    sound.lib.ma_context_uninit(device._context)

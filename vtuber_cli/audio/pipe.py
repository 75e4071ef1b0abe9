"""Sound that is piped in, heard as it comes: `arecord -f S16_LE -r 16000 -t wav | vtuber listen -`."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from vtuber_cli.audio import pcm
from vtuber_cli.audio.riff import MAGIC, Riff, RiffError, exactly
from vtuber_cli.audio.wav import Sound, at_ear_rate, checked, in_frames, opened
from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.events import EAR_RATE, AudioFrame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from vtuber_cli.audio.riff import Frames
    from vtuber_cli.events import Samples

_AHEAD = 50
"""Frames read before somebody takes them, a second's worth; then the pipe waits."""
_LARGEST = 1 << 30
"""Bytes of a compressed file, which has to be here as a whole before it can be read."""


class PipeMicrophone:
    """Reads a stream once, in a thread of its own that nobody waits for.

    A WAV file is heard as it comes, and so is raw sound; of any other kind, the whole file comes first.

    Args:
        file: unbuffered, so that nothing is locked when the program ends while it waits; closed when it is over.
        name: for people.
        raw: the sample rate of mono int16 little-endian sound without a header; None: there is a header.
    """

    waits = True

    def __init__(self, file: BinaryIO, name: str, *, raw: int | None = None) -> None:
        self.name = name
        self._file = file
        self._raw = raw
        self._closed = threading.Event()
        self._room = threading.Semaphore(_AHEAD)
        self._begun = False

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Raises `UsageError` too: only here it turns out what is in the stream."""
        if self._begun:
            return
        self._begun = True
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[Samples | VtuberError | None] = asyncio.Queue()
        put = partial(_hand_over, loop, arrived)
        threading.Thread(target=self._read, args=(put,), name="vtuber-pipe", daemon=True).start()
        position = 0
        while (samples := await arrived.get()) is not None:
            if isinstance(samples, VtuberError):
                raise samples
            yield AudioFrame(samples, position / EAR_RATE)
            position += len(samples)
            self._room.release()

    async def close(self) -> None:
        self._closed.set()
        self._room.release()

    # --- in the thread ---

    def _read(self, put: Callable[[Samples | VtuberError | None], bool]) -> None:
        try:
            for samples in in_frames(self._blocks()):
                self._room.acquire()
                if self._closed.is_set() or not put(samples):
                    return
            put(None)
        except VtuberError as error:
            put(error)
        finally:
            self._file.close()

    def _blocks(self) -> Iterator[Samples]:
        heard = 0
        for block in at_ear_rate(self._sound(), self.name):
            heard += len(block)
            yield block
        if not heard:
            raise UsageError("audio.file_empty", file=self.name)

    def _sound(self) -> Sound:
        if self._raw is not None:
            return _Raw(self._file, self._raw)
        head = exactly(self._file, 4)
        if not head:
            raise UsageError("audio.file_empty", file=self.name)
        if head not in MAGIC:
            whole = io.BytesIO(head + exactly(self._file, _LARGEST))
            return opened(whole, self.name)
        try:
            return checked(Riff(_Rewound(head, self._file)), self.name)
        except RiffError as error:
            raise UsageError(f"audio.{error.key}", hint=None, file=self.name, **error.params) from error


def _hand_over(
    loop: asyncio.AbstractEventLoop,
    arrived: asyncio.Queue[Samples | VtuberError | None],
    what: Samples | VtuberError | None,
) -> bool:
    """False: the loop has closed, and nobody listens any more."""
    try:
        loop.call_soon_threadsafe(arrived.put_nowait, what)
    except RuntimeError:
        if not loop.is_closed():
            raise
        return False
    return True


class _Raw:
    """Mono int16 without a header."""

    channels = 1
    frames = None

    def __init__(self, file: BinaryIO, rate: int) -> None:
        self.samplerate = rate
        self._file = file

    def read(self, frames: int, /) -> Frames:
        data = exactly(self._file, frames * pcm.BYTES_A_SAMPLE)
        return pcm.from_int16(data[: len(data) // 2 * 2]).reshape(-1, 1)

    def close(self) -> None:
        self._file.close()


class _Rewound(io.RawIOBase):
    """A stream whose first bytes were looked at; it cannot be sought in."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._rest.read(size)

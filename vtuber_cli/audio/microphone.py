"""A live microphone.

The library's callback hands bytes over and does nothing else: it runs in the device's own thread and has to wait for
the GIL, so each line in it is a risk of lost sound. A thread of ours makes frames of them and hands these to the loop.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from vtuber_cli.audio import backend, devices, pcm
from vtuber_cli.audio.library import BLOCK_SECONDS
from vtuber_cli.audio.resample import Resampler
from vtuber_cli.errors import AudioUnavailable, VtuberError
from vtuber_cli.events import EAR_RATE, AudioFrame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from vtuber_cli.audio.backend import Wanted
    from vtuber_cli.audio.library import Library, Stream

KEPT_SECONDS = 8.0
"""How much unread sound is kept before the oldest is dropped, in the thread and again in the loop."""

GONE_AFTER = 1.5
"""Seconds without a callback after which a device is gone: an unplugged one says nothing at all."""

_CLOSING_SECONDS = 1.0
_KEPT_BLOCKS = round(KEPT_SECONDS / BLOCK_SECONDS)

_log = logging.getLogger(__name__)


class DeviceMicrophone:
    """A microphone of this machine.

    Args:
        device: index or name, or None for the system's default one.
        rate: what to ask of the device, in Hz; by default 16 kHz, or its own rate where it cannot do that.
        library: who brings us there.
    """

    waits = False

    def __init__(self, device: str | int | None = None, *, rate: int | None = None, library: Wanted = "auto") -> None:
        self.name = "default" if device is None else str(device)
        self._device = device
        self._rate = rate
        self._library: Wanted = library
        self._current: _Listening | None = None

    @property
    def lost(self) -> float:
        """Seconds of sound dropped since the stream began because nobody took them."""
        return 0.0 if self._current is None else self._current.lost

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        await self.close()
        listening = _Listening(self._device, self._rate, self._library)
        self._current = listening
        try:
            self.name = await listening.opened()
            while (frame := await listening.next()) is not None:
                yield frame
        finally:
            await listening.close()

    async def close(self) -> None:
        if self._current is not None:
            await self._current.close()


class _Listening:
    """One opened stream and its thread. Public methods belong to the loop."""

    def __init__(self, device: str | int | None, rate: int | None, library: Wanted) -> None:
        self._device = device
        self._wanted_rate = rate
        self._library: Wanted = library
        self._loop = loop = asyncio.get_running_loop()
        self._name: asyncio.Future[str] = loop.create_future()
        self._ended: asyncio.Future[None] = loop.create_future()
        self._frames: deque[AudioFrame] = deque()
        self._arrived = asyncio.Event()
        self._failure: VtuberError | None = None
        self._raw: queue.SimpleQueue[bytes | bytearray] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._finished = threading.Event()
        self._missed_blocks = 0
        self._missed_frames = 0.0
        self._chosen = ""
        threading.Thread(target=self._run, name="vtuber-microphone", daemon=True).start()

    @property
    def lost(self) -> float:
        return self._missed_blocks * BLOCK_SECONDS + self._missed_frames

    async def opened(self) -> str:
        """The device's name, once it is open."""
        try:
            return await asyncio.wait_for(asyncio.shield(self._name), backend.STUCK_AFTER)
        except TimeoutError:
            raise AudioUnavailable("audio.stuck") from None

    async def next(self) -> AudioFrame | None:
        """The next frame; None when the stream was closed here."""
        while not self._frames:
            if self._failure is not None:
                raise self._failure
            if self._ended.done():
                return None
            self._arrived.clear()
            await self._arrived.wait()
        return self._frames.popleft()

    async def close(self) -> None:
        """Returns when the device is free, or after a second: a hung sound server must not hang us."""
        self._closing.set()
        if not self._ended.done():
            await asyncio.wait([self._ended], timeout=_CLOSING_SECONDS)
        if not self._ended.done():
            _log.warning("the microphone did not close in %s s and is left behind", _CLOSING_SECONDS)

    # --- in the loop, called from the thread ---

    def _take(self, frame: AudioFrame) -> None:
        self._frames.append(frame)
        while frame.at - self._frames[0].at > KEPT_SECONDS:
            self._missed_frames += len(self._frames.popleft().samples) / EAR_RATE
        self._arrived.set()

    def _open_as(self, name: str) -> None:
        if not self._name.done():
            self._name.set_result(name)

    def _fail(self, failure: VtuberError) -> None:
        self._failure = failure
        if not self._name.done():
            self._name.set_exception(failure)
            self._name.exception()  # whoever asks later still gets it; nobody asking is not an error
        self._arrived.set()

    def _end(self) -> None:
        if not self._name.done():
            self._name.cancel()
        if not self._ended.done():
            self._ended.set_result(None)
        self._arrived.set()

    # --- in the thread ---

    def _run(self) -> None:
        failed = partial(self._tell, self._fail)
        backend.serve(self._open, self._pump, failed, "input", self._device, self._library)
        self._tell(self._end)

    def _open(self, library: Library) -> Stream:
        device = devices.choose(library.devices("input"), self._device, "input")
        self._chosen = device.name
        return library.input(device, self._wanted_rate, self._copy, self._finished.set)

    def _copy(self, data: bytes | bytearray) -> None:
        """In the library's thread: takes the bytes, and keeps the queue short if its reader is stuck."""
        self._raw.put(data)
        if self._raw.qsize() > _KEPT_BLOCKS:
            with suppress(queue.Empty):
                self._raw.get_nowait()
                self._missed_blocks += 1

    def _pump(self, stream: Stream) -> None:
        self._tell(self._open_as, self._chosen)
        channels = int(stream.channels)
        resampler = Resampler(round(stream.samplerate), EAR_RATE, "LQ")
        position = missed = 0
        deadline = time.monotonic() + backend.STUCK_AFTER
        while not self._closing.is_set():
            try:
                data = self._raw.get(timeout=0.1)
            except queue.Empty:
                if self._finished.is_set() or time.monotonic() > deadline:
                    raise AudioUnavailable("audio.microphone_gone", device=self._chosen) from None
                continue
            deadline = time.monotonic() + GONE_AFTER
            if (jump := self._missed_blocks - missed) > 0:
                missed += jump
                position += round(jump * BLOCK_SECONDS * EAR_RATE)
            samples = resampler.feed(pcm.from_int16(data, channels))
            if len(samples):
                self._tell(self._take, AudioFrame(samples, position / EAR_RATE))
                position += len(samples)

    def _tell(self, callback: Any, *args: object) -> None:
        """Hands something to the loop; one that is closed has nobody left to tell."""
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

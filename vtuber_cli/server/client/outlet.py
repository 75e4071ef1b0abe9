"""What waits to go out to one client. Nobody waits for a client: one that takes nothing is let go."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from vtuber_cli.server.client.forms import Frames
from vtuber_cli.server.wire import Encoded

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

SEND_SECONDS = 2.0
"""For one frame."""
MOST_FRAMES = 2048
MOST_BYTES = 24 * 1024 * 1024

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    frame: Encoded
    speech: bool = False
    broken: Encoded | None = None
    """What is sent in its place, and that of those behind it, if it is dropped: what it goes on with is under way."""


class Outlet:
    """Frames in order.

    Args:
        send: ASGI's.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._frames: deque[_Waiting] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()
        self._full = False

    def put(self, frame: Encoded, *, speech: bool = False) -> None:
        """Queues a frame.

        Args:
            frame: it.
            speech: it belongs to what she says now, and is worth nothing once she is interrupted.
        """
        self._put(_Waiting(frame, speech))

    def put_all(self, frames: Frames, *, speech: bool = False) -> None:
        """Queues frames that belong together; `speech` as in `put`."""
        for index, frame in enumerate(frames.frames):
            self._put(_Waiting(frame, speech, frames.broken if index else None))

    def offer(self, frame: Encoded) -> None:
        """Queues a frame that nobody misses, if nothing waits: who is slow gets fewer of them."""
        if not self._frames:
            self._put(_Waiting(frame))

    def _put(self, waiting: _Waiting) -> None:
        if self._full:
            return
        if len(self._frames) >= MOST_FRAMES or self._bytes + waiting.frame.size > MOST_BYTES:
            self._full = True
        else:
            self._frames.append(waiting)
            self._bytes += waiting.frame.size
        self._changed.set()

    def drop_speech(self) -> None:
        """She was interrupted."""
        dropped = next((each for each in self._frames if each.speech), None)
        kept = [each for each in self._frames if not each.speech]
        if dropped is not None and dropped.broken is not None:  # the frames before it are out
            kept.insert(0, _Waiting(dropped.broken))
        self._frames = deque(kept)
        self._bytes = sum(each.frame.size for each in kept)

    async def run(self) -> None:
        """Sends until the client takes no more, or too much waits for it; then returns."""
        while not self._full:
            while self._frames and not self._full:
                frame = self._frames.popleft().frame
                self._bytes -= frame.size
                try:
                    async with asyncio.timeout(SEND_SECONDS):
                        await self._send(frame.event())
                except TimeoutError:
                    _LOG.warning("a client took nothing for %s s and is let go", SEND_SECONDS)
                    return
                except (OSError, RuntimeError):  # gone; starlette and uvicorn each say so in their way
                    return
            if not self._full:
                self._changed.clear()
                await self._changed.wait()
        _LOG.warning("a client left too much unread and is let go")

"""What is uploaded, with an end to its size and to its patience."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeAlias

from vtuber_cli.server.guard.refusal import Refusal

Event: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]

WHOLE_SECONDS = 60.0
"""For all of a body."""
SILENT_SECONDS = 10.0
"""Between two pieces of it."""
_MOST_UNWANTED = 64 * 2**20
_UNWANTED_SECONDS = 5.0


class Body:
    """Stands between a client's upload and the application.

    Once the client asked too much, the answer is ours: the application is told that the client is gone, and what it
    still says is dropped.
    """

    def __init__(self, receive: Receive, send: Send, largest: int) -> None:
        self._receive = receive
        self._send = send
        self._largest = largest
        self._size = 0
        self._whole = False
        self._ends_at: float | None = None
        self._started = False
        self.refusal: Refusal | None = None

    async def receive(self) -> Event:
        """The next piece, for the application."""
        if self.refusal is not None:
            return {"type": "http.disconnect"}
        if self._whole:
            return await self._receive()
        event: Event | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience()):
                event = await self._receive()
        if event is None:
            return self._refuse(Refusal("guard.too_slow", 408))
        if event["type"] == "http.request":
            self._size += len(event.get("body", b""))
            self._whole = not event.get("more_body", False)
            if self._size > self._largest:
                return self._refuse(too_large(self._largest))
        return event

    async def send(self, event: Event) -> None:
        """A piece of the application's answer."""
        if self.refusal is None:
            self._started = True
            await self._send(event)

    @property
    def wants_our_answer(self) -> bool:
        """The client was refused before the application had begun to answer."""
        return self.refusal is not None and not self._started

    @property
    def is_cut_off(self) -> bool:
        """The client was refused for what it sent, and there is more to come of it."""
        return self.refusal is not None and not self._whole and self._size > self._largest

    def _patience(self) -> float:
        now = asyncio.get_running_loop().time()
        if self._ends_at is None:
            self._ends_at = now + WHOLE_SECONDS
        return max(0.0, min(SILENT_SECONDS, self._ends_at - now))

    def _refuse(self, refusal: Refusal) -> Event:
        self.refusal = refusal
        return {"type": "http.disconnect"}


async def heard_out(receive: Receive) -> None:
    """Takes the rest of an upload and drops it, if it is not too much: who still sends when the line is cut is told of
    a reset, and never reads the answer."""
    left = _MOST_UNWANTED
    with suppress(TimeoutError):
        async with asyncio.timeout(_UNWANTED_SECONDS):
            while left > 0 and (event := await receive())["type"] == "http.request" and event.get("more_body", False):
                left -= len(event.get("body", b""))


def too_large(largest: int) -> Refusal:
    return Refusal("guard.too_large", 413, limit=largest // 2**20)

"""Turns that engines work for at once, and the line of those that wait: first come, first served.

A talk has one turn at a time, so this is a round robin of all talks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from vtuber_cli.errors import EngineFailed

MOST_ACTIVE = 2
"""Engines do one job at a time each: while one turn is thought about, another one is spoken."""
LONGEST_LINE = 64


class Seats:
    """A `conversation.seats.Seats`.

    Args:
        active: turns that engines work for at once.
        line: turns that may wait; more are refused.
    """

    def __init__(self, active: int = MOST_ACTIVE, line: int = LONGEST_LINE) -> None:
        self._most = active
        self._longest = line
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.taken = 0
        self.waited: Callable[[float], None] = _unmeasured
        """Is told for how many seconds somebody waited for a seat."""

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def take(self, waits: Callable[[int], None]) -> Callable[[], None]:
        if self.taken < self._most and not self._waiting:
            self.taken += 1
            self.waited(0.0)
            return _Seat(self._leave)
        if len(self._waiting) >= self._longest:
            raise EngineFailed("server.busy")
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waits(self.taken + len(self._waiting))
        self._waiting.append(called)
        began = asyncio.get_running_loop().time()
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():  # called in this very moment
                self._leave()
            else:
                self._waiting.remove(called)
            raise
        self.waited(asyncio.get_running_loop().time() - began)
        return _Seat(self._leave)

    def _leave(self) -> None:
        """The next one in line gets the seat itself, so that nobody comes in between."""
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self.taken -= 1


class _Seat:
    """Left once."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def __call__(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()


def _unmeasured(_: float) -> None:
    """Nobody wants to know."""

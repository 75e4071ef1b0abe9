"""The one place where speculative work becomes real."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from vtuber_cli.events import Event


@dataclass(frozen=True, slots=True)
class Mark:
    """Which turn a piece of work belongs to, and which guess at it."""

    turn: int
    revision: int


class Gate:
    """Holds what a turn announces until the turn is committed; a turn that is void announces nothing.

    Work may run ahead of the user's silence (transcribing, thinking, even synthesising), but nobody sees, hears or
    remembers any of it before `commit`.
    """

    def __init__(self, mark: Mark, announce: Callable[[Event], None]) -> None:
        self.mark = mark
        self._announce = announce
        self._held: list[Event] = []
        self._committed = asyncio.Event()
        self._void = False

    @property
    def committed(self) -> bool:
        return self._committed.is_set()

    def commit(self) -> None:
        """The turn is real: what was held goes out, in order."""
        if self._void or self.committed:
            return
        self._committed.set()
        for event in self._held:
            self._announce(event)
        self._held.clear()

    def discard(self) -> None:
        """The turn is void, unless it was committed."""
        if not self.committed:
            self._void = True
            self._held.clear()

    async def passed(self) -> None:
        """Waits for the commit; everything with an effect comes after this."""
        await self._committed.wait()

    def send(self, event: Event) -> None:
        if self.committed:
            self._announce(event)
        elif not self._void:
            self._held.append(event)

"""How many turns may use the engines at once, where they serve many talks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Seats(Protocol):
    """A turn takes a seat before its first engine works, and leaves it when the last one has: not while it is heard."""

    async def take(self, waits: Callable[[int], None]) -> Callable[[], None]:
        """Waits for a seat, in the order of asking.

        Args:
            waits: told, before it waits, how many are before it.

        Returns:
            What leaves the seat; more than once is as once.

        Raises:
            EngineFailed: too many wait already.
        """
        ...

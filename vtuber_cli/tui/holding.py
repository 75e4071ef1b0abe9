"""What the faces without a screen share: holding a talk to its end, and the exit code that it ends with."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from vtuber_cli.errors import StoreError, VtuberError
from vtuber_cli.tui.feed import CLOSING_SECONDS, Talk
from vtuber_cli.tui.signals import asked_to_end


@dataclass(slots=True)
class Ending:
    """How a talk ended, or would if it ended now."""

    failure: int = 0
    """The exit code of a failure after which nothing was heard from her any more."""
    unkept: int = 0
    """The exit code of a history that failed: what was heard does not make up for it."""
    signal: int = 0
    """The number of the signal that ended the talk."""

    def failed(self, error: VtuberError) -> None:
        self.failure = error.exit_code
        if isinstance(error, StoreError):
            self.unkept = error.exit_code

    def heard(self) -> None:
        """She was heard: whatever failed before does not matter any more."""
        self.failure = 0

    @property
    def code(self) -> int:
        """The exit code."""
        return 128 + self.signal if self.signal else self.failure or self.unkept


async def hold(session: Talk, show: Coroutine[Any, Any, None], read: Coroutine[Any, Any, None]) -> int:
    """Runs a talk until it ends, `read` does, or the system asks for it; the session is closed afterwards.

    Args:
        session: not running yet.
        show: shows the events until there are no more; it is given time to show the last ones.
        read: follows the input, and ends with it.

    Returns:
        The number of the signal that ended it, or 0. A first signal ends it in order, a second one at once.
    """
    async with asyncio.TaskGroup() as tasks:
        shown = tasks.create_task(show)
        talked = tasks.create_task(session.run())
        followed = tasks.create_task(read)
        asked = tasks.create_task(asked_to_end())
        await asyncio.wait({talked, followed, asked}, return_when=asyncio.FIRST_COMPLETED)
        signal = asked.result() if asked.done() else 0
        followed.cancel()
        asked.cancel()
        await session.close()
        _, late = await asyncio.wait({talked, shown}, timeout=CLOSING_SECONDS)
        for task in late:
            task.cancel()
    return signal

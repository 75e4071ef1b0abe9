"""Between turns the model reads what the next prompt will begin with, if that is not how the last one began.

A prompt normally goes on where the last one ended, and what the model has read of it stays read. After a talk was
trimmed it begins otherwise, and reading it all anew takes seconds; better while nobody waits.
"""

from __future__ import annotations

import asyncio
import logging

from vtuber_cli.conversation.memory import Memory
from vtuber_cli.conversation.reply import Replier
from vtuber_cli.errors import VtuberError

_LOG = logging.getLogger(__name__)


class ReadAhead:
    """At most one reading; whoever needs the model `stop`s it first and does not wait.

    Args:
        tasks: owns the reading.
    """

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None

    def begin(self, replier: Replier, memory: Memory) -> None:
        """Reads what is new; costs nothing if nothing is."""
        self.stop()
        self._task = self._tasks.create_task(self._read(replier, memory))

    def stop(self) -> None:
        """The engine is told at once; what it has read until then stays read."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    @staticmethod
    async def _read(replier: Replier, memory: Memory) -> None:
        try:
            await replier.read_ahead(memory.prefix())
        except VtuberError:
            # Only speed is lost; if the engine is really broken, the next turn says so.
            _LOG.warning("the next prompt could not be read ahead", exc_info=True)

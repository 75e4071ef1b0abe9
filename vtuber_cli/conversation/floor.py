"""Who has the floor: one turn at a time, begun on a guess, committed when it is certain, ended by cancelling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from vtuber_cli.conversation.gate import Gate, Mark
from vtuber_cli.conversation.partner import Partner
from vtuber_cli.conversation.read_ahead import ReadAhead
from vtuber_cli.conversation.turn import Asked, Turn
from vtuber_cli.events import Event


class Floor:
    """The turn under way, if any.

    Args:
        tasks: owns the turns' tasks.
        announce: where committed turns' events go.
        ended: told when a turn's task is over, however it ended.
        taken: how many turns the talk has had.
    """

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        announce: Callable[[Event], None],
        ended: Callable[[], None],
        taken: int = 0,
    ) -> None:
        self._tasks = tasks
        self._announce = announce
        self._ended = ended
        self.taken = taken
        self._turn: Turn | None = None
        self._gate: Gate | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._partner: Partner | None = None
        self._beginning = asyncio.Lock()
        self._reading = ReadAhead(tasks)

    @property
    def busy(self) -> bool:
        """A committed turn is under way: she thinks or speaks."""
        return self._gate is not None and self._gate.committed and self._running

    @property
    def guessing(self) -> bool:
        """A turn is under way that may still turn out void."""
        return self._gate is not None and not self._gate.committed and self._running

    async def begin(self, asked: Asked, revision: int, partner: Partner) -> None:
        """Starts a turn, uncommitted, in place of the one before."""
        async with self._beginning:
            self.interrupt()
            await self.rest()
            self._reading.stop()
            self._partner = partner
            self._gate = Gate(Mark(self.taken + 1, revision), self._announce)
            self._turn = Turn(asked, partner, self._gate)
            self._stopped = False
            self._task = self._tasks.create_task(self._turn.run())
            self._task.add_done_callback(self._over)

    def guesses(self, revision: int) -> bool:
        """Whether the guess under way is this one."""
        return self.guessing and self._gate is not None and self._gate.mark.revision == revision

    def commit(self, hangover_ms: float | None = None) -> None:
        """Makes the guess under way real."""
        if self._turn is not None and self._gate is not None:
            self.taken = self._gate.mark.turn
            self._turn.commit(hangover_ms)

    def interrupt(self) -> None:
        """Silence now; the turn's own ending keeps what was heard."""
        self._reading.stop()
        if self._gate is None or self._partner is None or self._task is None or self._task.done():
            return
        self._partner.speaker.stop()
        self._gate.discard()
        if not self._stopped:  # a second cancel would cut short the ending itself, which keeps what was heard
            self._stopped = True
            self._task.cancel()

    def read_ahead(self) -> None:
        """Nobody waits for the model: it may read what the next prompt begins with, until a turn begins."""
        if self._partner is not None and not self._running:
            self._reading.begin(self._partner.replier, self._partner.memory)

    def stop_reading(self) -> None:
        """Somebody speaks, and will be answered."""
        self._reading.stop()

    async def rest(self) -> None:
        """Waits until no turn is under way."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def _over(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:  # else it is a bug, and the talk is over as well
            self._ended()

    @property
    def _running(self) -> bool:
        return self._task is not None and not self._task.done()

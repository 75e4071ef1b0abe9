"""One talk that several clients share: what they say is answered in the order in which it came, and all hear it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.server import cast
from vtuber_cli.server import messages as m
from vtuber_cli.server.client.forms import Plain, Told, as_told
from vtuber_cli.server.client.session import free_id
from vtuber_cli.server.proxy.hearers import Hearers
from vtuber_cli.server.talk.question import Question
from vtuber_cli.server.talk.talk import MOST_WAITING, Talk

if TYPE_CHECKING:
    from vtuber_cli.server.hall import Hall

MOST_INPUTS = 64
"""That wait, of all clients; of one of them no more than `MOST_WAITING`."""

_BEGINS = m.Control(text="conversation-chain-start")

_LOG = logging.getLogger(__name__)


class Sharer(Protocol):
    """One of its clients."""

    uid: str

    def send(self, message: m.Message | Told, *, speech: bool = False) -> None: ...

    def refuse(self, error: VtuberError) -> None: ...

    def fall_silent(self) -> None:
        """Nothing more of what she says goes out to it."""
        ...


class SharedTalk:
    """See the module. It begins with the first thing said and ends with the last client.

    Args:
        hall: what all clients of the server share.
    """

    def __init__(self, hall: Hall) -> None:
        self.uid = str(uuid4())
        """For those who look on."""
        self.who = hall.talks.first
        self.figure: cast.Figure | None = None
        self.history = free_id(hall.talks)
        self.sharers: list[Sharer] = []
        self._hall = hall
        self._resumes = False
        self._talk: Talk | None = None
        self._hearers = Hearers()
        self._inputs: deque[tuple[Sharer, Question]] = deque()
        self._given = asyncio.Event()
        self._acting = asyncio.Lock()
        """The talk is opened and ended by one at a time."""
        self._answering: asyncio.Future[None] | None = None

    # --- who shares it -------------------------------------------------------------------------------------------

    def join(self, sharer: Sharer) -> None:
        self.sharers.append(sharer)
        if self._answering is None:
            self._answering = asyncio.ensure_future(self._answer())
            self._answering.add_done_callback(_report)

    async def leave(self, sharer: Sharer) -> None:
        """What it said and what was not answered yet is given up; with the last one the talk ends."""
        self.sharers.remove(sharer)
        self._inputs = deque(one for one in self._inputs if one[0] is not sharer)
        if self._hearers.leave(sharer.uid) and self._talk is not None:
            self._talk.speaker.acknowledge()
        if not self.sharers:
            answering, self._answering = self._answering, None
            if answering is not None:
                answering.cancel()
            self.who, self.figure, self._hearers = self._hall.talks.first, None, Hearers()
            await self.begin(free_id(self._hall.talks))
            if not self.sharers:  # nobody has come meanwhile
                self._hall.leave(self.uid)

    def is_of(self, sharer: Sharer) -> bool:
        """Whether somebody has it to themselves."""
        return self.sharers == [sharer]

    # --- what they do --------------------------------------------------------------------------------------------

    def ask(self, sharer: Sharer, question: Question) -> None:
        """Something said, behind all that was said before."""
        own = sum(one[0] is sharer for one in self._inputs)
        if own >= MOST_WAITING or len(self._inputs) >= MOST_INPUTS:
            raise UsageError("server.too_many_inputs", limit=own if own >= MOST_WAITING else MOST_INPUTS)
        self._inputs.append((sharer, question))
        self._given.set()

    def interrupt(self, sharer: Sharer, heard: str) -> bool:
        """Silence for all; what waits is answered next. False if there was nothing to interrupt.

        Args:
            sharer: who wants it.
            heard: what that client has shown of the reply.
        """
        if self._talk is None or not self._talk.busy:
            return False
        for other in self.sharers:
            other.fall_silent()
            if other is not sharer:
                other.send(m.GroupInterrupted())
        self._talk.interrupt(heard)
        self._hall.show(self.uid, m.Control(text="interrupt"), speech=False)
        return True

    def began(self, sharer: Sharer, shown: str | None) -> None:
        if self._hearers.began(sharer.uid) and self._talk is not None:
            self._talk.speaker.began(shown)

    def acknowledge(self, sharer: Sharer) -> None:
        if self._hearers.acknowledge(sharer.uid) and self._talk is not None:
            self._talk.speaker.acknowledge()

    async def begin(self, history: str, *, resumes: bool = False) -> None:
        """Ends the talk; what is said next begins another one, or goes on with an earlier one.

        Args:
            history: its id.
            resumes: it is an earlier one.
        """
        async with self._acting:
            await self._end()
            self.history, self._resumes = history, resumes

    # --- the talk ------------------------------------------------------------------------------------------------

    async def _answer(self) -> None:
        """One after the other."""
        while True:
            await self._given.wait()
            if not self._inputs:
                self._given.clear()
                continue
            sharer, question = self._inputs.popleft()
            if question.samples is None:
                for other in self.sharers:
                    if other is not sharer:
                        other.send(m.UserInputTranscription(text=question.text))
            try:
                async with self._acting:
                    (await self._opened()).put(question)
            except VtuberError as error:
                sharer.refuse(error)
            else:
                await question.over.wait()

    async def _opened(self) -> Talk:
        if self._talk is not None and self._talk.over:
            await self._end()
            self.history, self._resumes = free_id(self._hall.talks), False
        if self._talk is None:
            if self.figure is None:
                self.figure = await asyncio.to_thread(cast.figure, self.who, self._hall.talks.language)
            figure = self.figure
            self._hall.show(
                self.uid, m.SetModelAndConf(model_info=figure.model, conf_name=figure.name, conf_uid=figure.id)
            )
            talk = Talk(self, figure, self.history)
            self._resumes = await self._hall.begin(self.uid, talk, resumes=self._resumes)
            self.history = talk.uid
            self._talk = talk
        return self._talk

    async def _end(self) -> None:
        talk = self._talk
        if talk is not None:
            for sharer in self.sharers:
                sharer.fall_silent()
            if talk.busy:
                self._hall.show(self.uid, m.Control(text="interrupt"), speech=False)
            await self._hall.writers.end(talk)
            self._talk = None

    # --- what it says --------------------------------------------------------------------------------------------

    def say(self, message: m.Message | Told, *, speech: bool = False) -> None:
        told = as_told(message, speech=speech)
        if isinstance(told, Plain):
            if told.message == _BEGINS:
                self._hearers.begin_turn()
            elif isinstance(told.message, m.BackendSynthComplete):
                self._hearers.complete()
        for sharer in self.sharers:
            sharer.send(told)
        self._hall.show(self.uid, told)

    def refuse(self, error: VtuberError) -> None:
        for sharer in self.sharers:
            sharer.refuse(error)


def _report(answering: asyncio.Future[None]) -> None:
    if not answering.cancelled() and (error := answering.exception()) is not None:
        _LOG.error("a shared talk failed", exc_info=error)

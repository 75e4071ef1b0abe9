"""Many talks at once, on engines that are loaded once: what a server needs of us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from vtuber_cli import character
from vtuber_cli.bootstrap import Occasion, manner_of, memory_of, past_of
from vtuber_cli.bootstrap.planning import Plan, plan
from vtuber_cli.bootstrap.troupe import Lenders, instructions, style_of
from vtuber_cli.conversation.crew import Crew
from vtuber_cli.conversation.reply import Replier
from vtuber_cli.conversation.services import Services
from vtuber_cli.conversation.session import Session
from vtuber_cli.events import Event

if TYPE_CHECKING:
    from vtuber_cli.audio.base import Microphone, Speaker
    from vtuber_cli.conversation.seats import Seats
    from vtuber_cli.store.history import History


class Hosting:
    """Opens talks with any character; a `server.talk.talks.Talks`.

    Args:
        plan: of whoever talks first; the others get the same flags.
        kept: the history, or None to keep nothing.
        seats: how many turns there may be at once.
    """

    lends = True

    def __init__(self, plan: Plan, kept: History | None, seats: Seats) -> None:
        self.first = plan.character.id
        self.language = plan.language
        self.history = kept
        self._plan = plan
        self._seats = seats
        self._lenders = Lenders(plan.weights)
        self._house: Crew | None = None
        self.services: Services | None = None
        """For whoever wants no talk; None until `load`."""
        self.opened: list[Callable[[Session], None]] = []
        """Who is told of each talk, before it runs."""

    async def load(self, announce: Callable[[Event], None]) -> None:
        """Loads and warms the engines of whoever talks first; they stay until `close`."""
        engines = self._lenders.engines(self._plan)
        self._house = Crew(engines, self._plan.language, announce)
        style, before = style_of(self._plan), instructions(self._plan.character, self._plan.language)
        narrates = self._plan.settings.fortune.narration == "model"
        self.services = Services(self._house, self._plan.language, style, before, self._seats, narrates=narrates)

        async def read() -> None:
            await Replier(engines.llm, style).warm(before)

        await self._house.load(read, hears=True, shared=True)

    async def open(
        self, who: str, microphone: Microphone, speaker: Speaker, *, resume: str | None, fresh: str | None
    ) -> Session:
        """A talk with a character; not running yet.

        Args:
            who: her id.
            microphone: what is heard of the user.
            speaker: where she is heard.
            resume: the talk to go on with, by id.
            fresh: the id of a new one.

        Raises:
            UsageError: there is no such character or talk.
            ConfigError: her file is broken.
            EngineUnavailable: a voice or a model she needs has no library here.
        """
        theirs = self._plan if who == self.first else await asyncio.to_thread(self._plan_of, who)
        occasion = Occasion(greets=False, resume=resume, fresh=fresh)
        past = await asyncio.to_thread(past_of, self.history, resume, theirs.character, theirs.language)
        memory = memory_of(theirs, self.history, occasion, past)
        # Who is far away sends what is said to her, and no echo of what she says.
        manner = replace(manner_of(theirs, occasion), barge_in=True)
        engines = self._lenders.engines(theirs)
        session = Session(engines, microphone, speaker, memory, manner, seats=self._seats)
        for told in self.opened:
            told(session)
        return session

    async def close(self) -> None:
        if self._house is not None:
            await self._house.close()

    def _plan_of(self, who: str) -> Plan:
        character.load(who)  # of somebody unknown it says who there is
        return plan({**self._plan.flags, "character": who})

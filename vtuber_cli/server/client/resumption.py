"""Talks that go on over another connection: the secrets that lead back to them, and who writes which.

A talker that says `hello` is given a token. The connection may break, the page may be loaded again: the next `hello`
says the token and goes on, with whoever the client talked to last. Of two connections for one talk the later one has
it, and the earlier one is told to go, so that two never write into one talk.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakValueDictionary

TOKEN_BYTES = 24
"""Of chance: 192 bits."""
LEFT_SECONDS = 3600.0
"""How long a talk waits for its client to come back."""
MOST_LEFT = 256
"""Talks that wait; beyond them the one that was left first is given up."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a talk is: all that is needed to go on."""

    who: str
    """The character, by id."""
    history: str
    """The id of what is kept of it, or will be."""


class Holder(Protocol):
    """The connection that a talk has now."""

    @property
    def at(self) -> Place: ...

    def give_way(self) -> None:
        """The talk goes on elsewhere: ends this connection, soon."""
        ...


@dataclass(slots=True)
class _Ticket:
    holder: Holder | None
    place: Place | None = None
    """Of a talk that nobody holds."""
    left: float = 0.0


class Tickets:
    """Tokens and the talks that they lead to. A token stays the same for as long as its talk can be gone on with.

    What is kept of a token is its digest: how long it takes to look that up tells nothing about a token.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tickets: OrderedDict[bytes, _Ticket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tickets)

    def issue(self, holder: Holder) -> str:
        """A token for the talk of a connection, which has to be left in the end."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._tickets[_digest(token)] = _Ticket(holder)
        return token

    def redeem(self, token: str, holder: Holder) -> Place | None:
        """Where the talk of a token is, which is this connection's from now on; None if there is none.

        Whoever had it is told to give way, and may still be ending it: `Writers` waits for that.
        """
        digest = _digest(token)
        self._forget_old()
        ticket = self._tickets.get(digest)
        if ticket is None:
            return None
        before, place = ticket.holder, ticket.place
        if before is not None:
            place = before.at
            if before is not holder:
                before.give_way()
        ticket.holder, ticket.place = holder, None
        return place

    def leave(self, token: str, holder: Holder) -> None:
        """A connection ends; its talk waits for another one, unless that has come already."""
        digest = _digest(token)
        ticket = self._tickets.get(digest)
        if ticket is None or ticket.holder is not holder:
            return
        ticket.holder, ticket.place, ticket.left = None, holder.at, self._clock()
        self._tickets.move_to_end(digest)
        self._forget_old()

    def _forget_old(self) -> None:
        """Those that nobody holds stand in the order in which they were left."""
        left = [digest for digest, ticket in self._tickets.items() if ticket.holder is None]
        now = self._clock()
        for index, digest in enumerate(left):
            if len(left) - index > MOST_LEFT or now - self._tickets[digest].left > LEFT_SECONDS:
                del self._tickets[digest]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class Writing(Protocol):
    """What writes into a talk that is kept."""

    async def close(self) -> None:
        """Returns when it writes no more; safe to call again, and while it is being called."""
        ...

    def lose(self) -> None:
        """Somebody else goes on with it."""
        ...


class Writers:
    """Who writes into which talk: one at a time, and the last one that wants to."""

    def __init__(self) -> None:
        self._writing: dict[str, Writing] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._ending: set[asyncio.Future[None]] = set()

    @property
    def count(self) -> int:
        return len(self._writing)

    @asynccontextmanager
    async def opening(self, talk: str, writing: Writing) -> AsyncGenerator[None]:
        """Closes who wrote into a talk before, and then lets this one open it; without an error it has it."""
        lock = self._locks.get(talk)
        if lock is None:
            lock = self._locks[talk] = asyncio.Lock()
        async with lock:
            before = self._writing.get(talk)
            if before is not None:
                before.lose()
                await before.close()
            yield
            self._writing[talk] = writing

    async def end(self, writing: Writing) -> None:
        """Closes it; it writes no more then, even if whoever waits for that is cut short. Safe to call again."""
        ending = asyncio.ensure_future(self._end(writing))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        await asyncio.shield(ending)

    async def _end(self, writing: Writing) -> None:
        try:
            await writing.close()
        finally:
            self._forget(writing)

    def _forget(self, writing: Writing) -> None:
        self._writing = {talk: one for talk, one in self._writing.items() if one is not writing}

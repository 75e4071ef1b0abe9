"""What both have said: in the model's window, and kept in the history."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from vtuber_cli.engines.base import Message, Role
from vtuber_cli.errors import StoreError, UsageError
from vtuber_cli.events import Cue, Notice, Picture, Timings, Via, Work

if TYPE_CHECKING:
    from vtuber_cli.store.history import History

_PASSING = ("store.locked", "store.full")
"""What may be over soon: another program holds the history, or the disk is full."""
_SILENCE = "…"
"""What stands for a user who has not said anything yet."""
_AGAIN_SECONDS = 10.0
"""After which the history is tried again; where another program holds it, the try itself may take half as long."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message of the talk from before, as it is shown when the talk is resumed."""

    role: Role
    text: str
    name: str = ""
    """Who said it, if it is neither the user nor who talks now."""


@dataclass(slots=True)
class _Exchange:
    """A question and its answer on their way into the history."""

    turn: int
    text: str | None
    """None if nobody asked."""
    via: Via
    cues: Sequence[Cue]
    speaker: str
    """The id of who replies."""
    asked: bool = False
    """The question is kept."""
    row: int | None = None
    """Of the answer."""
    heard: tuple[str, str, Sequence[Cue]] | None = None
    end: tuple[str, bool, Timings, Sequence[Cue], Work | None] | None = None


class Memory:
    """One talk. The history keeps what was heard; if it fails, the talk goes on from memory alone.

    While the disk is full, or another program holds the history (as when it takes in many talks), what is said waits
    here and is kept later.

    Args:
        instructions: what every prompt begins with: the system message, and examples of how she talks.
        history: where rows go, or None to keep nothing.
        talk: the id to go on with; None opens one with the first thing said.
        opening: the id of who talks, and the language.
        past: what was said before, from the history.
        fresh: the id of the talk that the first thing said opens.
    """

    def __init__(
        self,
        instructions: Sequence[Message],
        history: History | None = None,
        *,
        talk: str | None = None,
        opening: tuple[str, str] = ("", ""),
        past: Sequence[Earlier] = (),
        fresh: str | None = None,
    ) -> None:
        self._instructions = list(instructions)
        self._history = history
        self._talk = talk
        self._character, self._language = opening
        self._fresh = fresh
        self._said: list[Message] = [Message(one.role, one.text) for one in past]
        self._exchange: _Exchange | None = None
        """The one under way."""
        self._unkept: deque[_Exchange] = deque()
        """What is not in the history yet, or not to its end."""
        self._again = -inf
        """Loop time before which the history is not tried."""
        self._waits = False
        self._reply: int | None = None
        """Where in `_said` the reply under way stands, once some of it was heard."""
        self.past: Sequence[Earlier] = tuple(past)
        self.failed: Callable[[StoreError], None] = lambda _: None
        """Told once when the history cannot be written any more; the session listens."""
        self.noticed: Callable[[Notice], None] = lambda _: None
        """Told when it cannot be written for now."""

    def messages(self, asked: str, images: tuple[Picture, ...] = ()) -> list[Message]:
        """What the model is given to answer `asked`: the instructions, the talk, the question with its images."""
        return _merged([*self._instructions, *self._talked(), Message("user", asked, images)])

    def prefix(self) -> list[Message]:
        """What every prompt of this talk begins with, for warming the model's cache."""
        return _merged([*self._instructions, *self._talked()])

    def _talked(self) -> list[Message]:
        """What was said. Templates want the user to begin, and what she says must not go on from an example."""
        begun_by_her = self._said[:1] and self._said[0].role == "assistant"
        return [Message("user", _SILENCE), *self._said] if begun_by_her else self._said

    def become(self, instructions: Sequence[Message], character: str) -> None:
        """Somebody else answers from now on, knowing all that was said."""
        self._instructions = list(instructions)
        self._character = character

    def greet(self, hello: str, text: str) -> None:
        """She said `text` as if to `hello`; the model should know, and a talk that ends there is not worth a row."""
        self._said += [Message("user", hello), Message("assistant", text)]

    async def add_user(self, turn: int, text: str, via: Via, cues: Sequence[Cue] = ()) -> None:
        """Keeps what the user said; returns when it is safe on disk, or has to wait."""
        self._said.append(Message("user", text))
        self._reply = None
        self._exchange = _Exchange(turn, text, via, cues, self._character)
        self._unkept.append(self._exchange)
        await self._keep()

    async def begin_unasked(self, turn: int) -> None:
        """She says something by herself, and only that is kept; returns as `add_user` does."""
        self._reply = None
        self._exchange = _Exchange(turn, None, "text", (), self._character)
        self._unkept.append(self._exchange)
        await self._keep()

    async def hear(self, text: str, emotion: str, cues: Sequence[Cue] = ()) -> None:
        """The reply has been heard so far."""
        self._remember(text)
        if self._exchange is not None:
            self._exchange.heard = (text, emotion, cues)
            await self._keep()

    async def end_reply(
        self, text: str, *, interrupted: bool, timings: Timings, cues: Sequence[Cue] = (), work: Work | None = None
    ) -> None:
        """The reply is over; of one that nobody heard nothing remains."""
        self._remember(text)
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.end = (text, interrupted, timings, cues, work)
            await self._keep()

    async def finish(self) -> None:
        """The talk is over: what still waits is kept now or never."""
        self._again = -inf
        await self._keep()
        if self._waits:
            self.failed(StoreError("store.too_late", count=len(self._unkept)))

    async def _keep(self) -> None:
        """Writes what there is to write, the oldest first, if it can be written now."""
        clock = asyncio.get_running_loop().time
        if self._history is None or clock() < self._again:
            return
        try:
            while self._unkept:
                exchange = self._unkept[0]
                await self._write(self._history, exchange)
                if exchange is self._exchange:  # it goes on
                    break
                self._unkept.popleft()
            self._waits = False
        except StoreError as error:
            if error.key in _PASSING:
                self._put_off(error, clock() + _AGAIN_SECONDS)
            else:
                self._history = None
                self.failed(error)

    async def _write(self, history: History, exchange: _Exchange) -> None:
        """What of an exchange is not written yet."""
        if exchange.row is None:
            try:
                exchange.row = await self._make_room(history, exchange)
            except UsageError:  # the talk was removed meanwhile; what is said from now on is another one
                self._talk, exchange.asked = None, False
                exchange.row = await self._make_room(history, exchange)
        if exchange.heard is not None:
            await history.hear(exchange.row, *exchange.heard)
            exchange.heard = None
        if exchange.end is not None:
            if exchange.end[0].strip():
                await history.end_reply(exchange.row, *exchange.end)
            else:
                await history.drop_reply(exchange.row)

    async def _make_room(self, history: History, exchange: _Exchange) -> int:
        """Keeps a question; returns the row of its answer."""
        if self._talk is None:
            self._talk = await history.open_talk(exchange.speaker, self._language, self._fresh)
            self._fresh = None
        if not exchange.asked and exchange.text is not None:
            await history.add_user(self._talk, exchange.turn, exchange.text, exchange.via, exchange.cues)
            exchange.asked = True
        return await history.start_reply(self._talk, exchange.turn, exchange.speaker or None)

    def _put_off(self, error: StoreError, until: float) -> None:
        self._again = until
        if not self._waits:
            self._waits = True
            if error.key == "store.full":
                self.failed(error)
                return
            self.noticed(Notice("store.waits", (("file", str(error.params.get("file"))),), "warning"))

    def _remember(self, text: str) -> None:
        if not text.strip():
            return
        if self._reply is None:
            self._reply = len(self._said)
            self._said.append(Message("assistant", text))
        else:
            self._said[self._reply] = Message("assistant", text)


def _merged(messages: Sequence[Message]) -> list[Message]:
    """Neighbours of one role as one message: an unanswered question and the next are one user's turn."""
    merged: list[Message] = []
    for message in messages:
        if merged and merged[-1].role == message.role:
            before = merged[-1]
            merged[-1] = Message(message.role, f"{before.text}\n{message.text}", before.images + message.images)
        else:
            merged.append(message)
    return merged


def turns(past: Sequence[Earlier]) -> int:
    """How many turns these messages are of: one for each question, and for each reply that answers none."""
    before = ("assistant", *(message.role for message in past))
    return sum(message.role == "user" or role != "user" for message, role in zip(past, before, strict=False))

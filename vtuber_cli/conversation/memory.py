"""What both have said: in the model's window, and kept in the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtuber_cli.engines.base import Message, Role
from vtuber_cli.errors import StoreError, UsageError
from vtuber_cli.events import Cue, Timings, Via, Work

if TYPE_CHECKING:
    from vtuber_cli.store.history import History


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message of the talk from before, as it is shown when the talk is resumed."""

    role: Role
    text: str
    name: str = ""
    """Who said it, if it is neither the user nor who talks now."""


class Memory:
    """One talk. The history keeps what was heard; if it fails (disk full), the talk goes on from memory alone.

    Args:
        instructions: what every prompt begins with: the system message, and examples of how she talks.
        history: where rows go, or None to keep nothing.
        talk: the id to go on with; None opens one with the first thing said.
        opening: the id of who talks, and the language.
        past: what was said before, from the history.
    """

    def __init__(
        self,
        instructions: Sequence[Message],
        history: History | None = None,
        *,
        talk: str | None = None,
        opening: tuple[str, str] = ("", ""),
        past: Sequence[Earlier] = (),
    ) -> None:
        self._instructions = list(instructions)
        self._history = history
        self._talk = talk
        self._character, self._language = opening
        self._said: list[Message] = [Message(one.role, one.text) for one in past]
        self._row: int | None = None
        self._reply: int | None = None
        """Where in `_said` the reply under way stands, once some of it was heard."""
        self.past: Sequence[Earlier] = tuple(past)
        self.failed: Callable[[StoreError], None] = lambda _: None
        """Told once when the history cannot be written any more; the session listens."""

    def messages(self, asked: str) -> list[Message]:
        """What the model is given to answer `asked`: the instructions, the talk, the question."""
        return _merged([*self._instructions, *self._said, Message("user", asked)])

    def prefix(self) -> list[Message]:
        """What every prompt of this talk begins with, for warming the model's cache."""
        return _merged([*self._instructions, *self._said])

    def become(self, instructions: Sequence[Message], character: str) -> None:
        """Somebody else answers from now on, knowing all that was said."""
        self._instructions = list(instructions)
        self._character = character

    def greet(self, hello: str, text: str) -> None:
        """She said `text` as if to `hello`; the model should know, and a talk that ends there is not worth a row."""
        self._said += [Message("user", hello), Message("assistant", text)]

    async def add_user(self, turn: int, text: str, via: Via, cues: Sequence[Cue] = ()) -> None:
        """Keeps what the user said; returns when it is safe on disk."""
        self._said.append(Message("user", text))
        self._reply = self._row = None
        if self._history is None:
            return
        try:
            try:
                self._row = await self._make_room(self._history, turn, text, via, cues)
            except UsageError:  # the talk was removed meanwhile; what is said from now on is another one
                self._talk = None
                self._row = await self._make_room(self._history, turn, text, via, cues)
        except StoreError as error:
            self._give_up(error)

    async def _make_room(self, history: History, turn: int, text: str, via: Via, cues: Sequence[Cue]) -> int:
        """Keeps a question; returns the row of its answer."""
        if self._talk is None:
            self._talk = await history.open_talk(self._character, self._language)
        await history.add_user(self._talk, turn, text, via, cues)
        return await history.start_reply(self._talk, turn, self._character or None)

    async def hear(self, text: str, emotion: str, cues: Sequence[Cue] = ()) -> None:
        """The reply has been heard so far."""
        self._remember(text)
        if self._history is not None and self._row is not None:
            try:
                await self._history.hear(self._row, text, emotion, cues)
            except StoreError as error:
                self._give_up(error)

    async def end_reply(
        self, text: str, *, interrupted: bool, timings: Timings, cues: Sequence[Cue] = (), work: Work | None = None
    ) -> None:
        """The reply is over; of one that nobody heard nothing remains."""
        self._remember(text)
        row, self._row = self._row, None
        if self._history is None or row is None:
            return
        try:
            if text.strip():
                await self._history.end_reply(row, text, interrupted, timings, cues, work)
            else:
                await self._history.drop_reply(row)
        except StoreError as error:
            self._give_up(error)

    def _remember(self, text: str) -> None:
        if not text.strip():
            return
        if self._reply is None:
            self._reply = len(self._said)
            self._said.append(Message("assistant", text))
        else:
            self._said[self._reply] = Message("assistant", text)

    def _give_up(self, error: StoreError) -> None:
        self._history = None
        self.failed(error)


def _merged(messages: Sequence[Message]) -> list[Message]:
    """Neighbours of one role as one message: an unanswered question and the next are one user's turn."""
    merged: list[Message] = []
    for message in messages:
        if merged and merged[-1].role == message.role:
            merged[-1] = Message(message.role, f"{merged[-1].text}\n{message.text}")
        else:
            merged.append(message)
    return merged

"""What is typed, or asked for otherwise, in the order of asking; who asked can wait for the answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from vtuber_cli.events import Picture, Samples

Wish: TypeAlias = Literal["answer", "become", "speak_up"]


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing that somebody wants of her."""

    text: str = ""
    """What was typed; who is to take over, by id; or what moves her to speak up."""
    wish: Wish = "answer"
    waits: bool = True
    """It lets her finish first."""
    samples: Samples | None = None
    """It was not typed after all, but said somewhere else."""
    images: tuple[Picture, ...] = ()
    """What is shown with it."""


@dataclass(frozen=True, slots=True)
class Received:
    """A letter, when it came, and what is cancelled when it is answered; nobody needs a value."""

    letter: Letter
    at: float
    answered: asyncio.Future[None]


class Inbox:
    """Letters, one at a time: the next is taken when the last one is `done`."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Received] = asyncio.Queue()
        self._open: Received | None = None

    @property
    def empty(self) -> bool:
        """Nothing waits behind what was taken."""
        return self._waiting.empty()

    def put(self, letter: Letter) -> asyncio.Future[None]:
        """Returns what is cancelled when it is answered, or never will be; cancelling it takes back what waits."""
        loop = asyncio.get_running_loop()
        received = Received(letter, loop.time(), loop.create_future())
        self._waiting.put_nowait(received)
        return received.answered

    async def take(self) -> Received:
        self._open = await self._waiting.get()
        return self._open

    def done(self) -> None:
        """What was taken is over, one way or the other."""
        if self._open is not None:
            self._open.answered.cancel()
            self._open = None

    def close(self) -> None:
        """Nothing is answered any more."""
        self.done()
        while not self._waiting.empty():
            self._waiting.get_nowait().answered.cancel()

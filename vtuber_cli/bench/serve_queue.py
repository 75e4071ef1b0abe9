"""Whether all wait about equally long, when more ask than can be served."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vtuber_cli.bench.serve_lines import Line, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.bench.serve_host import House

_WORDS = "Yes, please."


@dataclass(frozen=True, slots=True)
class Queue:
    sessions: int = 32
    rounds: int = 4
    """Each asks so often, the next time when it has heard the end of the answer."""


@dataclass(frozen=True, slots=True)
class Waits:
    """From asking to the first sound, in seconds: of each session, round by round."""

    sessions: Sequence[Sequence[float]]

    @property
    def fairness(self) -> float:
        """The longest that a session has waited in all rounds together, over the shortest.

        Of those who ask at the same moment somebody has to be the first, and waits for nobody: that is no favour. It
        would be one to be the first again and again.
        """
        totals = [sum(waits) for waits in self.sessions]
        return max(totals) / min(totals)

    @property
    def later(self) -> float | None:
        """The longest single wait over the shortest, the first round left out; None if there is no other."""
        single = [wait for waits in self.sessions for wait in waits[1:]]
        return max(single) / min(single) if single else None

    def record(self) -> dict[str, Any]:
        first = [waits[0] for waits in self.sessions]
        totals = [sum(waits) for waits in self.sessions]
        return {
            "first_wait_s": [round(min(first), 2), round(max(first), 2)],
            "total_wait_s": [round(min(totals), 2), round(max(totals), 2)],
            "fairness_later": None if self.later is None else round(self.later, 3),
        }


async def waits(house: House, queue: Queue) -> Waits:
    """All ask at once."""
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(line(house.url)) for _ in range(queue.sessions)]
        return Waits(await asyncio.gather(*(_waits(one, queue.rounds) for one in lines)))


async def _waits(one: Line, rounds: int) -> list[float]:
    found: list[float] = []
    for _ in range(rounds):
        began = asyncio.get_running_loop().time()
        await one.say("text-input", text=_WORDS, images=[])
        _, at = await one.until("audio")
        found.append(at - began)
        await one.hear_out()
    return found

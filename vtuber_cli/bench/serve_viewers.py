"""Whether those who do not read keep the frames from those who do."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed

from vtuber_cli.bench.serve_lines import Line, line, onlooker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vtuber_cli.bench.serve_host import House

SENTENCE = "Look how fast it goes. "
"""Five tokens, and as many syllables: each is thought and spoken in less than 0.2 s."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many look on."""

    good: int = 100
    stalled: int = 10
    sentences: int = 40
    """Of what they are shown."""
    rounds: int = 2
    """Without the stalled ones and with them, by turns."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The longest gap between two frames at any of the good ones, in seconds, round by round."""

    without: Sequence[float]
    beside: Sequence[float]

    @property
    def ratio(self) -> float:
        return statistics.median(self.beside) / statistics.median(self.without)

    def record(self) -> dict[str, Any]:
        return {
            "gap_ms": [round(1000 * gap) for gap in self.without],
            "gap_beside_stalled_ms": [round(1000 * gap) for gap in self.beside],
        }


async def gaps(house: House, crowd: Crowd, tell: Callable[[int], None]) -> Gaps:
    """Measures, with one talk that all of them look on."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(crowd.rounds):
        tell(number + 1)
        for beside in (False, True):
            async with AsyncExitStack() as stack:
                found[beside].append(await _longest(house, crowd, crowd.stalled if beside else 0, stack))
    return Gaps(*found)


async def _longest(house: House, crowd: Crowd, stalled: int, stack: AsyncExitStack) -> float:
    talker = await stack.enter_async_context(line(house.url))
    good = [await stack.enter_async_context(onlooker(house.url)) for _ in range(crowd.good)]
    for _ in range(stalled):
        await stack.enter_async_context(onlooker(house.url, reads=False))
    watching = [asyncio.ensure_future(_times(one)) for one in good]
    await talker.say("text-input", text=SENTENCE * crowd.sentences, images=[])
    await talker.hear_out()
    return max(longest(times) for times in await asyncio.gather(*watching))


async def _times(one: Line) -> list[float]:
    """Of its frames from the first sound on, to the end of the turn; to the end of the connection, if it is let go."""
    times: list[float] = []
    while True:
        try:
            frame = await one.socket.recv(decode=False)
        except ConnectionClosed:
            return times
        now = time.monotonic()
        if times or b'"type":"audio"' in frame[:100]:
            times.append(now)
        if b"backend-synth-complete" in frame[:100]:
            return times


def longest(times: Sequence[float]) -> float:
    """Between two of them; infinite where there are not two, for somebody was shown nothing."""
    return max((late - early for early, late in pairwise(times)), default=float("inf"))

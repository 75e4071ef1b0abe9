"""Whether those who do not read keep the frames from those who do."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed

from vtuber_cli.bench.serve_lines import Line, line, onlooker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vtuber_cli.bench.serve_host import House

SENTENCE = "Everybody understands extraordinarily complicated vocabularies. "
"""Few tokens and many syllables: much sound every quarter of a second, which fills the buffers of who does not read."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many look on."""

    good: int = 100
    stalled: int = 10
    sentences: int = 40
    """Of what they are shown."""
    rounds: int = 3
    """Without the stalled ones and with them, by turns."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The longest gap between two frames at any of the good ones, in seconds, round by round."""

    without: Sequence[float]
    beside: Sequence[float]
    let_go: Sequence[int]
    """How many of the stalled ones the server has given up; if none, they were no burden."""

    @property
    def ratio(self) -> float:
        return statistics.median(self.beside) / statistics.median(self.without)

    def record(self) -> dict[str, Any]:
        return {
            "gap_ms": [round(1000 * gap) for gap in self.without],
            "gap_beside_stalled_ms": [round(1000 * gap) for gap in self.beside],
            "stalled_let_go": list(self.let_go),
        }


async def gaps(house: House, crowd: Crowd, tell: Callable[[int], None]) -> Gaps:
    """Measures, with one talk that all of them look on."""
    without: list[float] = []
    beside: list[float] = []
    let_go: list[int] = []
    for number in range(crowd.rounds):
        tell(number + 1)
        without.append((await _round(house, crowd, 0))[0])
        gap, gone = await _round(house, crowd, crowd.stalled)
        beside.append(gap)
        let_go.append(gone)
    return Gaps(without, beside, let_go)


async def _round(house: House, crowd: Crowd, stalled: int) -> tuple[float, int]:
    """The longest gap, and how many were let go."""
    async with AsyncExitStack() as stack:
        talker = await stack.enter_async_context(line(house.url))
        good = [await stack.enter_async_context(onlooker(house.url)) for _ in range(crowd.good)]
        bad = [await stack.enter_async_context(onlooker(house.url, reads=False)) for _ in range(stalled)]
        watching = [asyncio.ensure_future(_times(one)) for one in good]
        await talker.say("text-input", text=SENTENCE * crowd.sentences, images=[])
        await talker.hear_out()
        gap = max(longest(times) for times in await asyncio.gather(*watching))
        return gap, sum(await asyncio.gather(*(_was_let_go(one) for one in bad)))


async def _was_let_go(one: Line) -> bool:
    """Reads, at last, what there is."""
    with suppress(ConnectionClosed):
        while b"backend-synth-complete" not in (await one.socket.recv(decode=False))[:100]:
            pass
        return False
    return True


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

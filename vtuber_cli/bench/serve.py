"""What `vtuber serve` costs, and whether it is fair: one run of the real server, and of real sockets.

Turns, viewers, the line and the microphone are measured on a server in a process of its own, with engines that take
known times (`paced`); how soon it starts, on `vtuber serve` itself.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from vtuber_cli.bench import serve_mic, serve_queue, serve_start, serve_turns, serve_viewers
from vtuber_cli.bench.paced import Pace
from vtuber_cli.bench.serve_host import House
from vtuber_cli.bench.serve_mic import Sound
from vtuber_cli.bench.serve_queue import Queue
from vtuber_cli.bench.serve_viewers import Crowd

Part: TypeAlias = Literal["start", "turns", "viewers", "queue", "microphone"]
Tell: TypeAlias = Callable[[Part, int, int], None]

LIMITS: Mapping[str, float] = {
    "overhead_ratio_text": 1.05,
    "overhead_ratio_voice": 1.05,
    "ready_s": 2.0,
    "warm_s": 8.0,
    "rss_mb": 120.0,
    "gap_ratio": 1.5,
    "fairness": 2.0,
    "mic_second_binary_ms": 1.0,
    "mic_second_json_ms": 6.0,
    "mic_linear": 1.25,
    "mic_growth_mb": 16.0,
}
"""What is held to be good enough, each the most."""


@dataclass(frozen=True, slots=True)
class Length:
    """How much is measured, and on which engines."""

    pace: Pace = field(default_factory=Pace)
    starts: int = 3
    turns: int = 10
    """Of each manner of asking."""
    crowd: Crowd = field(default_factory=Crowd)
    queue: Queue = field(default_factory=Queue)
    sound: Sound = field(default_factory=Sound)


LENGTH = Length()


@dataclass(frozen=True, slots=True)
class Costs:
    """What was found on paced engines."""

    pace: Pace
    answers: Sequence[serve_turns.Answer]
    gaps: serve_viewers.Gaps
    waits: serve_queue.Waits
    microphone: serve_mic.Costs

    def record(self) -> dict[str, Any]:
        """The figures, ready for JSON."""
        ratios = {manner: self._ratio(manner) for manner in serve_turns.MANNERS}
        return {
            "overhead_ratio_text": ratios["text"],
            "overhead_ratio_voice": max(ratios["utterance"], ratios["microphone"]),
            "overhead_ratio_utterance": ratios["utterance"],
            "overhead_ratio_microphone": ratios["microphone"],
            "gap_ratio": round(self.gaps.ratio, 3),
            "fairness": round(self.waits.fairness, 3),
            **self.microphone.record(),
            **self.gaps.record(),
            **self.waits.record(),
            "pace": self.pace.model_dump(),
            "answers": [one.record(self.pace) for one in self.answers],
        }

    def _ratio(self, manner: serve_turns.Manner) -> float:
        return round(statistics.median(one.ratio(self.pace) for one in self.answers if one.manner == manner), 3)


def judged(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Of each figure that has a limit, what it is and whether it holds; None where nothing was measured."""
    return {
        name: {"at_most": most, "holds": None if record.get(name) is None else record[name] <= most}
        for name, most in LIMITS.items()
    }


def starts(flags: Mapping[str, object], tell: Tell, length: Length) -> serve_start.Starts:
    """See `serve_start.starts`."""
    tell("start", 1, 1)
    return serve_start.starts(flags, length.starts)


async def costs(house: House, tell: Tell, length: Length) -> Costs:
    """Measures, one after the other.

    Args:
        house: a server on paced engines, with nothing else to do.
        tell: told what is being measured, its number from 1, and how many there are.
        length: how much.

    Raises:
        EngineFailed: the server does not do what it should.
    """
    answers = await serve_turns.answers(house, length.turns, lambda number: tell("turns", number, length.turns))
    rounds = length.sound.rounds
    microphone = await serve_mic.costs(house, length.sound, lambda number: tell("microphone", number + 1, rounds + 1))
    gaps = await serve_viewers.gaps(house, length.crowd, lambda number: tell("viewers", number, length.crowd.rounds))
    tell("queue", 1, 1)
    waits = await serve_queue.waits(house, length.queue)
    return Costs(house.pace, answers, gaps, waits, microphone)

"""What one pose of a face costs, in a talk with everything in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from vtuber_cli.avatar.pose import Performer
from vtuber_cli.events import (
    EMOTIONS,
    Event,
    FortuneTold,
    Level,
    PhaseChanged,
    Phoneme,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
)

if TYPE_CHECKING:
    from vtuber_cli.avatar.expressions import Expressions

_ROUND = 12.0
"""Seconds of listening, thinking and answering."""
_SYLLABLES = (("p", 0.06), ("ˈ", 0.03), ("a", 0.12), ("t", 0.06), ("i", 0.09), (" ", 0.03), ("m", 0.06), ("u", 0.1))


def pose_ms(
    expressions: Expressions, fps: float = 12.0, seconds: float = 60.0, clock: Callable[[], float] = time.process_time
) -> float:
    """Milliseconds of CPU for one pose, on average, with what the events between them cost.

    Args:
        expressions: of the character.
        fps: poses a second.
        seconds: of talk.
    """
    performer = Performer(expressions)
    told = list(_talk(seconds))
    frames = int(seconds * fps)
    performer.pose(0.0)
    began, next_one = clock(), 0
    for frame in range(frames):
        now = frame / fps
        while next_one < len(told) and told[next_one][0] <= now:
            at, event = told[next_one]
            performer.tell(event, at)
            next_one += 1
        performer.pose(now, 1 / fps)
    return (clock() - began) * 1000 / max(1, frames)


def _talk(seconds: float) -> Iterator[tuple[float, Event]]:
    for turn in range(int(seconds / _ROUND) + 1):
        start, emotion = turn * _ROUND, EMOTIONS[turn % len(EMOTIONS)]
        yield start, PhaseChanged("hearing")
        for tick in range(60):
            yield start + tick / 20, Level(-25.0, 0.9 if tick % 30 < 22 else 0.1)
        yield start + 3.0, PhaseChanged("thinking")
        yield start + 4.0, PhaseChanged("speaking")
        yield start + 4.0, FortuneTold(turn, {"emotion": {"emotion": emotion, "intensity": 4}})
        yield start + 4.0, ReplyStarted(turn, emotion)
        phonemes = tuple(Phoneme(symbol, lasts) for _ in range(6) for symbol, lasts in _SYLLABLES)
        lasts = sum(one.seconds for one in phonemes)
        for index in range(2):
            sentence = Sentence(index, "", "", emotion)
            yield start + 4.0 + index * lasts, SentenceStarted(turn, sentence, lasts, phonemes)
        yield start + 4.0 + 2 * lasts, ReplyEnded(turn, "", interrupted=False)
        yield start + 4.1 + 2 * lasts, PhaseChanged("listening")

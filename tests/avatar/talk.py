"""Talks for a performer: what happens when, made up by hypothesis or told in full."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from vtuber_cli.avatar.expressions_file import FILE, read
from vtuber_cli.avatar.pose import Performer
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import (
    EMOTIONS,
    LOUDNESS_SECONDS,
    Failed,
    FortuneTold,
    Greeted,
    GreetingStarted,
    Level,
    Phase,
    PhaseChanged,
    Phoneme,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
)

if TYPE_CHECKING:
    from vtuber_cli.avatar.expressions import Expressions
    from vtuber_cli.events import Event

Told = tuple[float, "Event"]

PHASES: tuple[Phase, ...] = ("loading", "idle", "listening", "hearing", "thinking", "speaking")
SYMBOLS = (*"aeiouɐʌɯəpbmfszʃklŋwjh", "aɪ", "iː", "ɔːɹ", "ˈ", "ˌ", " ", ",", "_", "ː", "A", "I", "T", "p-", "??", "")


@cache
def mika() -> Expressions:
    return read(Path(__file__).parent.parent.parent / "characters" / "mika" / FILE)


def performer(seed: int = 1, start: float = 0.0) -> Performer:
    return Performer(mika(), seed=seed, start=start)


def played(events: list[Told], times: list[float], seed: int = 1, lasts: float = 0.0) -> list[dict[str, float]]:
    """The poses at these times of a talk in which everything is told beforehand."""
    one = performer(seed)
    for at, event in events:
        one.tell(event, at)
    return [one.pose(time, lasts) for time in times]


def grid(seconds: float, fps: float) -> list[float]:
    return [frame / fps for frame in range(int(seconds * fps))]


def sentence(
    phonemes: list[tuple[str, float]], emotion: str = "neutral", loudness: tuple[float, ...] = (), seconds: float = 0.0
) -> SentenceStarted:
    said = tuple(Phoneme(symbol, lasts) for symbol, lasts in phonemes)
    length = seconds or sum(one.seconds for one in said)
    return SentenceStarted(1, Sentence(0, "x", "x", emotion), length, said, loudness)


def words(count: int) -> list[tuple[str, float]]:
    """ "mama, papi": lips that touch, stress, a pause."""
    once = [("m", 0.07), ("ˈ", 0.03), ("a", 0.12), ("m", 0.06), ("ə", 0.07), (",", 0.2)]
    twice = [("p", 0.06), ("ˈ", 0.02), ("a", 0.13), ("p", 0.05), ("i", 0.1), (" ", 0.04)]
    return [("_", 0.04), *((once + twice) * count), ("_", 0.15)]


phonemes = st.lists(st.tuples(st.sampled_from(SYMBOLS), st.floats(0.0, 0.4)), max_size=25)
levels = st.lists(st.floats(0, 1), max_size=80).map(tuple)
emotions = st.sampled_from((*EMOTIONS, "nobody knows"))


@st.composite
def happenings(draw: st.DrawFn) -> Event:
    kind = draw(st.integers(0, 9))
    emotion = draw(emotions)
    match kind:
        case 0 | 1:
            return PhaseChanged(draw(st.sampled_from(PHASES)))
        case 2:
            return Level(-30.0, draw(st.floats(0, 1)))
        case 3:
            return ReplyStarted(1, emotion)
        case 4:
            return FortuneTold(1, {"emotion": {"emotion": emotion, "intensity": draw(st.integers(0, 5))}})
        case 5:
            return ReplyEnded(1, "", draw(st.booleans()))
        case 6:
            return draw(st.sampled_from([Greeted("hi", emotion), Failed(EngineFailed("x"))]))
        case 7:
            loud = draw(levels)
            return GreetingStarted(len(loud) * LOUDNESS_SECONDS, (), loud)
        case _:
            return sentence(draw(phonemes), emotion, draw(levels))


talks = st.lists(st.tuples(st.floats(0, 8), happenings()), max_size=14)

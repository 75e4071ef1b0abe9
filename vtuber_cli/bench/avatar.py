"""What her face costs: the processor's time of the same screen with it and without it, taking turns in one run.

Each way of drawing has a process of its own in a pseudo-terminal of its own, and the three of them say the same things,
some seconds each in turn, while the others stand still. The terminal's own work is another program's and not in it.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from vtuber_cli.bench.terminal import COLUMNS, ROWS, Terminal

Drawing: TypeAlias = Literal["off", "half", "kitty"]
WAYS: tuple[Drawing, ...] = ("off", "half", "kitty")

LIMITS: Mapping[str, float] = {
    "half_block_core_share": 0.30,
    "kitty_core_share": 0.10,
    "idle_core_share": 0.05,
    "pose_ms": 0.5,
    "frame_cached_ms": 10.0,
    "frame_fresh_ms": 25.0,
    "first_audio_ratio": 1.1,
}
"""What is held to be cheap enough, each the most."""
_STAGE = "vtuber_cli.bench.stage"


class Length(NamedTuple):
    """How much is measured."""

    segment: float = 5.0
    """Seconds that each has in turn."""
    talk: int = 24
    """Segments of talk."""
    cold: int = 2
    """The first of them, in which nearly every picture is new."""
    steady: int = 12
    """The last of them, in which most were seen before."""
    idle: int = 6
    frames: int = 48
    """Single pictures."""


LENGTH = Length()


@dataclass(frozen=True, slots=True)
class Segment:
    """Some seconds of one way's screen."""

    way: Drawing
    kind: Literal["talk", "idle"]
    number: int
    core_share: float
    bytes_per_s: float


@dataclass(frozen=True, slots=True)
class Frame:
    """What one picture costs, over a screen on which nothing happens."""

    cached_ms: float
    """From the pose to the last byte written, for a picture that is at hand."""
    fresh_ms: float
    """The same for one that has to be drawn."""
    cached_bytes: float
    fresh_bytes: float


@dataclass(frozen=True, slots=True)
class Costs:
    length: Length
    segments: Sequence[Segment]
    frames: Mapping[Drawing, Frame]
    face: Sequence[int]
    """Columns and rows of the face in the talk."""
    pose_ms: float

    def share(self, way: Drawing, kind: Literal["talk", "idle"], part: slice) -> float:
        """Of one core, over the screen without a face at the same moments: the median of the segments."""
        with_it, without = self._shares(way, kind)[part], self._shares("off", kind)[part]
        return statistics.median(more - less for more, less in zip(with_it, without, strict=True))

    def record(self) -> dict[str, Any]:
        """The figures, ready for JSON."""
        length, half = self.length, self.frames["half"]
        steady, cold, whole = slice(-length.steady, None), slice(0, length.cold), slice(None)
        return {
            "half_block_core_share": round(self.share("half", "talk", steady), 3),
            "kitty_core_share": round(self.share("kitty", "talk", steady), 3),
            "idle_core_share": round(self.share("half", "idle", whole), 3),
            "pose_ms": round(self.pose_ms, 3),
            "frame_cached_ms": round(half.cached_ms, 2),
            "frame_fresh_ms": round(half.fresh_ms, 2),
            "bytes_per_frame": round(half.cached_bytes),
            "cold_half_block_core_share": round(self.share("half", "talk", cold), 3),
            "cold_kitty_core_share": round(self.share("kitty", "talk", cold), 3),
            "idle_kitty_core_share": round(self.share("kitty", "idle", whole), 3),
            "screen_core_share": round(statistics.median(self._shares("off", "talk")[steady]), 3),
            "cold_s": length.cold * length.segment,
            "steady_from_s": (length.talk - length.steady) * length.segment,
            "steady_to_s": length.talk * length.segment,
            "screen": [COLUMNS, ROWS],
            "face": list(self.face),
            "frames": {way: _rounded(frame) for way, frame in self.frames.items()},
            "segments": [_segment(one) for one in self.segments],
        }

    def _shares(self, way: Drawing, kind: str) -> list[float]:
        return [one.core_share for one in self.segments if (one.way, one.kind) == (way, kind)]


def judged(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Of each figure that has a limit, what it is and whether it holds; None where nothing was measured."""
    return {
        name: {"at_most": most, "holds": None if record.get(name) is None else record[name] <= most}
        for name, most in LIMITS.items()
    }


def costs(character: str, tell: Callable[[str, int, int], None], length: Length | None = None) -> Costs | None:
    """Measures, in real time.

    Args:
        character: whose face, by id.
        tell: told of each round: its kind, its number from 1, and how many there are.
        length: how much, if not `LENGTH`.

    Returns:
        None where there are no such terminals (Windows).

    Raises:
        EngineFailed: the screen does not work.
    """
    if sys.platform == "win32":
        return None
    length = length or LENGTH
    with ExitStack() as opened:
        screens: dict[Drawing, Terminal] = {}
        face: Sequence[int] = ()
        for way in WAYS:
            screens[way] = opened.enter_context(Terminal(_STAGE, [way, character]))
            face = screens[way].ask({"do": "ready", "shown": way != "off"})["face"] or face
        segments: list[Segment] = []
        kinds: tuple[tuple[Literal["talk", "idle"], int], ...] = (("talk", length.talk), ("idle", length.idle))
        for kind, rounds in kinds:
            for number in range(rounds):
                tell(kind, number + 1, rounds)
                segments += [_measured(screens[way], way, kind, number, length.segment) for way in WAYS]
        tell("frames", 1, 1)
        frames: dict[Drawing, Frame] = {way: _frame(screens[way], length.frames) for way in WAYS if way != "off"}
        return Costs(length, segments, frames, face, screens["half"].ask({"do": "pose"})["pose_ms"])


def _measured(screen: Terminal, way: Drawing, kind: Literal["talk", "idle"], number: int, seconds: float) -> Segment:
    before = screen.written
    found = screen.ask({"do": kind, "seconds": seconds}, seconds)
    wall = found["wall_s"]
    return Segment(way, kind, number, found["cpu_s"] / wall, (screen.written - before) / wall)


def _frame(screen: Terminal, many: int) -> Frame:
    """Of a parade: first every picture is new, then none is."""
    screen.ask({"do": "parade", "frames": many})
    found: list[tuple[float, float]] = []
    for frames in (many, many, -many):
        before = screen.written
        shown = screen.ask({"do": "show", "frames": frames}, many)
        found.append((1000 * shown["cpu_s"] / many, (screen.written - before) / many))
    (fresh_ms, fresh_bytes), (cached_ms, cached_bytes), (still_ms, still_bytes) = found
    return Frame(cached_ms - still_ms, fresh_ms - still_ms, cached_bytes - still_bytes, fresh_bytes - still_bytes)


def _rounded(frame: Frame) -> dict[str, float]:
    return {
        "cached_ms": round(frame.cached_ms, 2),
        "fresh_ms": round(frame.fresh_ms, 2),
        "cached_bytes": round(frame.cached_bytes),
        "fresh_bytes": round(frame.fresh_bytes),
    }


def _segment(one: Segment) -> dict[str, Any]:
    return {
        "way": one.way,
        "kind": one.kind,
        "number": one.number,
        "core_share": round(one.core_share, 4),
        "bytes_per_s": round(one.bytes_per_s),
    }

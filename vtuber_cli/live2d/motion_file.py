"""Live2D's motions, `.motion3.json`: curves over time, read and evaluated without Live2D's library.

A curve is a first point and segments. A segment's number says what leads to its end: 0 a straight line, 1 a cubic
Bézier curve with two points between, 2 a step at its end, 3 a step at its beginning.
"""

from __future__ import annotations

from bisect import bisect_right
from math import inf
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, Field

from vtuber_cli.clean import one_line
from vtuber_cli.live2d import json_file
from vtuber_cli.live2d.json_file import MB

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from vtuber_cli.errors import ConfigError
    from vtuber_cli.yaml_file import Document, Key

MAX_BYTES = 16 * MB

_LINEAR, _BEZIER, _STEPPED, _INVERSE_STEPPED = range(4)
_NUMBERS = {_LINEAR: 2, _BEZIER: 6, _STEPPED: 2, _INVERSE_STEPPED: 2}
_BACKWARDS = 1e-3
"""Seconds by which a point may lie before the one before it: the editor rounds."""

Point: TypeAlias = tuple[float, float]
"""Seconds, value."""
Kind: TypeAlias = Literal["Model", "Parameter", "PartOpacity"]
Number: TypeAlias = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False, strict=True)]
Identity: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]


class _Meta(BaseModel):
    Duration: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
    Fps: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = 30.0
    Loop: bool = False
    AreBeziersRestricted: bool = False
    FadeInTime: Annotated[float, Field(ge=-1, le=60, allow_inf_nan=False)] = 1.0
    FadeOutTime: Annotated[float, Field(ge=-1, le=60, allow_inf_nan=False)] = 1.0


class _Curve(BaseModel):
    Target: Kind
    Id: Identity
    Segments: Annotated[list[Number], Field(min_length=2, max_length=1_000_000)]


class _UserData(BaseModel):
    Time: Number
    Value: Annotated[str, Field(max_length=1000)]


class _MotionFile(BaseModel):
    Version: Literal[3]
    Meta: _Meta
    Curves: Annotated[list[_Curve], Field(max_length=5000)]
    UserData: Annotated[list[_UserData], Field(max_length=5000)] = Field(default_factory=list[_UserData])


class Segment(NamedTuple):
    kind: int
    points: tuple[Point, ...]
    """From where it begins to where it ends: two, or four of a Bézier curve."""

    def at(self, t: float, *, restricted: bool) -> float:
        start, end = self.points[0], self.points[-1]
        if self.kind == _STEPPED:
            return end[1] if t >= end[0] else start[1]
        if self.kind == _INVERSE_STEPPED:
            return end[1]
        length = end[0] - start[0]
        share = (t - start[0]) / length if length > 0 else 1.0
        if self.kind == _LINEAR:
            return start[1] + (end[1] - start[1]) * share
        if not restricted:
            share = _inverse([one[0] for one in self.points], t)
        return _bezier([one[1] for one in self.points], min(max(share, 0.0), 1.0))


class Curve(NamedTuple):
    target: Kind
    id: str
    first: Point
    segments: tuple[Segment, ...]
    ends: tuple[float, ...]
    """When each segment ends."""

    def at(self, t: float, *, restricted: bool = True) -> float:
        """The value at `t`; before the first point that point's, after the last the last one's."""
        if not self.segments or t <= self.first[0]:
            return self.first[1]
        index = bisect_right(self.ends, t)
        if index >= len(self.segments):
            return self.segments[-1].points[-1][1]
        return self.segments[index].at(t, restricted=restricted)


class Motion(NamedTuple):
    duration: float
    """Seconds."""
    loops: bool
    fps: float
    fade_in: float
    fade_out: float
    restricted: bool
    """Bézier curves are read by their share of the time, which the editor made sure is nearly right."""
    curves: tuple[Curve, ...]
    notes: tuple[tuple[float, str], ...] = ()
    """What the artist wrote down at a time."""

    def parameters(self) -> list[str]:
        """The ids of what it moves, in order."""
        return list(dict.fromkeys(curve.id for curve in self.curves if curve.target == "Parameter"))

    def at(self, t: float) -> Mapping[str, float]:
        """The parameters' values at a time since it began; a motion that loops begins again."""
        if self.loops and t > 0:
            t %= self.duration
        found = (curve for curve in self.curves if curve.target == "Parameter")
        return {curve.id: curve.at(t, restricted=self.restricted) for curve in found}


def read(file: Path) -> Motion:
    """Reads and checks a motion. Raises ConfigError, which names file and place."""
    document, found = json_file.load_as(file, MAX_BYTES, _MotionFile)
    curves = tuple(_curve(document, one, ("Curves", index)) for index, one in enumerate(found.Curves))
    meta = found.Meta
    notes = tuple((one.Time, one_line(one.Value)) for one in found.UserData)
    return Motion(
        meta.Duration, meta.Loop, meta.Fps, meta.FadeInTime, meta.FadeOutTime, meta.AreBeziersRestricted, curves, notes
    )


def _curve(document: Document, told: _Curve, key: Key) -> Curve:
    numbers = told.Segments
    last = first = (numbers[0], numbers[1])
    place = 2
    segments: list[Segment] = []
    while place < len(numbers):
        kind = int(numbers[place])
        count = _NUMBERS.get(kind)
        if count is None or kind != numbers[place]:
            raise _refusal(document, key, place, "live2d.segment_kind", kind=f"{numbers[place]:g}")
        taken = numbers[place + 1 : place + 1 + count]
        if len(taken) < count:
            raise _refusal(document, key, place, "live2d.segment_short")
        points = (last, *zip(taken[::2], taken[1::2], strict=True))
        if points[-1][0] < last[0] - _BACKWARDS:
            raise _refusal(document, key, place, "live2d.segment_back")
        segments.append(Segment(kind, points))
        last = points[-1]
        place += 1 + count
    return Curve(told.Target, told.Id, first, tuple(segments), tuple(one.points[-1][0] for one in segments))


def _refusal(document: Document, key: Key, place: int, words: str, **params: object) -> ConfigError:
    return document.refusal(words, (*key, "Segments", place), **params)


def _bezier(values: list[float], share: float) -> float:
    a, b, c, d = values
    rest = 1.0 - share
    return (
        rest * rest * rest * a + 3 * rest * rest * share * b + 3 * rest * share * share * c + share * share * share * d
    )


def _inverse(times: list[float], t: float) -> float:
    """The share at which the curve's time is `t`. Its times are taken to rise: those of a motion do."""
    low, high, found = 0.0, 1.0, inf
    for _ in range(40):
        middle = (low + high) / 2
        found = _bezier(times, middle)
        if abs(found - t) < 1e-7:
            return middle
        if found < t:
            low = middle
        else:
            high = middle
    return (low + high) / 2

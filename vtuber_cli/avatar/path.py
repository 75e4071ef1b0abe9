"""SVG path data: the text of a shape into commands and points, and back.

Of SVG's commands those that bend without surprises: M L H V C S Q T Z, absolute or relative; arcs are refused. What
comes out has absolute M, L, C, Q and Z only, so that two shapes of equal commands blend point by point.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_NUMBERS = 4000
MAX_COORDINATE = 10_000.0

_NUMBER = r"[-+]?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})(?:[eE][-+]?\d{1,2})?"
_TOKEN = re.compile(rf"\s*,?\s*(?:([MmLlHhVvCcSsQqTtZz])|({_NUMBER}))")
_ARITY = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "Z": 0}
_POINTS = {"M": 1, "L": 1, "C": 3, "Q": 2, "Z": 0}

Point = tuple[float, float]


class Shape(NamedTuple):
    commands: str
    """One of M, L, C, Q and Z each."""
    points: tuple[Point, ...]
    """Their points, control points included, in order."""


class PathError(ValueError):
    """Not path data: why, as a key of the locales (`rig.path_…`), and what it is about."""

    def __init__(self, words: str, about: object = "") -> None:
        super().__init__(words, about)
        self.words = words
        self.about = about


def parse(text: str) -> Shape:
    """Reads path data. Raises PathError."""
    pen = _Pen()
    tokens = _tokens(text)
    index, command = 0, ""
    while index < len(tokens):
        if isinstance(token := tokens[index], str):
            command, index = token, index + 1
        elif command in ("", "Z", "z"):
            raise PathError("rig.path_number", token)
        arity = _ARITY[command.upper()]
        numbers = tokens[index : index + arity]
        if len(numbers) < arity or any(isinstance(each, str) for each in numbers):
            raise PathError("rig.path_numbers", command)
        index += arity
        pen.draw(command, [float(each) for each in numbers])
        command = {"M": "L", "m": "l"}.get(command, command)
    if not pen.commands:
        raise PathError("rig.path_empty")
    if any(abs(number) > MAX_COORDINATE for point in pen.points for number in point):
        raise PathError("rig.path_far", f"{MAX_COORDINATE:g}")
    return Shape("".join(pen.commands), tuple(pen.points))


def template(commands: str) -> str:
    """Path data of these commands with a `%s` for every number: `template % tuple(numbers)`."""
    return "".join(command + " ".join(["%s %s"] * _POINTS[command]) for command in commands)


def _tokens(text: str) -> list[str | float]:
    found: list[str | float] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position, end)
        if match is None:
            raise PathError("rig.path_token", text[position : position + 12].strip())
        found.append(match[1] or float(match[2]))
        position = match.end()
        if len(found) > MAX_NUMBERS:
            raise PathError("rig.path_long", MAX_NUMBERS)
    return found


class _Pen:
    """Follows the commands, and knows where it is."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.points: list[Point] = []
        self._at: Point = (0.0, 0.0)
        self._start: Point = (0.0, 0.0)
        self._handle: tuple[str, Point] = ("", (0.0, 0.0))
        """The last control point and the kind of curve it was of."""

    def draw(self, command: str, numbers: list[float]) -> None:
        kind = command.upper()
        if not self.commands and kind != "M":
            raise PathError("rig.path_begin")
        if kind == "Z":
            self.commands.append("Z")
            self._at, self._handle = self._start, ("", self._start)
            return
        points = self._absolute(kind, numbers, relative=command.islower())
        if kind in ("S", "T"):
            kind = "C" if kind == "S" else "Q"
            points.insert(0, self._reflected(kind))
        self.commands.append({"H": "L", "V": "L"}.get(kind, kind))
        self.points.extend(points)
        self._at = points[-1]
        self._handle = (kind, points[-2]) if kind in ("C", "Q") else ("", self._at)
        if kind == "M":
            self._start = self._at

    def _absolute(self, kind: str, numbers: list[float], *, relative: bool) -> list[Point]:
        x, y = self._at if relative else (0.0, 0.0)
        if kind == "H":
            return [(numbers[0] + x, self._at[1])]
        if kind == "V":
            return [(self._at[0], numbers[0] + y)]
        return [(numbers[i] + x, numbers[i + 1] + y) for i in range(0, len(numbers), 2)]

    def _reflected(self, kind: str) -> Point:
        last, (x, y) = self._handle
        if last != kind:
            return self._at
        return 2 * self._at[0] - x, 2 * self._at[1] - y

"""A drawing that moves: a pose in, shapes out.

Every point of every part lies in one array, ordered so that the points of a group and of all groups in it are one
slice. A pose first mixes the forms of the parts that have forms, then moves the slices, the innermost groups first:
bends, ball, scale, turn, shift. `docs/rig.md` says the same for artists, and for whoever writes another player.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vtuber_cli.avatar import rig_rules
from vtuber_cli.avatar.parameters import PARAMETERS, Pose, clamped
from vtuber_cli.avatar.rig_build import FormedPart, MovedGroup, build, curve_value
from vtuber_cli.avatar.rig_file import FILE

if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.avatar.rig_build import Floats, Stops
    from vtuber_cli.avatar.rig_file import RigFile, View

FAINTEST = 1 / 255
"""What is less opaque than this is not drawn."""
TENTHS = 10
"""Lengths of a `Drawing` are whole tenths of the canvas's units, which are written in a fraction of a float's time."""


class Gradient(NamedTuple):
    """From a point to another; a round one from a center to a point on its edge. In tenths."""

    round: bool
    x1: int
    y1: int
    x2: int
    y2: int
    stops: Stops


Paint: TypeAlias = "str | Gradient | None"


class Outline(NamedTuple):
    commands: str
    """Of M, L, C, Q and Z one each."""
    numbers: list[int]
    """x and y of their points, in turn, in tenths."""


class Drawable(NamedTuple):
    part: str
    outline: Outline
    fill: Paint
    line: str | None
    width: float
    """Of the line, in tenths."""
    opacity: float
    clip: str | None
    """The part whose outline bounds it."""


class Drawing(NamedTuple):
    drawables: list[Drawable]
    """From back to front; what cannot be seen is left out."""
    clips: Mapping[str, Outline]
    """The outlines that bound some of them, by part."""


class Rig:
    def __init__(self, file: RigFile) -> None:
        self.name = file.name
        width, height = file.canvas
        self.canvas = (width, height)
        self.views: Mapping[View, tuple[float, float, float, float]] = {
            "bust": (0, 0, width, height),
            "face": (0, 0, width, height),
            **file.views,
        }
        """What to show, as left, top, width, height on the canvas; every rig has both views."""
        built = build(file)
        self._parts = built.parts
        self._groups = built.groups
        self._rest = built.points
        self._depth = built.depth
        self._clips = {part.clip for part in self._parts if part.clip is not None}
        self.parameters = tuple(name for name in PARAMETERS if name in built.parameters)
        """What it listens to, in a settled order."""

    def draw(self, pose: Pose) -> Drawing:
        """The shapes of a pose; what is out of range is clamped, what is unknown has no effect."""
        values = {name: PARAMETERS[name].default for name in self.parameters} | clamped(pose)
        points = self._rest.copy()
        for part in self._parts:
            if part.axes or part.blends:
                points[part.first : part.last] = part.formed(values)
        for group in self._groups:
            _move(group, values, points, self._depth)
        return self._drawing(np.rint(points * TENTHS).astype(np.int64).reshape(-1).tolist(), values)

    def _drawing(self, numbers: list[int], values: Mapping[str, float]) -> Drawing:
        drawables: list[Drawable] = []
        clips: dict[str, Outline] = {}
        for part in self._parts:
            opacity = part.opacity(values)
            if opacity < FAINTEST and part.id not in self._clips:
                continue
            end = 2 * part.first + part.numbers
            outline = Outline(part.commands, numbers[2 * part.first : end])
            if part.id in self._clips:
                clips[part.id] = outline
            if opacity >= FAINTEST:
                fill = _paint(part, numbers[end : 2 * part.last])
                width = part.width * TENTHS
                drawables.append(Drawable(part.id, outline, fill, part.line, width, opacity, part.clip))
        return Drawing(drawables, clips)


def load(folder: Path) -> Rig:
    """The rig of a character's folder. Raises ConfigError, which names file, line and part."""
    return Rig(rig_rules.read(folder / FILE))


def _paint(part: FormedPart, ends: list[int]) -> Paint:
    if part.stops is None:
        return part.fill
    x1, y1, x2, y2 = ends
    return Gradient(part.round, x1, y1, x2, y2, part.stops)


def _move(group: MovedGroup, values: Mapping[str, float], points: Floats, depth: Floats) -> None:
    """Moves the group's slice of `points` in place."""
    own = points[group.first : group.last]
    if not len(own):
        return
    for bend in group.bends:
        if shift := curve_value(bend.keys, values[bend.by]):
            reach = np.maximum((own - bend.root) @ bend.along, 0)
            own[:, 0] += shift * reach * reach
    if group.ball is not None:
        group.ball.turn(own, depth[group.first : group.last], values)
    if group.drives:
        _shift(group, values, own)


def _shift(group: MovedGroup, values: Mapping[str, float], own: Floats) -> None:
    moved = {"x": 0.0, "y": 0.0, "rotate": 0.0, "scale": 1.0, "scale-x": 1.0, "scale-y": 1.0}
    for drive in group.drives:
        amount = curve_value(drive.keys, values[drive.by])
        if drive.moves.startswith("scale"):
            moved[drive.moves] *= amount
        else:
            moved[drive.moves] += amount
    across, down = moved["scale"] * moved["scale-x"], moved["scale"] * moved["scale-y"]
    shift = (moved["x"], moved["y"])
    if across == down == 1 and not moved["rotate"]:
        own += shift
        return
    angle = np.radians(moved["rotate"])
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    matrix = np.array([[across * cosine, across * sine], [-down * sine, down * cosine]])
    own[:] = (own - group.pivot) @ matrix + (group.pivot + shift)

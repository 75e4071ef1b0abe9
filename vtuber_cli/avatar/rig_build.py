"""Turns a rig's file into what `rig` computes with: arrays of points, mirror images made, colours looked up."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from vtuber_cli.avatar.parameters import PARAMETERS, SIDEWAYS, mirrored
from vtuber_cli.avatar.path import parse
from vtuber_cli.avatar.rig_file import Ball, Blend, Curve, Group, Linear, Part, Radial, RigFile

if TYPE_CHECKING:
    from vtuber_cli.avatar.rig_file import Paint

Floats: TypeAlias = npt.NDArray[np.float64]
Keys: TypeAlias = Sequence[tuple[float, float]]
Stops: TypeAlias = tuple[tuple[float, str, float], ...]
"""Place, colour and opacity."""


def curve_value(keys: Keys, value: float) -> float:
    """Straight lines between the keys, level outside."""
    if value <= keys[0][0]:
        return keys[0][1]
    for (x1, y1), (x2, y2) in pairwise(keys):
        if value <= x2:
            return y1 + (y2 - y1) * (value - x1) / (x2 - x1)
    return keys[-1][1]


class KeyedCurve(NamedTuple):
    by: str
    keys: Keys


class KeyedDrive(NamedTuple):
    by: str
    keys: Keys
    moves: str


class KeyedBend(NamedTuple):
    by: str
    keys: Keys
    root: Floats
    along: Floats
    """Its product with a point's way from the root is 0 at the root and 1 at the tip."""


class TurnedBall(NamedTuple):
    center: Floats
    radius: Floats
    x: KeyedCurve | None
    y: KeyedCurve | None

    def turn(self, points: Floats, depth: Floats, values: Mapping[str, float]) -> None:
        """Turns the points in place. `depth` is how far each stands out, in radii."""
        angles = [curve_value(curve.keys, values[curve.by]) if curve else 0.0 for curve in (self.x, self.y)]
        if not any(angles):
            return
        offset = points - self.center
        near = np.exp(-((offset / self.radius) ** 2).sum(axis=1)) + depth
        for axis, angle, sign in ((0, np.radians(angles[0]), 1), (1, np.radians(angles[1]), -1)):
            points[:, axis] = (
                self.center[axis] + offset[:, axis] * np.cos(angle) + near * (sign * self.radius[axis] * np.sin(angle))
            )


@dataclass(frozen=True, slots=True)
class MovedGroup:
    id: str
    parent: str | None
    pivot: Floats
    drives: tuple[KeyedDrive, ...]
    bends: tuple[KeyedBend, ...]
    ball: TurnedBall | None
    first: int = 0
    last: int = 0
    """The points of it and of the groups in it."""

    def curves(self) -> list[KeyedCurve | KeyedDrive | KeyedBend]:
        turned = [] if self.ball is None else [each for each in (self.ball.x, self.ball.y) if each is not None]
        return [*self.drives, *self.bends, *turned]


class Grid(NamedTuple):
    by: str
    at: tuple[float, ...]

    def place(self, values: Mapping[str, float]) -> tuple[int, float]:
        """The form before the parameter's value, and how far it is on the way to the next, 0 to 1."""
        value = values[self.by]
        last = len(self.at) - 2
        for index in range(last + 1):
            if value <= self.at[index + 1] or index == last:
                here, after = self.at[index], self.at[index + 1]
                return index, min(max((value - here) / (after - here), 0.0), 1.0)
        return 0, 0.0


@dataclass(frozen=True, slots=True)
class FormedPart:
    id: str
    group: str | None
    commands: str
    numbers: int
    """Of its outline; two more points of a gradient follow them."""
    axes: tuple[Grid, ...]
    forms: Floats
    """Shape (..., points, 2), one leading dimension for each axis."""
    blends: tuple[tuple[Grid, Floats], ...]
    """Differences from the rest shape, shape (values, points, 2)."""
    fill: str | None
    stops: Stops | None
    round: bool
    line: str | None
    width: float
    depth: float
    clip: str | None
    level: float
    curves: tuple[KeyedCurve, ...]
    """Their product and `level` are the opacity."""
    first: int = field(default=0)
    last: int = field(default=0)

    def formed(self, values: Mapping[str, float]) -> Floats:
        """The points, before its group moves them."""
        shape = self.forms
        for axis in self.axes:
            index, share = axis.place(values)
            shape = shape[index] if share == 0 else shape[index] * (1 - share) + shape[index + 1] * share
        for axis, differences in self.blends:
            index, share = axis.place(values)
            shape = shape + differences[index] * (1 - share) + differences[index + 1] * share
        return shape

    def opacity(self, values: Mapping[str, float]) -> float:
        found = self.level
        for curve in self.curves:
            found *= curve_value(curve.keys, values[curve.by])
        return min(max(found, 0.0), 1.0)


class Built(NamedTuple):
    parts: list[FormedPart]
    """In the order of drawing."""
    groups: list[MovedGroup]
    """Innermost first."""
    points: Floats
    depth: Floats
    parameters: frozenset[str]


def build(file: RigFile) -> Built:
    """Makes mirror images and puts every point in its place. The file has been checked by `rig_rules`."""
    center = file.canvas[0] / 2
    groups: dict[str, MovedGroup] = {}
    for group in file.groups:
        groups[group.id] = _group(group) if group.mirror is None else _group_mirrored(group, groups, center)
    parts: dict[str, FormedPart] = {}
    for part in file.parts:
        if part.mirror is None:
            parts[part.id] = _part(part, file)
        else:
            parts[part.id] = _part_mirrored(part, parts[part.mirror], file)
    return _placed(list(parts.values()), groups)


def _placed(parts: list[FormedPart], groups: Mapping[str, MovedGroup]) -> Built:
    """Lays the points out so that every group's are one slice."""
    order = _outermost_first(groups)
    rank = {identity: place for place, identity in enumerate(order)}
    position, slices = 0, dict[str, tuple[int, int]]()
    for part in sorted(parts, key=lambda one: -1 if one.group is None else rank[one.group]):
        count = part.forms.shape[-2]
        slices[part.id] = (position, position + count)
        position += count
    placed = [replace(part, first=slices[part.id][0], last=slices[part.id][1]) for part in parts]
    points, depth = np.zeros((position, 2)), np.zeros(position)
    values = {name: parameter.default for name, parameter in PARAMETERS.items()}
    for part in placed:
        points[part.first : part.last] = part.formed(values)
        depth[part.first : part.last] = part.depth
    moved = [_spanned(groups[identity], groups, placed) for identity in reversed(order)]
    heard = [curve.by for group in moved for curve in group.curves()]
    heard += [curve.by for part in placed for curve in (*part.curves, *part.axes, *(axis for axis, _ in part.blends))]
    return Built(placed, moved, points, depth, frozenset(heard))


def _outermost_first(groups: Mapping[str, MovedGroup]) -> list[str]:
    """Each group directly followed by all groups in it."""
    found: list[str] = []
    waiting = [identity for identity, group in reversed(list(groups.items())) if group.parent is None]
    while waiting:
        identity = waiting.pop()
        found.append(identity)
        waiting.extend(inner for inner, group in reversed(list(groups.items())) if group.parent == identity)
    return found


def _spanned(group: MovedGroup, groups: Mapping[str, MovedGroup], parts: Sequence[FormedPart]) -> MovedGroup:
    inside = {group.id}
    for identity, each in groups.items():  # parents come first
        if each.parent in inside:
            inside.add(identity)
    own = [part for part in parts if part.group in inside]
    if not own:
        return group
    return replace(group, first=min(part.first for part in own), last=max(part.last for part in own))


# --- as written -------------------------------------------------------------------------------------------------


def _curve(curve: Curve | None) -> KeyedCurve | None:
    return None if curve is None else KeyedCurve(curve.by, tuple(curve.keys))


def _group(group: Group) -> MovedGroup:
    drives = tuple(KeyedDrive(drive.by, tuple(drive.keys), drive.moves) for drive in group.drives)
    bends: list[KeyedBend] = []
    for bend in group.bends:
        way = np.subtract(bend.tip, bend.root)
        bends.append(KeyedBend(bend.by, tuple(bend.keys), np.array(bend.root), way / (way @ way)))
    return MovedGroup(group.id, group.parent, np.array(group.pivot), drives, tuple(bends), _ball(group.ball))


def _ball(ball: Ball | None) -> TurnedBall | None:
    if ball is None:
        return None
    return TurnedBall(np.array(ball.center), np.array(ball.radius), _curve(ball.x), _curve(ball.y))


def _part(part: Part, file: RigFile) -> FormedPart:
    shape, commands = _forms(part)
    ends = _ends(part.fill)
    found = FormedPart(
        id=part.id,
        group=part.group,
        commands=commands,
        numbers=2 * shape.shape[-2],
        axes=tuple(Grid(axis.by, tuple(axis.at)) for axis in part.axes),
        forms=_followed(shape, ends),
        blends=(),
        fill=None,
        stops=None,
        round=isinstance(part.fill, Radial),
        line=_colour(part.line, file),
        width=part.width,
        depth=part.depth,
        clip=part.clip,
        level=_level(part),
        curves=_curves(part),
    )
    if isinstance(part.fill, Linear | Radial):
        found = replace(found, stops=_stops(part.fill, file))
    else:
        found = replace(found, fill=_colour(part.fill, file))
    return replace(found, blends=tuple(_blend(blend, found) for blend in part.blends))


def _forms(part: Part) -> tuple[Floats, str]:
    if part.path is not None:
        shape = parse(part.path)
        return np.array(shape.points), shape.commands
    rows = [[parse(form) for form in ([row] if isinstance(row, str) else row)] for row in part.forms]
    points = np.array([[shape.points for shape in row] for row in rows])
    return (points[:, 0] if len(part.axes) == 1 else points), rows[0][0].commands


def _blend(blend: Blend, part: FormedPart) -> tuple[Grid, Floats]:
    """The blend's differences from the part's rest shape; a gradient's ends stay."""
    rest = part.formed({name: parameter.default for name, parameter in PARAMETERS.items()})
    found = np.zeros((len(blend.at), *rest.shape))
    drawn = part.numbers // 2
    for index, form in enumerate(blend.forms):
        if form is not None:
            found[index, :drawn] = np.array(parse(form).points) - rest[:drawn]
    return Grid(blend.by, tuple(blend.at)), found


def _ends(paint: Paint | None) -> list[tuple[float, float]]:
    """The points that a gradient spans, which move like the outline's."""
    if isinstance(paint, Linear):
        return [paint.start, paint.end]
    if isinstance(paint, Radial):
        return [paint.center, (paint.center[0] + paint.radius, paint.center[1])]
    return []


def _followed(forms: Floats, ends: list[tuple[float, float]]) -> Floats:
    """Every form with the same points after its own."""
    if not ends:
        return forms
    return np.concatenate([forms, np.broadcast_to(np.array(ends), (*forms.shape[:-2], len(ends), 2))], axis=-2)


def _stops(paint: Linear | Radial, file: RigFile) -> Stops:
    return tuple((stop[0], _hex(stop[1], file), stop[2] if len(stop) == 3 else 1.0) for stop in paint.stops)


def _colour(colour: str | None, file: RigFile) -> str | None:
    return None if colour is None else _hex(colour, file)


def _hex(colour: str, file: RigFile) -> str:
    return colour if colour.startswith("#") else file.palette[colour]


def _level(part: Part) -> float:
    return part.opacity if isinstance(part.opacity, int | float) else 1.0


def _curves(part: Part) -> tuple[KeyedCurve, ...]:
    curves = part.opacity if isinstance(part.opacity, list) else [part.opacity]
    return tuple(KeyedCurve(each.by, tuple(each.keys)) for each in curves if isinstance(each, Curve))


# --- in the mirror ----------------------------------------------------------------------------------------------


def _part_mirrored(part: Part, source: FormedPart, file: RigFile) -> FormedPart:
    """The mirror image of `source`, with what `part` says itself."""
    center = file.canvas[0] / 2
    forms, axes = _reflected(source.forms, center), list(source.axes)
    for index, axis in enumerate(source.axes):
        if axis.by in SIDEWAYS:
            forms = np.flip(forms, axis=index)
        axes[index] = _axis_mirrored(axis)
    blends: list[tuple[Grid, Floats]] = []
    for axis, differences in source.blends:
        turned = np.flip(differences, axis=0) if axis.by in SIDEWAYS else differences
        blends.append((_axis_mirrored(axis), turned * (-1, 1)))
    made = replace(
        source,
        id=part.id,
        group=_other_side(source.group, {group.id for group in file.groups}),
        axes=tuple(axes),
        forms=forms,
        blends=tuple(blends),
        clip=_other_side(source.clip, {each.id for each in file.parts}),
        curves=tuple(KeyedCurve(*_keys_mirrored(curve, 1)) for curve in source.curves),
    )
    written: dict[str, object] = {
        "group": part.group,
        "line": _colour(part.line, file),
        "width": part.width,
        "depth": part.depth,
        "clip": part.clip,
    }
    made = replace(made, **{name: value for name, value in written.items() if name in part.model_fields_set})
    return replace(made, level=_level(part), curves=_curves(part)) if "opacity" in part.model_fields_set else made


def _group_mirrored(group: Group, groups: Mapping[str, MovedGroup], center: float) -> MovedGroup:
    source, written = groups[group.mirror or ""], _group(group)
    fields = group.model_fields_set
    drives = [
        KeyedDrive(*_keys_mirrored(drive, -1 if drive.moves in ("x", "rotate") else 1), drive.moves)
        for drive in source.drives
    ]
    bends = [
        KeyedBend(*_keys_mirrored(bend, -1), _reflected(bend.root, center), bend.along * (-1, 1))
        for bend in source.bends
    ]
    return MovedGroup(
        group.id,
        group.parent if "parent" in fields else _other_side(source.parent, groups),
        written.pivot if "pivot" in fields else _reflected(source.pivot, center),
        written.drives if "drives" in fields else tuple(drives),
        written.bends if "bends" in fields else tuple(bends),
        written.ball if "ball" in fields else _ball_mirrored(source.ball, center),
    )


def _ball_mirrored(ball: TurnedBall | None, center: float) -> TurnedBall | None:
    if ball is None:
        return None
    across = None if ball.x is None else KeyedCurve(*_keys_mirrored(ball.x, -1))
    down = None if ball.y is None else KeyedCurve(*_keys_mirrored(ball.y, 1))
    return TurnedBall(_reflected(ball.center, center), ball.radius, across, down)


def _keys_mirrored(curve: KeyedCurve | KeyedDrive | KeyedBend, sign: float) -> tuple[str, Keys]:
    """What it listens to on the other side, and its keys; `sign` is -1 where what comes of them has a direction."""
    keys = [(-x, y) for x, y in reversed(curve.keys)] if curve.by in SIDEWAYS else curve.keys
    return mirrored(curve.by), tuple((x, sign * y) for x, y in keys)


def _axis_mirrored(axis: Grid) -> Grid:
    at = tuple(-value for value in reversed(axis.at)) if axis.by in SIDEWAYS else axis.at
    return Grid(mirrored(axis.by), at)


def _reflected(points: Floats, center: float) -> Floats:
    return points * (-1, 1) + (2 * center, 0)


def _other_side(identity: str | None, known: Container[str]) -> str | None:
    """`eyeL` is `eyeR` on the other side, if there is one of that name."""
    if identity is not None and identity[-1] in "LR":
        other = identity[:-1] + {"L": "R", "R": "L"}[identity[-1]]
        if other in known:
            return other
    return identity

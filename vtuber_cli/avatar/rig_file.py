"""The file of a rig: what an artist writes, `docs/rig.md` explains, and `vtuber schema rig` describes.

The shapes here say what may be written; `rig_rules` holds what types cannot say, and reads the file.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from vtuber_cli.avatar.parameters import PARAMETERS

FILE = "rig.json"


def _numbers(count: int) -> WithJsonSchema:
    """How many there are, in words that every editor knows."""
    return WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": count, "maxItems": count})


Number: TypeAlias = Annotated[float, Field(ge=-10_000, le=10_000, allow_inf_nan=False)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Pair: TypeAlias = Annotated[tuple[Number, Number], _numbers(2)]
HexColour: TypeAlias = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
ColourName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Colour: TypeAlias = Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6}|[a-z][a-z0-9-]{0,39})$")]
"""#rrggbb, or a name out of the palette."""
ParameterId: TypeAlias = Annotated[str, Field(max_length=60, json_schema_extra={"enum": [*PARAMETERS]})]
PathData: TypeAlias = Annotated[str, Field(max_length=40_000)]
Keys: TypeAlias = Annotated[list[Pair], Field(min_length=1, max_length=20)]
"""Pairs of a parameter's value and what comes of it; straight lines between, level outside."""
Stop: TypeAlias = Annotated[
    tuple[Share, Colour] | tuple[Share, Colour, Share],
    WithJsonSchema({"type": "array", "items": {"type": ["number", "string"]}, "minItems": 2, "maxItems": 3}),
]
Stops: TypeAlias = Annotated[list[Stop], Field(min_length=2, max_length=10)]


View: TypeAlias = Literal["bust", "face"]
Box: TypeAlias = Annotated[tuple[Number, Number, Number, Number], _numbers(4)]


class Piece(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Curve(Piece):
    by: ParameterId
    """The parameter."""
    keys: Keys
    """Pairs: its value, and the number that comes of it."""


class Drive(Curve):
    moves: Literal["x", "y", "rotate", "scale", "scale-x", "scale-y"]
    """What it changes: units of the canvas, degrees clockwise around the pivot, or a factor from the pivot."""


class Bend(Curve):
    """Hair in the wind: what lies from root to tip shifts sideways, the more the nearer to the tip."""

    root: Pair
    """Where it is held."""
    tip: Pair
    """Where it is shifted by the whole number that comes of the keys; beyond it, more."""


class Ball(Piece):
    """Turns what is in the group as if it lay on a ball: the near side widens, the far side narrows."""

    center: Pair
    radius: Pair
    """Across and down."""
    x: Curve | None = None
    """Degrees that it turns to the picture's right."""
    y: Curve | None = None
    """Degrees that it turns up."""


class Group(Piece):
    id: Id
    parent: Id | None = None
    """The group that moves this one; it comes earlier in the list."""
    mirror: Id | None = None
    """Another group of which this is the mirror image; what is written here as well goes before."""
    pivot: Pair = (0, 0)
    """Around what it turns and scales."""
    drives: Annotated[list[Drive], Field(max_length=20)] = Field(default_factory=list[Drive])
    bends: Annotated[list[Bend], Field(max_length=8)] = Field(default_factory=list[Bend])
    ball: Ball | None = None


class Linear(Piece):
    """A gradient from one point to another."""

    start: Pair
    end: Pair
    stops: Stops
    """Place from 0 to 1, colour, and opacity if it is not 1."""


class Radial(Piece):
    """A gradient from a point outwards."""

    center: Pair
    radius: Annotated[float, Field(gt=0, le=10_000)]
    stops: Stops
    """Place from 0 to 1, colour, and opacity if it is not 1."""


Paint: TypeAlias = Colour | Linear | Radial


class Axis(Piece):
    by: ParameterId
    """The parameter."""
    at: Annotated[list[Number], Field(min_length=2, max_length=9)]
    """The values that have a form, rising."""


class Blend(Piece):
    """A further parameter that shapes the part: how each form differs from the part's rest shape is added."""

    by: ParameterId
    at: Annotated[list[Number], Field(min_length=2, max_length=9)]
    forms: Annotated[list[PathData | None], Field(min_length=2, max_length=9)]
    """A form for each value; null is the rest shape."""


class Part(Piece):
    id: Id
    group: Id | None = None
    mirror: Id | None = None
    """Another part of which this is the mirror image; what is written here as well goes before."""
    path: PathData | None = None
    """Its shape at rest, as SVG path data."""
    axes: Annotated[list[Axis], Field(max_length=2)] = Field(default_factory=list[Axis])
    """One or two parameters that shape it."""
    forms: Annotated[list[PathData | list[PathData]], Field(max_length=9)] = Field(
        default_factory=list[PathData | list[PathData]]
    )
    """A shape for each value of the axis; with two axes, for each value of the first a list over the second."""
    blends: Annotated[list[Blend], Field(max_length=6)] = Field(default_factory=list[Blend])
    fill: Paint | None = None
    line: Colour | None = None
    """The colour of its line."""
    width: Annotated[float, Field(gt=0, le=100)] = 3
    """Of the line, in units of the canvas."""
    depth: Annotated[float, Field(ge=-3, le=3)] = 0
    """How far it stands out of the ball, in radii: hair in front 0.2, hair behind -0.5."""
    clip: Id | None = None
    """The part outside of whose shape it is not seen."""
    opacity: Share | Curve | Annotated[list[Curve], Field(max_length=4)] = 1
    """A number, or curves that are multiplied."""


class RigFile(Piece):
    """A drawing that moves: `docs/rig.md` explains it."""

    format: Literal["vtuber-rig"]
    version: Literal[1]
    name: Annotated[str, Field(max_length=100)] = ""
    license: Annotated[str, Field(max_length=100)] = ""
    canvas: Annotated[list[Annotated[int, Field(ge=16, le=4096)]], Field(min_length=2, max_length=2)]
    """Width and height, in units; the mirror's axis is in the middle."""
    views: dict[View, Box] = Field(default_factory=dict[View, Box])
    """Parts of the canvas to show where there is less room: left, top, width, height."""
    palette: dict[ColourName, HexColour] = Field(default_factory=dict[ColourName, HexColour])
    """Colours by name, for fill, line and stops."""
    groups: Annotated[list[Group], Field(max_length=100)] = Field(default_factory=list[Group])
    """What moves together, parents first."""
    parts: Annotated[list[Part], Field(min_length=1, max_length=400)]
    """What is drawn, from back to front."""

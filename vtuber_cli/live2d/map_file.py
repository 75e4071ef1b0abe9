"""The file that says what a character's Live2D model shows: `live2d.json` in the character's folder.

    {"format": "vtuber-live2d", "version": 1,
     "emotions": {
       "joy": {"expression": "F01"},
       "fear": {"expression": "F05", "add": {"ParamEyeBallForm": -0.5}},
       "anger": {"add": {"ParamBrowLAngle": -1, "ParamBrowRAngle": -1}, "fade_in": 0.2}
     },
     "motions": {"idle": [{"group": "Idle"}], "tap": [{"group": "TapBody", "index": 0}]},
     "lips": ["ParamMouthOpenY"],
     "views": {"face": [0.3, 0.05, 0.4, 0.25]}}

It is read by the rules of `yaml_file`. Numbers mean what they mean in `expressions.json`; an expression of the model's
is shown as its artist made it from intensity 3 on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from vtuber_cli import yaml_file
from vtuber_cli.avatar.expressions import Blend, Effect, Expression
from vtuber_cli.avatar.expressions_file import EmotionName, Levels, Number, Seconds
from vtuber_cli.live2d import guess
from vtuber_cli.live2d.ids import standard

if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.avatar.rig_file import View
    from vtuber_cli.errors import ConfigError
    from vtuber_cli.live2d.model_file import Model, ModelMotion
    from vtuber_cli.yaml_file import Document, Key
else:
    from vtuber_cli.avatar.rig_file import View

FILE = "live2d.json"

Occasion: TypeAlias = Literal["idle", "tap", "talk"]
ModelId: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Box: TypeAlias = Annotated[
    tuple[Share, Share, Share, Share],
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}),
]
Values: TypeAlias = dict[ModelId, Number | Levels]

_GROWS = (0.5, 0.8, 1.0, 1.0, 1.0)
"""How much of a model's own expression is shown at intensity 1 to 5: half a switch is no face."""


class _Piece(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


class ModelFace(_Piece):
    expression: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    """One of the model's expressions, by its name; `vtuber live2d inspect` lists them."""
    fade_in: Seconds | None = None
    """Seconds until it is fully seen; the expression's own if not given."""
    fade_out: Seconds | None = None
    """Seconds until nothing of it is left."""
    add: Values = Field(default_factory=dict[ModelId, Number | Levels])
    """Added to what the motion says, by parameter of the model; this goes before what the expression does to it."""
    multiply: Values = Field(default_factory=dict[ModelId, Number | Levels])
    """Multiplied with it, after the adding."""
    overwrite: Values = Field(default_factory=dict[ModelId, Number | Levels])
    """Put in its place."""


class MotionName(_Piece):
    group: Annotated[str, Field(max_length=400)]
    """A group of the model's motions; its name may be empty."""
    index: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Which of them, from 0; any of them if not given."""


class Motions(_Piece):
    idle: Annotated[list[MotionName], Field(max_length=50)] = Field(default_factory=list[MotionName])
    """Played one after another while nothing else is."""
    tap: Annotated[list[MotionName], Field(max_length=50)] = Field(default_factory=list[MotionName])
    """One of them is played when she greets."""
    talk: Annotated[list[MotionName], Field(max_length=50)] = Field(default_factory=list[MotionName])
    """One of them is played when she begins to speak."""


class MapFile(_Piece):
    """What a Live2D model shows and when: `docs/live2d.md` explains it."""

    format: Literal["vtuber-live2d"]
    version: Literal[1]
    emotions: dict[EmotionName, ModelFace] = Field(default_factory=dict[EmotionName, ModelFace])
    """A face for each emotion; one that is missing looks neutral."""
    motions: Motions | None = None
    """If not given, they are guessed from the motions' names."""
    lips: Annotated[list[ModelId], Field(max_length=50)] | None = None
    """The parameters that open the mouth, instead of the model's LipSync group."""
    views: dict[View, Box] = Field(default_factory=dict[View, Box])
    """What to show, in shares of the model's canvas: left, top, width, height. If not given, her face is looked for."""


class Cast(NamedTuple):
    """A model and what it shows: all that drawing it takes."""

    model: Model
    expressions: Mapping[str, Expression]
    """By emotion, for the performer; parameters have our names where they are standard ones."""
    motions: Mapping[Occasion, tuple[ModelMotion, ...]]
    lips: tuple[str, ...]
    views: Mapping[View, tuple[float, float, float, float]]

    def extra(self) -> frozenset[str]:
        """The parameters besides the standard ones that the expressions change."""
        from vtuber_cli.avatar.parameters import PARAMETERS

        return frozenset(name for one in self.expressions.values() for name in one.effects if name not in PARAMETERS)


def read(file: Path, model: Model) -> Cast:
    """Reads a map and fits it to its model. Raises ConfigError, which names file, line and key."""
    document = yaml_file.load(file)
    found = yaml_file.validate(document, MapFile)
    return _fit(document, found, model)


def guessed(model: Model, ids: Iterable[str] = ()) -> Cast:
    """What a model shows that nobody wrote a map for.

    Args:
        ids: the moc's parameters, where they are known.
    """
    text = proposal(model, ids)
    return _fit(yaml_file.Document(FILE, text), MapFile.model_validate(text), model)


def proposal(model: Model, ids: Iterable[str] = ()) -> dict[str, Any]:
    """What a map might say, as the data of such a file."""
    faces: dict[str, Any] = {}
    for emotion, one in guess.emotions(model, ids).items():
        faces[emotion] = {"expression": one.expression} if one.expression is not None else {"add": dict(one.values)}
    moves = {
        occasion: [{"group": each.group, "index": each.number} for each in motions[:50]]
        for occasion, motions in guess.motions(model).items()
    }
    found: dict[str, Any] = {"format": "vtuber-live2d", "version": 1, "emotions": faces}
    return {**found, "motions": moves} if any(moves.values()) else found


def text(data: Mapping[str, Any]) -> str:
    """A map as the text of a file, an emotion a line."""
    lines = ["{", *(f"  {_written(name)}: {_written(data[name])}," for name in ("format", "version"))]
    for name in ("emotions", "motions"):
        if name in data:
            rows = [f"    {_written(key)}: {_written(value)}" for key, value in data[name].items()]
            lines += [f"  {_written(name)}: {{", *([",\n".join(rows)] if rows else []), "  },"]
    lines[-1] = lines[-1].removesuffix(",")
    return "\n".join([*lines, "}", ""])


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- fitting ------------------------------------------------------------------------------------------------------


def _fit(document: Document, found: MapFile, model: Model) -> Cast:
    faces = {name: _face(document, ("emotions", name), one, model) for name, one in found.emotions.items()}
    if found.motions is None:
        motions: dict[Any, tuple[ModelMotion, ...]] = {
            name: tuple(members) for name, members in guess.motions(model).items()
        }
    else:
        told: dict[Any, list[MotionName]] = {
            "idle": found.motions.idle, "tap": found.motions.tap, "talk": found.motions.talk,
        }  # fmt: skip
        motions = {
            name: tuple(
                motion
                for index, one in enumerate(names)
                for motion in _motions(document, ("motions", name, index), one, model)
            )
            for name, names in told.items()
        }
    for name, box in found.views.items():
        if min(box[2:]) <= 0.01:
            raise document.refusal("live2d.empty_view", ("views", name))
    lips = model.lip_sync if found.lips is None else tuple(found.lips)
    return Cast(model, faces, motions, lips, found.views)


def _face(document: Document, key: Key, told: ModelFace, model: Model) -> Expression:
    effects: dict[str, Effect] = {}
    fades = (0.3, 0.4)
    if told.expression is not None:
        known = model.expressions.get(told.expression)
        if known is None:
            raise _unknown(document, (*key, "expression"), told.expression, model.expressions)
        fades = known.expression.fade_in, known.expression.fade_out
        effects = {standard(name): _as_made(effect) for name, effect in known.expression.effects.items()}
    blends: tuple[tuple[Blend, Values], ...] = (
        ("add", told.add), ("multiply", told.multiply), ("overwrite", told.overwrite),
    )  # fmt: skip
    named: set[str] = set()
    for blend, values in blends:
        for identity, value in values.items():
            if (name := standard(identity)) in named:
                raise document.refusal("live2d.changed_twice", (*key, blend, identity), id=identity)
            named.add(name)
            effects[name] = Effect(blend, tuple(value) if isinstance(value, list) else (value,))
    fade_in = fades[0] if told.fade_in is None else told.fade_in
    return Expression(effects, fade_in, fades[1] if told.fade_out is None else told.fade_out)


def _as_made(effect: Effect) -> Effect:
    """A model's own effect, seen fully at the usual intensity already."""
    value = effect.levels[-1]
    if effect.blend == "overwrite":
        return Effect("overwrite", (value,) * len(_GROWS))
    if effect.blend == "multiply":
        return Effect("multiply", tuple(1 + (value - 1) * share for share in _GROWS))
    return Effect("add", tuple(value * share for share in _GROWS))


def _motions(document: Document, key: Key, told: MotionName, model: Model) -> tuple[ModelMotion, ...]:
    members = model.motions.get(told.group)
    if members is None:
        raise _unknown(document, (*key, "group"), told.group, model.motions)
    if told.index is None:
        return members
    if told.index >= len(members):
        raise document.refusal("live2d.motion_index", (*key, "index"), group=told.group or '""', count=len(members))
    return (members[told.index],)


def _unknown(document: Document, key: Key, name: str, known: Iterable[str]) -> ConfigError:
    names = list(known)
    nearest = get_close_matches(name, names, n=1, cutoff=0.4)
    words = "live2d.unknown_nearest" if nearest else "live2d.unknown"
    return document.refusal(words, key, id=name, nearest="".join(nearest), names=", ".join(names[:20]) or "-")

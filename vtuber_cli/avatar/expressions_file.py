"""The file of a character's expressions, and Live2D's exp3 files.

Ours, `expressions.json`, is read by the rules of `yaml_file`, as it may have been downloaded:

    {"format": "vtuber-expressions", "version": 1, "emotions": {
      "joy": {
        "fade_in": 0.3, "fade_out": 0.5,
        "add": {"ParamMouthForm": 1, "ParamTear": [0, 0, 0, 0.2, 0.6]},
        "multiply": {"ParamEyeLOpen": 0.6},
        "overwrite": {"ParamEyeBallX": 0.8}
      }
    }}

A number is what it is at intensity 5, and less at less; five numbers are what it is at 1, 2, 3, 4 and 5.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vtuber_cli import yaml_file
from vtuber_cli.avatar.expressions import Blend, Effect, Expression, Expressions
from vtuber_cli.avatar.parameters import PARAMETERS
from vtuber_cli.errors import ConfigError
from vtuber_cli.events import EMOTIONS

if TYPE_CHECKING:
    from pathlib import Path

FILE = "expressions.json"
EXP3_MAX_BYTES = 256 * 1024

Number: TypeAlias = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
Levels: TypeAlias = Annotated[list[Number], Field(min_length=5, max_length=5)]
if TYPE_CHECKING:
    ParameterId: TypeAlias = str
    EmotionName: TypeAlias = str
else:  # closed sets, for the schema and the nearest name
    ParameterId: TypeAlias = Literal[*PARAMETERS]
    EmotionName: TypeAlias = Literal[*EMOTIONS]
Values: TypeAlias = dict[ParameterId, Number | Levels]


class _Piece(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


class EmotionFace(_Piece):
    fade_in: Seconds = 0.3
    """Seconds until it is fully seen."""
    fade_out: Seconds = 0.4
    """Seconds until nothing of it is left."""
    add: Values = Field(default_factory=dict[ParameterId, Number | Levels])
    """Added to what the motion says, by parameter."""
    multiply: Values = Field(default_factory=dict[ParameterId, Number | Levels])
    """Multiplied with it, after the adding."""
    overwrite: Values = Field(default_factory=dict[ParameterId, Number | Levels])
    """Put in its place."""

    @model_validator(mode="after")
    def _once(self) -> EmotionFace:
        names = [*self.add, *self.multiply, *self.overwrite]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"a parameter is changed in one way only: {', '.join(twice)}")
        return self

    def expression(self) -> Expression:
        blends: tuple[tuple[Blend, Values], ...] = (
            ("add", self.add), ("multiply", self.multiply), ("overwrite", self.overwrite),
        )  # fmt: skip
        effects = {
            name: Effect(blend, tuple(value) if isinstance(value, list) else (value,))
            for blend, values in blends
            for name, value in values.items()
        }
        return Expression(effects, self.fade_in, self.fade_out)


class ExpressionsFile(_Piece):
    """What each feeling looks like: `docs/rig.md` explains it."""

    format: Literal["vtuber-expressions"]
    version: Literal[1]
    emotions: dict[EmotionName, EmotionFace]
    """A face for each emotion; one that is missing looks neutral."""


def read(file: Path) -> Expressions:
    """Reads and checks a character's expressions. Raises ConfigError, which names file, line and key."""
    found = yaml_file.validate(yaml_file.load(file), ExpressionsFile)
    return {name: face.expression() for name, face in found.emotions.items()}


# --- Live2D's -----------------------------------------------------------------------------------------------------


class _Exp3Parameter(BaseModel):
    Id: Annotated[str, Field(min_length=1, max_length=200)]
    Value: Number
    Blend: Literal["Add", "Multiply", "Overwrite"] = "Add"


class _Exp3(BaseModel):
    Type: Literal["Live2D Expression"]
    FadeInTime: Seconds = 1.0
    FadeOutTime: Seconds = 1.0
    Parameters: Annotated[list[_Exp3Parameter], Field(max_length=2000)] = Field(default_factory=list[_Exp3Parameter])


def read_exp3(file: Path) -> Expression:
    """Reads a Live2D `.exp3.json`; its values are those of intensity 5. Parameters of any name stay.

    Raises:
        ConfigError: not readable, too big, or no expression of Live2D's.
    """
    try:
        with file.open("rb") as stream:
            raw = stream.read(EXP3_MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError("config.unreadable", file=file, reason=reason) from error
    if len(raw) > EXP3_MAX_BYTES:
        raise ConfigError("config.too_big", file=file, limit=EXP3_MAX_BYTES // 1024)
    try:
        found = _Exp3.model_validate(json.loads(raw.decode("utf-8-sig")))
    except ValidationError as error:
        document = yaml_file.Document(file, {})
        raise yaml_file.refusal(error, document, _Exp3) from None
    except (ValueError, RecursionError) as error:
        line = int(getattr(error, "lineno", 1))
        reason = getattr(error, "msg", None) or type(error).__name__
        raise ConfigError("config.not_json", file=file, line=line, place=f"{file}:{line}", reason=reason) from None
    names: dict[str, Blend] = {"Add": "add", "Multiply": "multiply", "Overwrite": "overwrite"}
    effects = {one.Id: Effect(names[one.Blend], (one.Value,)) for one in found.Parameters}
    return Expression(effects, found.FadeInTime, found.FadeOutTime)

"""The parameters of a pose: their names, ranges and rest values.

Names and ranges are Live2D's standard ones where it has any, so that one pose drives our rigs, a real model and VTube
Studio alike; the rest is marked `ours`, and whoever does not know it leaves it out. L is the character's own left,
which is on the right of the picture. Positive X is to the right of the picture, positive Y is up, positive Z leans the
top of the head to the right of the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import NamedTuple, TypeAlias

Pose: TypeAlias = Mapping[str, float]
"""Values by parameter; a parameter that is missing has its default."""


class Parameter(NamedTuple):
    low: float
    high: float
    default: float
    what: str
    ours: bool = False
    """Not one of Live2D's."""


_SIGNED = (-1.0, 1.0, 0.0)
_AMOUNT = (0.0, 1.0, 0.0)

PARAMETERS: Mapping[str, Parameter] = {
    "ParamAngleX": Parameter(-30, 30, 0, "head turns: -30 to the picture's left, 30 to its right"),
    "ParamAngleY": Parameter(-30, 30, 0, "head nods: -30 down, 30 up"),
    "ParamAngleZ": Parameter(-30, 30, 0, "head leans: -30 to the picture's left, 30 to its right"),
    "ParamEyeLOpen": Parameter(0, 1, 1, "left eye: 0 closed, 1 open"),
    "ParamEyeROpen": Parameter(0, 1, 1, "right eye: 0 closed, 1 open"),
    "ParamEyeLSmile": Parameter(*_AMOUNT, "left eye smiles: the lower lid rises; closed, it is an arch"),
    "ParamEyeRSmile": Parameter(*_AMOUNT, "right eye smiles: the lower lid rises; closed, it is an arch"),
    "ParamEyeBallX": Parameter(*_SIGNED, "gaze: -1 to the picture's left, 1 to its right"),
    "ParamEyeBallY": Parameter(*_SIGNED, "gaze: -1 down, 1 up"),
    "ParamEyeBallForm": Parameter(*_SIGNED, "irises: -1 shrunk, 1 wide"),
    "ParamBrowLX": Parameter(*_SIGNED, "left brow: -1 towards the nose, 1 away"),
    "ParamBrowRX": Parameter(*_SIGNED, "right brow: -1 towards the nose, 1 away"),
    "ParamBrowLY": Parameter(*_SIGNED, "left brow: -1 down, 1 up"),
    "ParamBrowRY": Parameter(*_SIGNED, "right brow: -1 down, 1 up"),
    "ParamBrowLAngle": Parameter(*_SIGNED, "left brow: -1 its inner end down (angry), 1 up (sad)"),
    "ParamBrowRAngle": Parameter(*_SIGNED, "right brow: -1 its inner end down (angry), 1 up (sad)"),
    "ParamBrowLForm": Parameter(*_SIGNED, "left brow: -1 bent down in the middle, 1 arched"),
    "ParamBrowRForm": Parameter(*_SIGNED, "right brow: -1 bent down in the middle, 1 arched"),
    "ParamMouthForm": Parameter(*_SIGNED, "mouth: -1 a frown when closed and round when open, 1 a smile and wide"),
    "ParamMouthOpenY": Parameter(*_AMOUNT, "mouth: 0 closed, 1 open"),
    "ParamMouthX": Parameter(
        *_SIGNED, "a wry mouth: its corner on the picture's left (-1) or right (1) rises", ours=True
    ),
    "ParamMouthWave": Parameter(*_AMOUNT, "lips tremble in a wavy line; to be let go while speaking", ours=True),
    "ParamMouthTeeth": Parameter(*_AMOUNT, "clenched teeth are bared; to be let go while speaking", ours=True),
    "ParamTongue": Parameter(*_AMOUNT, "the tongue sticks out; to be let go while speaking", ours=True),
    "ParamA": Parameter(*_AMOUNT, "the mouth of an A, for models that have it"),
    "ParamI": Parameter(*_AMOUNT, "the mouth of an I, for models that have it"),
    "ParamU": Parameter(*_AMOUNT, "the mouth of a U, for models that have it"),
    "ParamE": Parameter(*_AMOUNT, "the mouth of an E, for models that have it"),
    "ParamO": Parameter(*_AMOUNT, "the mouth of an O, for models that have it"),
    "ParamCheek": Parameter(*_AMOUNT, "blush"),
    "ParamTear": Parameter(*_AMOUNT, "tears: to 0.5 they well up, to 1 they run", ours=True),
    "ParamSweat": Parameter(*_AMOUNT, "a drop of sweat", ours=True),
    "ParamAnger": Parameter(*_AMOUNT, "the mark of anger", ours=True),
    "ParamGloom": Parameter(*_AMOUNT, "a shade falls over the upper face", ours=True),
    "ParamSick": Parameter(*_AMOUNT, "the face turns green", ours=True),
    "ParamSparkle": Parameter(*_AMOUNT, "small stars twinkle beside the head", ours=True),
    "ParamStartle": Parameter(*_AMOUNT, "short strokes jump from the head", ours=True),
    "ParamBodyAngleX": Parameter(-10, 10, 0, "body turns: -10 to the picture's left, 10 to its right"),
    "ParamBodyAngleY": Parameter(-10, 10, 0, "body bends: -10 down, 10 up"),
    "ParamBodyAngleZ": Parameter(-10, 10, 0, "body leans: -10 to the picture's left, 10 to its right"),
    "ParamBreath": Parameter(*_AMOUNT, "breath: 0 out, 1 in"),
    "ParamShoulderY": Parameter(*_SIGNED, "shoulders: -1 hang, 1 are drawn up"),
    "ParamHairFront": Parameter(*_SIGNED, "front hair swings: -1 to the picture's left, 1 to its right"),
    "ParamHairSide": Parameter(*_SIGNED, "side hair and what hangs from it swings likewise"),
    "ParamHairBack": Parameter(*_SIGNED, "back hair swings likewise"),
    "ParamArmL": Parameter(*_AMOUNT, "left hand: 0 out of the picture, 1 raised", ours=True),
    "ParamArmR": Parameter(*_AMOUNT, "right hand: 0 out of the picture, 1 raised", ours=True),
    "ParamHandCard": Parameter(*_AMOUNT, "the right hand holds up a card: 0 not at all, 1 beside the face", ours=True),
}
"""Every parameter by its id."""

SIDEWAYS = frozenset(
    "ParamAngleX ParamAngleZ ParamEyeBallX ParamMouthX ParamBodyAngleX ParamBodyAngleZ "
    "ParamHairFront ParamHairSide ParamHairBack".split()
)
"""What points to the picture's left or right, and points the other way in a mirror."""


def mirrored(name: str) -> str:
    """The parameter of the other side, for one that has sides."""
    for here, there in (("L", "R"), ("R", "L")):
        for part in ("Eye", "Brow", "Arm"):
            other = name.replace(f"Param{part}{here}", f"Param{part}{there}", 1)
            if other != name and other in PARAMETERS:
                return other
    return name


def clamped(pose: Pose) -> dict[str, float]:
    """The known values of a pose, each within its range; what is no number is left out."""
    found: dict[str, float] = {}
    for name, value in pose.items():
        parameter = PARAMETERS.get(name)
        if parameter is not None and isfinite(value):
            found[name] = min(max(float(value), parameter.low), parameter.high)
    return found


def rest() -> dict[str, float]:
    """The pose with every parameter at its default."""
    return {name: parameter.default for name, parameter in PARAMETERS.items()}

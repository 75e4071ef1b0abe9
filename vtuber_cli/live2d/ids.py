"""The ids of a model's parameters: which of them are Live2D's standard ones, whatever they are spelled like.

Models of Cubism 2 call the mouth PARAM_MOUTH_OPEN_Y, later ones ParamMouthOpenY, and many are mixtures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vtuber_cli.avatar.parameters import PARAMETERS

_OTHER_NAMES: Mapping[str, str] = {
    "parammouthopen": "ParamMouthOpenY",
    "paramtere": "ParamCheek",
    "paramcheeks": "ParamCheek",
    "parambodyx": "ParamBodyAngleX",
    "parambodyy": "ParamBodyAngleY",
    "parambodyz": "ParamBodyAngleZ",
    "parameyeopenl": "ParamEyeLOpen",
    "parameyeopenr": "ParamEyeROpen",
    "parameyesmilel": "ParamEyeLSmile",
    "parameyesmiler": "ParamEyeRSmile",
    "parammoutha": "ParamA",
    "parammouthi": "ParamI",
    "parammouthu": "ParamU",
    "parammouthe": "ParamE",
    "parammoutho": "ParamO",
}
_OPEN = "ParamMouthOpenY"
VOWELS = ("ParamA", "ParamI", "ParamU", "ParamE", "ParamO")


def _plain(identity: str) -> str:
    return identity.replace("_", "").replace(" ", "").casefold()


_STANDARD: Mapping[str, str] = {_plain(name): name for name in PARAMETERS} | _OTHER_NAMES


def standard(identity: str) -> str:
    """Our name of a parameter, if it is a standard one; else the id as it is."""
    return _STANDARD.get(_plain(identity), identity)


def links(ids: Iterable[str], lips: Iterable[str]) -> dict[str, str]:
    """For each of a model's parameters the name in a pose that moves it; its own id if none of ours does.

    Args:
        ids: what the model has.
        lips: what opens with the mouth, as its LipSync group or its owner says. A model with a shape for each vowel
            has them moved as vowels instead, whatever that group says.
    """
    found = {identity: standard(identity) for identity in ids}
    if not set(VOWELS) <= set(found.values()):
        found.update({identity: _OPEN for identity in lips if identity in found})
    return found

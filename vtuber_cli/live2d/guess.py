"""What a model's expressions and motions mean, told from their names, their parts' names and their values.

Pure. A guess says how sure it is: a name is worth more than values, and what speaks for two feelings is not sure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from vtuber_cli.avatar.parameters import PARAMETERS
from vtuber_cli.events import EMOTIONS
from vtuber_cli.live2d.guess_words import EMOTION_WORDS, OCCASION_WORDS
from vtuber_cli.live2d.ids import standard

if TYPE_CHECKING:
    from vtuber_cli.avatar.expressions import Expression
    from vtuber_cli.live2d.model_file import Model, ModelMotion

Why: TypeAlias = Literal["name", "part", "values", "made"]
"""By its name; by the name of what it switches on; by what it does to the face; made up from standard parameters."""

_LATIN = re.compile(r"[a-z']+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_INSIDE = 4
"""Letters that a Latin word needs to be looked for inside a longer one."""
_CLEAR, _FAINT = 0.8, 0.4
"""What values have to speak for a feeling, to be believed, and to be mentioned."""
_RIVAL = 0.65
"""Of the best: a second feeling above this makes the first unsure."""


class Reading(NamedTuple):
    """What something may mean."""

    meaning: str
    sure: bool


class Guess(NamedTuple):
    """What an emotion may look like."""

    emotion: str
    expression: str | None
    """The model's; None if `values` are all there is."""
    values: Mapping[str, float]
    """What is added, by standard parameter, where the model has no expression for it."""
    sure: bool
    why: Why


def feeling(name: str) -> Reading | None:
    """The emotion that a name means; None if it says nothing."""
    return _read_name(name, _table("emotion"))


def occasion(name: str) -> Reading | None:
    """What a motion of this name is for: idle, tap or talk."""
    return _read_name(name, _table("occasion"))


def _read_name(name: str, table: Iterable[tuple[str, str]]) -> Reading | None:
    """The longest word decides; another one that is no part of it and half as long makes it unsure."""
    folded = unicodedata.normalize("NFKC", name)
    tokens = _LATIN.findall(_CAMEL.sub(" ", folded).casefold())
    folded = folded.casefold()
    found: list[tuple[int, str, str, bool]] = []
    for word, meaning in table:
        if word.isascii():
            if word in tokens:
                found.append((len(word), word, meaning, True))
            elif len(word) >= _INSIDE and any(word in token for token in tokens):
                found.append((len(word), word, meaning, False))
        elif word in folded:
            found.append((2 * len(word), word, meaning, True))
    if not found:
        return None
    length, longest, meaning, whole = max(found)
    rivals = any(other != meaning and word not in longest and 2 * size >= length for size, word, other, _ in found)
    return Reading(meaning, whole and not rivals)


@cache
def _table(of: Literal["emotion", "occasion"]) -> tuple[tuple[str, str], ...]:
    words = EMOTION_WORDS if of == "emotion" else OCCASION_WORDS
    return tuple((word, meaning) for meaning, text in words.items() for word in text.split())


# --- values -------------------------------------------------------------------------------------------------------


def changes(expression: Expression) -> dict[str, float]:
    """By how much an expression at its strongest moves a face at rest, by standard name where there is one."""
    found: dict[str, float] = {}
    for identity, effect in expression.effects.items():
        name = standard(identity)
        rest = PARAMETERS[name].default if name in PARAMETERS else 0.0
        value = effect.levels[-1]
        if effect.blend == "add":
            found[name] = found.get(name, 0.0) + value
        else:
            found[name] = (value if effect.blend == "overwrite" else rest * value) - rest
    return found


def by_values(moved: Mapping[str, float]) -> Reading | None:
    """The feeling that changes of standard parameters speak for."""
    known = {name: value for name, value in moved.items() if name in PARAMETERS}
    if not any(abs(value) > 0.05 for value in known.values()):
        return None
    scores = sorted(_scores(known).items(), key=lambda one: one[1], reverse=True)
    (best, most), (_, second) = scores[0], scores[1]
    if most < _FAINT:
        return None
    return Reading(best, most >= _CLEAR and second <= _RIVAL * most)


def _scores(moved: Mapping[str, float]) -> dict[str, float]:
    def both(name: str) -> float:
        return (moved.get(name.replace("*", "L"), 0.0) + moved.get(name.replace("*", "R"), 0.0)) / 2

    def apart(name: str) -> float:
        return abs(moved.get(name.replace("*", "L"), 0.0) - moved.get(name.replace("*", "R"), 0.0))

    form, opened = moved.get("ParamMouthForm", 0.0), moved.get("ParamMouthOpenY", 0.0)
    smile, lids = both("ParamEye*Smile"), both("ParamEye*Open")
    angle, height, bent = both("ParamBrow*Angle"), both("ParamBrow*Y"), both("ParamBrow*Form")
    small = max(-moved.get("ParamEyeBallForm", 0.0), 0.0)
    up, down = max(form, 0.0), max(-form, 0.0)
    cross, sorry = max(-angle, 0.0) + 0.4 * max(-bent, 0.0), max(angle, 0.0)
    wide = max(lids, 0.0) + 0.7 * max(height, 0.0)
    narrow = max(-lids, 0.0) * (1.0 if -0.8 < lids < -0.15 else 0.3)
    crooked = 0.6 * apart("ParamEye*Open") + 0.6 * apart("ParamBrow*Y")
    return {
        "joy": 0.8 * up + 0.8 * smile + 0.2 * opened * up - 0.5 * crooked - cross,
        "smirk": crooked * (0.4 + up) + moved.get("ParamMouthX", 0.0) ** 2,
        "anger": 0.9 * cross + 0.4 * down + 0.3 * max(-height, 0.0) + moved.get("ParamAnger", 0.0),
        "sadness": 0.8 * sorry + 0.5 * down + moved.get("ParamTear", 0.0) - 0.5 * up,
        "surprise": 0.7 * wide + 0.5 * opened + 0.3 * small - 0.7 * (cross + sorry) - 0.3 * up,
        "fear": 0.6 * sorry + 0.7 * small + 0.5 * moved.get("ParamSweat", 0.0) + 0.3 * max(lids, 0.0) - up,
        "disgust": 0.9 * narrow + 0.5 * down + 0.3 * max(-height, 0.0) + moved.get("ParamSick", 0.0) - smile - sorry,
    }


# --- whole models -------------------------------------------------------------------------------------------------

_MADE: Mapping[str, Mapping[str, float]] = {
    "joy": {"ParamMouthForm": 1, "ParamEyeLSmile": 0.8, "ParamEyeRSmile": 0.8, "ParamCheek": 0.4, "ParamBrowLY": 0.2,
            "ParamBrowRY": 0.2},
    "smirk": {"ParamMouthForm": 0.8, "ParamBrowLY": 0.5, "ParamBrowRY": -0.2, "ParamEyeLOpen": -0.2,
              "ParamEyeROpen": -0.35, "ParamAngleZ": 4},
    "anger": {"ParamBrowLAngle": -1, "ParamBrowRAngle": -1, "ParamBrowLY": -0.6, "ParamBrowRY": -0.6,
              "ParamBrowLForm": -0.6, "ParamBrowRForm": -0.6, "ParamMouthForm": -1, "ParamEyeLOpen": -0.1,
              "ParamEyeROpen": -0.1},
    "sadness": {"ParamBrowLAngle": 0.9, "ParamBrowRAngle": 0.9, "ParamMouthForm": -0.9, "ParamEyeLOpen": -0.3,
                "ParamEyeROpen": -0.3, "ParamAngleY": -8},
    "surprise": {"ParamBrowLY": 1, "ParamBrowRY": 1, "ParamEyeLOpen": 0.3, "ParamEyeROpen": 0.3,
                 "ParamEyeBallForm": -0.5, "ParamMouthOpenY": 0.5, "ParamMouthForm": -0.3},
    "fear": {"ParamBrowLAngle": 0.8, "ParamBrowRAngle": 0.8, "ParamBrowLY": 0.4, "ParamBrowRY": 0.4,
             "ParamEyeBallForm": -0.7, "ParamMouthForm": -0.6, "ParamMouthOpenY": 0.2, "ParamAngleY": -4},
    "disgust": {"ParamBrowLY": -0.4, "ParamBrowRY": -0.4, "ParamEyeLOpen": -0.45, "ParamEyeROpen": -0.45,
                "ParamMouthForm": -0.9, "ParamAngleX": -6, "ParamAngleZ": -3},
}  # fmt: skip
"""What is added to standard parameters at the strongest, for models without an expression for it."""


def emotions(model: Model, ids: Iterable[str] = ()) -> dict[str, Guess]:
    """What each emotion may look like with this model; one that is missing cannot be shown.

    Args:
        ids: the moc's parameters, where they are known; else what the model's files speak of.
    """
    candidates = [
        guess
        for name, one in model.expressions.items()
        for guess in [_read(name, one.expression, model.parameter_names)]
        if guess is not None
    ]
    order: dict[Why, int] = {"name": 0, "part": 1, "values": 2, "made": 3}
    candidates.sort(key=lambda one: (not one.sure, order[one.why]))
    found: dict[str, Guess] = {}
    for guess in candidates:
        found.setdefault(guess.emotion, guess)
    have = {standard(identity) for identity in (list(ids) or model.parameters())}
    for emotion, values in _MADE.items():
        usable = {name: float(value) for name, value in values.items() if name in have}
        # A head that nods says nothing without a face that does.
        if emotion not in found and any(name.startswith(("ParamMouthForm", "ParamBrow")) for name in usable):
            found[emotion] = Guess(emotion, None, usable, False, "made")
    return {emotion: found[emotion] for emotion in EMOTIONS if emotion in found}


def _read(name: str, expression: Expression, called: Mapping[str, str]) -> Guess | None:
    moved = changes(expression)
    seen = by_values(moved)
    if (read := feeling(name)) is not None:
        # What is called a smile and looks like rage is called so for some other reason.
        contradicts = seen is not None and seen.sure and {seen.meaning, read.meaning} in _OPPOSITES
        return Guess(read.meaning, name, {}, read.sure and not contradicts, "name")
    parts = [feeling(called[identity]) for identity, by in moved.items() if by > 0.3 and called.get(identity)]
    meanings = {part.meaning for part in parts if part is not None and part.meaning != "neutral"}
    if len(meanings) == 1 and not any(identity in PARAMETERS for identity, by in moved.items() if abs(by) > 0.3):
        return Guess(meanings.pop(), name, {}, True, "part")
    if seen is not None:
        agrees = not meanings or meanings == {seen.meaning}
        return Guess(seen.meaning, name, {}, seen.sure and agrees, "values")
    if len(meanings) == 1:
        return Guess(meanings.pop(), name, {}, False, "part")
    if not any(abs(by) > 0.05 for by in moved.values()):
        return Guess("neutral", name, {}, False, "values")
    return None


_OPPOSITES = ({"joy", "anger"}, {"joy", "sadness"}, {"neutral", "anger"}, {"joy", "disgust"})


def motions(model: Model) -> dict[str, list[ModelMotion]]:
    """Which motions are for idling, for a tap and for talking: by the group's name, else by the file's."""
    found: dict[str, list[ModelMotion]] = {occasion: [] for occasion in OCCASION_WORDS}
    for group, members in model.motions.items():
        meant = occasion(group)
        for one in members:
            read = meant or occasion(one.file.name.removesuffix(".motion3.json"))
            if read is not None:
                found[read.meaning].append(one)
    return found

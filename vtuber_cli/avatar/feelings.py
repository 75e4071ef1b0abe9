"""What she feels, by what was said of it: when a face comes, grows milder, and goes."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, Any, cast

from vtuber_cli.avatar.expressions import CALM, INTENSITY, Fades

if TYPE_CHECKING:
    from vtuber_cli.avatar.expressions import Expressions

NEUTRAL = "neutral"

_SETTLES = 2.5
"""Seconds that a strong feeling is shown at its full strength: nobody laughs with closed eyes for a minute."""
_LINGERS = 2.2
"""Seconds that a face outlasts its reason."""
_SLOWLY = 3.0
"""How many times longer a face takes that changes by itself."""


class Feelings:
    """One feeling at a time, seen through `fades`."""

    __slots__ = ("_expressions", "_intensity", "_later", "_name", "fades")

    def __init__(self, expressions: Expressions, start: float) -> None:
        self._expressions = expressions
        self._name, self._intensity = "", 0.0
        self._later: tuple[float, str, float] = (inf, NEUTRAL, INTENSITY)
        """When the face changes by itself, and to what."""
        self.fades = Fades()
        self.feel(NEUTRAL, INTENSITY, start - 1.0)

    def feel(self, name: str, intensity: float, at: float, pace: float = 1.0) -> None:
        """This strongly from `at` on, until something else is felt; a strong feeling grows milder soon."""
        self._later = (at + _SETTLES, name, INTENSITY) if intensity > INTENSITY else (inf, NEUTRAL, INTENSITY)
        if (name, intensity) == (self._name, self._intensity):
            return
        face = self._expressions.get(name, CALM)
        self.fades.show(name, face.at(intensity), at, face.fade_in * pace, face.fade_out)
        self._name, self._intensity = name, intensity

    def sound(self, name: str, at: float) -> None:
        """What is said sounds like it: felt as strongly as it is already, or with the usual strength."""
        if name != self._name:
            self.feel(name, INTENSITY, at)
        elif self._later[1] == NEUTRAL:
            self._later = (inf, NEUTRAL, INTENSITY)

    def result(self, document: Mapping[str, Any], at: float) -> None:
        """What a fortune's result says is felt; nothing, if it is not the document that it should be."""
        said: object = document.get("emotion")
        if not isinstance(said, Mapping):
            return
        told = cast("Mapping[str, object]", said)
        name, intensity = told.get("emotion"), told.get("intensity")
        if isinstance(name, str):
            self.feel(name, float(intensity) if isinstance(intensity, (int, float)) else INTENSITY, at)

    def let_go(self, at: float, waits: float = _LINGERS) -> None:
        """The reason is gone at `at`."""
        self._later = (at + waits, NEUTRAL, INTENSITY)

    def tick(self, now: float) -> None:
        when, name, intensity = self._later
        if now >= when:
            self.feel(name, intensity, when, _SLOWLY)

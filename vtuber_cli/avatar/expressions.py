"""Expressions: what a feeling does to a pose, and how one fades into the next.

The semantics are those of Live2D's exp3 files. Each parameter of an expression is added to, multiplied with or put in
the place of what the motion says; `(motion or Overwrite + Add) * Multiply`. A new expression fades in over the older
ones, each of which fades out by its own time. Ours know five intensities besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import cos, isfinite, pi
from typing import Literal, NamedTuple, TypeAlias

from vtuber_cli.avatar.parameters import PARAMETERS, clamped

Blend: TypeAlias = Literal["add", "multiply", "overwrite"]

INTENSITY = 3.0
"""How strongly something is felt if nobody says."""
STRONGEST = 5.0

_SOONEST = 0.1
"""Seconds that a fade takes at least: a face that jumps is a broken one."""


class Effect(NamedTuple):
    """What an expression does to one parameter, by intensity."""

    blend: Blend
    levels: tuple[float, ...]
    """The value at intensity 1, 2, 3, 4 and 5; a single one is the value at 5, and less is in proportion."""

    def at(self, intensity: float) -> Share:
        """What it does at an intensity from 0 to 5, where 0 does nothing."""
        if len(self.levels) == 1:
            value, share = self.levels[0], intensity / STRONGEST
        else:
            below = min(int(intensity), len(self.levels) - 1)
            to = self.levels[below]
            start = self.levels[below - 1] if below else (to if self.blend == "overwrite" else self._nothing)
            value, share = start + (to - start) * (intensity - below), 1.0
            if self.blend == "overwrite":
                share = min(1.0, intensity)
        if self.blend == "overwrite":
            return Share(0.0, 1.0, value, share)
        if self.blend == "multiply":
            return Share(0.0, 1.0 + (value - 1.0) * share, 0.0, 0.0)
        return Share(value * share, 1.0, 0.0, 0.0)

    @property
    def _nothing(self) -> float:
        return 1.0 if self.blend == "multiply" else 0.0


class Share(NamedTuple):
    """An effect at one intensity."""

    added: float
    factor: float
    put: float
    """What is put in the motion's place."""
    weight: float
    """How much of that, 0 to 1."""


class Expression(NamedTuple):
    """A feeling's face."""

    effects: Mapping[str, Effect]
    """By parameter."""
    fade_in: float = 0.3
    """Seconds."""
    fade_out: float = 0.4

    def at(self, intensity: float = INTENSITY) -> dict[str, Share]:
        """Its effects at an intensity; what is no intensity counts as the nearest one."""
        felt = min(max(intensity, 0.0), STRONGEST) if isfinite(intensity) else INTENSITY
        return {name: effect.at(felt) for name, effect in self.effects.items()}

    def pose(self, intensity: float = INTENSITY) -> dict[str, float]:
        """The face at rest that makes nothing but this expression: for pictures of it."""
        fades = Fades()
        fades.show("", self.at(intensity), 0.0, 0.0, 0.0)
        values = {name: parameter.default for name, parameter in PARAMETERS.items()}
        fades.colour(values, 1.0)
        return clamped(values)


Expressions: TypeAlias = Mapping[str, Expression]
"""Expressions by the name of the emotion; one that is missing looks neutral."""

CALM = Expression({})


class _Shown:
    __slots__ = ("fade_in", "fade_out", "left", "name", "shares", "start")

    def __init__(self, name: str, shares: Mapping[str, Share], start: float, fade_in: float, fade_out: float) -> None:
        self.name = name
        self.shares = shares
        self.start = start
        self.fade_in = max(fade_in, _SOONEST)
        self.fade_out = max(fade_out, _SOONEST)
        self.left = float("inf")
        """When it began to fade out."""

    def weight(self, t: float) -> float:
        weight = eased((t - self.start) / self.fade_in)
        if t > self.left:
            weight *= 1.0 - eased((t - self.left) / self.fade_out)
        return weight


class Fades:
    """The expressions that are seen at a time: the latest, and what is left of those before it."""

    __slots__ = ("_mixed", "_settled", "_shown")

    def __init__(self) -> None:
        self._shown: list[_Shown] = []
        self._mixed: tuple[float, dict[str, tuple[float, float]]] = (float("-inf"), {})
        self._settled = float("-inf")
        """From when on nothing changes any more."""

    def show(self, name: str, shares: Mapping[str, Share], at: float, fade_in: float, fade_out: float) -> None:
        """Fades to these effects from `at` on. Of the same name they only grow or shrink; others fade out as well."""
        for one in self._shown:
            if one.name != name:
                one.left = min(one.left, at)
        self._shown.append(_Shown(name, shares, at, fade_in, fade_out))
        self._settled = at + self._shown[-1].fade_in
        self._mixed = (float("-inf"), {})

    def mixed(self, t: float) -> Mapping[str, tuple[float, float]]:
        """For each parameter what its value is multiplied with and what is then added, at `t`, which never falls."""
        at, mixture = self._mixed
        if at == t or at >= self._settled:
            return mixture
        shown = [(one.weight(t), one) for one in self._shown]
        for index, (weight, _) in enumerate(shown):
            if weight >= 1.0:
                shown = shown[index:]
                self._shown = self._shown[index:] if index else self._shown
                break
        names: set[str] = set()
        names.update(*(one.shares for _, one in shown))
        mixture = {name: _mixture(name, shown) for name in names}
        self._mixed = (t, mixture)
        return mixture

    def colour(self, values: dict[str, float], t: float) -> None:
        """Applies what is seen at `t` to the values of a motion."""
        for name, (factor, added) in self.mixed(t).items():
            if name in values:
                values[name] = values[name] * factor + added


def _mixture(name: str, shown: Iterable[tuple[float, _Shown]]) -> tuple[float, float]:
    """Factor and addend, after each expression was laid over the ones before it."""
    added, factor, kept, put = 0.0, 1.0, 1.0, 0.0
    for weight, one in shown:
        rest = 1.0 - weight
        share = one.shares.get(name)
        if share is None:
            added, factor, kept, put = added * rest, factor * rest + weight, kept * rest + weight, put * rest
            continue
        added = added * rest + share.added * weight
        factor = factor * rest + share.factor * weight
        over = weight * share.weight
        # What is not put in its place is the motion's own value again.
        kept = kept * rest + (weight - over)
        put = put * rest + share.put * over
    return kept * factor, (put + added) * factor


def eased(x: float) -> float:
    """Half a cosine: from 0 at 0 to 1 at 1, level outside, at rest at both ends."""
    if x <= 0.0:
        return 0.0
    return 1.0 if x >= 1.0 else 0.5 - 0.5 * cos(pi * x)

"""Hair and what hangs from it: springs that are pulled along by the head, and swing on.

Integrated in fixed steps, semi-implicitly: velocity first, damped by what it will be, then place by the new velocity;
so no spring under 15 hertz can blow up. Whoever steps does so on a grid of time of its own, and the frame rate changes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import pi
from typing import NamedTuple

STEP = 1 / 60
"""Seconds."""


class Spring(NamedTuple):
    """What hangs from the head."""

    moves: str
    """The parameter that it drives, -1 to 1."""
    pulls: Mapping[str, float]
    """What it lags behind: for each parameter how far a whole degree (or unit) of it swings."""
    hertz: float
    damping: float
    """1 does not swing back, 0 swings for ever."""
    hangs: float = 0.0
    """By how much each degree of lean makes it hang to the other side of the head: it points down."""


SPRINGS: Sequence[Spring] = (
    Spring("ParamHairFront", {"ParamAngleX": -0.045, "ParamAngleZ": -0.035, "ParamBodyAngleX": -0.03}, 2.1, 0.35, 0.01),
    Spring("ParamHairSide", {"ParamAngleX": -0.055, "ParamAngleZ": -0.05, "ParamBodyAngleZ": -0.05}, 1.5, 0.28, 0.016),
    Spring("ParamHairBack", {"ParamAngleX": -0.04, "ParamAngleZ": -0.04, "ParamBodyAngleX": -0.05}, 1.1, 0.32, 0.012),
)
"""Bangs, locks and ribbons, and the long hair behind."""


class Swing:
    """One spring, where it is and how fast."""

    __slots__ = ("_from", "_place", "_speed", "_spring", "_stiffness", "_to")

    def __init__(self, spring: Spring) -> None:
        self._spring = spring
        self._stiffness = 2 * pi * spring.hertz
        self._place: float | None = None
        self._speed = 0.0
        self._from = self._to = 0.0

    @property
    def moves(self) -> str:
        return self._spring.moves

    def step(self, pose: Mapping[str, float]) -> None:
        """One `STEP` on, with the head as it is in `pose`."""
        spring, stiff = self._spring, self._stiffness
        pulled = 0.0
        for name, share in spring.pulls.items():
            pulled += share * pose.get(name, 0.0)
        place = pulled if self._place is None else self._place  # it hangs still when it is first seen
        speed = self._speed + STEP * stiff * stiff * (pulled - place)
        self._speed = speed / (1 + 2 * spring.damping * stiff * STEP)
        place += STEP * self._speed
        self._place = place
        lean = pose.get("ParamAngleZ", 0.0) + pose.get("ParamBodyAngleZ", 0.0)
        self._from = self._to
        self._to = min(max(pulled - place + spring.hangs * lean, -1.0), 1.0)

    def at(self, part: float) -> float:
        """How far it swings, `part` of a step after the step before the last one."""
        return self._from + (self._to - self._from) * part


def swings(springs: Iterable[Spring]) -> tuple[Swing, ...]:
    return tuple(Swing(spring) for spring in springs)

"""Where she looks: eyes rest on a point, and jump to the next one.

Places are gazes, (ParamEyeBallX, ParamEyeBallY): (0, 0) is the user, in front of the picture.
"""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING, TypeAlias

from vtuber_cli.avatar.chance import Chance

if TYPE_CHECKING:
    from vtuber_cli.events import Phase

Place: TypeAlias = tuple[float, float]

USER: Place = (0.0, 0.0)
BESIDE: Place = (-0.8, -0.3)
"""The transcript, where the picture stands to its right."""

_JUMP_SECONDS = 0.05
"""Of a jump, and as much again for each unit of its way."""
_LINE = 0.16
"""Half of what the eyes run along in reading a line."""
_READING_SECONDS = 1.8
_REACTION = 0.12
"""Seconds from what happens to the first look at it."""


class Gaze:
    """Eyes that jump between places as the phase has it; deterministic in its seed and what it was told.

    Args:
        transcript: where the words stand, seen from the picture.
    """

    __slots__ = ("_arrives", "_card", "_chance", "_from", "_leaves", "_next", "_phase", "_read", "_since", "_to",
                 "transcript")  # fmt: skip

    def __init__(self, seed: int, transcript: Place = BESIDE) -> None:
        self._chance = Chance(seed, "gaze")
        self.transcript = transcript
        self._phase: Phase = "idle"
        self._since = 0.0
        self._card: Place | None = None
        self._read = 0
        self._from = self._to = USER
        self._leaves = self._arrives = float("-inf")
        self._next = float("-inf")

    def turn_to(self, phase: Phase, at: float) -> None:
        """The phase is another from now on."""
        self._phase, self._since, self._read = phase, at, 0
        self._next = min(self._next, at + _REACTION)

    def hold(self, card: Place | None) -> None:
        """A card is held up there, and looked at now and then; or no longer."""
        self._card = card

    def tick(self, now: float) -> float:
        """Looks elsewhere if it is time; returns how far, 0 if it is not."""
        if now < self._next:
            return 0.0
        (x, y), rests = self._choose(now)
        here = self.at(now)
        x, y = min(max(x, -1.0), 1.0), min(max(y, -1.0), 1.0)
        far = hypot(x - here[0], y - here[1])
        self._from, self._to = here, (x, y)
        self._leaves, self._arrives = now, now + _JUMP_SECONDS * (1 + far)
        self._next = self._arrives + rests
        return far

    def at(self, t: float) -> Place:
        if t >= self._arrives:
            return self._to
        if t <= self._leaves:
            return self._from
        x = (t - self._leaves) / (self._arrives - self._leaves)
        x = x * x * (3 - 2 * x)
        (ax, ay), (bx, by) = self._from, self._to
        return ax + (bx - ax) * x, ay + (by - ay) * x

    def _choose(self, now: float) -> tuple[Place, float]:
        """The next place, and for how many seconds."""
        chance, roll = self._chance, self._chance.unit()
        if self._phase == "thinking":
            return self._thinking(now, roll)
        if self._phase == "loading":
            return self._near((0.0, -0.45), 0.1), chance.between(0.8, 2.5)
        if self._card is not None and roll < 0.3:
            return self._near(self._card, 0.05), chance.between(0.4, 1.0)
        if self._phase == "speaking":
            return self._mostly_user(roll, 0.78, (0.5, 0.35), (0.7, 2.2))
        if self._phase in ("listening", "hearing"):
            return self._mostly_user(roll, 0.93 if self._phase == "hearing" else 0.86, (0.3, 0.15), (0.6, 2.0))
        return self._mostly_user(roll, 0.6, (0.7, 0.4), (0.8, 3.2))

    def _mostly_user(self, roll: float, share: float, reach: Place, rests: Place) -> tuple[Place, float]:
        """At the user, from one eye to the other; else somewhere within `reach`, for a moment."""
        chance = self._chance
        if roll < share:
            return self._near(USER, 0.06), chance.between(*rests)
        x, y = chance.between(0.4, 1.0) * reach[0], chance.between(-0.6, 1.0) * reach[1]
        return (x if chance.unit() < 0.5 else -x, y), chance.between(0.4, 1.2)

    def _thinking(self, now: float, roll: float) -> tuple[Place, float]:
        """Along the line that was said; then up and aside, where thoughts are."""
        chance, (x, y) = self._chance, self.transcript
        if now - self._since < _READING_SECONDS or roll < 0.35:
            step = self._read % 4
            self._read += 1
            along = -_LINE + 2 * _LINE * step / 3
            return (x + along, y - 0.04 * (self._read // 4 % 3)), chance.between(0.2, 0.34)
        if roll < 0.85:
            aside = 0.55 if x > 0 else -0.55
            return self._near((aside if chance.unit() < 0.6 else -aside, 0.5), 0.15), chance.between(0.7, 1.6)
        return self._near(USER, 0.06), chance.between(0.3, 0.8)

    def _near(self, place: Place, within: float) -> Place:
        return (
            place[0] + self._chance.between(-within, within),
            place[1] + self._chance.between(-within, within) * 0.6,
        )

"""What a body does by itself: blinking, breathing, swaying, nodding; pure in time, seed and what happened."""

from __future__ import annotations

from math import cos, exp, pi
from typing import NamedTuple

from vtuber_cli.avatar.chance import Chance, Drift

# --- blinking -----------------------------------------------------------------------------------------------------

_CLOSE = 0.09
_HOLD = 0.04
_OPEN = 0.17
"""Seconds of the three parts of a blink; sleepy eyes take up to twice as long."""
_TWICE = 0.16
"""Of all blinks, how many are followed by another at once."""
_SOONEST = 0.6
_LONGEST = 14.0


class Blinking:
    """When the lids fall, and how far."""

    __slots__ = ("_again", "_chance", "_next", "_slow", "_start", "count")

    def __init__(self, seed: int, start: float) -> None:
        self._chance = Chance(seed, "blink")
        self._start = float("-inf")
        self._slow = 1.0
        self._again = False
        self._next = start + self._chance.between(0.8, 3.0)
        self.count = 0
        """How often she has blinked."""

    def tick(self, now: float, mean: float, sleepiness: float) -> None:
        """Blinks if it is time. `mean` is that of the seconds between two blinks as things are now."""
        if now < self._next:
            return
        self._start = now
        self._slow = 1.0 + sleepiness
        self.count += 1
        lasts = (_CLOSE + _HOLD + _OPEN) * self._slow
        if not self._again and self._chance.unit() < _TWICE:
            self._again = True
            self._next = now + lasts + self._chance.between(0.03, 0.12)
            return
        self._again = False
        # Skewed, as blinks are: many short pauses and a few long ones. The exponential of a bell has the mean 1.13.
        wait = mean / 1.13 * exp(0.5 * self._chance.bell())
        self._next = now + lasts + min(max(wait, _SOONEST), _LONGEST)

    def soon(self, now: float) -> None:
        """There is a reason to blink now, unless she has only just done so."""
        if now - self._start > 1.0:
            self._next = min(self._next, now)

    def at(self, t: float) -> float:
        """How far the lids are down: 0 not at all, 1 shut."""
        x = (t - self._start) / self._slow
        if x <= 0 or x >= _CLOSE + _HOLD + _OPEN:
            return 0.0
        if x < _CLOSE:
            return 0.5 - 0.5 * cos(pi * x / _CLOSE)
        x -= _CLOSE + _HOLD
        return 1.0 if x <= 0 else 0.5 + 0.5 * cos(pi * x / _OPEN)


# --- breathing ----------------------------------------------------------------------------------------------------


class Breathing:
    """In a little faster than out."""

    __slots__ = ("_before", "_now")

    def __init__(self) -> None:
        self._before = self._now = 0.0

    def step(self, seconds: float, breath: float) -> None:
        """`seconds` on, of a breath that takes `breath` seconds."""
        self._before, self._now = self._now, self._now + seconds / breath

    def at(self, part: float) -> float:
        """ParamBreath, `part` of a step after the step before the last one."""
        turn = self._before + (self._now - self._before) * part
        x = turn % 1.0
        return 0.5 - 0.5 * cos(pi * x / 0.42) if x < 0.42 else 0.5 + 0.5 * cos(pi * (x - 0.42) / 0.58)


# --- swaying ------------------------------------------------------------------------------------------------------


class Sway(NamedTuple):
    """Degrees."""

    x: float
    y: float
    z: float
    body_x: float
    body_z: float


class Swaying:
    """Nobody holds still: slow wandering of head and body, each in its own time."""

    __slots__ = ("_body", "_fast", "_slow")

    def __init__(self, seed: int) -> None:
        self._slow = (Drift(seed, "slow-x", 3.1), Drift(seed, "slow-y", 3.7), Drift(seed, "slow-z", 4.3))
        self._fast = (Drift(seed, "fast-x", 1.1), Drift(seed, "fast-y", 0.9), Drift(seed, "fast-z", 1.3))
        self._body = (Drift(seed, "body-x", 5.3), Drift(seed, "body-z", 4.7))

    def at(self, t: float) -> Sway:
        x, y, z = ((slow.at(t) + 0.3 * fast.at(t)) for slow, fast in zip(self._slow, self._fast, strict=True))
        return Sway(4.0 * x, 2.4 * y, 3.2 * z, 2.6 * self._body[0].at(t) + 0.9 * x, 2.2 * self._body[1].at(t))


# --- gestures -----------------------------------------------------------------------------------------------------


class Gesture(NamedTuple):
    """A movement there and back, once."""

    start: float
    seconds: float
    changes: tuple[tuple[str, float], ...]
    """Parameters, and how far each goes."""

    def at(self, t: float) -> float:
        """0 before and after, 1 in the middle."""
        x = (t - self.start) / self.seconds
        return 0.5 - 0.5 * cos(2 * pi * x) if 0.0 < x < 1.0 else 0.0


def nod(at: float, degrees: float, seconds: float = 0.5) -> Gesture:
    return Gesture(at, seconds, (("ParamAngleY", -degrees), ("ParamBodyAngleY", -0.08 * degrees)))


def start_back(at: float) -> Gesture:
    """Somebody has cut in."""
    brows = (("ParamBrowLY", 0.35), ("ParamBrowRY", 0.35))
    return Gesture(at, 0.7, (("ParamAngleY", 4.0), ("ParamBodyAngleX", 1.0), *brows))


def wave(at: float) -> Gesture:
    return Gesture(at, 2.4, (("ParamArmL", 1.0), ("ParamAngleZ", 5.0), ("ParamBodyAngleZ", 1.5)))


def accent(at: float, strength: float, side: float) -> Gesture:
    """What the head does on a stressed syllable: down on it, a little to one `side` (-1 to 1), the brows up."""
    brows = 0.22 * strength
    return Gesture(
        at,
        0.42,
        (
            ("ParamAngleY", -4.5 * strength),
            ("ParamAngleX", 2.0 * strength * side),
            ("ParamAngleZ", 2.2 * strength * side),
            ("ParamBodyAngleY", -0.5 * strength),
            ("ParamBrowLY", brows),
            ("ParamBrowRY", brows),
        ),
    )


# --- what follows ---------------------------------------------------------------------------------------------------


class Follower:
    """A value on its way to another, without haste and without overshooting (critically damped, in fixed steps)."""

    __slots__ = ("_before", "_now", "_pace", "_speed")

    def __init__(self, pace: float, value: float = 0.0) -> None:
        self._pace = pace
        self._before = self._now = value
        self._speed = 0.0

    def step(self, seconds: float, to: float) -> None:
        self._before = self._now
        self._speed += seconds * self._pace * (self._pace * (to - self._now) - 2 * self._speed)
        self._now += seconds * self._speed

    @property
    def now(self) -> float:
        return self._now

    def at(self, part: float) -> float:
        """The value, `part` of a step after the step before the last one."""
        return self._before + (self._now - self._before) * part

"""Chance for small movements: numbers that follow from a seed, the same on every machine."""

from __future__ import annotations

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


def mixed(number: int) -> int:
    """64 well-stirred bits (the finaliser of SplitMix64)."""
    number &= _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


def unit(seed: int, index: int) -> float:
    """Number `index` of a seed, 0 to 1."""
    return mixed(seed + _STEP * index) / _MASK


class Chance:
    """The numbers of one seed and one use, in order."""

    __slots__ = ("_at", "seed")

    def __init__(self, seed: int, use: str) -> None:
        self.seed = mixed(seed ^ mixed(int.from_bytes(use.encode()[:8], "big")))
        self._at = 0

    def unit(self) -> float:
        """0 to 1."""
        self._at += 1
        return unit(self.seed, self._at)

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.unit()

    def bell(self) -> float:
        """Around 0, most often within 1: about normal, and never beyond 3.5."""
        return (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.732


class Drift:
    """A smooth wandering between -1 and 1 that is the same whenever it is asked for.

    Args:
        seconds: between two turns, about.
    """

    __slots__ = ("_ends", "_index", "_seconds", "_seed")

    def __init__(self, seed: int, use: str, seconds: float) -> None:
        self._seed = Chance(seed, use).seed
        self._seconds = seconds
        self._index = -1
        self._ends = (0.0, 0.0)

    def at(self, t: float) -> float:
        x = t / self._seconds
        index = int(x // 1)
        if index != self._index:
            self._index = index
            self._ends = (2 * unit(self._seed, index) - 1, 2 * unit(self._seed, index + 1) - 1)
        start, end = self._ends
        x -= index
        return start + (end - start) * x * x * (3 - 2 * x)

"""How two of the twelve branches get on with each other: the oldest part of every 띠 fortune."""

from __future__ import annotations

EFFECTS = {"yukhap": 14, "samhap": 12, "chung": -14, "wonjin": -8, "hae": -7, "hyeong": -6, "pa": -5, "same": 4}
"""What a relation does to a score. Two branches may have several; the first in this order counts."""

_PAIRS = {
    "yukhap": ((0, 1), (2, 11), (3, 10), (4, 9), (5, 8), (6, 7)),
    "wonjin": ((0, 7), (1, 6), (2, 9), (3, 8), (4, 11), (5, 10)),
    "hae": ((0, 7), (1, 6), (2, 5), (3, 4), (8, 11), (9, 10)),
    "hyeong": ((2, 5), (5, 8), (2, 8), (1, 10), (7, 10), (1, 7), (0, 3)),
    "pa": ((0, 9), (1, 4), (2, 11), (3, 6), (5, 8), (7, 10)),
}


def relation(one: int, other: int) -> str | None:
    """A key of `EFFECTS` for two branches, 0 for the rat (자) to 11 for the pig (해); None for no relation.

    The branch that "punishes" itself (자형: 辰, 午, 酉, 亥) counts as the same one, which is a good sign.
    """
    pair = (min(one, other), max(one, other))
    return next((name for name in EFFECTS if _related(name, pair)), None)


def _related(name: str, pair: tuple[int, int]) -> bool:
    one, other = pair
    if name == "same":
        return one == other
    if name == "samhap":
        return one != other and one % 4 == other % 4
    if name == "chung":
        return other - one == 6
    return pair in _PAIRS[name]

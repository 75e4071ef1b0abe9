"""How two bodies stand to each other, and a body to a sign, as astrology counts it."""

from __future__ import annotations

from typing import NamedTuple

ANGLES = {"conjunction": 0, "sextile": 60, "square": 90, "trine": 120, "opposition": 180}
"""The aspects, in degrees of longitude between two bodies."""
ORBS = {"conjunction": 8, "sextile": 6, "square": 8, "trine": 8, "opposition": 8}
"""How far from its angle an aspect still holds, in degrees; two aspects never hold at once."""
SOFT = frozenset({"sextile", "trine"})

_BY_HOUSE = {
    1: "conjunction",
    3: "sextile", 11: "sextile",
    4: "square", 10: "square",
    5: "trine", 9: "trine",
    7: "opposition",
}  # fmt: skip


class Aspect(NamedTuple):
    kind: str
    """Of `ANGLES`."""
    strength: float
    """1 where it is exact, 0 where it ends."""


def aspect(first: float, second: float) -> Aspect | None:
    """How two longitudes stand to each other, within `ORBS`."""
    between = abs((first - second + 180) % 360 - 180)
    for kind, angle in ANGLES.items():
        off = abs(between - angle)
        if off <= ORBS[kind]:
            return Aspect(kind, 1 - off / ORBS[kind])
    return None


def aspect_to_sign(longitude: float, sign: int) -> Aspect | None:
    """How a longitude stands to a whole sign, 0 for Aries: by the signs between them, strongest in the middle of its
    own. The second, sixth, eighth and twelfth sign see each other in no way.
    """
    kind = _BY_HOUSE.get(house(longitude, sign))
    return None if kind is None else Aspect(kind, 1 - abs(longitude % 30 - 15) / 15)


def house(longitude: float, sign: int) -> int:
    """The whole-sign house of a longitude, 1 to 12, where the first is the sign itself."""
    return (int(longitude // 30) - sign) % 12 + 1

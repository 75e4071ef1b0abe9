"""The ten gods (십신): what a stem is to the day master, the stem of the day somebody was born on."""

from __future__ import annotations

from typing import NamedTuple

from vtuber_cli.fortune.elements import main_stem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.fortune.pillars import FourPillars, Pillar

GODS = (
    *("bigyeon", "geopjae"),
    *("siksin", "sanggwan"),
    *("pyeonjae", "jeongjae"),
    *("pyeongwan", "jeonggwan"),
    *("pyeonin", "jeongin"),
)
"""비견 겁재, 식신 상관, 편재 정재, 편관 정관, 편인 정인: of the master's own element, of that which it feeds, which it
tames, which tames it, which feeds it; of each the one of the master's polarity (음양) first.
"""


class Gods(NamedTuple):
    """What a pillar's two halves are; None for the stem of the day, which is the master itself."""

    stem: str | None
    branch: str
    """By the branch's main hidden stem."""


def god(master: int, stem: int) -> str:
    """Of `GODS`, by two stems' numbers."""
    return GODS[(stem // 2 - master // 2) % 5 * 2 + (stem + master) % 2]


def kin(god: str) -> int:
    """Which of the five pairs a god is of, 0 for the master's own element to 4 for what feeds it."""
    return GODS.index(god) // 2


def gods(pillars: FourPillars) -> dict[str, Gods]:
    """The gods of each pillar that there is, under its name: "year" to "hour"."""
    master = pillars.day.stem

    def of(pillar: Pillar, name: str) -> Gods:
        stem = None if name == "day" else god(master, pillar.stem)
        return Gods(stem, god(master, main_stem(pillar.branch)))

    return {name: of(pillar, name) for name, pillar in pillars._asdict().items() if pillar is not None}

"""The five elements (오행): of stems and branches, and how they are spread over a birth's pillars.

An element is a number, 0 for wood to 4 for water; each feeds (생) the next one and tames (극) the one after that.
"""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vtuber_cli.fortune.pillars import FourPillars, Pillar

ELEMENTS = ("wood", "fire", "earth", "metal", "water")

BRANCH_ELEMENTS = (4, 2, 0, 0, 2, 1, 1, 2, 3, 3, 2, 4)
HIDDEN_STEMS = (
    ((8, 10), (9, 20)),
    ((9, 9), (7, 3), (5, 18)),
    ((4, 7), (2, 7), (0, 16)),
    ((0, 10), (1, 20)),
    ((1, 9), (9, 3), (4, 18)),
    ((4, 7), (6, 7), (2, 16)),
    ((2, 10), (5, 9), (3, 11)),
    ((3, 9), (1, 3), (5, 18)),
    ((4, 7), (8, 7), (6, 16)),
    ((6, 10), (7, 20)),
    ((7, 9), (3, 3), (4, 18)),
    ((4, 7), (0, 7), (8, 16)),
)
"""The stems inside of each branch (지장간) and for how many of the 30 days of its month each one rules (월률분야):
what is left of the month before, what lies between, and last the branch's main one (본기).
"""
WHOLE = 30
"""What a stem or a branch weighs."""

NUMBERS = ((3, 8), (2, 7), (5, 10), (4, 9), (1, 6))
DIRECTIONS = (("E",), ("S",), ("NE", "SW"), ("W",), ("N",))
"""Earth's own place is the middle, where nobody can go to: the two corners on which it lies."""
HOURS = ((3, 4), (5, 6, 7), (4, 7, 10), (8, 9, 10), (11,))
"""The branches of each element's season (방합) that lie between 05:00 and 23:00."""
COLORS = (
    ("mint", "pine", "sage", "sprout", "teal"),
    ("cherry", "coral", "persimmon", "rose", "wine"),
    ("apricot", "butter", "chestnut", "mustard", "sand"),
    ("ash", "ivory", "pearl", "silver"),
    ("cobalt", "ink", "lavender", "navy", "sky"),
)
"""Green, red, yellow, white, and black or blue, by the content's colours."""


class Balance(NamedTuple):
    """The elements of a birth, wood to water."""

    counts: tuple[int, ...]
    """How many of the six or eight signs are of each."""
    weights: tuple[int, ...]
    """The same with each branch as its hidden stems, in thirtieths of a sign."""

    @property
    def strongest(self) -> int:
        """That of the most weight."""
        return max(range(5), key=self.weights.__getitem__)

    @property
    def missing(self) -> tuple[int, ...]:
        """Those that no sign is of, though a branch may hide some."""
        return tuple(element for element in range(5) if not self.counts[element])

    @property
    def faintest(self) -> int:
        """That of the least weight; one that is missing before one that is there."""
        return min(range(5), key=lambda element: (self.counts[element] > 0, self.weights[element]))


def element_of(stem: int) -> int:
    return stem // 2


def main_stem(branch: int) -> int:
    """The stem that a branch stands for (본기)."""
    return HIDDEN_STEMS[branch][-1][0]


def balance(pillars: FourPillars) -> Balance:
    """How the elements are spread over the pillars that there are."""
    signs = _signs(pillars)
    counts = [element_of(pillar.stem) for pillar in signs] + [BRANCH_ELEMENTS[pillar.branch] for pillar in signs]
    weights = _weights((pillar.stem for pillar in signs), (pillar.branch for pillar in signs))
    return Balance(tuple(counts.count(element) for element in range(5)), weights)


def is_strong(pillars: FourPillars) -> bool:
    """Whether the day master is strong (신강): its own element and the one that feeds it have half of the weight.

    The branch of the month, the season of the birth, counts twice.
    """
    signs = _signs(pillars)
    branches = [pillar.branch for pillar in signs] + [pillars.month.branch]
    weights = _weights((pillar.stem for pillar in signs), branches)
    own = element_of(pillars.day.stem)
    return 2 * (weights[own] + weights[own - 1]) >= sum(weights)


def _signs(pillars: FourPillars) -> list[Pillar]:
    return [pillar for pillar in pillars if pillar is not None]


def _weights(stems: Iterable[int], branches: Iterable[int]) -> tuple[int, ...]:
    found = [0] * 5
    for stem in stems:
        found[element_of(stem)] += WHOLE
    for branch in branches:
        for stem, days in HIDDEN_STEMS[branch]:
            found[element_of(stem)] += days
    return tuple(found)

"""The 78 cards of the tarot: their ids in order, their suits and ranks, and how favourable each lies.

An id is a suit and a rank of two digits: "major.00" to "major.21", and "wands.01" (the ace) to "wands.14" (the king)
like "cups", "swords" and "pentacles". Names and meanings are content: `tarot.card.<id>.name`.
"""

from __future__ import annotations

SUITS = ("wands", "cups", "swords", "pentacles")
"""Of the minors, in the deck's order; each has 14 ranks, the last four page, knight, queen and king."""
MAJORS = 22

CARDS: tuple[str, ...] = (
    *(f"major.{rank:02}" for rank in range(MAJORS)),
    *(f"{suit}.{rank:02}" for suit in SUITS for rank in range(1, 15)),
)
"""The deck's order. It is part of every draw and never changes."""

_INDEX = {card: index for index, card in enumerate(CARDS)}

# A row upright and a row upside down, in the deck's order: -2 as good as "no", 0 open, +2 as good as "yes". After the
# usual readings: a hard card upside down mostly lets go (the Devil, the five of cups), a good one is a gift unused.
# fmt: off
_WEIGHTS = {
    "major": (
        (1, 1, 0, 2, 1, 0, 2, 1, 1, 0, 1, 1, 0, 0, 1, -2, -2, 2, -1, 2, 1, 2),
        (-1, -2, -1, -1, -2, 0, -1, -2, -1, -1, -1, -1, -1, -1, -1, 1, -1, -1, 0, 1, -1, 0),
    ),
    "wands": (
        (2, 0, 1, 2, -1, 2, 0, 1, 0, -1, 1, 0, 1, 1),
        (-1, -1, -1, 1, 0, -2, -1, -1, -1, 0, -1, -2, -1, -1),
    ),
    "cups": (
        (2, 2, 2, -1, -2, 1, 0, 0, 2, 2, 1, 1, 1, 1),
        (-1, -1, -1, 1, 1, 0, 1, 0, -1, -1, -1, -1, -1, -1),
    ),
    "swords": (
        (1, 0, -2, 0, -1, 1, -1, -1, -2, -2, 0, 0, 0, 0),
        (-2, -1, 0, 0, -1, -1, 0, 1, 0, 0, -1, -2, -1, -2),
    ),
    "pentacles": (
        (2, 0, 1, 0, -2, 1, 0, 1, 2, 2, 1, 0, 1, 1),
        (-1, -1, -1, 0, 1, -1, -1, -1, -1, -1, -1, -1, -1, -2),
    ),
}
# fmt: on


def index(card: str) -> int:
    """Its place in the deck, 0 to 77.

    Raises:
        KeyError: there is no such card.
    """
    return _INDEX[card]


def suit(card: str) -> str:
    """The suit of a minor, "major" for the others."""
    return card.partition(".")[0]


def rank(card: str) -> int:
    """Of a major 0 (the Fool) to 21, of a minor 1 (the ace) to 14 (the king)."""
    return int(card.partition(".")[2])


def weight(card: str, reversed: bool) -> int:
    """How favourable it is as it lies, -2 to +2."""
    upright, upside_down = _WEIGHTS[suit(card)]
    place = rank(card) - (suit(card) != "major")
    return upside_down[place] if reversed else upright[place]

"""A fortune as a card for viewers: its grade in words, and an address of ours with the tarot's pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, cast

from vtuber_cli.server.messages import FortuneCard

PATH = "/cards"
_ENDING = ".png"
_REVERSED = ".reversed"
_BETWEEN = "+"
_MOST = 3
"""Cards in a picture; a spread of more is told in words alone."""
_SCALE = 6
_GAP = 2
"""Pixels of the art between two cards, through which one sees."""


def shown(result: Mapping[str, Any], language: str | None) -> FortuneCard:
    """The card of a fortune.

    Args:
        result: the document of a fortune.
        language: of whoever looks at it; without it, the fortune's own.
    """
    return FortuneCard(result=dict(result), grade_text=_grade(result, language), picture=_address(result))


@lru_cache(64)
def picture(name: str) -> bytes | None:
    """The PNG of that name below `PATH`; None if there is none: what is asked for is looked up, card by card."""
    asked = name.removesuffix(_ENDING).split(_BETWEEN)
    if not name.endswith(_ENDING) or len(asked) > _MOST:
        return None
    cards = [_cards().get(each) for each in asked]
    return None if None in cards else _drawn(cast("list[tuple[str, bool]]", cards))


@cache
def _cards() -> Mapping[str, tuple[str, bool]]:
    """Every card by its name in an address: its id, and whether it lies upside down."""
    from vtuber_cli.fortune.deck import CARDS

    upright = {card: (card, False) for card in CARDS}
    return upright | {f"{card}{_REVERSED}": (card, True) for card in CARDS}


def _drawn(cards: Sequence[tuple[str, bool]]) -> bytes:
    import numpy as np

    from vtuber_cli.avatar import png
    from vtuber_cli.fortune import art

    pictures = [np.array(art.pixels(card, reversed=reversed_), np.uint8) for card, reversed_ in cards]
    height, width, _ = pictures[0].shape
    sheet = np.zeros((height, len(cards) * (width + _GAP) - _GAP, 4), np.uint8)
    for index, one in enumerate(pictures):
        left = index * (width + _GAP)
        sheet[:, left : left + width, :3] = one
        sheet[:, left : left + width, 3] = 255
    return png.encode(np.kron(sheet, np.ones((_SCALE, _SCALE, 1), np.uint8)))


def _address(result: Mapping[str, Any]) -> str | None:
    cards = [
        f"{card.get('id')}{_REVERSED if card.get('reversed') else ''}"
        for card in cast("list[dict[str, Any]]", result.get("cards") or [])
    ]
    named = _BETWEEN.join(cards) + _ENDING
    return f"{PATH}/{named}" if 0 < len(cards) <= _MOST and all(card in _cards() for card in cards) else None


def _grade(result: Mapping[str, Any], language: str | None) -> str | None:
    from vtuber_cli.card import words

    if not result.get("grade"):
        return None
    return words.grade({**result, "locale": language or result["locale"]})

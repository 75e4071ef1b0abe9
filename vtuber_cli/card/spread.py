"""The cards of a tarot spread: pictures with their words, side by side where there is room, else one below another."""

from __future__ import annotations

from typing import Any, cast

from vtuber_cli.card import words
from vtuber_cli.card.cells import centred, cut
from vtuber_cli.card.lines import safe
from vtuber_cli.card.sheet import Line, Pen, Piece, beside, flowed, paragraph, width_of
from vtuber_cli.i18n import t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vtuber_cli.fortune.localise import Result

LARGE, _SMALL = 24, 12
"""Cells of a picture's width."""
_WIDE_FROM = 94
"""Cells inside the frame, from which on three large pictures stand side by side."""
_LARGE_BESIDE_FROM = 50
"""The same for one large picture and its words."""
_THREE = 3
GAP = 3
_CELTIC = "celtic"
_CROSS = ((None, 4, None, 9), (3, 0, 5, 8), (None, 2, None, 7), (None, None, None, 6))
"""Where the cards of a Celtic cross lie, by their order; the second lies across the first."""
_CROSSING = 1
_WIDEST_PLACE = 22


def lies_wide(result: Result, width: int) -> bool:
    """Whether the cards go across the whole width, above everything else."""
    return len(result.get("cards", ())) > 1 and width >= _WIDE_FROM


def across(result: Result, pen: Pen, width: int, deck: Path | None) -> list[Line]:
    """Several cards over the whole width."""
    cards = result["cards"]
    if len(cards) <= _THREE:
        slot = (width - GAP * (len(cards) - 1)) // len(cards)
        return _in_a_row([_upright(result, pen, card, slot, deck) for card in cards], slot)
    return stack(result, pen, width, deck)


def stack(result: Result, pen: Pen, width: int, deck: Path | None) -> list[Line]:
    """Each card with its words beside it; of many the pictures first, then the words."""
    cards = result.get("cards", [])
    lines: list[Line] = []
    if words.spread(result) == _CELTIC:
        return [*_cross(result, pen, width), *_listed(result, width)]
    if len(cards) > _THREE:
        return [*_gallery(result, pen, width, deck, _SMALL), *_listed(result, width)]
    if len(cards) > 1 and width >= len(cards) * (LARGE + 1) - 1 and (row := _gallery(result, pen, width, deck, LARGE)):
        return [*row, *_listed(result, width)]
    columns = LARGE if len(cards) == 1 and width >= _LARGE_BESIDE_FROM else _SMALL
    for at, card in enumerate(cards):
        picture = _picture(pen, card, columns, deck)
        said = _said(result, card, width - (columns + GAP if picture else 0), apart=bool(picture))
        lines += [()] if at else []
        lines += beside(picture, said, columns, GAP) if picture else said
    return lines


def large(result: Result, pen: Pen, deck: Path | None) -> list[Line]:
    """The picture of the first card."""
    return _picture(pen, result["cards"][0], LARGE, deck)


def said_alone(result: Result, width: int) -> list[Line]:
    """The words of the first card."""
    return _said(result, result["cards"][0], width, apart=True)


def _listed(result: Result, width: int) -> list[Line]:
    """The words of many cards by their numbers, in two columns where there is room."""
    cards = list(enumerate(cast("list[dict[str, Any]]", result["cards"]), 1))
    if width < _WIDE_FROM:
        return [line for number, card in cards for line in _numbered(result, card, number, width)]
    half = (width - GAP) // 2
    middle = (len(cards) + 1) // 2
    columns = [
        [line for number, card in part for line in _numbered(result, card, number, half)]
        for part in (cards[:middle], cards[middle:])
    ]
    return _in_a_row(columns, half)


def _numbered(result: Result, card: dict[str, Any], number: int, width: int) -> list[Line]:
    lines = [*_headed(result, card, width - 3), *paragraph(safe(card["text"]["text"]), width - 3)]
    return [(), *((Piece(f"{number:>2} " if at == 0 else "   ", "dim"), *line) for at, line in enumerate(lines))]


def _said(result: Result, card: dict[str, Any], width: int, *, apart: bool) -> list[Line]:
    """The position, the card's name, its key words, and what it says there.

    Args:
        result: the whole.
        card: of its cards.
        width: of the lines.
        apart: the position on a line of its own.
    """
    keywords = words.keywords(result, card)
    position = paragraph(safe(words.position(result, card)), width, "accent")
    return [
        *([*position, *_named(card, width)] if apart else _headed(result, card, width)),
        *(paragraph(safe(keywords), width, "dim") if keywords else []),
        *paragraph(safe(card["text"]["text"]), width),
    ]


def _headed(result: Result, card: dict[str, Any], width: int) -> list[Line]:
    """Position and card, on one line if they fit."""
    position = paragraph(safe(words.position(result, card)), width, "accent")
    return flowed([position, _named(card, width)], width, 2)


def _named(card: dict[str, Any], width: int) -> list[Line]:
    """The card's name, and whether it lies upside down."""
    turned: list[Line] = [(Piece(t("fortune_view.reversed"), "dim"),)] if card["reversed"] else []
    return flowed([paragraph(safe(card["name"]), width, "*star"), *([turned] if turned else [])], width, 2)


def _picture(pen: Pen, card: dict[str, Any], columns: int, deck: Path | None) -> list[Line]:
    """The card's picture, each line of it with codes of its own; nothing where there are no colours for it."""
    if pen.depth not in ("256", "true") or not pen.marks.blocks:
        return []
    from vtuber_cli.fortune import art  # most fortunes have no cards

    rows = art.half_blocks(card["id"], reversed=card["reversed"], depth=pen.depth, columns=columns, deck=deck)
    return [(Piece(row, width=columns),) for row in rows]


def _upright(result: Result, pen: Pen, card: dict[str, Any], slot: int, deck: Path | None) -> list[Line]:
    """A picture and below it its words, in a column of `slot` cells."""
    indent = Piece(" " * ((slot - LARGE) // 2))
    picture = [(indent, *line) for line in _picture(pen, card, LARGE, deck)]
    return [*picture, *([()] if picture else []), *_said(result, card, slot, apart=True)]


def _in_a_row(columns: Sequence[list[Line]], slot: int, gap: int = GAP) -> list[Line]:
    lines = columns[0]
    for at, column in enumerate(columns[1:], 1):
        lines = beside(lines, column, at * slot + (at - 1) * gap, gap)
    return lines


def _gallery(result: Result, pen: Pen, width: int, deck: Path | None, columns: int) -> list[Line]:
    """Pictures of so many columns with their numbers, as many a row as there is room for."""
    cards = result["cards"]
    pictures = [_picture(pen, card, columns, deck) for card in cards]
    if not pictures[0]:
        return []
    gap = GAP if columns == _SMALL else 1
    a_row = min(len(cards), (width + gap) // (columns + gap))
    slot = min(max(_WIDEST_PLACE, columns), (width - gap * (a_row - 1)) // a_row)
    slots = [
        [(Piece(" " * ((slot - columns) // 2)), *line) for line in picture]
        + [(Piece(centred(cut(f"{number} {safe(words.position(result, card))}", slot), slot), "dim"),)]
        for number, (card, picture) in enumerate(zip(cards, pictures, strict=True), 1)
    ]
    lines: list[Line] = []
    for at in range(0, len(cards), a_row):
        lines += [*([()] if at else []), *_in_a_row(slots[at : at + a_row], slot, gap)]
    return lines


def _cross(result: Result, pen: Pen, width: int) -> list[Line]:
    """Where each card of a Celtic cross lies: the cross, and the staff to its right."""
    slot = min(_WIDEST_PLACE, (width - 3 * GAP) // 4)
    lines: list[Line] = []
    for row in _CROSS:
        lines += _in_a_row([_place(result, pen, at, slot) for at in row], slot)
    return lines


def _place(result: Result, pen: Pen, at: int | None, slot: int) -> list[Line]:
    """A box for one card, or for the first and the one across it."""
    if at is None:
        return [(Piece(" " * slot),)] * 4
    cards, signs, inner = result["cards"], pen.marks, slot - 4
    upper = f"{at + 1} {safe(words.position(result, cards[at]))}"
    lower = safe(cards[at]["name"])
    if at == 0:
        upper, lower = f"1 {lower}", f"{_CROSSING + 1} {safe(cards[_CROSSING]['name'])}"
    down = Piece(signs.down, "frame")
    edge = signs.across * (slot - 2)
    return [
        (Piece(signs.corners[0] + edge + signs.corners[1], "frame"),),
        (down, Piece(" "), *_filled(upper, inner, "star" if at == 0 else "dim"), Piece(" "), down),
        (down, Piece(" "), *_filled(lower, inner, "star"), Piece(" "), down),
        (Piece(signs.corners[2] + edge + signs.corners[3], "frame"),),
    ]


def _filled(text: str, width: int, style: str) -> Line:
    piece = Piece(cut(text, width), style)
    return (piece, Piece(" " * (width - width_of((piece,)))))

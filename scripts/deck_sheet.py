"""Paints all cards on one sheet, docs/pictures/deck.png: for whoever changes a drawing, and for the documentation.

Alone it paints the whole deck; with ids, as in `scripts/deck_sheet.py major.18 cups.03`, those cards, larger, into
deck-part.png in the folder where it is called.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if not __package__:
    sys.path.insert(0, str(ROOT))  # run as a script

from vtuber_cli.fortune import art  # noqa: E402
from vtuber_cli.fortune.art.canvas import HEIGHT, WIDTH, Color, Pixels  # noqa: E402
from vtuber_cli.fortune.deck import CARDS, MAJORS  # noqa: E402

SHEET = ROOT / "docs" / "pictures" / "deck.png"
SCALE = 4
_A_ROW = 14
_GAP = 2
_TABLE: Color = (24, 21, 36)


def laid_out(rows_of_cards: Sequence[Sequence[str]]) -> Pixels:
    """The cards of each row side by side on a dark table, with gaps of two pixels."""
    width = max(len(row) for row in rows_of_cards) * (WIDTH + _GAP) + _GAP
    gap: Pixels = [[_TABLE] * width for _ in range(_GAP)]
    sheet = list(gap)
    for row in rows_of_cards:
        pictures = [art.drawn(card) for card in row]
        for y in range(HEIGHT):
            line = [_TABLE] * _GAP
            for picture in pictures:
                line += [*picture[y], *[_TABLE] * _GAP]
            sheet.append(line + [_TABLE] * (width - len(line)))
        sheet += gap
    return sheet


def deck() -> Pixels:
    """The whole deck: the majors and the back in two rows, then each suit in its own."""
    majors = [*CARDS[:MAJORS], art.BACK]
    rows = [majors[:_A_ROW], majors[_A_ROW:]]
    return laid_out([*rows, *(CARDS[at : at + _A_ROW] for at in range(MAJORS, len(CARDS), _A_ROW))])


def main(cards: list[str]) -> None:
    if cards:
        part = laid_out([cards[at : at + _A_ROW // 2] for at in range(0, len(cards), _A_ROW // 2)])
        Path("deck-part.png").write_bytes(art.encoded(part, 2 * SCALE))
    else:
        SHEET.write_bytes(art.encoded(deck(), SCALE))


if __name__ == "__main__":
    main(sys.argv[1:])

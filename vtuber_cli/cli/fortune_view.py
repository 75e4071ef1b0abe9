"""Which view of a fortune is printed: by what was asked for, and by what standard output is."""

from __future__ import annotations

import os
import sys

from vtuber_cli.card import ink
from vtuber_cli.card import lines as fortune_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.cli.fortune_options import Given
    from vtuber_cli.fortune.localise import Result

_NARROWEST = 30
_USUAL = 80


def drawn(result: Result, given: Given, *, name: str = "", question: str = "") -> str:
    """The text to print, its last newline included.

    Args:
        result: what was told.
        given: the options.
        name: of whose fortune it is.
        question: as it was asked.
    """
    out = sys.stdout
    if result["notice"] is not None:  # what somebody wrote in need is not held up to them
        question = ""
    if given["json"]:
        return fortune_lines.json_text(result, ascii_only="utf" not in (out.encoding or "").lower())
    if given["short"]:
        return fortune_lines.short(result) + "\n"
    explain = bool(given["explain"])
    if given["plain"] or not (out.isatty() or ink.forced()):
        lines = fortune_lines.plain(result, name=name, question=question, explain=explain)
        return "\n".join([*lines, ""])
    from pathlib import Path

    from vtuber_cli.card import fortune as fortune_card
    from vtuber_cli.card import sheet
    from vtuber_cli.cli import fortune_look

    deck = given.get("deck")
    look = fortune_card.Look(columns(), explain, name, question, Path(str(deck)) if deck else None)
    pen = sheet.Pen(
        ink.depth(terminal=out.isatty()),
        sheet.marks(out),
        fortune_look.accent(),
        ground=look.columns >= fortune_card.FRAMED_FROM,
    )
    return "\n".join([*fortune_card.card(result, look, pen), ""])


def columns() -> int:
    """How many cells a line of the terminal has."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and len(told) < 5:
        return max(_NARROWEST, int(told))
    try:
        return max(_NARROWEST, os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):
        return _USUAL

"""Which view of a fortune is printed: by what was asked for, and by what standard output is."""

from __future__ import annotations

import os
import sys

from vtuber_cli.card import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.card.sheet import Pen
    from vtuber_cli.cli.fortune_options import Given
    from vtuber_cli.fortune.localise import Result

_PLAINER = str.maketrans("·–…×’“”", '--~x\'""')
"""What stands in for marks of ours, a cell for a cell, where the output does not have them."""
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
    if result["notice"] is not None:  # what somebody wrote in need is not held up to them
        question = ""
    explain = bool(given["explain"])
    if given["json"]:
        return json_text(result)
    if given["short"]:
        return writable(lines.short(result) + "\n")
    if not wants_card(plain=bool(given["plain"])):
        return writable("\n".join([*lines.plain(result, name=name, question=question, explain=explain), ""]))
    from pathlib import Path

    from vtuber_cli.card import fortune

    deck = given.get("deck")
    look = fortune.Look(columns(), explain, name, question, Path(str(deck)) if deck else None)
    return writable("\n".join([*fortune.card(result, look, pen(ground=look.columns >= fortune.FRAMED_FROM)), ""]))


def writable(text: str) -> str:
    """The text with plainer marks where the output lacks ours; letters that it lacks become `?` when it is written."""
    encoding = sys.stdout.encoding or "ascii"
    if "utf" in encoding.lower():
        return text
    missing = {mark: plain for mark, plain in _PLAINER.items() if chr(mark).encode(encoding, "ignore") == b""}
    return text.translate(missing)


def json_text(document: object) -> str:
    """A document as JSON, in letters that standard output has."""
    return lines.json_text(document, ascii_only="utf" not in (sys.stdout.encoding or "").lower())


def wants_card(*, plain: bool) -> bool:
    """Whether standard output is to be drawn on: it is a terminal, or taken for one.

    Args:
        plain: somebody wants lines, whatever it is.
    """
    forced = any(os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE"))
    return not plain and (sys.stdout.isatty() or forced)


def pen(*, ground: bool) -> Pen:
    """What draws on standard output.

    Args:
        ground: whether the card has a ground of its own, where there are colours enough.
    """
    from vtuber_cli.card import ink, sheet
    from vtuber_cli.cli import fortune_look

    return sheet.Pen(ink.depth(), sheet.marks(sys.stdout), fortune_look.accent(), ground=ground)


def columns() -> int:
    """How many cells a line of the terminal has."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and len(told) < 5:
        return max(_NARROWEST, int(told))
    try:
        return max(_NARROWEST, os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):
        return _USUAL

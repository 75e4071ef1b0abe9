"""The cards of a tarot spread: pictures with their words, side by side where there is room, else one below another."""

from __future__ import annotations

from vtuber_cli.cli.sheet import Line, Pen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.fortune.localise import Result

_LARGE, _SMALL = 24, 12
"""Cells of a picture's width."""
_WIDE_FROM = 94
_GAP = 3
_CELTIC = 10


def lies_wide(result: Result, width: int) -> bool:
    """Whether the cards go across the whole width, above everything else."""
    return len(result.get("cards", ())) > 1 and width >= _WIDE_FROM


def row(result: Result, pen: Pen, width: int, deck: Path | None) -> list[Line]:
    return []


def stack(result: Result, pen: Pen, width: int, deck: Path | None) -> list[Line]:
    return []

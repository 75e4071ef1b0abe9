"""A Live2D model's expressions as pictures in the terminal, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtuber_cli.card.cells import cells, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from vtuber_cli.avatar.mosaic import Mosaic
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.live2d.painter import Live2dPainter

_COLUMNS, _ROWS = 28, 14
"""Cells of a picture."""
_GROUND = (29, 27, 40)


def print_pictures(painter: Live2dPainter, shown: Sequence[tuple[str, Pose]]) -> None:
    """Prints each picture with its name under it, as many in a row as the terminal is wide."""
    from rich.console import Console
    from rich.text import Text

    from vtuber_cli.avatar.mosaic import mosaic

    console = Console(highlight=False)
    beside = max(1, (console.width + 2) // (_COLUMNS + 2))
    for start in range(0, len(shown), beside):
        row = shown[start : start + beside]
        width, height = 2 * _COLUMNS, 4 * _ROWS
        pictures = [mosaic(painter.rgba(pose, width, height, "face"), width, height, _GROUND) for _, pose in row]
        for line in range(_ROWS):
            console.print(Text("  ").join(_line(one, line) for one in pictures), no_wrap=True, crop=False)
        console.print("  ".join(_label(name) for name, _ in row), markup=False, no_wrap=True, crop=False)


def _line(picture: Mosaic, row: int) -> Text:
    from rich.text import Text

    found = Text()
    for glyph, front, back in zip(
        picture.glyphs[row].tolist(), picture.front[row].tolist(), picture.back[row].tolist(), strict=True
    ):
        colours = ["#{:02x}{:02x}{:02x}".format(*one) for one in (front, back)]
        found.append(picture.characters[glyph], f"{colours[0]} on {colours[1]}")
    return found


def _label(name: str) -> str:
    first = next(iter(wrap(name, _COLUMNS)), "")
    return first + " " * (_COLUMNS - cells(first))

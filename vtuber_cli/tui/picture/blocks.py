"""The face as cells: blocks in two colours, or letters."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from vtuber_cli.tui.picture.canvas import NOTHING, Change
from vtuber_cli.tui.picture.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from vtuber_cli.avatar.mosaic import Mosaic
    from vtuber_cli.avatar.painter import Painter
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.avatar.rig_file import View
    from vtuber_cli.tui.picture.canvas import Colour, Ground, Place

Cells: TypeAlias = "Sequence[Strip]"

_BLOCK, _LETTER = (2, 4), (4, 8)
"""Pixels of a cell."""
_KEPT = 200
"""Pictures; with 44x22 cells about 0.3 MB each."""


class BlockCanvas:
    """Blocks, by `avatar.mosaic`; Textual takes away the colours that the terminal lacks.

    Args:
        place: where, in whole cells.
        ground: what it stands before.
        letters: whether to draw with letters in the ink's colour.
    """

    def __init__(self, place: Place, ground: Ground, *, letters: bool = False) -> None:
        self._columns, self._rows = place.columns, place.rows
        self._ground = ground
        self._letters = letters
        self._kept: Kept[Cells] = Kept(_KEPT)
        self._blank = Strip.blank(place.columns, Style(bgcolor=_colour(ground.colour)))
        self._shown: Cells = [self._blank] * place.rows

    @property
    def pixels(self) -> tuple[int, int]:
        across, down = _LETTER if self._letters else _BLOCK
        return across * self._columns, down * self._rows

    def has(self, key: Hashable) -> bool:
        return key in self._kept

    def draw(self, painter: Painter, pose: Pose, view: View) -> Cells:
        width, height = self.pixels
        rgba = painter.rgba(pose, width, height, view)
        if self._letters:
            from vtuber_cli.avatar.letters import letters

            ink = Style(color=_colour(self._ground.ink), bgcolor=_colour(self._ground.colour))
            lines = letters(rgba, width, height, self._ground.colour)
            return [Strip([Segment(line, ink)], self._columns) for line in lines]
        from vtuber_cli.avatar.mosaic import mosaic

        return _strips(mosaic(rgba, width, height, self._ground.colour))

    def show(self, key: Hashable, drawn: Cells | None = None) -> Change:
        if drawn is not None:
            self._kept.keep(key, drawn)
        elif (drawn := self._kept.get(key)) is None:
            return NOTHING
        before, self._shown = self._shown, drawn
        return Change([row for row, (old, new) in enumerate(zip(before, drawn, strict=True)) if old != new])

    def line(self, row: int) -> Strip:
        return self._shown[row] if 0 <= row < self._rows else self._blank

    def overwritten(self) -> bool:
        return False  # they are the picture

    def lift(self) -> str:
        self._kept.clear()
        self._shown = [self._blank] * self._rows
        return ""


def _strips(picture: Mosaic) -> Cells:
    """A strip a row; neighbours of the same colours are one segment."""
    found: list[Strip] = []
    columns = picture.glyphs.shape[1]
    rows = zip(picture.lines(), picture.front.tolist(), picture.back.tolist(), strict=True)
    for line, fronts, backs in rows:
        segments: list[Segment] = []
        start = 0
        for end in range(1, columns + 1):
            if end == columns or fronts[end] != fronts[start] or backs[end] != backs[start]:
                segments.append(Segment(line[start:end], _style(*fronts[start], *backs[start])))
                start = end
        found.append(Strip(segments, columns))
    return found


@lru_cache(8192)
def _style(*colours: int) -> Style:
    return Style(color=_colour(colours[:3]), bgcolor=_colour(colours[3:]))


def _colour(colour: Colour | Sequence[int]) -> Color:
    return Color.from_rgb(*colour)

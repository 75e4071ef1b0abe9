"""The face by the terminal's own graphics, over blank cells."""

from __future__ import annotations

import os
from itertools import count
from struct import pack
from typing import TYPE_CHECKING

from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from vtuber_cli.tui.picture import kitty
from vtuber_cli.tui.picture.canvas import NOTHING, Change
from vtuber_cli.tui.picture.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from vtuber_cli.avatar.painter import Painter
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.avatar.rig_file import View
    from vtuber_cli.tui.picture.canvas import Ground, Place
    from vtuber_cli.tui.picture.sixel import Palette

_LARGEST = 256
"""Pixels of a side: larger pictures cost more than they show, and the terminal stretches them."""
FRAMES = 260
"""Pictures that a terminal keeps, 68 MB at the largest."""
_CELL = (8, 16)
"""Pixels of a cell where the terminal does not say."""

_AT_ONCE, _DONE = "\x1b[?2026h", "\x1b[?2026l"
_SIXELS = 48
"""Pictures kept; some 50 kB each."""
_SAMPLE = 80
_COLOURFUL: Sequence[Pose] = (
    {"ParamCheek": 1, "ParamSweat": 1, "ParamTear": 1, "ParamMouthOpenY": 1},
    {"ParamAnger": 1, "ParamGloom": 1, "ParamHandCard": 1, "ParamMouthTeeth": 1},
    {"ParamSick": 0.8, "ParamTongue": 1, "ParamSparkle": 1, "ParamStartle": 1, "ParamArmL": 1},
)
"""What has colours that are seldom seen."""

_images = count(1 + (int.from_bytes(os.urandom(3)) << 7))
"""Ids are from anywhere within 31 bits: another program's pictures may be in the same terminal."""


class KittyCanvas:
    """Pictures uploaded once. They lie over blank cells, which show where a picture is transparent.

    Args:
        place: where, in whole cells.
        ground: what it stands before.
        cell: width and height of a cell in pixels, if known.
        limit: how many pictures the terminal is to keep.
        frames: whether they may be frames of one image.
    """

    def __init__(
        self,
        place: Place,
        ground: Ground,
        cell: tuple[int, int] | None,
        limit: int = FRAMES,
        *,
        frames: bool = True,
    ) -> None:
        self._place = place
        self.pixels = _pixels(place, cell or _CELL)
        self._limit = limit
        self._animates = frames
        self._frames = self._none()
        self._placed = False
        self._blank = _blank(place, ground)

    def has(self, key: Hashable) -> bool:
        return key in self._frames

    def draw(self, painter: Painter, pose: Pose, view: View) -> bytes:
        png = painter.png(pose, *self.pixels, view)
        if png[16:24] != pack(">II", *self.pixels):
            raise ValueError(f"{len(png)} bytes are no PNG of {self.pixels}")
        return png

    def show(self, key: Hashable, drawn: bytes | None = None) -> Change:
        # A picture that is not to be kept still has to be somewhere: its key is never asked for again.
        found = (
            self._frames.known(key) if drawn is None else self._frames.upload(object() if key is None else key, drawn)
        )
        if found is None:
            return NOTHING
        if isinstance(self._frames, kitty.PoseImages):
            return Change(escapes=_to(self._place) + found if found else "")
        if not self._placed:
            self._placed = True
            found += _to(self._place) + kitty.place(self._frames.image, 1, self._place.columns, self._place.rows)
        return Change(escapes=found)

    def line(self, row: int) -> Strip:
        return self._blank

    def overwritten(self) -> bool:
        return False  # it lies over them

    def lift(self) -> str:
        self._placed = False
        found = self._frames.free()
        # A freed id may be sent again, but not while an older picture of it is on its way.
        self._frames = self._none()
        return found

    def _none(self) -> kitty.PoseFrames | kitty.PoseImages:
        if self._animates:
            return kitty.PoseFrames(next(_images), self._limit)
        return kitty.PoseImages(_images, self._limit, self._place.columns, self._place.rows)


class SixelCanvas:
    """Every picture is painted whole over the one before, in colours chosen at the first."""

    def __init__(self, place: Place, ground: Ground, cell: tuple[int, int] | None) -> None:
        self._place = place
        self._ground = ground.colour
        width, height = cell or _CELL
        self.pixels = (place.columns * width, place.rows * height)  # sixels are not stretched
        self._palette: Palette | None = None
        self._kept: Kept[str] = Kept(_SIXELS)
        self._blank = _blank(place, ground)

    def has(self, key: Hashable) -> bool:
        return key in self._kept

    def draw(self, painter: Painter, pose: Pose, view: View) -> str:
        from vtuber_cli.tui.picture.sixel import Palette, sixel

        rgba = painter.rgba(pose, *self.pixels, view)
        if self._palette is None:
            others = [painter.rgba(other, _SAMPLE, _SAMPLE, view) for other in _COLOURFUL]
            self._palette = Palette([rgba, *others], self._ground)
        return sixel(rgba, *self.pixels, self._palette)

    def show(self, key: Hashable, drawn: str | None = None) -> Change:
        if drawn is not None:
            self._kept.keep(key, drawn)
        elif (drawn := self._kept.get(key)) is None:
            return NOTHING
        return Change(escapes=f"{_AT_ONCE}{_to(self._place)}{drawn}{_DONE}")

    def line(self, row: int) -> Strip:
        return self._blank

    def overwritten(self) -> bool:
        return True

    def lift(self) -> str:
        self._kept.clear()
        return ""  # cells painted over them take them away


def _to(place: Place) -> str:
    """The cursor to the place's first cell."""
    return f"\x1b[{place.row + 1};{place.column + 1}H"


def _pixels(place: Place, cell: tuple[int, int]) -> tuple[int, int]:
    """Of the place, made smaller in proportion where it is too large."""
    width, height = place.columns * cell[0], place.rows * cell[1]
    share = min(1.0, _LARGEST / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def _blank(place: Place, ground: Ground) -> Strip:
    return Strip.blank(place.columns, Style(bgcolor=Color.from_rgb(*ground.colour)))

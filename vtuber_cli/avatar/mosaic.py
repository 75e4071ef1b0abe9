"""A picture as a terminal's cells: one block character each, in two colours.

A cell has 2x4 pixels, so 40x20 cells show a picture of 80x80. Every block character parts those eight in two; the one
is taken whose two mean colours are nearest to the pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Colour: TypeAlias = tuple[int, int, int]
Bytes: TypeAlias = npt.NDArray[np.uint8]
Floats: TypeAlias = npt.NDArray[np.float32]

ACROSS, DOWN = 2, 4
"""Pixels of a cell."""

QUADRANTS = " ▀▄▌▐▘▟▝▙▖▜▗▛▚▞▂▆"
HALVES = " ▀▄"
"""For fonts and terminals that draw quadrants badly."""

_SHAPES: Mapping[str, str] = {
    " ": ".. .. .. ..",
    "▀": "## ## .. ..", "▄": ".. .. ## ##", "▌": "#. #. #. #.", "▐": ".# .# .# .#",
    "▘": "#. #. .. ..", "▟": ".# .# ## ##", "▝": ".# .# .. ..", "▙": "#. #. ## ##",
    "▖": ".. .. #. #.", "▜": "## ## .# .#", "▗": ".. .. .# .#", "▛": "## ## #. #.",
    "▚": "#. #. .# .#", "▞": ".# .# #. #.", "▂": ".. .. .. ##", "▆": ".. ## ## ##",
}  # fmt: skip
"""The pixels that a character paints in front, row by row."""

_CLEARLY = 96.0
"""By how much, squared, in all of a cell's pixels and channels, a character has to be nearer than a half to take its
place: less is seen as specks only."""

CRISP = 0.6

_BLUR = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)


class Mosaic(NamedTuple):
    """Cells, row by row."""

    characters: str
    """What `glyphs` counts in."""
    glyphs: Bytes
    """Shape (rows, columns). 0 is a space: the cell is `back` all over, and `front` the same."""
    front: Bytes
    """Shape (rows, columns, 3)."""
    back: Bytes
    """Shape (rows, columns, 3). Of a cell's two colours the one at its top, else the one nearer to the ground; where
    nothing is, the ground. In many fonts a block ends a pixel below the top of its cell."""

    def lines(self) -> list[str]:
        """The characters without their colours."""
        return ["".join(self.characters[index] for index in row) for row in self.glyphs.tolist()]

    def pixels(self) -> Bytes:
        """What a terminal shows, in the pixels it was made of: shape (height, width, 3)."""
        rows, columns = self.glyphs.shape
        painted = _painted(self.characters)[self.glyphs].reshape(rows, columns, DOWN, ACROSS, 1)
        front, back = (one[:, :, None, None] for one in (self.front, self.back))
        found = np.where(painted, front, back)
        return found.transpose(0, 2, 1, 3, 4).reshape(rows * DOWN, columns * ACROSS, 3)


def mosaic(
    rgba: bytes,
    width: int,
    height: int,
    ground: Colour = (0, 0, 0),
    glyphs: str = QUADRANTS,
    *,
    crisp: float = CRISP,
) -> Mosaic:
    """The cells of a picture of so many pixels, over the ground's colour.

    Args:
        rgba: rows from the top, four bytes a pixel, not premultiplied.
        width: in pixels, 2 a cell.
        height: in pixels, 4 a cell.
        ground: what transparent pixels show.
        glyphs: QUADRANTS or HALVES.
        crisp: how much lines are deepened that are thinner than a pixel, such as lips; 0 leaves the picture as it is.

    Raises:
        ValueError: a size that is not of whole cells, or not that of the picture.
    """
    pixels = cells(rgba, width, height, ground, crisp=crisp)
    masks, shapes = _partings(glyphs)
    rows, columns = height // DOWN, width // ACROSS
    inside = masks @ pixels  # shapes, cells x channels
    count = masks.sum(axis=1)[:, None]
    outside = pixels.sum(axis=0) - inside
    apart = inside * inside / count + outside * outside / (ACROSS * DOWN - count)
    gain = apart.reshape(len(masks), -1, 3).sum(axis=2)  # the more, the nearer are both means to their pixels
    best = gain.argmax(axis=0)
    best[gain.max(axis=0) - gain[0] < _CLEARLY] = 0
    every = np.arange(rows * columns)
    share = count[:, 0][best][:, None]
    front = _rounded(inside.reshape(len(masks), -1, 3)[best, every] / share)
    back = _rounded(outside.reshape(len(masks), -1, 3)[best, every] / (ACROSS * DOWN - share))
    turned = _turned(_painted(glyphs)[shapes[best], :ACROSS].sum(axis=2), front, back, ground)
    turned &= shapes[best, 0] != shapes[best, 1]
    front, back = np.where(turned[:, None], back, front), np.where(turned[:, None], front, back)
    found = shapes[best, turned.astype(np.intp)]
    found[(front == back).all(axis=1)] = 0
    return Mosaic(glyphs, *(one.reshape(rows, columns, *one.shape[1:]) for one in (found, front, back)))


def cells(rgba: bytes, width: int, height: int, ground: Colour, *, crisp: float = CRISP) -> Floats:
    """The pixels over the ground, by place in the cell: shape (8, cells x 3), 0 to 255."""
    if width < ACROSS or height < DOWN or width % ACROSS or height % DOWN or len(rgba) != width * height * 4:
        raise ValueError(f"{len(rgba)} bytes are no picture of {width}x{height} in cells of {ACROSS}x{DOWN}")
    picture = np.frombuffer(rgba, np.uint8).reshape(height, width, 4).astype(np.float32)
    share = picture[..., 3:] / np.float32(255)
    below = np.array(ground, np.float32)
    flat = (below + (picture[..., :3] - below) * share).astype(np.float32, copy=False)
    if crisp:
        deeper = np.float32(crisp) * share  # the ground stays as it is
        flat = np.clip(flat + deeper * (flat - _blurred(flat)), np.float32(0), np.float32(255))
    split = flat.reshape(height // DOWN, DOWN, width // ACROSS, ACROSS, 3).transpose(1, 3, 0, 2, 4)
    return np.ascontiguousarray(split, np.float32).reshape(DOWN * ACROSS, -1)


def _blurred(picture: Floats) -> Floats:
    """Each pixel mixed with the two on every side of it; what is at the border goes on outside."""
    height, width, _ = picture.shape
    wide = np.pad(picture, ((2, 2), (2, 2), (0, 0)), mode="edge")
    rows = np.zeros((height, width + 4, 3), np.float32)
    found = np.zeros((height, width, 3), np.float32)
    for start, share in enumerate(_BLUR):
        rows += share * wide[start : start + height]
    for start, share in enumerate(_BLUR):
        found += share * rows[:, start : start + width]
    return found


@cache
def _partings(glyphs: str) -> tuple[Floats, Bytes]:
    """How characters part a cell, the half first: shape (n, 8); and the indices of the one that paints that and of the
    one that paints the rest, the same one where there is no other: shape (n, 2)."""
    masks: list[list[bool]] = []
    shapes: list[list[int]] = []
    for index, mask in enumerate(_painted(glyphs).tolist()):
        rest = [not one for one in mask]
        if rest in masks:
            shapes[masks.index(rest)][1] = index
        elif any(mask):
            masks.append(mask)
            shapes.append([index, index])
    return np.array(masks, np.float32), np.array(shapes, np.uint8)


@cache
def _painted(glyphs: str) -> npt.NDArray[np.bool_]:
    """The pixels of a cell that each character paints in front: shape (n, 8)."""
    return np.array([[mark == "#" for mark in _SHAPES[glyph].replace(" ", "")] for glyph in glyphs], np.bool_)


def _turned(tops: npt.NDArray[np.int_], front: Bytes, back: Bytes, ground: Colour) -> npt.NDArray[np.bool_]:
    """Where the second of two characters is to be drawn, `tops` being how many pixels each paints in the top row."""
    nearer = _distance(front, ground) < _distance(back, ground)
    return (tops[:, 1] < tops[:, 0]) | (nearer & (tops[:, 1] == tops[:, 0]))


def _rounded(colours: Floats) -> Bytes:
    return np.rint(colours).astype(np.uint8)


def _distance(colours: Bytes, ground: Colour) -> Floats:
    away = colours.astype(np.float32) - np.array(ground, np.float32)
    return np.einsum("ij,ij->i", away, away)

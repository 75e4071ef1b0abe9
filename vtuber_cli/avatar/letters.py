"""A picture as letters, for terminals without colours: a drawing of lines, each cell the character of nearest shape.

Brightness alone makes a face a smudge. What is darker than its surroundings (eyes, brows, lips, outlines) is ink here,
on dark and light grounds alike, and large areas are only hinted at.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Colour: TypeAlias = tuple[int, int, int]
Floats: TypeAlias = npt.NDArray[np.float32]

ACROSS, DOWN = 4, 8
"""Pixels of a cell."""

_SHAPES: Mapping[str, str] = {
    ".": "0000 0000 0000 0000 0000 0350 0230 0000", ",": "0000 0000 0000 0000 0000 0350 0650 0300",
    ":": "0000 0000 0110 0460 0000 0350 0230 0000", ";": "0000 0000 0110 0460 0000 0350 0650 0300",
    "'": "0000 0230 0450 0110 0000 0000 0000 0000", "`": "0100 0720 0010 0000 0000 0000 0000 0000",
    '"': "0000 0550 0990 0220 0000 0000 0000 0000", "-": "0000 0000 0000 0220 7997 0220 0000 0000",
    "_": "0000 0000 0000 0000 0000 0000 0000 4444", "=": "0000 0000 0000 6997 4665 2333 0000 0000",
    "~": "0000 0000 0000 1301 5587 0000 0000 0000", "^": "0000 0560 3764 2002 0000 0000 0000 0000",
    "/": "0008 0019 0083 01a0 0830 1a00 3800 9100", "\\": "8000 9100 3800 0a10 0380 00a1 0083 0019",
    "|": "0770 0770 0770 0770 0770 0770 0770 0770", "(": "0000 0070 0460 0820 0820 0640 0180 0020",
    ")": "0000 0700 0460 0090 00a0 0280 0720 0200", "[": "0000 0680 0730 0730 0730 0730 0750 0240",
    "]": "0000 0670 0090 0090 0090 0090 0390 0420", "{": "0000 0193 0360 0460 2b30 0360 0370 0063",
    "}": "0000 2920 0450 0460 01b3 0450 0550 2710", "<": "0000 0000 0004 2884 7930 0168 0000 0000",
    ">": "0000 0000 3100 3883 0288 6610 0000 0000", "!": "0000 0240 0460 0460 0340 0230 0120 0000",
    "+": "0000 0000 0230 1461 59a7 0350 0000 0000", "*": "0000 0130 2893 2683 0120 0000 0000 0000",
    "o": "0000 0000 0560 5647 820a 5647 0560 0000", "O": "0000 1881 6428 920b 920a 5757 0560 0000",
    "c": "0000 0000 0373 2912 5500 2912 0373 0000", "C": "0000 0685 4701 8300 7300 3923 0373 0000",
    "u": "0000 0000 2113 5418 5418 4758 0643 0000", "U": "0000 5206 830a 830a 730a 6648 0561 0000",
    "n": "0000 0000 2461 5747 5418 5418 2113 0000", "v": "0000 0000 3004 5427 1972 0990 0230 0000",
    "V": "0000 6006 7319 3755 0981 0890 0230 0000", "x": "0000 0000 3113 1982 0790 2874 3104 0000",
    "X": "0000 5206 1964 0790 0aa1 6538 4004 0000", "T": "0000 7998 0460 0460 0460 0460 0120 0000",
    "L": "0000 3400 4600 4600 4600 4832 2665 0000", "J": "0000 0692 0073 0073 0073 42a2 3740 0000",
    "Y": "0000 6107 3755 09a0 0460 0460 0220 0000", "7": "0000 4896 0055 00a0 0280 0820 0400 0000",
    "I": "0000 3994 0460 0460 0460 1681 2663 0000", "0": "0000 0881 5538 854a 842a 4756 0560 0000",
    "@": "0000 0241 4738 848b 7808 848a 5611 0363", "#": "0000 0325 1858 3ba6 8cc6 4480 2130 0000",
    "&": "0000 0880 3700 3c11 9198 937a 1654 0000", "%": "0000 3500 8530 5865 4587 0178 0043 0000",
    "8": "0000 1882 6428 2aa3 6429 7539 0661 0000",
}  # fmt: skip
"""How much of each of a cell's pixels a character covers in a common monospaced face, in 15ths, row by row; the strokes
that lines are made of reach to the ends of the cell."""

_STRENGTH = 1.6
"""Thin strokes count up to so many times what they cover: they are meant for lines."""
_AROUND, _NEAR, _FINE = 4.0, 0.6, 0.5
"""Pixels: how far away surroundings are, how fine a line is, and by how much it may be beside a stroke."""
_NOISE, _GAIN = 0.03, 5.0
"""How much darker than its surroundings a line is at least, and how soon it is all ink."""
_BRIGHTNESS = (0.3, 0.59, 0.11)
_LIGHT = 127
_SHADING, _SHADES = " .:", (0.2, 0.6)
"""What fills cells without lines on a light ground, by how dark they are."""


def letters(rgba: bytes, width: int, height: int, ground: Colour = (0, 0, 0)) -> list[str]:
    """The rows of cells of a picture of so many pixels, printable ASCII only.

    Args:
        rgba: rows from the top, four bytes a pixel, not premultiplied.
        width: in pixels, 4 a cell.
        height: in pixels, 8 a cell.
        ground: what the letters are on; on a light one dark areas are shaded.

    Raises:
        ValueError: a size that is not of whole cells, or not that of the picture.
    """
    if width < ACROSS or height < DOWN or width % ACROSS or height % DOWN or len(rgba) != width * height * 4:
        raise ValueError(f"{len(rgba)} bytes are no picture of {width}x{height} in cells of {ACROSS}x{DOWN}")
    bright = _bright(np.frombuffer(rgba, np.uint8).reshape(height, width, 4))
    darker = _blurred(bright, _AROUND) - _blurred(bright, _NEAR)
    lines = _parted(_blurred(np.clip((darker - _NOISE) * _GAIN, 0, 1), _FINE))
    characters, shapes = _alphabet()
    away = np.einsum("ij,ij->i", shapes, shapes) - 2 * lines @ shapes.T
    found = away.argmin(axis=1)
    if sum(share * level for share, level in zip(_BRIGHTNESS, ground, strict=True)) > _LIGHT:
        depths = (1 - _parted(bright).mean(axis=1)[:, None] > np.array(_SHADES)).sum(axis=1)
        found = np.where(found == 0, np.array([characters.index(one) for one in _SHADING])[depths], found)
    columns = width // ACROSS
    text = "".join(characters[index] for index in found.tolist())
    return [text[start : start + columns] for start in range(0, len(text), columns)]


def _bright(picture: npt.NDArray[np.uint8]) -> Floats:
    """How bright the pixels are on white, 0 to 1."""
    levels = picture.astype(np.float32) / np.float32(255)
    share = levels[..., 3]
    found = (levels[..., :3] @ np.array(_BRIGHTNESS, np.float32)) * share + 1 - share
    return found.astype(np.float32, copy=False)


def _parted(pixels: Floats) -> Floats:
    """The pixels by cell: shape (cells, 32)."""
    height, width = pixels.shape
    cells = pixels.reshape(height // DOWN, DOWN, width // ACROSS, ACROSS).transpose(0, 2, 1, 3)
    return cells.reshape(-1, ACROSS * DOWN)


def _blurred(picture: Floats, radius: float) -> Floats:
    """Along the last two axes, with what is at the border repeated outside."""
    reach = int(3 * radius) + 1
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius) ** 2)
    weights /= weights.sum()
    found = picture
    for axis in (-1, -2):
        span = found.shape[axis]
        border = [(0, 0)] * (found.ndim - 2) + ([(0, 0), (reach, reach)] if axis == -1 else [(reach, reach), (0, 0)])
        wide = np.pad(found, border, mode="edge")
        found = np.zeros_like(found)
        for start, weight in enumerate(weights.tolist()):
            found += weight * (wide[..., start : start + span] if axis == -1 else wide[..., start : start + span, :])
    return found


@cache
def _alphabet() -> tuple[str, Floats]:
    """Characters, and how they cover a cell, seen as blurred as the picture: shape (n, 32)."""
    levels = [[int(level, 16) for level in shape.replace(" ", "")] for shape in _SHAPES.values()]
    shapes = np.array([[0] * (ACROSS * DOWN), *levels], np.float32).reshape(-1, DOWN, ACROSS) / np.float32(15)
    peaks = np.maximum(shapes.max(axis=(1, 2), keepdims=True), np.float32(1 / _STRENGTH))
    shapes = np.pad(shapes / peaks, ((0, 0), (2, 2), (2, 2)))
    return " " + "".join(_SHAPES), _blurred(shapes, _FINE)[:, 2:-2, 2:-2].reshape(-1, ACROSS * DOWN)

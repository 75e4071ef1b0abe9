"""Draws a card from its drawing: a text file of layers, each painted over the ones before.

A drawing is lines. The picture inside the frame is 22 wide and 40 high; columns and rows count from 0 at its top left:

    color j #a5e6d0                  a letter for this card alone; the others are in palette.txt
    sky 0 #0d1033  24 #3c2a63        colours by row, blended between
    glow 11 9 12 #f6e7a8 60          light around a point: column, row, radius, colour, percent
    dots W 3,4 17,2                  single pixels of one letter
    put cup 7 12                     a sprite of one of the files of sprites, its top left corner
    put cup 7 12 flip turn rR>bB     mirrored, upside down, letters exchanged for others
    map                              the lines that follow, up to an empty one or the end, from 0 0
    map 5 8                          the same from column 5 and row 8
    use court.queen rR>bB            another drawing's layers, letters exchanged

In maps and sprites a letter is a colour and a full stop shows what is below. A line that begins with # is a remark.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeAlias

Color: TypeAlias = tuple[int, int, int]
Pixels: TypeAlias = list[list[Color]]

WIDTH, HEIGHT = 24, 42
"""Of a card, frame and all."""
_INNER_WIDTH, _INNER_HEIGHT = WIDTH - 2, HEIGHT - 2
_FOLDER = Path(__file__).parent
_PAPER: Color = (20, 17, 31)
_GOLD_LIGHT: Color = (255, 228, 150)
_GOLD: Color = (214, 167, 72)
_GOLD_DARK: Color = (132, 90, 34)
_FLAT_GOLDS: tuple[Color, ...] = ((255, 215, 135), (215, 175, 95), (175, 135, 0))
"""Out of xterm's 256, which have no blend from one gold to another."""


def rgb(code: str) -> Color:
    """Of "#dfae48"."""
    number = int(code[1:], 16)
    return number >> 16, number >> 8 & 255, number & 255


def mixed(one: Color, other: Color, share: float) -> Color:
    """`share` of the other, 0 to 1."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )


def framed(inner: Pixels) -> Pixels:
    """The picture in a gold frame of one pixel, its inner corners rounded."""
    width, height = len(inner[0]), len(inner)
    rows = [[_GOLD] * (width + 2), *([_GOLD, *row, _GOLD] for row in inner), [_GOLD] * (width + 2)]
    gild(rows)
    for y, x in ((1, 1), (1, width), (height, 1), (height, width)):
        rows[y][x] = mixed(_GOLD, _GOLD_DARK, 0.6)
    return rows


def gild(rows: Pixels, *, flat: bool = False) -> None:
    """Makes a frame of the outermost pixels, lit from the top left; `flat` in three golds that any terminal has."""
    right, bottom = len(rows[0]) - 1, len(rows) - 1
    for y, row in enumerate(rows):
        for x in range(right + 1) if y in (0, bottom) else (0, right):
            lit = 1 - 2 * (x + y) / (right + bottom)
            if flat:
                row[x] = _FLAT_GOLDS[0 if lit > 0.4 else 1 if lit > -0.4 else 2]
            else:
                row[x] = mixed(_GOLD, _GOLD_LIGHT, lit) if lit > 0 else mixed(_GOLD, _GOLD_DARK, -lit)


class Canvas:
    """The picture inside the frame, while it is painted."""

    __slots__ = ("colors", "rows")

    def __init__(self) -> None:
        self.rows: Pixels = [[_PAPER] * _INNER_WIDTH for _ in range(_INNER_HEIGHT)]
        self.colors = dict(_palette())

    def draw(self, name: str, exchange: str = "") -> None:
        """Paints the layers of a drawing."""
        lines = iter(_drawing(name))
        for line in lines:
            word, _, rest = line.partition(" ")
            values = rest.split()
            if word == "map":
                left, top = (int(value) for value in values) if values else (0, 0)
                self._stamp(_until_empty(lines), left, top, exchange)
            elif word == "put":
                self._put(values, exchange)
            elif word == "sky":
                self._sky(values)
            elif word == "glow":
                self._glow((int(values[0]), int(values[1])), int(values[2]), rgb(values[3]), int(values[4]) / 100)
            elif word == "dots":
                self._dots(values)
            elif word == "use":
                self.draw(values[0], values[1] if len(values) > 1 else "")
            elif word == "color":
                self.colors[values[0]] = rgb(values[1])
            elif word:
                raise ValueError(f"{name}: {line}")

    def _sky(self, values: list[str]) -> None:
        stops = [(int(row), rgb(code)) for row, code in zip(values[::2], values[1::2], strict=True)]
        for y in range(stops[0][0], _INNER_HEIGHT):
            before = [stop for stop in stops if stop[0] <= y][-1]
            after = next((stop for stop in stops if stop[0] > y), None)
            share = (y - before[0]) / (after[0] - before[0]) if after else 0.0
            self.rows[y] = [mixed(before[1], after[1] if after else before[1], share)] * _INNER_WIDTH

    def _glow(self, around: tuple[int, int], radius: int, color: Color, strength: float) -> None:
        column, row = around
        for y in range(max(0, row - radius), min(_INNER_HEIGHT, row + radius + 1)):
            line = self.rows[y]
            for x in range(max(0, column - radius), min(_INNER_WIDTH, column + radius + 1)):
                near = 1 - ((x - column) ** 2 + (y - row) ** 2) / radius**2
                if near > 0:
                    line[x] = mixed(line[x], color, near * near * strength)

    def _dots(self, values: list[str]) -> None:
        color = self.colors[values[0]]
        for place in values[1:]:
            x, _, y = place.partition(",")
            self.rows[int(y)][int(x)] = color

    def _put(self, values: list[str], exchange: str) -> None:
        sprite = _sprites()[values[0]]
        for change in values[3:]:
            if change == "flip":
                sprite = [line[::-1] for line in sprite]
            elif change == "turn":
                sprite = [line[::-1] for line in reversed(sprite)]
            else:
                sprite = [line.translate(_exchange(change)) for line in sprite]
        self._stamp(sprite, int(values[1]), int(values[2]), exchange)

    def _stamp(self, sprite: list[str], left: int, top: int, exchange: str) -> None:
        table = _exchange(exchange)
        colors = self.colors
        for y, line in enumerate(sprite, top):
            if 0 <= y < _INNER_HEIGHT:
                row = self.rows[y]
                for x, letter in enumerate(line.translate(table), left):
                    if letter != "." and 0 <= x < _INNER_WIDTH:
                        row[x] = colors[letter]


def _exchange(change: str) -> dict[int, int]:
    """Of "rR>bB"."""
    old, _, new = change.partition(">")
    return str.maketrans(old, new)


def _until_empty(lines: Iterator[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if not line:
            break
        found.append(line)
    return found


def _lines(file: str) -> list[str]:
    text = (_FOLDER / file).read_text(encoding="utf-8")
    return [line.rstrip() for line in text.splitlines() if not line.startswith("#")]


@cache
def _palette() -> dict[str, Color]:
    return {line[0]: rgb(line.split()[1]) for line in _lines("palette.txt") if line}


@cache
def _sections(file: str) -> dict[str, list[str]]:
    """A file of several drawings or sprites, each under its name in square brackets."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in _lines(file):
        if line.startswith("["):
            name = line[1:-1]
            found[name] = []
        elif name:
            found[name].append(line)
    return found


@cache
def _sprites() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in ("sprites.txt", "suits.txt", "scenery.txt", "courts.txt"):
        found |= {name: [line for line in lines if line] for name, lines in _sections(file).items()}
    return found


def _drawing(name: str) -> list[str]:
    """Of "major.18" the file major/18.txt; of "cups.03" the section 03 of cups.txt."""
    folder, _, rest = name.partition(".")
    return _lines(f"major/{rest}.txt") if folder == "major" else _sections(f"{folder}.txt")[rest]

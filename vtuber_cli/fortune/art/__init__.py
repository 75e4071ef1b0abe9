"""The cards' pictures: pixel art of 24 by 42, drawn from text files (see `canvas`), or out of a folder of the user's.

In a terminal a cell holds two pixels, one above the other: 24 columns and 21 rows, or half of that.
"""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import Literal, TypeAlias

from vtuber_cli.fortune.art.canvas import HEIGHT, WIDTH, Canvas, Color, Pixels, framed, gild

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

Depth: TypeAlias = Literal["none", "16", "256", "true"]

BACK = "major.back"
"""The name of what a card shows that has not been turned over."""
_RESET = "\x1b[0m"
_UPPER = "▀"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@cache
def drawn(card: str) -> Pixels:
    """The picture of a card, by its id in the deck, or of the `BACK`: 42 rows of 24."""
    canvas = Canvas()
    canvas.draw(card)
    return framed(canvas.rows)


def pixels(card: str, *, reversed: bool = False, deck: Path | None = None) -> Pixels:
    """The picture as it lies.

    Args:
        card: its id.
        reversed: upside down.
        deck: a folder with pictures of the user's own; a card that is not in it has ours.

    Raises:
        UsageError: there is no such folder, or a picture in it is not what it should be.
    """
    rows = _foreign(card, deck) or drawn(card)
    return [row[::-1] for row in rows[::-1]] if reversed else rows


def _foreign(card: str, deck: Path | None) -> Pixels | None:
    if deck is None:
        return None
    from vtuber_cli.fortune.art.folder import picture  # few have one

    return picture(deck, card)


def half_blocks(
    card: str, *, reversed: bool = False, depth: Depth = "true", columns: int = WIDTH, deck: Path | None = None
) -> list[str]:
    """The picture as lines for a terminal, colours and all; none where there are too few colours for it.

    Args:
        card: its id.
        reversed: upside down.
        depth: how many colours the terminal has.
        columns: 24, or fewer.
        deck: as in `pixels`.
    """
    if depth not in ("true", "256"):
        return []
    rows = scaled(pixels(card, reversed=reversed, deck=deck), columns, 2 * round(columns * HEIGHT / WIDTH / 2))
    if (columns < WIDTH or depth == "256") and _foreign(card, deck) is None:
        rows = [row[:] for row in rows]
        gild(rows, flat=depth == "256")
    lines: list[str] = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        cells = "".join(
            f"\x1b[{_code(one, depth, 38)};{_code(other, depth, 48)}m{_UPPER}"
            for one, other in zip(upper, lower, strict=True)
        )
        lines.append(cells + _RESET)
    return lines


def png(card: str, scale: int = 8, *, reversed: bool = False, deck: Path | None = None) -> bytes:
    """The picture as a PNG file, a pixel as a square of `scale`."""
    return encoded(pixels(card, reversed=reversed, deck=deck), scale)


def encoded(rows: Pixels, scale: int = 1) -> bytes:
    """Any picture as a PNG file, a pixel as a square of `scale`."""
    raw = b"".join((b"\0" + b"".join(bytes(pixel) * scale for pixel in row)) * scale for row in rows)
    head = struct.pack(">IIBBBBB", len(rows[0]) * scale, len(rows) * scale, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def scaled(rows: Pixels, width: int, height: int) -> Pixels:
    """The picture in another size: each pixel is the mean of what it covers."""
    if (len(rows[0]), len(rows)) == (width, height):
        return rows
    return [
        [_mean(rows, x * len(rows[0]) / width, y * len(rows) / height, width, height) for x in range(width)]
        for y in range(height)
    ]


def _mean(rows: Pixels, left: float, top: float, width: int, height: int) -> Color:
    """Of the part of a picture from (left, top) on that one of `width` by `height` pixels covers."""
    across, down = len(rows[0]) / width, len(rows) / height
    total, sums = 0.0, [0.0, 0.0, 0.0]
    for y in range(int(top), min(len(rows), int(top + down - 1e-9) + 1)):
        tall = min(y + 1, top + down) - max(y, top)
        for x in range(int(left), min(len(rows[0]), int(left + across - 1e-9) + 1)):
            share = tall * (min(x + 1, left + across) - max(x, left))
            total += share
            for channel in range(3):
                sums[channel] += share * rows[y][x][channel]
    return (round(sums[0] / total), round(sums[1] / total), round(sums[2] / total))


@cache
def _code(color: Color, depth: Depth, layer: int) -> str:
    red, green, blue = color
    if depth == "true":
        return f"{layer};2;{red};{green};{blue}"
    return f"{layer};5;{_nearest(color)}"


_STEPS = (0, 95, 135, 175, 215, 255)
"""Of xterm's cube of 6 by 6 by 6 colours, which is followed by 24 greys from 8 on."""
_GREYNESS = 0.6
"""How much worse a grey is than its distance: night has to stay blue."""


def _nearest(color: Color) -> int:
    """Of xterm's 256 colours the one that looks most like it: by lightness and hue, not by red, green and blue."""
    light, red, blue = _seen(*color)
    best, least = 0, 1e9
    for r in _around(color[0]):
        for g in _around(color[1]):
            for b in _around(color[2]):
                one, other, third = _seen(_STEPS[r], _STEPS[g], _STEPS[b])
                far = 2 * (light - one) ** 2 + (red - other) ** 2 + (blue - third) ** 2 / 2
                far += _GREYNESS * (red * red + blue * blue) if r == g == b else 0
                if far < least:
                    best, least = 16 + 36 * r + 6 * g + b, far
    grey = max(0, min(23, round((light - 8) / 10)))
    colorful = red * red + blue * blue / 2 + _GREYNESS * (red * red + blue * blue)
    return 232 + grey if 2 * (light - 8 - 10 * grey) ** 2 + colorful < least else best


def _around(value: int) -> tuple[int, int]:
    """The steps of the cube below and above."""
    below = max(step for step in range(6) if _STEPS[step] <= value)
    return below, min(below + 1, 5)


def _seen(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """Lightness, and how much redder and bluer than that."""
    light = 0.3 * red + 0.59 * green + 0.11 * blue
    return light, red - light, blue - light

"""A deck of the user's own: a folder of PNG files named after the cards (`major.18.png`). Foreign, so read with care.

What is taken: 8 bits a channel, grey, RGB, RGBA or a palette, not interlaced. A picture of any size is averaged down to
the cards' 24 by 42; what is transparent shows a dark ground.
"""

from __future__ import annotations

import stat
import struct
import zlib
from functools import cache
from pathlib import Path

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.art import scaled
from vtuber_cli.fortune.art.canvas import HEIGHT, WIDTH, Color, Pixels

_LARGEST = 2 * 1024 * 1024
"""Bytes of a file."""
_SIDE = 4000
"""Pixels."""
_AREA = 4_000_000
"""Pixels: a card is shown in a second, and not in ten."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_GROUND: Color = (20, 17, 31)


@cache
def picture(deck: Path, card: str) -> Pixels | None:
    """A card's picture out of the folder, 42 rows of 24; None if it has none.

    Raises:
        UsageError: there is no such folder, or the picture is not what it should be; names the file.
    """
    if not deck.is_dir():
        raise UsageError("fortune.deck_missing", folder=deck)
    file = deck / f"{card}.png"
    try:
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise _refusal(file, "link")
        if status.st_size > _LARGEST:
            raise _refusal(file, "size")
        raw = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError("fortune.deck_unreadable", file=file, reason=error.strerror or "?") from error
    return scaled(_decoded(file, raw), WIDTH, HEIGHT)


def _refusal(file: Path, why: str) -> UsageError:
    return UsageError(f"fortune.deck_{why}", file=file)


def _decoded(file: Path, raw: bytes) -> Pixels:
    try:
        chunks = _chunks(raw)
        width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    except (KeyError, ValueError, struct.error):
        raise _refusal(file, "damaged") from None
    if bits != 8 or kind not in _CHANNELS or interlaced:
        raise _refusal(file, "kind")
    if not (0 < width <= _SIDE and 0 < height <= _SIDE and width * height <= _AREA):
        raise _refusal(file, "size")
    line = width * _CHANNELS[kind]
    inflating = zlib.decompressobj()
    try:
        data = inflating.decompress(chunks.get(b"IDAT", b""), (line + 1) * height + 1)
        palette: list[Color] = [(one[0], one[1], one[2]) for one in struct.iter_unpack("BBB", chunks.get(b"PLTE", b""))]
        if len(data) != (line + 1) * height:
            raise ValueError
        rows = _unfiltered(data, line, _CHANNELS[kind])
        return [_colors(row, kind, palette) for row in rows]
    except (zlib.error, struct.error, ValueError, IndexError):
        raise _refusal(file, "damaged") from None


def _chunks(raw: bytes) -> dict[bytes, bytes]:
    """By name, those of one name joined.

    Raises:
        ValueError: it is no PNG, or damaged.
    """
    if not raw.startswith(_SIGNATURE):
        raise ValueError
    found: dict[bytes, bytes] = {}
    at = len(_SIGNATURE)
    while b"IEND" not in found:
        size, name = struct.unpack_from(">I4s", raw, at)
        body = raw[at + 8 : at + 8 + size]
        if len(body) != size or zlib.crc32(name + body) != struct.unpack_from(">I", raw, at + 8 + size)[0]:
            raise ValueError
        found[name] = found.get(name, b"") + body
        at += size + 12
    return found


def _unfiltered(data: bytes, line: int, step: int) -> list[bytearray]:
    """The rows of bytes, each told out of its neighbours to the left and above (PNG, part 9)."""
    rows: list[bytearray] = []
    above = bytearray(line)
    for start in range(0, len(data), line + 1):
        method, row = data[start], bytearray(data[start + 1 : start + 1 + line])
        if method > 4:
            raise ValueError
        for at in range(line) if method else ():
            left = row[at - step] if at >= step else 0
            corner = above[at - step] if at >= step else 0
            row[at] = (row[at] + _predicted(method, left, above[at], corner)) & 255
        rows.append(row)
        above = row
    return rows


def _predicted(method: int, left: int, above: int, corner: int) -> int:
    if method < 4:
        return (0, left, above, (left + above) // 2)[method]
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))


def _colors(row: bytearray, kind: int, palette: list[Color]) -> list[Color]:
    match kind:
        case 0:
            return [(one, one, one) for one in row]
        case 2:
            return [(row[at], row[at + 1], row[at + 2]) for at in range(0, len(row), 3)]
        case 3:
            return [palette[one] for one in row]
        case 4:
            return [_over((row[at], row[at], row[at]), row[at + 1]) for at in range(0, len(row), 2)]
        case _:
            return [_over((row[at], row[at + 1], row[at + 2]), row[at + 3]) for at in range(0, len(row), 4)]


def _over(color: Color, opacity: int) -> Color:
    """A colour on the ground, as far as it covers it, 0 to 255."""
    red, green, blue = (
        (one * opacity + below * (255 - opacity)) // 255 for one, below in zip(color, _GROUND, strict=True)
    )
    return red, green, blue

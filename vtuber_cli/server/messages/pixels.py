"""How large a picture is when unpacked, read from its first bytes: a small file can hold a very large one. Pure."""

from __future__ import annotations

import struct

MOST = 40_000_000
"""Pixels of a picture that is taken: four times a screen of 4K."""

_SEGMENTS = 200
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The JPEG segments that say the size: all kinds of frames, but tables."""


def count(data: bytes) -> int | None:
    """Width times height of a PNG, GIF, WebP or JPEG; None if its first bytes do not say it as they should."""
    try:
        size = _size(data)
    except (struct.error, IndexError):
        return None
    return None if size is None or 0 in size else size[0] * size[1]


def _size(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG"):
        return struct.unpack_from(">II", data, 16) if data[12:16] == b"IHDR" else None
    if data.startswith(b"GIF8"):
        return struct.unpack_from("<HH", data, 6)
    if data.startswith(b"RIFF"):
        return _webp(data)
    return _jpeg(data)


def _webp(data: bytes) -> tuple[int, int] | None:
    match data[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case _:
            return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(_SEGMENTS):
        while data[at] == 0xFF and data[at + 1] == 0xFF:  # padding
            at += 1
        marker = data[at + 1]
        if data[at] != 0xFF:
            return None
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None

"""The header of the WAVs that we write: mono, int16, one `fmt ` and one `data` chunk."""

from __future__ import annotations

import struct

from vtuber_cli.audio import pcm

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_UNKNOWN = 0xFFFF_FFFF
"""What programs write as the size of a stream whose end they do not know."""
LENGTH = _HEADER.size
"""Bytes."""
LARGEST = _UNKNOWN - LENGTH
"""Bytes of sound that a header can tell of."""


def header(rate: int, size: int | None) -> bytes:
    """The bytes before `size` bytes of sound; None for a stream that ends when it ends."""
    frame = pcm.BYTES_A_SAMPLE
    length = _UNKNOWN if size is None else min(size, LARGEST)
    riff = (b"RIFF", _UNKNOWN if size is None else length + LENGTH - 8, b"WAVE")
    form = (b"fmt ", 16, 1, 1, rate, rate * frame, frame, 8 * frame)
    return _HEADER.pack(*riff, *form, b"data", length)

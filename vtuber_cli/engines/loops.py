"""Text that goes round in circles, which recognisers make of noise."""

from __future__ import annotations

import zlib

_LOOPING = 2.4
"""Text that compresses better than this repeats itself."""


def loops(text: str) -> bool:
    """Whether a text repeats itself as nobody speaks: Whisper's own test, the ratio of its compressed length."""
    encoded = text.encode()
    return len(encoded) > _LOOPING * len(zlib.compress(encoded))

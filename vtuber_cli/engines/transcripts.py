"""What recognisers write, made fit to be read: no loops, no notes, pieces joined as their language does it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from vtuber_cli.clean import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOOPING = 2.4
"""Text that compresses better than this repeats itself."""

_UNSPACED = frozenset({"ja", "zh", "th", "lo", "my", "yue"})
"""Languages that put no spaces between words."""


def loops(text: str) -> bool:
    """Whether a text repeats itself as nobody speaks: Whisper's own test, the ratio of its compressed length."""
    encoded = text.encode()
    return len(encoded) > _LOOPING * len(zlib.compress(encoded))


def words(text: str) -> str:
    """`text` on one clean line, and not shouted; "" if it holds no word (music is written as notes) or loops."""
    text = one_line(text).replace("\N{REPLACEMENT CHARACTER}", "").strip()
    if loops(text) or not any(character.isalnum() for character in text):
        return ""
    # Some models know capital letters only.
    return text.lower() if text.isupper() and " " in text else text


def joined(texts: Sequence[str], language: str) -> str:
    """The texts of the pieces of one utterance, as one."""
    return ("" if language in _UNSPACED else " ").join(texts)

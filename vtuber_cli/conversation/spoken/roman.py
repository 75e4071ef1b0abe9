"""Roman numerals up to 89: more than people, chapters and wars need, and no word of ours is spelled like one."""

from __future__ import annotations

import re
from typing import Final

PATTERN: Final = "[IVXL]{1,8}"
LONG: Final = "[IVXL]{2,8}"
"""Without the single letters, which are words and names too."""
_CANONICAL: Final = re.compile(r"(?P<tens>XL|L?X{0,3})(?P<ones>IX|IV|V?I{0,3})")
_LETTERS: Final = {"I": 1, "V": 5, "X": 10, "L": 50}


def value(text: str) -> int:
    """14 for XIV; 0 for what is none, like IIX."""
    if not text or not _CANONICAL.fullmatch(text):
        return 0
    values = [_LETTERS[letter] for letter in text]
    return sum(-n if n < after else n for n, after in zip(values, [*values[1:], 0], strict=True))

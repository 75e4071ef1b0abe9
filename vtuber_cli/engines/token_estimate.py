"""How many tokens a text is, for a model whose tokenizer nobody here has: rather too many than too few."""

from __future__ import annotations

import re

_PIECE = re.compile(r"(?P<word>[A-Za-z]+)|(?P<digits>[0-9]{1,2})|(?P<other>[^\x00-\x7f]+)|(?P<sign>[!-~])|(?P<gap>\n+)")
_LETTERS = 5
"""Of a word in Latin letters; the usual words are one token, however long."""
_BYTES = 2
"""Of other scripts, in UTF-8: a Hangul syllable is three bytes, and one token or two."""


def estimate(text: str) -> int:
    return sum(map(_tokens, _PIECE.finditer(text)))


def _tokens(piece: re.Match[str]) -> int:
    if piece.lastgroup == "word":
        return -(-len(piece[0]) // _LETTERS)
    if piece.lastgroup == "other":
        return -(-len(piece[0].encode("utf-8", "replace")) // _BYTES)
    return 1

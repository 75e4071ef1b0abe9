"""What of a text a voice can say, and text in pieces short enough for it. The text is already normalised for speaking;
this is the voice's last line of defence against what its reader would spell out, choke on, or take for commands."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHER_SCRIPTS = frozenset(
    "am ar as ba be bg bn bpy chr cmn cv el fa grc gu hak he hi hy hyw ja ka kk kn ko kok ky mk ml mr my ne nog or pa"
    " ru sd shn si sr ta te th ti tt ug uk ur yue zh".split()
)
"""Languages that are not written in Latin letters."""

_SPACES = re.compile(r"\s+")
_LONG_NUMBER = re.compile(r"\d{13,}")
"""Longer than a trillion: nobody says these as one number, and one reader fails on them."""

_BREAKS = tuple(re.compile(pattern) for pattern in (r"[.!?…。！？]+[\"'”’)]*\s", r"[,;:—、，]\s", r"\s"))
"""Where a long text may be cut, best first."""


def speakable(text: str, language: str) -> str:
    """`text` with only what a voice of `language` (ISO 639-1) can say; "" if that leaves no letter and no digit.

    Without a language, letters of every script stay.

    Letters of foreign scripts, emoji and control characters go (a reader would spell them out, or say "letter"), and
    so do square brackets (readers take what is in them for phonemes); digits of other scripts become ours; very long
    numbers are said digit by digit.
    """
    latin = bool(language) and language not in _OTHER_SCRIPTS
    kept = "".join(_character(character, latin) for character in unicodedata.normalize("NFC", text))
    kept = _LONG_NUMBER.sub(lambda number: " ".join(number[0]), kept)
    kept = _SPACES.sub(" ", kept).strip()
    return kept if any(character.isalnum() for character in kept) else ""


def pieces(text: str, longest: int) -> Iterator[str]:
    """`text` cut after sentences, else clauses, else words, else anywhere, into pieces of at most `longest` characters.

    Without spaces, the joined pieces equal the text without spaces.
    """
    text = text.strip()
    while len(text) > longest:
        cut = _cut(text[:longest])
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def _cut(text: str) -> int:
    for pattern in _BREAKS:
        ends = [match.end() for match in pattern.finditer(text)]
        if ends:
            return ends[-1]
    return len(text)


def _character(character: str, latin: bool) -> str:
    if character.isascii():
        return " " if character in "[]" or not character.isprintable() else character
    category = unicodedata.category(character)
    if latin and category == "Nd":
        return str(unicodedata.digit(character))
    if category[0] == "C":
        return ""
    if category[0] == "Z" or (category[0] == "S" and _pictorial(character)):
        return " "
    foreign = category[0] == "M" or (category[0] == "L" and not unicodedata.name(character, "").startswith("LATIN"))
    return "" if latin and foreign else character


def _pictorial(symbol: str) -> bool:
    """Arrows, dingbats and emoji; not currency, degrees or mathematics."""
    return "\u2190" <= symbol < "\u2200" or symbol >= "\u2300"

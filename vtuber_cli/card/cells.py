"""Text in terminal cells: a Korean letter takes two, a combining mark none. No library, no colour.

Letters whose width depends on the terminal ("ambiguous": ★ ─ ·) count as one cell, as they do in nearly all of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ELLIPSIS = "…"

_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_MEDIAL_JAMO = range(0x1160, 0x1200)
_HANGUL = ("가", "힣")


def cells(text: str) -> int:
    """How wide the text is in a terminal."""
    return len(text) if text.isascii() else sum(width for _, width in clusters(text))


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """The text in pieces that must not be cut, each with its cells: a letter and what is set onto it."""
    piece, width = "", 0
    for letter in text:
        own = _width(letter)
        if piece and (own == 0 or _joins(piece, letter)):
            piece += letter
            width = max(width, own, 2 if letter == _EMOJI_STYLE else 0)
            continue
        if piece:
            yield piece, width
        piece, width = letter, own
    if piece:
        yield piece, width


def wrap(text: str, width: int, indent: str = "", *, anywhere: bool = False) -> Iterator[str]:
    """The text in lines of at most `width` cells, broken at spaces; its own line breaks stay.

    A word that is longer by itself (a path) stays whole, unless lines may be broken `anywhere`.
    """
    room = max(2, width - cells(indent))
    for paragraph in text.splitlines():
        line = ""
        for whole in paragraph.split():
            for word in _broken(whole, room) if anywhere else (whole,):
                if line and cells(line) + 1 + cells(word) > room:
                    yield indent + line
                    line = ""
                line = f"{line} {word}" if line else word
        yield indent + line


def _broken(word: str, room: int) -> Iterable[str]:
    if cells(word) <= room:
        return (word,)
    pieces = [""]
    for cluster, width in clusters(word):
        if pieces[-1] and cells(pieces[-1]) + width > room:
            pieces.append("")
        pieces[-1] += cluster
    return pieces


def cut(text: str, width: int) -> str:
    """The text, its end replaced by an ellipsis if it is wider than `width` cells."""
    if cells(text) <= width:
        return text
    kept, room = "", width - 1
    for cluster, taken in clusters(text):
        if taken > room:
            break
        kept, room = kept + cluster, room - taken
    return kept.rstrip() + ELLIPSIS if width > 0 else ""


def pad(text: str, width: int) -> str:
    """The text with spaces behind it up to `width` cells."""
    return text + " " * (width - cells(text))


def centred(text: str, width: int) -> str:
    """The text with spaces on both sides, `width` cells together."""
    return pad(" " * max(0, (width - cells(text)) // 2) + text, width)


def _joins(piece: str, letter: str) -> bool:
    """Whether this letter, wide by itself, becomes part of the emoji before it."""
    if piece[-1] == _JOINER:
        return True
    code = ord(letter)
    return (code in _SKIN and ord(piece[0]) > 0x2600) or (code in _FLAGS and len(piece) == 1 and ord(piece) in _FLAGS)


def _width(letter: str) -> int:
    if letter < "\u0300":
        return 1
    if _HANGUL[0] <= letter <= _HANGUL[1]:
        return 2
    from unicodedata import category, east_asian_width

    if ord(letter) in _MEDIAL_JAMO or category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(letter) in "WF" or ord(letter) in _FLAGS else 1

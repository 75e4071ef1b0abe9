"""What a voice says for a piece of a reply: no markup, no emoji, and numbers, units and symbols in words.

`spoken` is for one piece. `Reader` reads the pieces of one reply in turn and so also knows when a code block
goes on from one piece to the next.
"""

from __future__ import annotations

import re
from typing import Final

from vtuber_cli.clean import clean
from vtuber_cli.conversation.spoken import en, ko, markup

__all__ = ["Reader", "language_of", "spoken"]

_SAY: Final = {"en": en.say, "ko": ko.say}
_WORDS: Final = {"en": en.WORDS, "ko": ko.WORDS}

_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


def spoken(text: str, language: str) -> str:
    """What to say for `text`; "" if there is nothing in it to say.

    Args:
        text: as the model wrote it, Markdown included.
        language: ISO 639-1. Numbers and symbols are put into words for `en` and `ko`; others keep their digits.
    """
    text = markup.strip(clean(text), _WORDS.get(language, en.WORDS))
    say = _SAY.get(language)
    return markup.tidy(say(text) if say is not None else text)


def language_of(text: str, default: str) -> str:
    """The language that the script of `text` speaks for: ko, ja, zh, or for Latin letters `default` or en."""
    if _HANGUL.search(text):
        return "ko"
    if _KANA.search(text):
        return "ja"
    if _HAN.search(text):
        return default if default in ("ja", "zh") else "zh"
    if default in ("ko", "ja", "zh") and _LATIN.search(text):
        return "en"
    return default


class Reader:
    """`spoken` for the pieces of one reply in turn: a code block cut into pieces is announced once."""

    def __init__(self) -> None:
        self._in_code = False

    def say(self, piece: str, language: str) -> str:
        """What to say for the next piece of the reply."""
        continued = self._in_code
        _, fence, rest = piece.partition(markup.FENCE)
        self._in_code ^= piece.count(markup.FENCE) % 2 == 1
        if not continued:
            return spoken(piece, language)
        return spoken(rest, language) if fence else ""

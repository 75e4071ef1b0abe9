"""What a voice says for a piece of a reply: no markup, no emoji, and numbers, units and symbols in words.

`spoken` is for one piece. `Reader` reads the pieces of one reply in turn and so also knows when a code block
goes on from one piece to the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from vtuber_cli.clean import clean
from vtuber_cli.conversation.sentences import Splitter
from vtuber_cli.conversation.spoken import markup
from vtuber_cli.conversation.spoken.addresses import Words

__all__ = ["Reader", "language_of", "spoken"]

_ROUNDS: Final = 4
"""What is left when signs have gone may be an abbreviation or a face itself; what is said is said as it stands."""
_UNSETTLED: Final = re.compile(
    r"[^\w\s,!?.]|[²³]|\.(?=.*\w)|\b(?:[A-Z]+|[xX]D+|[uUoO][wW][uUoO])\b|\b[A-Za-z]{1,5}\.\Z", re.DOTALL
)
"""Without signs, dots between the words, capitals, and faces of letters, nothing is left to be read otherwise."""
_LONG: Final = 600
"""Longer texts are read piece by piece, so that the time they take grows no faster than they do."""

_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3041-\u30ff\u3400-\u9fff]")
_NO_LANGUAGE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`|\b(?:https?://|www\.)[^\s가-힣]+", re.DOTALL)
"""Code and addresses look English in every language."""
_FOREIGN_WORDS: Final = 2
"""So many Latin words to one of another script make an English sentence that quotes it."""


def spoken(text: str, language: str, *, begins_line: bool = True) -> str:
    """What to say for `text`; "" if there is nothing in it to say.

    Args:
        text: as the model wrote it, Markdown included.
        language: ISO 639-1. Numbers and symbols are put into words for `en` and `ko`; others keep their digits.
        begins_line: it stands at the beginning of a line, where Markdown has its lists and headings.
    """
    if len(text) > _LONG:
        return _read(text, language)
    words, say = _way_of(language)
    said = clean(text)
    for _ in range(_ROUNDS):
        before, said = said, markup.tidy(say(markup.strip(said, words, begins_line=begins_line)))
        if said == before or not _UNSETTLED.search(said):
            break
    return said


def _way_of(language: str) -> tuple[Words, Callable[[str], str]]:
    """A language's words and how it says a text; imported when used, for a language's tables cost 50 ms."""
    if language == "ko":
        from vtuber_cli.conversation.spoken import ko

        return ko.WORDS, ko.say
    from vtuber_cli.conversation.spoken import en

    return en.WORDS, en.say if language == "en" else str


def language_of(text: str, default: str) -> str:
    """The language that the script of `text` speaks for: ko, ja, zh, or for Latin letters `default` or en.

    A foreign word in an English sentence, and an English one in a foreign sentence, do not change its language.
    """
    text = _NO_LANGUAGE.sub(" ", text)
    latin = "en" if default in ("ko", "ja", "zh") and _LATIN.search(text) else default
    words = text.split()
    others = sum(_OTHER.search(word) is not None for word in words)
    if sum(_LATIN.search(word) is not None and not _OTHER.search(word) for word in words) > _FOREIGN_WORDS * others:
        return latin
    if _HANGUL.search(text):
        return "ko"
    if _KANA.search(text):
        return "ja"
    if _HAN.search(text):
        return default if default in ("ja", "zh") else "zh"
    return latin


def _read(text: str, language: str) -> str:
    splitter, reader, said = Splitter(), Reader(), ""
    for piece in (*splitter.feed(text), *splitter.finish()):
        if words := reader.say(piece, language):
            end = piece.rstrip()[-1:]
            said += (" " if said else "") + words + (end if end in ",;:" and words[-1].isalnum() else "")
    return said.rstrip(",;: ")


class Reader:
    """`spoken` for the pieces of one reply in turn: a code block cut into pieces is announced once."""

    def __init__(self) -> None:
        self._in_code = False
        self._begins_line = True

    def say(self, piece: str, language: str) -> str:
        """What to say for the next piece of the reply."""
        continued, begins_line = self._in_code, self._begins_line
        self._begins_line = piece.rstrip(" \t").endswith("\n")
        _, fence, rest = piece.partition(markup.FENCE)
        self._in_code ^= piece.count(markup.FENCE) % 2 == 1
        if not continued:
            return spoken(piece, language, begins_line=begins_line)
        return spoken(rest, language) if fence else ""

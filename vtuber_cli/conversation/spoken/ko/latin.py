"""Latin letters in Korean text as Koreans say them: AI as 에이아이, Python as 파이썬. Other words stay as they are."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from vtuber_cli.conversation.spoken.ko.tables import LETTERS, LOANWORDS
from vtuber_cli.conversation.spoken.rules import Rule

_ONES: Final = ("제로", "원", "투", "쓰리", "포", "파이브", "식스", "세븐", "에이트", "나인")
_MODEL: Final = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,5})-?([1-9])(?![0-9.,-]*[0-9]|[a-z]|\s?[층동호열번구])")
_WORD: Final = re.compile(r"[A-Za-z]+(?:[-'][A-Za-z]+)*")
_RUN: Final = re.compile(rf"{_WORD.pattern}(?: {_WORD.pattern})*")
_SENTENCE: Final = 3
"""So many English words in a row are English, and said so."""
_LONGEST_ACRONYM: Final = 5
_VOWELS: Final = frozenset("AEIOUY")


def spelled(letters: str) -> str:
    """The names of the letters: TV as 티브이."""
    return "".join(LETTERS[letter] for letter in letters.upper())


def _model(m: re.Match[str]) -> str:
    """A4, GPT-4: letters and one digit are a name, said in English."""
    said = LOANWORDS.get(m[1].lower()) or spelled(m[1])
    return f"{said}{' ' if len(m[1]) > len('MP') else ''}{_ONES[int(m[2])]}"


def _run(m: re.Match[str]) -> str:
    words = m[0].split()
    unknown = sum(word.lower() not in LOANWORDS and not word.isupper() for word in words)
    english = len(words) >= _SENTENCE and unknown > 1
    if english:
        return m[0]
    said = [word if word == "I" else _word(word) for word in words]
    # The I of an English phrase that stays one is English too.
    stays = any(word != "I" and word[0].isascii() for word in said)
    return " ".join(_word(word) if word == "I" and not stays else word for word in said)


def _word(word: str) -> str:
    if (known := LOANWORDS.get(word.lower())) is not None:
        return known
    if "-" in word or "'" in word:
        return re.sub(r"[A-Za-z]+", lambda part: _part(part[0]), word)
    return _part(word)


def _part(word: str) -> str:
    if len(word) == 1:
        return spelled(word)
    known = LOANWORDS.get(word.lower())
    shouted = len(word) > _LONGEST_ACRONYM or (len(word) > 3 and _sounds(word))
    return known or (spelled(word) if word.isupper() and not shouted else word)


def _sounds(word: str) -> bool:
    """Whether capitals make a word, not an acronym: consonants and vowels take turns."""
    return all((a in _VOWELS) != (b in _VOWELS) for a, b in pairwise(word))


MODELS: Final[tuple[Rule, ...]] = ((_MODEL, _model),)
WORDS: Final[tuple[Rule, ...]] = ((_RUN, _run),)

"""Korean in Latin letters, for voices that know no others: 안녕 as "annyeong" (Revised Romanisation)."""

from __future__ import annotations

import re
from typing import Final

HANGUL: Final = re.compile(r"[가-힣]+")

_INITIALS: Final = "g kk n d tt r m b pp s ss - j jj ch k t p h".split()
_VOWELS: Final = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_FINALS: Final = "- k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split()
"""Each final consonant as it sounds before a pause."""
_CARRIED: Final = "- g kk ks n nj n d r lg lm lb ls lt lp r m b ps s ss ng j ch k t p -".split()
"""Each final consonant as it sounds before a vowel."""
_NASAL: Final = {"k": "ng", "t": "n", "p": "m"}


def romanised(m: re.Match[str]) -> str:
    """A run of syllables, for `re.sub`."""
    syllables = [_parts(char) for char in m[0]]
    said = ""
    for at, (initial, vowel, final) in enumerate(syllables):
        before = syllables[at - 1][2] if at else 0
        said += _onset(_INITIALS[initial], before) + _VOWELS[vowel]
        after = _INITIALS[syllables[at + 1][0]] if at + 1 < len(syllables) else None
        said += _coda(final, after)
    return said


def _parts(syllable: str) -> tuple[int, int, int]:
    code = ord(syllable) - ord("가")
    return code // 588, code % 588 // 28, code % 28


def _onset(initial: str, final: int) -> str:
    if initial == "-":
        return ""
    return "l" if initial == "r" and _FINALS[final] == "l" else initial


def _coda(final: int, after: str | None) -> str:
    """The final consonant; it moves over to a vowel, and softens before m and n."""
    if not final:
        return ""
    if after == "-":
        return _CARRIED[final].replace("-", "")
    sound = _FINALS[final]
    return _NASAL.get(sound, sound) if after in ("n", "m") else sound

"""Which language a text is likely in, told from its letters: for voices that speak many and were not told which."""

from __future__ import annotations

import re

_SCRIPTS = (
    ("ko", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
"""The language that has the most readers of a script."""


def language_of_letters(text: str) -> str:
    """The ISO 639-1 code; "en" for text in Latin letters, or in none."""
    counted = {language: len(script.findall(text)) for language, script in _SCRIPTS}
    # Kana, however few, make kanji Japanese.
    if counted["ja"]:
        counted["ja"] += counted["zh"]
    best = max(counted, key=lambda language: counted[language])
    latin = sum(character.isascii() and character.isalpha() for character in text)
    # A syllable of Hangul says as much as two or three letters.
    return best if counted[best] and counted[best] * 2 >= latin else "en"

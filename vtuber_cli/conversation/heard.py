"""How much of a sentence a listener heard before it was cut off: the words that history keeps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.events import Phoneme

_WORD = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]|[^\s\u3041-\u30ff\u3400-\u9fff]+")
"""What may not be cut. Kana and Han have no spaces, so there each character stands for itself."""

_SILENT = frozenset("^$_ \t.,;:!?¡¿—–…\"'«»“”()-ˈˌ。、，！？")
"""Phoneme symbols without a sound: padding, stress and punctuation."""


def heard(shown: str, speech_seconds: float, heard_seconds: float, phonemes: Sequence[Phoneme] = ()) -> str:
    """The beginning of `shown` that was heard, in whole words; more seconds never give less.

    Args:
        shown: the text as it stands on the screen.
        speech_seconds: how long the speech for it is.
        heard_seconds: how much of that left the speaker.
        phonemes: the voice's own timings. Used where they fall into as many words as `shown` has, else the speech
            is shared out by characters.
    """
    if not heard_seconds > 0:  # NaN included
        return ""
    if heard_seconds >= speech_seconds:
        return shown
    ends = [match.end() for match in _WORD.finditer(shown)]
    spoken = [end for end, word in zip(ends, _WORD.findall(shown), strict=True) if any(map(str.isalnum, word))]
    times = _word_ends(phonemes)
    if len(times) != len(spoken):
        times = [speech_seconds * end / len(shown.rstrip()) for end in spoken]
    last = max((end for end, time in zip(spoken, times, strict=True) if time <= heard_seconds), default=0)
    following = min((end for end in spoken if end > last), default=None)
    # A dash or an emoji behind the last word that was heard goes with it.
    kept = max((end for end in ends if last and (following is None or end < following)), default=0)
    return shown[:kept]


def _word_ends(phonemes: Sequence[Phoneme]) -> list[float]:
    """When each spoken word ends, in seconds; pauses and punctuation behind a word are not part of it."""
    ends: list[float] = []
    at, inside = 0.0, False
    for phoneme in phonemes:
        at += phoneme.seconds
        if phoneme.symbol.isspace():
            inside = False
        elif phoneme.symbol not in _SILENT:
            if inside:
                ends[-1] = at
            else:
                ends.append(at)
            inside = True
    return ends

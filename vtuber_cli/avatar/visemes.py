"""Which shape the mouth has for a sound: IPA as espeak, Piper and hibari's reader write it, for any language.

A symbol is one sound or two ("aɪ", "iː", "ɔːɹ"); stress marks, spaces and punctuation are symbols of their own, with
seconds of their own. Hibari's reader writes capitals for diphthongs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import NamedTuple

VOWELS = ("A", "I", "U", "E", "O")
"""The five shapes that Live2D models have parameters for: ParamA to ParamO."""


class Viseme(NamedTuple):
    open: float
    """ParamMouthOpenY, 0 to 1."""
    form: float | None
    """ParamMouthForm, -1 round to 1 wide; None leaves it to the sounds around."""
    vowel: str = ""
    """One of `VOWELS`."""
    closed: bool = False
    """The lips have to touch."""


SILENT = Viseme(0.0, 0.0)
CLOSED = Viseme(0.0, None, closed=True)
A = Viseme(1.0, 0.2, "A")
E = Viseme(0.6, 0.5, "E")
I = Viseme(0.35, 1.0, "I")  # noqa: E741 - its name
O = Viseme(0.7, -0.6, "O")  # noqa: E741
U = Viseme(0.3, -1.0, "U")
SCHWA = Viseme(0.42, 0.2, "E")
UNROUNDED = Viseme(0.3, 0.4, "I")
"""The Korean ㅡ."""
CONSONANT = Viseme(0.25, None)
ROUNDED = Viseme(0.2, -0.9)
HUSHING = Viseme(0.25, -0.4)
"""The lips come forward."""
HISSING = Viseme(0.25, 0.35)
ON_LIP = Viseme(0.12, 0.1)
"""Teeth on the lower lip."""

_SHAPES = (
    ("pbmɓɸβʙ", CLOSED),
    ("aɑɐæʌä", A),
    ("eɛœøɜɝɞɤɚ", E),
    ("əᵊɘ", SCHWA),
    ("iɪᵻɨ", I),
    ("ɯ", UNROUNDED),
    ("oɔɒɵ", O),
    ("uʊyʏʉ", U),
    ("j", Viseme(0.25, 0.8)),
    ("wʍɥɰ", ROUNDED),
    ("ʃʒʧʤɕʑʂʐɹɻʨʥꭧ", HUSHING),
    ("szʦʣ", HISSING),
    ("fvɱʋ", ON_LIP),
)
_LETTERS = {letter: shape for letters, shape in _SHAPES for letter in letters}
_DIPHTHONGS = {"A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "Q": "əʊ"}
"""Of misaki's alphabet, which hibari reads into; its other capitals are consonants."""

_RHOTIC = "\u02de"
_STRESS = {"ˈ": 1.0, "ˌ": 0.5, "'": 1.0}
_SHORT_PAUSE = 0.1
"""Seconds of silence between sounds in which a mouth does not close: voices put the space between two words there."""


class Sound(NamedTuple):
    start: float
    """Seconds from the beginning of the speech."""
    end: float
    viseme: Viseme
    stress: float = 0.0
    """0, 0.5 (secondary) or 1."""


@cache
def visemes(symbol: str) -> tuple[Viseme, ...] | None:
    """The shapes of a symbol in their order; none of them for a pause; None for a mark that has no sound."""
    found: list[Viseme] = []
    marks = False
    for letter in symbol:
        for one in _DIPHTHONGS.get(letter, letter):
            shape = _LETTERS.get(one)
            if shape is None and unicodedata.category(one) in {"Ll", "Lu", "Lo"}:
                shape = CONSONANT
            if shape is not None and shape not in found[-1:]:
                found.append(shape)
            marks = marks or one == _RHOTIC or unicodedata.category(one) in {"Lm", "Mn", "Nd"}
    return None if marks and not found else tuple(found)


def sounds(phonemes: Iterable[tuple[str, float]]) -> list[Sound]:
    """The mouth's shapes one after another, without gaps, from symbols and their seconds.

    The seconds of a stress mark are the following sound's, those of a mark of length the one's before. Silence of less
    than 100 ms between two sounds is shared between them.
    """
    found: list[Sound] = []
    at = start = stress = 0.0
    for symbol, seconds in phonemes:
        end = at + max(0.0, seconds)
        shapes = visemes(symbol)
        if symbol in _STRESS:
            stress = _STRESS[symbol]
        elif shapes is None:
            _lengthen(found, start, end)
            start = end
        elif shapes:
            found += _parts(start, end, shapes, stress)
            start = end
            stress = 0.0 if any(shape.vowel for shape in shapes) else stress
        else:
            if found and found[-1].viseme is SILENT:
                _lengthen(found, start, end)
            else:
                found.append(Sound(start, end, SILENT))
            start = end
        at = end
    if at > start:
        _lengthen(found, start, at)
    return _joined(found)


def _lengthen(found: list[Sound], start: float, end: float) -> None:
    if found:
        found[-1] = found[-1]._replace(end=end)
    else:
        found.append(Sound(start, end, SILENT))


def _parts(start: float, end: float, shapes: tuple[Viseme, ...], stress: float) -> list[Sound]:
    """The shapes of one symbol; the first of several takes more than half of its time."""
    edges = [start, end]
    if len(shapes) > 1:
        first = start + (end - start) * 0.55
        rest = (end - first) / (len(shapes) - 1)
        edges = [start, *(first + rest * index for index in range(len(shapes) - 1)), end]
    stressed = next((index for index, shape in enumerate(shapes) if shape.vowel), 0)
    return [
        Sound(begins, finish, shape, stress if index == stressed and shape.vowel else 0.0)
        for index, (shape, (begins, finish)) in enumerate(zip(shapes, pairwise(edges), strict=True))
    ]


def _joined(found: list[Sound]) -> list[Sound]:
    """Without the short pauses between two sounds."""
    kept: list[Sound] = []
    late: float | None = None
    for index, one in enumerate(found):
        inside = 0 < index < len(found) - 1
        if one.viseme is SILENT and inside and one.end - one.start < _SHORT_PAUSE:
            late = (one.start + one.end) / 2
            kept[-1] = kept[-1]._replace(end=late)
            continue
        kept.append(one if late is None else one._replace(start=late))
        late = None
    return kept

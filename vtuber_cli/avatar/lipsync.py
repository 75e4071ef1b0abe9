"""The mouth while it speaks: curves over the seconds of a speech, from the voice's own timings or from its loudness.

A sound's shape is reached inside its own seconds, so mouth and sound cannot drift apart. Lips need time: a curve never
rises faster than `_FASTEST`, and where the sounds are shorter than that the vowels give way, never the closed lips of
p, b and m.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import exp, isfinite
from typing import NamedTuple

from vtuber_cli.avatar.visemes import SILENT, VOWELS, A, E, I, O, Sound, U, sounds
from vtuber_cli.events import LOUDNESS_SECONDS

_FASTEST = 20.0
"""Openings a second, between two keys; half as much again on the steepest part of the way."""
_FASTEST_FORM = 14.0
_FASTEST_VOWEL = 14.0

_LEAD = 0.01
"""Seconds that lips are ahead of what is heard: measured against the loudness of what our voices say."""
_ATTACK = 0.03
"""Seconds, at most, from a sound's beginning to its full shape."""
_RELEASE = 0.06
_TOUCH = 0.01
"""The same for lips that touch."""
_WAY = 0.06
"""Seconds in which lips get about everywhere."""
_SHUT = 0.06
"""For a mouth that falls shut behind the last sound, or opens before the first."""

_QUIET = 0.06
"""Of the loud parts; what is softer is no speech."""
_INAUDIBLE = 0.002
_SOFTEN = 0.6
_FALL = 0.05
"""Seconds in which two thirds of an opening are gone, where the sound stops at once."""

_FULL = {"A": A.open, "E": E.open, "I": I.open, "O": O.open, "U": U.open}


class Mouth(NamedTuple):
    """A mouth's shape."""

    open: float = 0.0
    form: float = 0.0
    vowels: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)
    """How much of each of `VOWELS`."""


class Key(NamedTuple):
    """Of all curves of a speech, for players elsewhere: what the browser reads beside the sound."""

    time: float
    """Seconds into the speech."""
    open: float
    form: float | None
    """None: no key of this curve."""
    vowel: str
    """One of `VOWELS`, whose shape it is, or none."""
    closed: bool
    """The lips touch; several such keys in a row are one touch, in their middle."""


class Curve:
    """Values over time, smooth between its keys, level outside; at rest at each key."""

    __slots__ = ("_times", "_values")

    def __init__(self, keys: Iterable[tuple[float, float]]) -> None:
        ordered = sorted(keys)
        self._times = [time for time, _ in ordered] or [0.0]
        self._values = [value for _, value in ordered] or [0.0]

    def at(self, t: float) -> float:
        after = bisect_right(self._times, t)
        if after == 0:
            return self._values[0]
        start = self._values[after - 1]
        if after == len(self._times) or (end := self._values[after]) == start:
            return start
        before = self._times[after - 1]
        x = (t - before) / (self._times[after] - before)
        return start + (end - start) * x * x * (3 - 2 * x)


class Lips:
    """One speech's mouth."""

    __slots__ = ("_closures", "_form", "_open", "_vowels", "accents", "keys", "seconds")

    def __init__(self, keys: _Keys, seconds: float, accents: Sequence[tuple[float, float]]) -> None:
        opened, formed = _below(keys.open, _FASTEST), _both_below(keys.form, _FASTEST_FORM)
        self._open, self._form = Curve(opened), Curve(formed)
        self.keys = keys.joined(opened, formed)
        """What the curves are made of, in their order."""
        self._vowels = tuple(Curve(_below(one, _FASTEST_VOWEL)) for one in keys.vowels)
        self._closures = keys.closures
        self.accents = accents
        """When something is stressed, and how much, 0 to 1."""
        self.seconds = seconds

    def at(self, t: float, lasts: float = 0.0) -> Mouth:
        """The mouth `t` seconds into the speech.

        Args:
            lasts: seconds that the picture will be seen. It then shows the middle of them, and closed lips if lips
                touch in it, which at 12 pictures a second would be missed more often than not.
        """
        now = t + _LEAD + lasts / 2
        vowels = tuple(curve.at(now) for curve in self._vowels)
        form = self._form.at(now)
        if lasts > 0:
            next_one = bisect_right(self._closures, t)
            if next_one < len(self._closures) and self._closures[next_one] <= t + lasts:
                return Mouth(0.0, form)
        return Mouth(self._open.at(now), form, vowels)


class _Keys:
    """Of every curve."""

    __slots__ = ("_marks", "closures", "form", "open", "vowels")

    def __init__(self) -> None:
        self._marks: list[tuple[bool, str, bool]] = []
        """Of each key of `open`: whether it is one of `form` too, its vowel, and whether the lips touch."""
        self.open: list[tuple[float, float]] = []
        self.form: list[tuple[float, float]] = []
        self.vowels: tuple[list[tuple[float, float]], ...] = tuple([] for _ in VOWELS)
        self.closures: list[float] = []
        """The middles of closed lips."""

    def add(self, time: float, opening: float, form: float | None, vowel: str = "", *, closed: bool = False) -> None:
        self.open.append((time, opening))
        self._marks.append((form is not None, vowel, closed))
        if form is not None:
            self.form.append((time, form))
        for name, keys in zip(VOWELS, self.vowels, strict=True):
            keys.append((time, min(1.0, opening / _FULL[name]) if name == vowel else 0.0))

    def joined(self, opened: Sequence[tuple[float, float]], formed: Iterable[tuple[float, float]]) -> tuple[Key, ...]:
        """The keys of both curves, as slow as lips are, with what else is known of each."""
        forms = iter(formed)
        return tuple(
            Key(time, opening, next(forms)[1] if shaped else None, vowel, closed)
            for (time, opening), (shaped, vowel, closed) in zip(opened, self._marks, strict=True)
        )


def from_phonemes(
    phonemes: Iterable[tuple[str, float]], seconds: float | None = None, loudness: Sequence[float] = ()
) -> Lips:
    """The mouth by the voice's own timings.

    Args:
        phonemes: symbols and seconds.
        seconds: of the speech; else the sum of the phonemes'.
        loudness: of each `LOUDNESS_SECONDS`, if it is known, to tell what is stressed where the symbols do not.
    """
    said = sounds(phonemes)
    length = seconds if seconds is not None else (said[-1].end if said else 0.0)
    keys = _Keys()
    keys.add(0.0, 0.0, 0.0)
    for index, one in enumerate(said):
        start, end = max(one.start, 1e-6), min(one.end, length - 1e-6)
        if end <= start:
            continue
        shape, lasts = one.viseme, end - start
        silent = shape is SILENT
        if silent and index == 0:
            keys.add(max(start, end - _SHUT), 0.0, 0.0)
            continue
        attack, release = (_SHUT, _SHUT) if silent else (_TOUCH, _TOUCH) if shape.closed else (_ATTACK, _RELEASE)
        first, last = start + min(attack, 0.4 * lasts), end - min(release, 0.4 * lasts)
        # Of a long sound only the ends give way to what is around it.
        inside = (first + _WAY, last - _WAY) if last - first > 2 * _WAY else ()
        for time in (first, *inside, last):
            keys.add(time, shape.open, shape.form, shape.vowel, closed=shape.closed)
        if shape.closed:
            keys.closures.append((start + end) / 2)
    keys.add(max(length, keys.open[-1][0] + 1e-6), 0.0, 0.0)
    return Lips(keys, length, _accents(said, loudness))


def from_loudness(loudness: Sequence[float], seconds: float | None = None) -> Lips:
    """The mouth by the RMS of each `LOUDNESS_SECONDS` of the speech, for voices without timings: open where it is loud.

    It opens at once and falls slowly; lips that touch are beyond it.
    """
    length = seconds if seconds is not None else len(loudness) * LOUDNESS_SECONDS
    levels = _levels(loudness)
    keys = _Keys()
    keys.add(0.0, 0.0, 0.0)
    shown = 0.0
    keep = exp(-LOUDNESS_SECONDS / _FALL)
    for index, level in enumerate(levels):
        time = (index + 0.5) * LOUDNESS_SECONDS
        shown = max(level, shown * keep)
        shown = shown if shown > 0.02 else 0.0
        if 0 < time < length:
            keys.add(time, shown, 0.15 * shown, "A")
    keys.add(max(length, keys.open[-1][0] + 1e-6), 0.0, 0.0)
    return Lips(keys, length, _peaks([(index + 0.5) * LOUDNESS_SECONDS for index in range(len(levels))], levels))


def _levels(loudness: Sequence[float]) -> list[float]:
    """0 to 1, where 1 is loud for this speech; what is not to be heard is 0."""
    given = [value if isfinite(value) and value > 0 else 0.0 for value in loudness]
    loud = sorted(given)[int(len(given) * 0.95)] if given else 0.0
    if loud < _INAUDIBLE:
        return [0.0] * len(given)
    return [min(1.0, value / loud) ** _SOFTEN if value > _QUIET * loud else 0.0 for value in given]


# --- limits of speed ----------------------------------------------------------------------------------------------


def _below(keys: Sequence[tuple[float, float]], fastest: float) -> list[tuple[float, float]]:
    """The highest curve through or under the keys that is slow enough: what is too short gives way downwards."""
    values = [value for _, value in keys]
    gaps = [after - before for (before, _), (after, _) in pairwise(keys)]
    for index, gap in enumerate(gaps):
        values[index + 1] = min(values[index + 1], values[index] + fastest * gap)
    for index in range(len(gaps) - 1, -1, -1):
        values[index] = min(values[index], values[index + 1] + fastest * gaps[index])
    return [(time, value) for (time, _), value in zip(keys, values, strict=True)]


def _both_below(keys: Sequence[tuple[float, float]], fastest: float) -> list[tuple[float, float]]:
    """The same for values of either sign: what is too short gives way towards 0."""
    above = _below([(time, max(value, 0.0)) for time, value in keys], fastest)
    under = _below([(time, max(-value, 0.0)) for time, value in keys], fastest)
    return [(time, up - down) for (time, up), (_, down) in zip(above, under, strict=True)]


# --- stress -------------------------------------------------------------------------------------------------------

_APART = 0.28
"""Seconds between two accents, at least."""


def _accents(said: Sequence[Sound], loudness: Sequence[float]) -> list[tuple[float, float]]:
    """By the symbols of stress; of a language without them the loudest or else the longest vowels."""
    vowels = [one for one in said if one.viseme.vowel]
    if any(one.stress for one in vowels):
        found = [((one.start + one.end) / 2, one.stress) for one in vowels if one.stress]
    else:
        times = [(one.start + one.end) / 2 for one in vowels]
        levels = _levels(loudness)
        if levels:
            weights = [levels[min(int(time / LOUDNESS_SECONDS), len(levels) - 1)] for time in times]
        else:
            weights = [one.end - one.start for one in vowels]
        found = _peaks(times, weights)
    kept: list[tuple[float, float]] = []
    for time, strength in found:
        if not kept or time - kept[-1][0] >= _APART:
            kept.append((time, strength))
        elif strength > kept[-1][1]:
            kept[-1] = (time, strength)
    return kept


def _peaks(times: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
    """Where something is above the mean and above all around it."""
    heavy = [weight for weight in weights if weight > 0]
    if not heavy:
        return []
    mean, most = sum(heavy) / len(heavy), max(heavy)
    found: list[tuple[float, float]] = []
    for time, weight in zip(times, weights, strict=True):
        if weight < mean:
            continue
        if found and time - found[-1][0] < _APART:
            if weight / most > found[-1][1]:
                found[-1] = (time, weight / most)
        else:
            found.append((time, weight / most))
    return found

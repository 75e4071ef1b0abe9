"""The mouth over a whole talk: speeches one after another, on the clock they are heard by, until somebody cuts in."""

from __future__ import annotations

from math import inf

from vtuber_cli.avatar.expressions import eased
from vtuber_cli.avatar.lipsync import Lips, Mouth

_SHUT = Mouth()
_TAKES = 0.06
"""Seconds in which the voice takes the mouth from the expression, or one speech from another that has not ended."""
_KEEPS = 0.6
"""Seconds behind a speech until the mouth is the expression's again: another may follow."""
_GIVES_BACK = 0.35


class Speaking:
    """What is being said. `t` never falls."""

    __slots__ = ("_carry", "_lips", "_share", "_start", "_until")

    def __init__(self) -> None:
        self._lips: Lips | None = None
        self._start = -inf
        self._carry = _SHUT
        """The mouth of the speech before, if this one came before its end."""
        self._share = 0.0
        """How much of the mouth was the voice's when this speech began."""
        self._until = -inf

    def say(self, lips: Lips, at: float) -> None:
        """This speech is heard from `at` on."""
        share, carry = self.share(at), self.at(at)
        self._lips, self._start, self._share, self._carry = lips, at, share, carry
        self._until = at + lips.seconds + _KEEPS

    def hush(self, at: float) -> bool:
        """Silence from `at` on: the mouth shuts at once. Whether anything was being said."""
        if self._lips is None or at >= self._start + self._lips.seconds:
            return False
        self._lips, self._share, self._until = None, 1.0, at + _KEEPS
        return True

    def at(self, t: float, lasts: float = 0.0) -> Mouth:
        """The mouth at `t`, for a picture that is seen for `lasts` seconds."""
        if self._lips is None or t < self._start or t >= self._start + self._lips.seconds:
            return _SHUT
        mouth = self._lips.at(t - self._start, lasts)
        left = 1.0 - eased((t - self._start) / _TAKES)
        if left <= 0.0 or self._carry is _SHUT:
            return mouth
        before = self._carry
        vowels = tuple(max(now, left * was) for now, was in zip(mouth.vowels, before.vowels, strict=True))
        return Mouth(max(mouth.open, left * before.open), mouth.form + left * (before.form - mouth.form), vowels)

    def share(self, t: float) -> float:
        """How much of the mouth is the voice's, 0 to 1; the rest is the expression's."""
        if t < self._start:
            return 0.0
        taken = 1.0 if self._share >= 1.0 else self._share + (1.0 - self._share) * eased((t - self._start) / _TAKES)
        return taken * (1.0 - eased((t - self._until) / _GIVES_BACK))

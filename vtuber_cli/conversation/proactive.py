"""When she speaks up by herself, and what moves her to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

PROMPTS: Final[Mapping[str, str]] = {
    "en": "(It has been quiet for {silence}.) What are you thinking about right now?",
    "ko": "({silence} 조용했어요.) 지금 무슨 생각 하고 있어요?",
}
"""What the model is given in the user's place, by language. It is kept nowhere.

A question, for the smallest models answer an order to say something with "What?".
"""
_A_WHILE: Final[Mapping[str, str]] = {"en": "a while", "ko": "한동안"}
_LENGTHS: Final[Mapping[str, tuple[tuple[int, str, str], ...]]] = {
    "en": ((3600, "an hour", "{n} hours"), (60, "a minute", "{n} minutes"), (1, "a second", "{n} seconds")),
    "ko": ((3600, "한 시간 동안", "{n}시간 동안"), (60, "1분 동안", "{n}분 동안"), (1, "1초 동안", "{n}초 동안")),
}


def prompt(language: str | None, silent: float | None = None, own: str | None = None) -> str:
    """What moves her to say something.

    Args:
        language: of the talk.
        silent: for how many seconds nobody has said anything, if that is known.
        own: her own words for it, with `{silence}` where the time goes.
    """
    spoken = language if language in PROMPTS else "en"
    assert spoken is not None
    return (own or PROMPTS[spoken]).replace("{silence}", _length(silent, spoken))


def _length(seconds: float | None, language: str) -> str:
    """As people say it: "40 seconds", "two minutes"; nobody says 137 seconds."""
    for unit, one, several in _LENGTHS[language]:
        if seconds is not None and seconds >= unit - unit / 120:  # 59.5 seconds are a minute
            count = max(1, round(seconds / unit))
            return one if count == 1 else several.format(n=count)
    return _A_WHILE[language]


class Patience:
    """Counts the silence, and lets her speak up once; again only when the user has said something since.

    Args:
        seconds: of silence; 0 never ends.
        speak_up: called after so many seconds, with them.
    """

    def __init__(self, seconds: float, speak_up: Callable[[float], object]) -> None:
        self._seconds = seconds
        self._speak_up = speak_up
        self._spoke = False
        """She has, since the user said something."""
        self._quiet = False
        """Nobody speaks and nobody thinks."""
        self._timer: asyncio.TimerHandle | None = None

    def follow(self, *, quiet: bool) -> None:
        """Silence begins, or is over."""
        if quiet != self._quiet:
            self._quiet = quiet
            self.start_over()

    def start_over(self) -> None:
        """Somebody is about to say something, to judge by the keys: the silence counts from now."""
        self.stop()
        if self._quiet and self._seconds > 0 and not self._spoke:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._speak_up, self._seconds)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def user_spoke(self) -> None:
        self._spoke = False

    def she_spoke(self) -> None:
        self._spoke = True
        self.stop()

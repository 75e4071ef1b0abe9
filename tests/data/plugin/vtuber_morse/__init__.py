"""A voice that speaks in Morse code.

Of vtuber it imports the public modules only: `engines.base`, `events` and `errors`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, Field

from vtuber_cli.engines.base import Capabilities
from vtuber_cli.events import Speech

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.engines.base import Stop, WeightFiles

_CODE = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
        " ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----.".split(),
        strict=True,
    )
)
_LONGEST = 80
"""Characters in one piece."""


class Morse:
    """Each sentence is one piece; what has no code is silent."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        hertz: float = Field(default=600.0, ge=200, le=2000)
        """The pitch of the tone."""
        dot_seconds: float = Field(default=0.01, ge=0.005, le=0.2)
        """How long a dot lasts; everything else follows from it."""

    rate = 16_000
    capabilities = Capabilities(languages=frozenset({"en"}))

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        self._dot = round(options.dot_seconds * self.rate)
        self._hertz = options.hertz

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        for sentence in re.findall(r"[^.!?\n]+", text):
            for start in range(0, len(sentence), _LONGEST):
                keyed = [on for letter in sentence[start : start + _LONGEST].upper() for on in _units(letter)]
                if stop:
                    return
                if any(keyed):
                    yield Speech(self._tone(np.repeat(keyed, self._dot)), self.rate)

    def close(self) -> None: ...

    def _tone(self, keyed: np.ndarray) -> np.ndarray:
        wave = np.sin(2 * np.pi * self._hertz * np.arange(len(keyed)) / self.rate)
        return (0.4 * wave * keyed).astype(np.float32)


def _units(letter: str) -> list[bool]:
    """Whether there is a tone, for each dot's length."""
    if letter.isspace():
        return [False] * 4
    signs = [[True] * (1 if sign == "." else 3) + [False] for sign in _CODE.get(letter, "")]
    return [on for sign in signs for on in sign] + ([False] * 2 if signs else [])

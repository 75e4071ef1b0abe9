"""The signs of the interface, for terminals with Unicode and for those without."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from vtuber_cli.events import EngineState, Phase


@dataclass(frozen=True, slots=True)
class Symbols:
    """Every sign is one column wide, so that either set fits the same places."""

    ascii: bool
    phases: Mapping[Phase, str]
    engines: Mapping[EngineState, str]
    stars: str
    """From bright to faint."""
    levels: str
    """From silent to loud."""
    note: str
    dot: str
    cut: str
    """Ends a reply that was interrupted."""
    more: str
    warning: str = "!"
    info: str = field(default="*")

    def words(self, text: str) -> str:
        """Our own words with only signs that this terminal has. Foreign text is left alone."""
        return text.translate(_TO_ASCII) if self.ascii else text


UNICODE = Symbols(
    ascii=False,
    phases={"loading": "◌", "idle": "○", "listening": "●", "hearing": "◉", "thinking": "✧", "speaking": "♪"},
    engines={"loading": "◌", "ready": "✓", "failed": "✗"},
    stars="✦✧⋆·.",
    levels="▁▂▃▄▅▆▇█",
    note="♪",
    dot="·",
    cut="—",
    more="…",
    info="✧",
)
ASCII = Symbols(
    ascii=True,
    phases={"loading": "~", "idle": "o", "listening": "*", "hearing": "@", "thinking": "?", "speaking": ">"},
    engines={"loading": "~", "ready": "+", "failed": "x"},
    stars="*+'..",
    levels="_.-:=+*#",
    note="~",
    dot="-",
    cut="--",
    more="...",
)
_TO_ASCII = str.maketrans({"·": "-", "…": "...", "—": "--", "–": "-", "✦": "*", "↑": "up", "↓": "down", "→": "->"})

_COERCED = "C.UTF-8"
"""What Python itself puts into LC_CTYPE when the locale is C (PEP 538); it says nothing about the terminal."""


def symbols(environ: Mapping[str, str] = os.environ) -> Symbols:
    """The signs for this terminal: ASCII if the locale is C, POSIX or of a charset that is not UTF-8."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environ.get(name, "")
        if not value or (name == "LC_CTYPE" and value == _COERCED and environ.get("LANG") in {"C", "POSIX"}):
            continue
        language, _, charset = value.partition("@")[0].partition(".")
        if charset:
            return UNICODE if charset.lower().replace("-", "") == "utf8" else ASCII
        return ASCII if language in {"C", "POSIX"} else UNICODE
    return UNICODE

"""Colours on a terminal without a library: how many it has, and the codes for them.

The variables are those that Rich goes by: NO_COLOR, COLORTERM, TERM.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Literal, TypeAlias

Depth: TypeAlias = Literal["none", "16", "256", "true"]
"""How many colours: `none` means no code at all."""

RESET = "\x1b[0m"
_CUBE = (0, 95, 135, 175, 215, 255)
"""The steps of a channel in xterm's 256 colours."""
_FAINT = 40
"""Up to this far apart, the channels of a colour may become a grey."""


def depth() -> Depth:
    """How many colours a terminal has, by what the environment says of it."""
    term = os.environ.get("TERM", "").lower()
    if os.environ.get("NO_COLOR") or term in ("dumb", "unknown"):
        return "none"
    if os.environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit") or os.environ.get("WT_SESSION"):
        return "true"
    if term.endswith(("-direct", "-truecolor")) or term in ("xterm-kitty", "xterm-ghostty", "alacritty", "foot"):
        return "true"
    return "256" if "256color" in term else "16"


@cache
def colour(hex_: str, depth: Depth, *, behind: bool = False) -> str:
    """The code, without its brackets, of a `#rrggbb` as a letter's colour or as what is behind it; not for 16."""
    red, green, blue = (int(hex_[at : at + 2], 16) for at in (1, 3, 5))
    layer = 48 if behind else 38
    if depth == "true":
        return f"{layer};2;{red};{green};{blue}"
    return f"{layer};5;{nearest_256(red, green, blue)}"


def nearest_256(red: int, green: int, blue: int) -> int:
    """The number of the nearest of xterm's 256 colours, without the first 16, which everybody sets as they like.

    What has a hue keeps one: a dark green is nearest to a grey, and nobody would call that green.
    """
    at = [min(range(6), key=lambda step, value=value: abs(_CUBE[step] - value)) for value in (red, green, blue)]
    shade = max(0, min(23, round(((red + green + blue) / 3 - 8) / 10)))
    grey = 8 + 10 * shade

    def distance(*other: int) -> int:
        return sum((a - b) ** 2 for a, b in zip((red, green, blue), other, strict=True))

    is_grey = max(red, green, blue) - min(red, green, blue) <= _FAINT
    if is_grey and distance(grey, grey, grey) < distance(*(_CUBE[step] for step in at)):
        return 232 + shade
    return 16 + 36 * at[0] + 6 * at[1] + at[2]


def painted(text: str, *codes: str) -> str:
    """The text with these codes around it; as it is where there are none."""
    said = ";".join(code for code in codes if code)
    return f"\x1b[{said}m{text}{RESET}" if said else text

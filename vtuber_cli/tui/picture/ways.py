"""The ways in which a terminal can be shown a picture."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Way: TypeAlias = Literal["kitty", "sixel", "half", "ascii", "off"]
"""By kitty's graphics, as a sixel, in coloured blocks of half a cell and less, in letters, or not at all."""

Wish: TypeAlias = Literal["auto", "kitty", "sixel", "half", "ascii", "off"]
"""What a user may ask for; "auto" takes the best that the terminal is known to do."""

WAYS: tuple[Way, ...] = get_args(Way)

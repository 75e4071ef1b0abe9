"""Which way a picture goes into this terminal, and why. Pure: facts in, a choice out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vtuber_cli.tui.picture.ways import Way


@dataclass(frozen=True, slots=True)
class Choice:
    way: Way
    truecolor: bool = False
    """Whether the screen is to be drawn in 24 bits a colour."""
    cell: tuple[int, int] | None = None
    """Width and height of a cell in pixels, where the terminal says."""
    reason: str = "picture.reason.default"
    """A key of the locales."""
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    """What fills the reason's placeholders; clean."""

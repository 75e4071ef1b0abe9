"""A night and a day, coloured by the character. Three hues: hers, yours, and the stars'.

Every text colour keeps a contrast of at least `CONTRAST` on every ground it may stand on: a character's colour that
does not is made lighter or darker until it does, its hue kept. Only Textual's own theme slots are used, so that any
other theme fits the screens too.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.theme import Theme

CONTRAST = 4.5
"""WCAG AA for text of this size."""

NIGHT = "night"
DAY = "day"


@dataclass(frozen=True, slots=True)
class Look:
    """How a character colours the screen; colours are `#rrggbb`."""

    accent: str = "#f38bb6"
    """Hers: her rule, her name, the frame of the input."""
    you: str = "#8ad6c4"
    star: str = "#f5d58a"
    background: str = ""
    """Its hue is that of the night and of the day behind her; a violet one without it."""
    tagline: str = ""
    """A line under her name."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What text stands on, and its strongest colour."""

    background: str
    surface: str
    panel: str
    text: str

    @property
    def all(self) -> tuple[str, str, str]:
        return self.background, self.surface, self.panel


NIGHT_GROUNDS = Grounds(background="#13111c", surface="#1b1828", panel="#242035", text="#eae6f5")
DAY_GROUNDS = Grounds(background="#fbf9ff", surface="#f3effb", panel="#eae4f6", text="#2b2440")


def tinted(grounds: Grounds, colour: str) -> Grounds:
    """The grounds in the hue of a colour, each as light as before and no more vivid than it or the colour."""
    hue, _, vivid = colorsys.rgb_to_hls(*(channel / 255 for channel in _rgb(colour)))

    def in_hue(ground: str) -> str:
        _, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in _rgb(ground)))
        return _hex(*(round(c * 255) for c in colorsys.hls_to_rgb(hue, lightness, min(saturation, vivid))))

    return Grounds(*map(in_hue, (grounds.background, grounds.surface, grounds.panel, grounds.text)))


def mix(one: str, other: str, share: float) -> str:
    """The colour that is `share` (0 to 1) of `other` and the rest of `one`."""
    return _hex(*(round(a + (b - a) * share) for a, b in zip(_rgb(one), _rgb(other), strict=True)))


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio, 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def readable(colour: str, grounds: Grounds) -> str:
    """The colour nearest to `colour` that can be read on every ground: its hue is kept, its lightness gives way."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in _rgb(colour)))
    end = 0.0 if _luminance(grounds.background) > 0.18 else 1.0
    for step in range(101):
        light = lightness + (end - lightness) * step / 100
        vivid = saturation * (1 - 0.4 * min(1.0, step / 30))  # a pastel made dark at full saturation shouts
        candidate = _hex(*(round(channel * 255) for channel in colorsys.hls_to_rgb(hue, light, vivid)))
        if _readable(candidate, grounds):
            return candidate
    return grounds.text


def dim(grounds: Grounds) -> str:
    """The faintest text colour that can still be read on every ground."""
    steps = (mix(grounds.panel, grounds.text, step / 100) for step in range(101))
    return next((candidate for candidate in steps if _readable(candidate, grounds)), grounds.text)


def _readable(colour: str, grounds: Grounds) -> bool:
    return min(contrast(colour, ground) for ground in grounds.all) >= CONTRAST


def _hex(red: int, green: int, blue: int) -> str:
    return f"#{red:02x}{green:02x}{blue:02x}"


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _rgb(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def themes(look: Look) -> tuple[Theme, Theme]:
    """The night and the day of this character."""
    night, day = NIGHT_GROUNDS, DAY_GROUNDS
    if look.background:
        night, day = tinted(night, look.background), tinted(day, look.background)
    return _theme(NIGHT, look, night, dark=True), _theme(DAY, look, day, dark=False)


def _theme(name: str, look: Look, grounds: Grounds, *, dark: bool) -> Theme:
    from textual.theme import Theme

    hers, you, star = (readable(colour, grounds) for colour in (look.accent, look.you, look.star))
    faint = dim(grounds)
    return Theme(
        name=name,
        dark=dark,
        primary=hers,
        accent=hers,
        secondary=you,
        success=you,
        warning=star,
        error=star,
        foreground=grounds.text,
        background=grounds.background,
        surface=grounds.surface,
        panel=grounds.panel,
        variables={
            "text-muted": faint,
            "text-disabled": faint,
            "foreground-muted": faint,
            "border": mix(grounds.panel, hers, 0.7),
            "border-blurred": mix(grounds.panel, hers, 0.35),
            "scrollbar": mix(grounds.panel, grounds.text, 0.12),
            "scrollbar-hover": mix(grounds.panel, grounds.text, 0.25),
            "scrollbar-active": hers,
            "scrollbar-background": grounds.background,
            "scrollbar-background-hover": grounds.background,
            "scrollbar-background-active": grounds.background,
            "input-selection-background": mix(grounds.panel, you, 0.4),
            "input-cursor-background": hers,
            "input-cursor-foreground": grounds.background,
            "block-cursor-background": mix(grounds.panel, hers, 0.25),
            "block-cursor-foreground": grounds.text,
            "block-cursor-blurred-background": mix(grounds.panel, hers, 0.25),
            "block-cursor-blurred-foreground": grounds.text,
            "markdown-h1-color": hers,
            "markdown-h2-color": hers,
            "markdown-h3-color": hers,
        },
    )

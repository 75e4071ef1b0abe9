"""A drawing as the text of an SVG file. Whatever stands in it was checked: numbers, ids and colours only."""

from __future__ import annotations

from functools import cache
from math import hypot
from typing import TYPE_CHECKING

from vtuber_cli.avatar.path import template
from vtuber_cli.avatar.rig import TENTHS, Gradient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.avatar.rig import Drawable, Drawing, Outline


def svg(drawing: Drawing, box: Sequence[float], size: tuple[int, int]) -> str:
    """The drawing as a picture of so many pixels.

    `box` is the part of the canvas to show, in the canvas's units: left, top, width, height.
    """
    view = " ".join(f"{number * TENTHS:.9g}" for number in box)
    found = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" viewBox="{view}"'
        ' fill="none" stroke-linejoin="round" stroke-linecap="round">'
    ]
    used = {drawable.clip for drawable in drawing.drawables}
    for part, outline in drawing.clips.items():
        if part in used:
            found.append(f'<clipPath id="{part}"><path d="{_data(outline)}"/></clipPath>')
    clip: str | None = None
    for index, drawable in enumerate(drawing.drawables):
        if drawable.clip != clip:  # neighbours share one layer, for layers are what costs
            found.append("</g>" * (clip is not None))
            clip = drawable.clip
            found.append("" if clip is None else f'<g clip-path="url(#{clip})">')
        found.append(_element(drawable, f"_{index}"))
    found.append("</g>" * (clip is not None))
    return "".join([*found, "</svg>"])


def _element(drawable: Drawable, name: str) -> str:
    fill, opacity = drawable.fill, drawable.opacity
    before = attributes = ""
    if isinstance(fill, Gradient):
        before = _gradient(fill, name)
        fill = f"url(#{name})"
    if fill is not None:
        attributes += f' fill="{fill}"' + (f' fill-opacity="{opacity:.3f}"' if opacity < 1 else "")
    if drawable.line is not None:
        attributes += f' stroke="{drawable.line}" stroke-width="{drawable.width:g}"'
        attributes += f' stroke-opacity="{opacity:.3f}"' if opacity < 1 else ""
    return f'{before}<path d="{_data(drawable.outline)}"{attributes}/>'


def _gradient(fill: Gradient, name: str) -> str:
    stops = "".join(
        f'<stop offset="{place:g}" stop-color="{colour}"' + (f' stop-opacity="{alpha:g}"/>' if alpha < 1 else "/>")
        for place, colour, alpha in fill.stops
    )
    x1, y1, x2, y2 = fill.x1, fill.y1, fill.x2, fill.y2
    if fill.round:
        radius = max(hypot(x2 - x1, y2 - y1), 0.1)
        place = f'<radialGradient id="{name}" gradientUnits="userSpaceOnUse" cx="{x1}" cy="{y1}" r="{radius:.1f}">'
        return f"{place}{stops}</radialGradient>"
    place = f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}">'
    return f"{place}{stops}</linearGradient>"


def _data(outline: Outline) -> str:
    return _template(outline.commands) % tuple(outline.numbers)


@cache
def _template(commands: str) -> str:
    return template(commands)

"""Pictures by resvg, which is there on every system. It takes SVG, gives PNG, and holds the interpreter's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtuber_cli.avatar.png import decode
from vtuber_cli.avatar.svg import svg

if TYPE_CHECKING:
    from vtuber_cli.avatar.raster import Box, Size
    from vtuber_cli.avatar.rig import Drawing


def png(drawing: Drawing, box: Box, size: Size) -> bytes:
    import resvg_py

    text = svg(drawing, box, size)
    return bytes(resvg_py.svg_to_bytes(svg_string=text, width=size[0], height=size[1], skip_system_fonts=True))


def rgba(drawing: Drawing, box: Box, size: Size) -> bytes:
    return decode(png(drawing, box, size)).tobytes()

"""Pictures by Skia, in a quarter of resvg's time. skia-python is an extra: on Linux it wants libEGL and libGL.

Importing this raises ImportError where it, or a library of the system's that it needs, is missing.
"""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

import numpy as np
import skia  # pyright: ignore[reportMissingModuleSource] - an extra

from vtuber_cli.avatar.png import encode
from vtuber_cli.avatar.rig import TENTHS, Gradient

if TYPE_CHECKING:
    from vtuber_cli.avatar.raster import Box, Size
    from vtuber_cli.avatar.rig import Drawable, Drawing, Outline

_LEVEL = 4
"""Of compression: the result is a tenth larger than resvg's."""


def png(drawing: Drawing, box: Box, size: Size) -> bytes:
    width, height = size
    return encode(np.frombuffer(rgba(drawing, box, size), np.uint8).reshape(height, width, 4), level=_LEVEL)


def rgba(drawing: Drawing, box: Box, size: Size) -> bytes:
    width, height = size
    premultiplied = skia.ImageInfo.Make(width, height, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    surface = skia.Surface.MakeRaster(premultiplied)
    canvas = surface.getCanvas()
    canvas.clear(0)
    scale = width / box[2] / TENTHS
    canvas.scale(scale, scale)
    canvas.translate(-box[0] * TENTHS, -box[1] * TENTHS)
    _draw(canvas, drawing)
    found = bytearray(4 * width * height)
    surface.readPixels(premultiplied.makeAlphaType(skia.kUnpremul_AlphaType), found, 4 * width)
    return bytes(found)


def _draw(canvas: skia.Canvas, drawing: Drawing) -> None:
    clip: str | None = None
    for drawable in drawing.drawables:
        if drawable.clip != clip:
            if clip is not None:
                canvas.restore()
            clip = drawable.clip
            if clip is not None:
                canvas.save()
                canvas.clipPath(_path(drawing.clips[clip]), True)
        path = _path(drawable.outline)
        if drawable.fill is not None:
            canvas.drawPath(path, _filled(drawable))
        if drawable.line is not None:
            canvas.drawPath(path, _lined(drawable))


def _path(outline: Outline) -> skia.Path:
    pen, numbers, at = skia.PathBuilder(), outline.numbers, 0
    for command in outline.commands:
        if command == "C":
            pen.cubicTo(*numbers[at : at + 6])
            at += 6
        elif command == "Z":
            pen.close()
        elif command == "Q":
            pen.quadTo(*numbers[at : at + 4])
            at += 4
        else:
            (pen.moveTo if command == "M" else pen.lineTo)(numbers[at], numbers[at + 1])
            at += 2
    return pen.detach()


def _filled(drawable: Drawable) -> skia.Paint:
    paint = skia.Paint()
    paint.setAntiAlias(True)
    if isinstance(drawable.fill, Gradient):
        paint.setShader(_shader(drawable.fill))
        paint.setAlphaf(drawable.opacity)
    elif drawable.fill is not None:
        paint.setColor(_colour(drawable.fill, drawable.opacity))
    return paint


def _lined(drawable: Drawable) -> skia.Paint:
    paint = skia.Paint()
    paint.setAntiAlias(True)
    paint.setStyle(skia.Paint.kStroke_Style)
    paint.setStrokeWidth(drawable.width)
    paint.setStrokeJoin(skia.Paint.kRound_Join)
    paint.setStrokeCap(skia.Paint.kRound_Cap)
    paint.setColor(_colour(drawable.line or "#000", drawable.opacity))
    return paint


def _shader(fill: Gradient) -> skia.Shader:
    start, end = skia.Point(fill.x1, fill.y1), skia.Point(fill.x2, fill.y2)
    colours = [_colour(colour, alpha) for _, colour, alpha in fill.stops]
    places = [place for place, _, _ in fill.stops]
    if fill.round:
        radius = max(hypot(fill.x2 - fill.x1, fill.y2 - fill.y1), 0.1)
        return skia.GradientShader.MakeRadial(start, radius, colours, places)
    return skia.GradientShader.MakeLinear([start, end], colours, places)


def _colour(colour: str, alpha: float) -> int:
    """As 0xAARRGGBB."""
    return round(alpha * 255) << 24 | int(colour[1:], 16)

"""A contact sheet: every expression of a character by intensity, as a terminal's cells show it, and how it moves.

Whoever draws looks at this, and it is the picture of a character in the documentation.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from vtuber_cli.avatar import png
from vtuber_cli.avatar.expressions import CALM
from vtuber_cli.avatar.mosaic import mosaic
from vtuber_cli.avatar.raster import Raster
from vtuber_cli.events import EMOTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.avatar.expressions import Expressions
    from vtuber_cli.avatar.painter import Painter
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.avatar.rig import Rig

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""Shape (height, width, 4)."""

CELLS = 80
"""The side in pixels of a picture that becomes 40x20 cells."""

_GAP = 4
_LABEL = 20
_GROUND = (29, 27, 40)
_INK = "#cfc8e6"
_FONTS = "DejaVu Sans, Liberation Sans, Noto Sans, Segoe UI, Helvetica, Arial, sans-serif"

_SHUT: Pose = {"ParamEyeLOpen": 0, "ParamEyeROpen": 0}

MOVES: Sequence[tuple[str, Pose]] = (
    ("right", {"ParamAngleX": 30}),
    ("left", {"ParamAngleX": -30}),
    ("up", {"ParamAngleY": 30}),
    ("down", {"ParamAngleY": -30}),
    ("leans", {"ParamAngleZ": 30}),
    ("sways", {"ParamBodyAngleZ": -8, "ParamHairFront": 1, "ParamHairSide": 1, "ParamHairBack": 1}),
    ("looks right", {"ParamEyeBallX": 1}),
    ("looks up left", {"ParamEyeBallX": -1, "ParamEyeBallY": 1}),
    ("half closed", {"ParamEyeLOpen": 0.5, "ParamEyeROpen": 0.5}),
    ("closed", _SHUT),
    ("closed, smiling", {**_SHUT, "ParamEyeLSmile": 1, "ParamEyeRSmile": 1}),
    ("winks", {"ParamEyeLOpen": 0, "ParamEyeLSmile": 1}),
    ("A", {"ParamMouthOpenY": 1, "ParamMouthForm": 0.2}),
    ("I", {"ParamMouthOpenY": 0.35, "ParamMouthForm": 1}),
    ("U", {"ParamMouthOpenY": 0.3, "ParamMouthForm": -1}),
    ("E", {"ParamMouthOpenY": 0.6, "ParamMouthForm": 0.5}),
    ("O", {"ParamMouthOpenY": 0.7, "ParamMouthForm": -0.6}),
    ("teeth", {"ParamMouthTeeth": 1}),
    ("card", {"ParamHandCard": 1}),
    ("hands", {"ParamArmL": 1, "ParamArmR": 1}),
    ("blush, sweat", {"ParamCheek": 1, "ParamSweat": 1}),
    ("tears", {"ParamTear": 1}),
    ("anger", {"ParamAnger": 1}),
    ("gloom", {"ParamGloom": 1}),
)  # fmt: skip
"""What a rig should be able to do, six in a row."""


def sheet(rig: Rig, expressions: Expressions, *, side: int = 2 * CELLS) -> bytes:
    """The sheet as a PNG: a row an emotion, intensities 1 to 5 and cells; then rows of moves."""
    raster = Raster(rig)
    rows: list[list[Pixels]] = []
    for emotion in EMOTIONS:
        expression = expressions.get(emotion, CALM)
        poses = [expression.pose(intensity) for intensity in range(1, 6)]
        words = [f"{emotion} {intensity}" for intensity in range(1, 6)]
        row = [framed(picture(raster, pose, side), word) for pose, word in zip(poses, words, strict=True)]
        rows.append([*row, framed(cells(raster, poses[-1], side), f"{emotion}, {CELLS // 2}x{CELLS // 4} cells")])
    moves = [framed(picture(raster, pose, side), word) for word, pose in MOVES]
    rows.extend(moves[start : start + 6] for start in range(0, len(moves), 6))
    return png.encode(np.vstack([np.hstack(row) for row in rows]), level=9)


def cells(raster: Raster, pose: Pose, side: int) -> Pixels:
    """The picture as 40x20 cells of a terminal show it, as large as whole pixels allow."""
    small = mosaic(raster.rgba(pose, CELLS, CELLS), CELLS, CELLS, _GROUND).pixels()
    times = max(1, side // CELLS)
    large = small.repeat(times, axis=0).repeat(times, axis=1)[:side, :side]
    found = _ground(side, side)
    top = (side - large.shape[0]) // 2
    found[top : top + large.shape[0], top : top + large.shape[1], :3] = large
    return found


def picture(painter: Painter, pose: Pose, side: int) -> Pixels:
    """A square picture on the sheet's ground."""
    flat = np.frombuffer(painter.rgba(pose, side, side), np.uint8).reshape(side, side, 4)
    return _over(flat, _ground(side, side))


def framed(picture: Pixels, words: str) -> Pixels:
    """The picture with its words under it."""
    side = picture.shape[1]
    found = _ground(side + _LABEL + _GAP, side + _GAP)
    found[:side, :side] = picture
    found[side : side + _LABEL, :side] = _over(_label(words, side), _ground(_LABEL, side))
    return found


def _label(words: str, width: int) -> Pixels:
    """The words in a font of the system's; nothing, where there is none."""
    import resvg_py

    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_LABEL}">'
        f'<text x="{width / 2:g}" y="14" font-family="{_FONTS}" font-size="11" text-anchor="middle" fill="{_INK}">'
        f"{escape(words)}</text></svg>"
    )
    return png.decode(bytes(resvg_py.svg_to_bytes(svg_string=text, width=width, height=_LABEL)))


def _ground(height: int, width: int) -> Pixels:
    return np.full((height, width, 4), (*_GROUND, 255), np.uint8)


def _over(picture: Pixels, ground: Pixels) -> Pixels:
    share = picture[..., 3:].astype(np.uint16)
    mixed = (picture.astype(np.uint16) * share + ground.astype(np.uint16) * (255 - share) + 127) // 255
    mixed[..., 3] = 255
    return mixed.astype(np.uint8)

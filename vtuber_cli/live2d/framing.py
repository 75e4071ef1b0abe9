"""Where a model's face is: told from what changes in the picture when its eyes shut and its mouth opens. Pure.

Models differ in all proportions but these: a head is about four times as high as the way from the eyes to the mouth.
Places are those of OpenGL: the canvas' middle is (0, 0), its top 1 and its bottom -1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vtuber_cli.avatar.rig_file import View

    Pixels = npt.NDArray[np.uint8]

_CHANGED = 24
"""By how much a pixel's channel has to differ."""
_FEW = 6
"""Pixels that are too few to be an eye or a mouth."""
_FACE, _FACE_UP = 2.8, 0.35
_BUST, _BUST_UP = 4.6, -1.4
"""Half the side of what is shown, and how far its middle lies above the eyes, in ways from eyes to mouth."""


class Square(NamedTuple):
    """What is to be shown: its middle and half its side."""

    x: float
    y: float
    half: float


class _Spot(NamedTuple):
    left: float
    right: float
    top: float
    bottom: float

    @property
    def x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2


WHOLE = Square(0.0, 0.0, 1.0)


def squares(rest: Pixels, shut: Pixels, opened: Pixels) -> Mapping[View, Square]:
    """What to show of a model.

    Args:
        rest: a square picture of the whole canvas, shape (n, n, 4), rows from the top.
        shut: the same with shut eyes.
        opened: the same with an open mouth.
    """
    body = _spot(rest[..., 3] > _CHANGED)
    if body is None:
        return {"bust": WHOLE, "face": WHOLE}
    eyes, mouth = _changed(rest, shut), _changed(rest, opened)
    if eyes is not None and mouth is not None and eyes.y - mouth.y > 0.01:
        unit, x, y = eyes.y - mouth.y, eyes.x, eyes.y
    elif eyes is not None:
        unit, x, y = 0.38 * (eyes.right - eyes.left), eyes.x, eyes.y
    else:  # the upper part of whatever there is
        unit, x = (body.top - body.bottom) / 16, body.x
        y = body.top - 2.4 * unit
    return {
        "face": Square(x, y + _FACE_UP * unit, _FACE * unit),
        "bust": Square(x, y + _BUST_UP * unit, _BUST * unit),
    }


def of_box(box: tuple[float, float, float, float], proportion: float) -> Square:
    """A box that somebody wrote, in shares of the canvas from the upper left; the canvas is `proportion` times as wide
    as high."""
    left, top, width, height = box
    x = (2 * left + width - 1) * proportion
    return Square(x, 1 - 2 * top - height, max(width * proportion, height))


def _changed(before: Pixels, after: Pixels) -> _Spot | None:
    difference = np.abs(before.astype(np.int16) - after.astype(np.int16)).max(axis=2)
    return _spot(difference > _CHANGED)


def _spot(mask: npt.NDArray[np.bool_]) -> _Spot | None:
    """Where the mask is set, but for its outermost hundredths; None if hardly anywhere."""
    side = mask.shape[0]
    rows, columns = np.nonzero(mask)
    if len(rows) < _FEW:
        return None
    left, right = np.percentile(columns, (1, 99)).tolist()
    top, bottom = np.percentile(rows, (1, 99)).tolist()
    return _Spot(2 * left / side - 1, 2 * (right + 1) / side - 1, 1 - 2 * top / side, 1 - 2 * (bottom + 1) / side)

"""Pictures of a rig. Poses are rounded to steps that can be told apart, so that a face that moves is drawn from memory.

What is not in memory takes up to tens of milliseconds of CPU, so call this from a worker's thread. One `Raster` may be
called from several. One picture is drawn by `raster_skia`, where that can be loaded, and by `raster_resvg` elsewhere.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypeAlias

from vtuber_cli.avatar.parameters import PARAMETERS, Pose, clamped

if TYPE_CHECKING:
    from vtuber_cli.avatar.painter import Kind
    from vtuber_cli.avatar.rig import Drawing, Rig
    from vtuber_cli.avatar.rig_file import View

_LOG = logging.getLogger(__name__)
_MEMORY = 32 * 1024 * 1024
_COARSEST, _FINEST = 24, 120
"""Steps over a parameter's range, in the smallest and in the largest pictures."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height of a part of the canvas, in its units."""
Size: TypeAlias = tuple[int, int]
"""Width and height of a picture, in pixels."""
_Key: TypeAlias = "tuple[Kind, int, int, View, tuple[int, ...]]"


class Rasteriser(Protocol):
    """Draws one picture: the box, whose proportions are the picture's, on a transparent ground."""

    def png(self, drawing: Drawing, box: Box, size: Size) -> bytes: ...

    def rgba(self, drawing: Drawing, box: Box, size: Size) -> bytes: ...


@cache
def quickest() -> Rasteriser:
    """Skia where it is installed and finds what it needs of the system, else resvg."""
    try:
        from vtuber_cli.avatar import raster_skia
    except ImportError as error:
        if error.name != "skia" or not isinstance(error, ModuleNotFoundError):
            _LOG.warning("resvg draws, for skia-python is installed and cannot be loaded: %s", error)
    else:
        return raster_skia
    from vtuber_cli.avatar import raster_resvg

    return raster_resvg


class Raster:
    """Pictures of one rig, the last ones kept up to `memory` bytes; a `Painter`."""

    live = False

    def __init__(self, rig: Rig, *, memory: int = _MEMORY, rasteriser: Rasteriser | None = None) -> None:
        self.rig = rig
        self._rasteriser = rasteriser
        self.drawn = 0
        """How many pictures were not in memory."""
        self._memory = memory
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def png(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        """A PNG of that many pixels, on a transparent ground; the view keeps its proportions.

        A wide one has it in its middle; in a high one she stands at the bottom.
        """
        return self._picture("png", pose, (width, height), view)

    def rgba(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        """The pixels row by row, four bytes each, not premultiplied."""
        return self._picture("rgba", pose, (width, height), view)

    def key(self, pose: Pose, width: int, height: int, view: View = "bust") -> tuple[object, ...]:
        """Equal for poses whose pictures of this size are the same picture: a key for what is made of pictures."""
        return width, height, view, self._steps(pose, max(width, height))

    def has(self, pose: Pose, width: int, height: int, view: View = "bust", kind: Kind = "rgba") -> bool:
        """Whether the picture is in memory."""
        with self._lock:
            return (kind, width, height, view, self._steps(pose, max(width, height))) in self._kept

    def _picture(self, kind: Kind, pose: Pose, size: Size, view: View) -> bytes:
        steps = self._steps(pose, max(size))
        key: _Key = (kind, *size, view, steps)
        with self._lock:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return found
        draw = self._rasteriser or quickest()
        drawing, box = self.rig.draw(self._pose(steps, max(size))), _box(self.rig.views[view], size, self.rig.canvas[1])
        found = draw.png(drawing, box, size) if kind == "png" else draw.rgba(drawing, box, size)
        self._keep(key, found)
        return found

    def _keep(self, key: _Key, picture: bytes) -> None:
        with self._lock:
            self.drawn += 1
            if len(picture) > self._memory or key in self._kept:
                return
            self._kept[key] = picture
            self._bytes += len(picture)
            while self._bytes > self._memory:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest)

    def _steps(self, pose: Pose, side: int) -> tuple[int, ...]:
        known = clamped(pose)
        found: list[int] = []
        for name in self.rig.parameters:
            parameter = PARAMETERS[name]
            away = known.get(name, parameter.default) - parameter.default
            found.append(round(away * _count(side) / (parameter.high - parameter.low)))
        return tuple(found)

    def _pose(self, steps: tuple[int, ...], side: int) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, step in zip(self.rig.parameters, steps, strict=True):
            parameter = PARAMETERS[name]
            found[name] = parameter.default + step * (parameter.high - parameter.low) / _count(side)
        return found


def _count(side: int) -> int:
    """Steps over a parameter's whole range in a picture of this size; even, so that the ends are steps too."""
    return min(max(side // 3, _COARSEST), _FINEST) // 2 * 2


def _box(view: Box, size: Size, floor: float) -> Box:
    """The view, widened on both sides to the proportions of the picture, but not below the floor: nobody floats."""
    left, top, width, height = view
    wide = max(width, height * size[0] / size[1])
    high = max(height, width * size[1] / size[0])
    return left - (wide - width) / 2, min(top - (high - height) / 2, floor - high), wide, high

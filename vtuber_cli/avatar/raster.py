"""Pictures of a rig. Poses are rounded to steps that can be told apart, so that a face that moves is drawn from memory.

Drawing takes tens of milliseconds of CPU: call it from a worker's thread. One `Raster` may be called from several.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Literal, TypeAlias

from vtuber_cli.avatar.parameters import PARAMETERS, Pose, clamped
from vtuber_cli.avatar.png import decode
from vtuber_cli.avatar.svg import svg

if TYPE_CHECKING:
    from vtuber_cli.avatar.rig import Rig
    from vtuber_cli.avatar.rig_file import View

_MEMORY = 32 * 1024 * 1024
_COARSEST, _FINEST = 24, 120
"""Steps over a parameter's range, in the smallest and in the largest pictures."""

Kind: TypeAlias = Literal["png", "rgba"]
_Key: TypeAlias = "tuple[Kind, int, int, View, tuple[int, ...]]"


class Raster:
    """Pictures of one rig, the last ones kept up to `memory` bytes; a `Painter`."""

    live = False

    def __init__(self, rig: Rig, *, memory: int = _MEMORY) -> None:
        self.rig = rig
        self.drawn = 0
        """How many pictures were not in memory."""
        self._memory = memory
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def png(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        """A PNG of that many pixels, on a transparent ground; the view is centered in it and keeps its proportions."""
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

    def _picture(self, kind: Kind, pose: Pose, size: tuple[int, int], view: View) -> bytes:
        steps = self._steps(pose, max(size))
        key: _Key = (kind, *size, view, steps)
        with self._lock:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return found
        drawing = self.rig.draw(self._pose(steps, max(size)))
        found = _png(svg(drawing, _box(self.rig.views[view], size), size), *size)
        found = found if kind == "png" else decode(found).tobytes()
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


def _box(view: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """The view, widened on both sides to the proportions of the picture."""
    left, top, width, height = view
    wide = max(width, height * size[0] / size[1])
    high = max(height, width * size[1] / size[0])
    return left - (wide - width) / 2, top - (high - height) / 2, wide, high


def _png(text: str, width: int, height: int) -> bytes:
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=text, width=width, height=height, skip_system_fonts=True))

"""One model, drawn by Live2D's library: poses go onto what its motions do, pixels come out.

Runs in a process of its own (`worker`), in one thread. Order within a frame: motion, our pose, physics, parts, drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from vtuber_cli.avatar.parameters import PARAMETERS
from vtuber_cli.live2d import framing
from vtuber_cli.live2d.ids import VOWELS, links

if TYPE_CHECKING:
    from vtuber_cli.avatar.rig_file import View
    from vtuber_cli.live2d.framing import Square

    Pixels = npt.NDArray[np.uint8]

_MEASURED = 512
"""The side of the pictures in which her face is looked for."""
_FINE, _FINEST = 360, 4
"""Small pictures are drawn larger and made smaller, until this side or so many times: their edges are smooth then."""
_LONGEST_STEP = 0.25
"""Seconds that motion and physics go on at once; after a pause they do not catch up."""

_LIDS = frozenset({"ParamEyeLOpen", "ParamEyeROpen"})
_LIPS = frozenset({"ParamMouthOpenY", *VOWELS})
_BY_PHYSICS = frozenset({"ParamHairFront", "ParamHairSide", "ParamHairBack"})
_PRIORITIES = {"idle": 1, "talk": 2, "tap": 3}


class Canvas(Protocol):
    """What the library draws on: `gl.Target`."""

    def use(self, side: int) -> None: ...
    def read(self, left: int, bottom: int, width: int, height: int) -> bytes: ...


class Range(NamedTuple):
    """A parameter of the model's, as the moc has it."""

    low: float
    high: float
    default: float


class _Link(NamedTuple):
    """How a parameter of the model follows the pose."""

    place: int
    name: str
    """In the pose."""
    rest: float
    """The pose's value that changes nothing."""


class Scene:
    """A model on the stage.

    Args:
        library: the module `live2d`, ready to draw.
        model: its Model, loaded.
        canvas: what it draws on.
        lips: the model's parameters that open the mouth.
        motions: by occasion, as (group, number).
        boxes: what its owner wants shown, in shares of the canvas.
        physics: whether the model swings its hair by itself.
    """

    def __init__(
        self,
        library: Any,
        model: Any,
        canvas: Canvas,
        *,
        lips: Sequence[str] = (),
        motions: Mapping[str, Sequence[tuple[str, int]]],
        boxes: Mapping[View, tuple[float, float, float, float]],
        physics: bool = False,
    ) -> None:
        self._library = library
        self._model = model
        self._canvas = canvas
        self._motions = {name: list(those) for name, those in motions.items()}
        self._played = dict.fromkeys(self._motions, 0)
        self._size = 0
        ids: list[str] = model.GetParamIds()
        self.parameters = {
            name: Range(model.GetParamMinByIndex(at), model.GetParamMaxByIndex(at), model.GetParamDefaultByIndex(at))
            for at, name in enumerate(ids)
        }
        self._links = [
            _Link(at, name, PARAMETERS[name].default if name in PARAMETERS else self.parameters[ids[at]].default)
            for at, name in enumerate(links(ids, lips).values())
            if not (physics and name in _BY_PHYSICS)
        ]
        wide, high = model.GetCanvasSize()
        self._squares = dict(self._find())
        self._squares |= {view: framing.of_box(box, wide / high) for view, box in boxes.items()}

    def draw(self, pose: Mapping[str, float], width: int, height: int, view: View, seconds: float) -> bytes:
        """The picture of a pose: rows from the top, four bytes a pixel, not premultiplied.

        Args:
            seconds: since the last one.
        """
        step = min(max(seconds, 0.0), _LONGEST_STEP)
        model = self._model
        if self._motions.get("idle") and model.IsMotionFinished():
            self.play("idle")
        model.LoadParameters()
        model.UpdateMotion(step)
        model.SaveParameters()
        self._strike(pose)
        model.UpdatePhysics(step)
        model.UpdatePose(step)
        return self._picture(width, height, self._squares[view])

    def play(self, occasion: str) -> None:
        """Begins the next motion for this occasion, if the model has one."""
        if those := self._motions.get(occasion):
            group, number = those[self._played[occasion] % len(those)]
            self._played[occasion] += 1
            self._model.StartMotion(group, number, _PRIORITIES[occasion])

    def _strike(self, pose: Mapping[str, float]) -> None:
        """The pose over what the motion says: lips as they are told, lids at most as open as they were, all else as
        much more or less as the pose is away from rest."""
        model = self._model
        for place, name, rest in self._links:
            wanted = pose.get(name)
            if wanted is None:
                continue
            if name in _LIPS:
                model.SetParamByIndex(place, wanted)
            elif name in _LIDS:
                model.SetParamByIndex(place, model.GetParamValueByIndex(place) * wanted)
            elif wanted != rest:
                model.SetParamByIndex(place, model.GetParamValueByIndex(place) + wanted - rest)

    def _picture(self, width: int, height: int, square: Square) -> bytes:
        long, short = max(width, height), min(width, height)
        times = min(max(_FINE // long, 1), _FINEST)
        side = long * times
        model = self._model
        self._canvas.use(side)
        if side != self._size:
            model.Resize(side, side)
            self._size = side
        # The square has to fit into the shorter side.
        scale = short / (long * square.half)
        model.SetScale(scale)
        model.SetOffset(-square.x * scale, -square.y * scale)
        self._library.clearBuffer(0.0, 0.0, 0.0, 0.0)
        model.Draw()
        left, bottom = (side - width * times) // 2, (side - height * times) // 2
        raw = np.frombuffer(self._canvas.read(left, bottom, width * times, height * times), np.uint8)
        return straight(raw.reshape(height * times, width * times, 4)[::-1], times).tobytes()

    def _find(self) -> Mapping[View, Square]:
        """Where her face is, from three pictures of her."""
        shut: dict[str, float] = dict.fromkeys(_LIDS, 0.0)
        return framing.squares(self._still({}), self._still(shut), self._still({"ParamMouthOpenY": 1.0}))

    def _still(self, pose: Mapping[str, float]) -> Pixels:
        self._model.ResetAllParameters()
        self._strike(pose)
        self._model.UpdatePose(0.0)
        found = self._picture(_MEASURED, _MEASURED, framing.WHOLE)
        self._model.ResetAllParameters()
        return np.frombuffer(found, np.uint8).reshape(_MEASURED, _MEASURED, 4)


def straight(pixels: Pixels, times: int = 1) -> Pixels:
    """Premultiplied pixels made smaller by averaging and no longer premultiplied.

    Args:
        pixels: shape (height * times, width * times, 4).
    """
    high, wide = pixels.shape[0] // times, pixels.shape[1] // times
    found = pixels.astype(np.float32).reshape(high, times, wide, times, 4).mean(axis=(1, 3))
    share = found[..., 3:] / 255
    found[..., :3] /= np.where(share > 0, share, 1)
    return np.rint(np.clip(found, 0, 255)).astype(np.uint8)

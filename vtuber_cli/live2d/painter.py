"""The painter of a Live2D model: asks the drawing process for every frame, as a model moves by itself."""

from __future__ import annotations

import json
from importlib.util import find_spec
from math import isfinite
from threading import Lock
from typing import TYPE_CHECKING, Any

from vtuber_cli.avatar.parameters import PARAMETERS
from vtuber_cli.errors import EngineUnavailable, VtuberError
from vtuber_cli.events import Greeted, PhaseChanged
from vtuber_cli.live2d import process
from vtuber_cli.live2d.ids import standard

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from vtuber_cli.avatar.painter import Kind
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.avatar.rig_file import View
    from vtuber_cli.events import Event
    from vtuber_cli.live2d.map_file import Cast


def available() -> bool:
    """Whether Live2D's library is installed; nothing is imported."""
    found = find_spec("live2d")
    return found is not None and found.origin is not None  # a mere folder of that name has no origin


class Live2dPainter:
    """Draws one model. May be called from several threads; after a failure every call fails the same way.

    Args:
        cast: the model and what it shows.
        run: the drawing process' command, for tests.

    Raises:
        EngineUnavailable: the extra is not installed, or there is no OpenGL.
        EngineFailed: the model was refused.
    """

    live = True

    def __init__(self, cast: Cast, *, run: Sequence[str] = ()) -> None:
        if not run and not available():
            raise EngineUnavailable("live2d.not_installed")
        self._lock = Lock()
        self._failure: VtuberError | None = None
        self._plays: list[str] = []
        self._process = process.Process(str(cast.model.file), run)
        about, _ = self._process.ask(_order(cast), process.LOADING)
        self.drawn_by: str = about["gl"]
        """The graphics driver."""
        self.seconds: float = about["seconds"]
        """How long loading took."""
        self.parameters: Mapping[str, tuple[float, float, float]] = {
            name: tuple(found) for name, found in about["parameters"].items()
        }
        """Lowest, highest and default value of the model's parameters by their ids, as the moc has them."""
        self.extra: Mapping[str, float] = {
            name: default for name, (_, _, default) in self.parameters.items() if standard(name) not in PARAMETERS
        }
        """The defaults of those that are not standard: what a performer has to know besides."""

    def key(self, pose: Pose, width: int, height: int, view: View = "bust") -> Hashable:
        """Equal to no other: the same pose is another picture a moment later."""
        return object()

    def has(self, pose: Pose, width: int, height: int, view: View = "bust", kind: Kind = "rgba") -> bool:
        return False

    def png(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        """A PNG of so many pixels on a transparent ground."""
        import numpy as np

        from vtuber_cli.avatar.png import encode

        pixels = np.frombuffer(self.rgba(pose, width, height, view), np.uint8)
        return encode(pixels.reshape(height, width, 4))

    def rgba(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        """The pixels row by row from the top, four bytes each, not premultiplied.

        Raises:
            EngineFailed: the drawing process died or hangs.
        """
        with self._lock:
            if self._failure is not None:
                raise self._failure
            plays, self._plays = self._plays, []
            finite = {name: value for name, value in pose.items() if isfinite(value)}
            order: dict[str, Any] = {"pose": finite, "size": [width, height], "view": view, "plays": plays}
            try:
                return self._process.ask(order, process.DRAWING)[1]
            except VtuberError as error:
                self._failure = error
                raise

    def tell(self, event: Event) -> None:
        """What happens in the talk, for the model's own motions."""
        if isinstance(event, Greeted):
            self._plays = ["tap"]
        elif isinstance(event, PhaseChanged) and event.phase == "speaking" and "tap" not in self._plays:
            self._plays = ["talk"]

    def close(self) -> None:
        """Ends the drawing process."""
        self._process.close()


def _order(cast: Cast) -> dict[str, Any]:
    model = cast.model
    # The library reads the folder itself, as with any model; but what we left out it must not see.
    document = json.dumps(dict(model.document), ensure_ascii=False, indent=1) if model.faults else None
    return {
        "file": str(model.file.absolute()),
        "root": str(model.file.absolute().parent),
        "document": document,
        "lips": list(cast.lips),
        "motions": {
            occasion: [[one.group, one.number] for one in members] for occasion, members in cast.motions.items()
        },
        "boxes": {view: list(box) for view, box in cast.views.items()},
        "physics": bool(model.document["FileReferences"].get("Physics")),
    }

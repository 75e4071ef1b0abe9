"""What is done in a real terminal, and what has to be seen then."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tests.terminals.display import Display, Image
from tests.terminals.windows import STAGE, shell, window

Keep: TypeAlias = Callable[[str, Image], object]

_HERS = ((255, 232, 220), (183, 156, 242), (154, 128, 221))
"""Skin and hair of Mika's rig, in the colours that nothing else on the screen has."""
_NEAR = 6
ENOUGH = 1500
"""Pixels: her face fills far more wherever it is shown."""
_PROMPT = 0.00002
"""The share of pixels that a shell's prompt takes."""
STRAY = 12
"""Pixels that letters may happen to mix of other colours."""


class Box(NamedTuple):
    """Shares of the window, from its upper left."""

    left: float
    top: float
    right: float
    bottom: float


def beside(columns: int, rows: int) -> Box:
    """Where her face may be, by the layout: a column at the right, above the line that is typed in."""
    wide = 48 if columns >= 110 and rows >= 30 else 28
    return Box(1 - wide / columns, 0.0, 1.0, 1 - 5 / rows)


def hers(image: Image) -> NDArray[np.bool_]:
    """Which pixels have her colours."""
    found = np.zeros(image.shape[:2], np.bool_)
    for colour in _HERS:
        found |= (np.abs(image.astype(np.int16) - np.array(colour, np.int16)) <= _NEAR).all(axis=2)
    return found


def shown(image: Image) -> bool:
    return int(hers(image).sum()) > ENOUGH


def gone(image: Image) -> bool:
    return int(hers(image).sum()) <= STRAY


def changed(image: Image, before: Image) -> float:
    """The share of pixels that are not as they were."""
    return float(np.any(image != before, axis=2).mean())


@dataclass
class Play:
    """The stage in one terminal, from a shell's prompt on."""

    display: Display
    process: int
    taken: Keep | None = None
    """Keeps a picture under a name."""

    def look(self, name: str) -> Image:
        image = self.display.settled()
        if self.taken is not None:
            self.taken(name, image)
        return image

    def inside(self, box: Box) -> Callable[[Image], bool]:
        """Whether she is shown, and within a box of the window only."""
        width, height = self.display.size()

        def check(image: Image) -> bool:
            mask = hers(image)
            inside = mask[
                int(box.top * height) : int(box.bottom * height) + 1, int(box.left * width) : int(box.right * width) + 1
            ]
            return int(inside.sum()) > ENOUGH and int(mask.sum() - inside.sum()) <= STRAY

        return check

    def begin(self, *options: str) -> None:
        self.display.type(" ".join((*STAGE, *options)))


@contextmanager
def play(display: Display, terminal: str, size: tuple[int, int], taken: Keep | None = None) -> Generator[Play]:
    with tempfile.TemporaryDirectory(prefix="vtuber-stage-") as home:
        env = {"VTUBER_HOME": f"{home}/vtuber"}
        with window(display, terminal, size, shell(Path(home)), env) as process:
            display.until(lambda image: changed(image, np.zeros_like(image)) > _PROMPT, "a prompt")
            display.settled()
            yield Play(display, process.pid, taken)


def emotions(on: Play, names: Sequence[str]) -> None:
    for name in names:
        on.display.type(f"feel {name}")
        on.look(name)

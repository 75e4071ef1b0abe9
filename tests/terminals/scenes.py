"""What is done in a real terminal, and what has to be seen then."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tests.terminals.display import Display, Image
from tests.terminals.stage import BEGUN, LEFT
from tests.terminals.windows import STAGE, shell, window

Keep: TypeAlias = Callable[[str, Image], object]

_HERS = ((255, 232, 220), (183, 156, 242), (154, 128, 221))
"""Skin and hair of Mika's rig, in the colours that nothing else on the screen has."""
_NEAR = 6
ENOUGH = 1500
"""Pixels: her face fills far more wherever it is shown."""
SEEN = 0.01
"""The share of pixels that another screen changes at the least: more than what is typed, or a blink."""
_PROMPT = 0.00002
"""The share of pixels that a shell's prompt takes."""
_SEAM = 2
"""Pixels at a cell's edge that a font's blocks may spill over from the next."""
_MIXED = 8.0
"""Levels that a mix of two colours may be beside the line between them."""
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


def fineness(image: Image, window: tuple[int, int], size: tuple[int, int]) -> float:
    """The share of her cells that two colours and what lies between them could not make: blocks have none of these.

    Args:
        window: its width and height.
        size: columns and rows.
    """
    (width, height), (columns, rows) = window, size
    wide, high = width // columns, height // rows
    grid = image[: high * rows, : wide * columns].reshape(rows, high, columns, wide, 3).swapaxes(1, 2)
    inner = grid[:, :, _SEAM:-_SEAM, _SEAM:-_SEAM]
    cells = inner.reshape(rows * columns, -1, 3)
    cells = cells[hers(cells).any(axis=1)].astype(np.float64)
    one = _farthest(cells, cells.mean(axis=1, keepdims=True))
    other = _farthest(cells, one)
    along = other - one
    length = np.maximum((along**2).sum(axis=2, keepdims=True), 1.0)
    nearest = one + ((cells - one) * along).sum(axis=2, keepdims=True) / length * along
    away = np.linalg.norm(cells - nearest, axis=2).max(axis=1)
    return float((away > _MIXED).mean())


def _farthest(cells: NDArray[np.float64], of: NDArray[np.float64]) -> NDArray[np.float64]:
    """In each cell the colour that is farthest from another (cells x pixels x RGB, and cells x 1 x RGB)."""
    where = ((cells - of) ** 2).sum(axis=2).argmax(axis=1)
    return cells[np.arange(len(cells)), where][:, None]


def changed(image: Image, before: Image) -> float:
    """The share of pixels that are not as they were."""
    return float(np.any(image != before, axis=2).mean())


@dataclass
class Play:
    """The stage in one terminal, from a shell's prompt on."""

    display: Display
    folder: Path
    taken: Keep | None = None
    """Keeps a picture under a name."""

    @property
    def way(self) -> str:
        """The way that was chosen for the picture."""
        return self._told("STAGE_CHOICE")[-1]

    def do(self, command: str) -> None:
        """Has her do something, and waits until the screen has it."""
        before = len(self._told("STAGE_SHOWN"))
        self.display.type(command)
        self._until_told(before, command)

    def press(self, key: str) -> None:
        """Presses a key that changes the screen."""
        before = self.display.image()
        self.display.press(key)
        self.display.until(lambda image: changed(image, before) > SEEN, f"what {key} does")

    def leave(self) -> None:
        """Leaves the stage, and waits for the shell."""
        self.display.press("ctrl+q")
        self._until_told(0, LEFT)
        self.display.type("touch ~/here")
        self.display.until(lambda _image: (self.folder / "here").exists(), "a shell that does what is typed")

    def _told(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def _until_told(self, after: int, what: str) -> None:
        self.display.until(lambda _image: what in self._told("STAGE_SHOWN")[after:], what)

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

    def greeted(self) -> None:
        """Waits until she has said hello."""
        self._until_told(0, BEGUN)


@contextmanager
def play(display: Display, terminal: str, size: tuple[int, int], taken: Keep | None = None) -> Generator[Play]:
    with tempfile.TemporaryDirectory(prefix="vtuber-stage-") as home:
        env = {"VTUBER_HOME": f"{home}/vtuber"} | {name: f"{home}/{name}" for name in ("STAGE_CHOICE", "STAGE_SHOWN")}
        with window(display, terminal, size, shell(Path(home)), env):
            display.until(lambda image: changed(image, np.zeros_like(image)) > _PROMPT, "a prompt")
            display.settled()
            yield Play(display, Path(home), taken)

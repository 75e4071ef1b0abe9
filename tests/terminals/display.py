"""A screen that nobody sees (Xvfb): real terminals run on it, and what they draw can be looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1400, 1000
_PATIENCE = 30.0
_CALM = 0.5
"""Seconds without a change."""
_LITTLE = 0.004
"""The share of the screen that may change meanwhile."""

Image = NDArray[np.uint8]
"""Rows x columns x RGB."""


class Display:
    """One Xvfb, and the keyboard and mouse on it."""

    def __init__(self, number: str) -> None:
        self.name = f":{number}"

    @property
    def environ(self) -> dict[str, str]:
        return os.environ | {"DISPLAY": self.name}

    def image(self) -> Image:
        """What is on the screen now."""
        taken = self._tool("import", "-silent", "-window", "root", "-depth", "8", "rgb:-")
        return np.frombuffer(taken, np.uint8).reshape(HEIGHT, WIDTH, 3)

    def until(self, true: Callable[[Image], object], what: str) -> Image:
        """Looks until something is seen."""
        limit = time.monotonic() + _PATIENCE
        while not true(image := self.image()):
            if time.monotonic() > limit:
                save(image, picture := Path(tempfile.mkdtemp(prefix="vtuber-not-seen-")) / "screen.png")
                raise AssertionError(f"not seen after {_PATIENCE:.0f} s: {what}; see {picture}")
        return image

    def settled(self) -> Image:
        """What is there once little changes: she blinks and breathes, and the cursor may blink."""
        before = self.image()
        calm = time.monotonic()
        limit = calm + _PATIENCE
        while (now := time.monotonic()) < min(calm + _CALM, limit):
            seen = self.image()
            if np.mean(np.any(seen != before, axis=2)) > _LITTLE:
                before, calm = seen, now
        return before

    def type(self, text: str) -> None:
        self._tool("xdotool", "type", "--delay", "4", text)
        self.press("Return")

    def press(self, *keys: str) -> None:
        self._tool("xdotool", "key", "--delay", "20", *keys)

    def point(self, x: int, y: int) -> None:
        self._tool("xdotool", "mousemove", str(x), str(y))

    def scroll(self, steps: int) -> None:
        """The wheel; negative is up."""
        self._tool("xdotool", "click", "--repeat", str(abs(steps)), "--delay", "10", "4" if steps < 0 else "5")

    def size(self) -> tuple[int, int]:
        """Width and height of the terminal's window, the only one."""
        found = self._tool("xdotool", "getwindowgeometry", "--shell", self._window()).decode()
        facts = dict(line.split("=") for line in found.split())
        return int(facts["WIDTH"]), int(facts["HEIGHT"])

    def resize(self, width: int, height: int) -> None:
        self._tool("xdotool", "windowsize", self._window(), str(width), str(height))

    def _window(self) -> str:
        return self._tool("xdotool", "search", "--onlyvisible", "--maxdepth", "1", "").decode().split()[-1]

    def _tool(self, *command: str) -> bytes:
        return subprocess.run(command, env=self.environ, capture_output=True, check=True, timeout=30).stdout


@contextmanager
def display() -> Generator[Display]:
    read, write = os.pipe()
    size = f"{WIDTH}x{HEIGHT}x24"
    command = [
        "Xvfb",
        "-displayfd",
        str(write),
        "-screen",
        "0",
        size,
        "-r",
        "-nolisten",
        "tcp",
        "-noreset",
    ]  # -r: no key repeats
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            with os.fdopen(read) as number:
                shown = Display(number.readline().strip())
            shown.point(15, 15)
            yield shown
        finally:
            server.terminate()


def save(image: Image, file: Path) -> None:
    """As a PNG."""
    file.parent.mkdir(parents=True, exist_ok=True)
    height, width, _ = image.shape
    command = ["convert", "-size", f"{width}x{height}", "-depth", "8", "rgb:-", str(file)]
    subprocess.run(command, input=image.tobytes(), check=True, timeout=30)


def lacking(*programs: str) -> Sequence[str]:
    """Those of the programs that are not installed."""
    return [name for name in programs if shutil.which(name) is None]

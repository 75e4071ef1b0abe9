"""A terminal in a box (tmux): keys go in, the screen can be looked at."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.journeys.program import PATIENCE, until

PROMPT = "ready>"


class Screen:
    """A shell on a terminal of `width` x `height`; captures go to `folder`."""

    def __init__(self, socket: Path, folder: Path) -> None:
        self._socket = socket
        self._folder = folder
        self._captures = 0
        self.command = ""
        """The last one that was run."""

    def tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self._socket), "-f", os.devnull, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout

    def run(self, *args: str | Path) -> None:
        """Types a `vtuber` command line at the shell's prompt."""
        self.command = shlex.join([sys.executable, "-m", "vtuber_cli", *map(str, args)])
        self.type(self.command)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-t", "0", "-l", text)
        self.press("Enter")

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", "-t", "0", *keys)

    def program(self) -> int:
        """The process that the shell runs now."""
        shell = self.tmux("display-message", "-p", "-t", "0", "#{pane_pid}").strip()
        return int(Path(f"/proc/{shell}/task/{shell}/children").read_text(encoding="ascii").split()[0])

    @property
    def text(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "0")

    def until(self, pattern: str) -> str:
        """Waits until the screen shows a regular expression; what it shows then."""
        seen = ""

        def shows() -> bool:
            nonlocal seen
            seen = self.text
            return re.search(pattern, seen) is not None

        try:
            until(shows, pattern)
        except AssertionError:
            raise AssertionError(f"{pattern!r} is not on the screen after {PATIENCE:.0f} s:\n{seen}") from None
        return seen

    def capture(self, name: str) -> str:
        """Keeps what is shown, with and without its colours."""
        self._captures += 1
        plain = self.text
        stem = self._folder / f"{self._captures}-{name}"
        stem.with_suffix(".txt").write_text(plain, encoding="utf-8")
        stem.with_suffix(".ansi").write_text(self.tmux("capture-pane", "-p", "-e", "-t", "0"), encoding="utf-8")
        return plain

    def state(self) -> dict[str, str]:
        """What a program might leave changed behind: the terminal's modes, and the line's settings."""
        modes = ("alternate_on", "cursor_flag", "insert_flag", "keypad_cursor_flag", "keypad_flag", "wrap_flag")
        modes += ("mouse_any_flag", "mouse_sgr_flag", "scroll_region_lower", "scroll_region_upper", "origin_flag")
        values = self.tmux("display-message", "-p", "-t", "0", " ".join(f"#{{{mode}}}" for mode in modes)).split(" ")
        tty = self.tmux("display-message", "-p", "-t", "0", "#{pane_tty}").strip()
        with open(tty, encoding="ascii") as terminal:  # noqa: PTH123 - a device
            line = subprocess.run(["stty", "-a"], stdin=terminal, capture_output=True, text=True, check=True).stdout
        return dict(zip(modes, map(str.strip, values), strict=True)) | {"stty": line}


@contextmanager
def screen(width: int, height: int, folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Screen]:
    """A terminal with a shell's prompt on it. Nobody is drawn unless `env` says so: a face stands between words that
    are looked for."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    with TemporaryDirectory(prefix="vtuber-tmux-") as short:  # a socket's path has to be short
        box = Screen(Path(short) / "tmux", folder)
        environment = os.environ | {"VTUBER_AVATAR": "off"} | dict(env or {}) | {"HISTFILE": "", "ENV": ""}
        environment.pop("TMUX", None)
        command = ["tmux", "-u", "-S", str(Path(short) / "tmux"), "-f", os.devnull, "new-session", "-d"]
        size = ["-x", str(width), "-y", str(height)]
        subprocess.run([*command, *size, "-c", str(folder), "sh"], env=environment, check=True, timeout=30)
        try:
            box.type("PS1=ready\\>\\ ; clear")
            box.until(PROMPT)
            yield box
        finally:
            print(box.text)
            subprocess.run(["tmux", "-S", str(Path(short) / "tmux"), "kill-server"], check=False, timeout=30)

"""On a real (pseudo) terminal: no byte of a model acts on it, and it is always given back as it was."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte
import pytest

from tests.tui.on_a_terminal import EVIL
from vtuber_cli.tui.terminal import seconds_since_start

COLUMNS, ROWS = 100, 40
_PATIENCE = 30.0


class Terminal:
    """A program on a pseudo terminal: every byte it wrote, and the screen they make."""

    def __init__(self, kind: str, folder: Path, **environment: str) -> None:
        self.log = folder / "log"
        self.bytes = b""
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (ROWS, COLUMNS))
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        environ = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | environment
        command = [sys.executable, "-m", "tests.tui.on_a_terminal", kind, str(self.log)]
        root = Path(__file__).parents[2]
        stderr: Any = (folder / "stderr").open("w") if kind == "bug" else slave
        self.process = subprocess.Popen(command, cwd=root, env=environ, stdin=slave, stdout=slave, stderr=stderr)
        if stderr is not slave:
            stderr.close()

    def until(self, seen: Callable[[], bool]) -> None:
        limit = time.monotonic() + _PATIENCE
        while not seen():
            assert time.monotonic() < limit, self.page()
            if select.select([self._master], [], [], 0.05)[0]:
                data = os.read(self._master, 65536)
                self.bytes += data
                self._stream.feed(data)

    def press(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def page(self) -> str:
        return "\n".join(self._screen.display)

    def ended(self) -> int:
        self.until(lambda: self.process.poll() is not None)
        while select.select([self._master], [], [], 0.05)[0]:
            self.bytes += os.read(self._master, 65536)
        assert termios.tcgetattr(self._slave) == self.before
        for restored in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l"):
            assert self.bytes.rfind(restored) > self.bytes.rfind(restored[:-1] + bytes([restored[-1] ^ 0x04])), restored
        os.close(self._master)
        os.close(self._slave)
        assert self.process.returncode is not None
        return self.process.returncode


def test_nothing_hostile_reaches_the_terminal_and_it_is_given_back(tmp_path: Path) -> None:
    terminal = Terminal("evil", tmp_path)
    terminal.until(lambda: terminal.page().count("[@click=app.bell]click") >= 4)
    terminal.press(b"\x11")
    assert terminal.ended() == 0, terminal.bytes[-4000:]
    for payload in (b"T1NDNTI", b"TITLE", b"DCS", b"]52;", b"\x1bc", "\u202e".encode(), b"\x7f", b"stray"):
        assert payload not in terminal.bytes, payload
    text = terminal.bytes.decode("utf-8", "surrogateescape")
    assert not set(text) & set(map(chr, range(0x80, 0xA0)))
    assert terminal.bytes.count(b"\x1b[?1049l") == 1
    assert "seen" in EVIL
    assert "stray native chatter" in terminal.log.read_text()


def test_a_bug_gives_the_terminal_back_and_is_told_once_without_a_dump(tmp_path: Path) -> None:
    """With stderr in a file, too: the screen is drawn on the terminal all the same."""
    terminal = Terminal("bug", tmp_path)
    assert terminal.ended() == 70
    after = terminal.bytes.rpartition(b"\x1b[?1049l")[2]
    assert b"told: a bug of ours" in after
    assert b"Traceback" not in terminal.bytes
    assert (tmp_path / "stderr").read_text() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_in_order_and_the_first_paint_was_measured(tmp_path: Path, number: signal.Signals) -> None:
    paint = tmp_path / "paint"
    terminal = Terminal("idle", tmp_path, VTUBER_FIRST_PAINT=str(paint))
    terminal.until(lambda: "waking up" in terminal.page())
    terminal.until(lambda: paint.exists() and paint.read_text().endswith("\n"))
    assert 0.05 < float(paint.read_text()) < _PATIENCE
    terminal.process.send_signal(number)
    assert terminal.ended() == 0


def test_a_byte_that_is_no_text_does_not_end_the_talk(tmp_path: Path) -> None:
    terminal = Terminal("idle", tmp_path)
    terminal.until(lambda: "waking up" in terminal.page())
    terminal.press(b"\xffstill here")
    terminal.until(lambda: "still here" in terminal.page())
    terminal.press(b"\x11")
    assert terminal.ended() == 0


def test_the_age_of_a_process_is_known() -> None:
    assert seconds_since_start() > 0

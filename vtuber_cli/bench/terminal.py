"""A program in a terminal of its own: it is told by a pipe what to do, and what it draws is counted."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from vtuber_cli.errors import EngineFailed

ROWS, COLUMNS = 40, 120
_LONGEST = 120.0
"""Seconds in which there has to be an answer, beside what was asked for."""
_QUIET = 0.2
"""Seconds without output after which everything has been written."""


class Terminal:
    """Runs a Python module on a pseudo-terminal. It reads commands from one pipe and answers each on another, as lines
    of JSON; the pipes' numbers are its first arguments.

    Args:
        module: by its name.
        arguments: what it is told besides.
    """

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        self.written = 0
        """Bytes that it has written to the terminal."""
        self._master, slave = os.openpty()
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        self._begun = b""
        try:
            resize(slave)
            self._program = subprocess.Popen(
                [sys.executable, "-m", module, str(commands), str(answers), *arguments],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=_environment(os.environ),
                pass_fds=(commands, answers),
                start_new_session=True,
            )
        except BaseException:
            self._close_pipes()
            raise
        finally:
            for fd in (slave, commands, answers):
                os.close(fd)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._commands)  # the end of what it is to do
        self._commands = -1
        deadline = time.monotonic() + _LONGEST / 4
        while self._program.poll() is None and time.monotonic() < deadline and kind is None:
            self._look(0.05)
        if self._program.poll() is None:
            self._program.kill()
        self._program.wait()
        self._close_pipes()

    def ask(self, command: Mapping[str, Any], seconds: float = 0.0) -> dict[str, Any]:
        """Has something done, and returns the answer once what it drew has been written.

        Args:
            seconds: that it takes anyway.

        Raises:
            EngineFailed: the program ended, or does not answer.
        """
        with suppress(BrokenPipeError):  # it has ended, perhaps with an answer
            os.write(self._commands, json.dumps(command).encode() + b"\n")
        return self.answer(seconds)

    def answer(self, seconds: float = 0.0) -> dict[str, Any]:
        """The next answer; see `ask`."""
        deadline = time.monotonic() + seconds + _LONGEST
        while b"\n" not in self._begun:
            if time.monotonic() > deadline or (self._program.poll() is not None and not self._look(0.0)):
                raise EngineFailed("bench.no_screen")
            self._look(0.5)
        while self._look(_QUIET):
            pass
        line, _, self._begun = self._begun.partition(b"\n")
        return json.loads(line)

    def _look(self, seconds: float) -> bool:
        """Takes what has come, or waits for it; whether something came."""
        ready, _, _ = select.select([self._master, self._answers], [], [], seconds)
        came = False
        for fd in ready:
            data = b""
            with suppress(OSError):  # the other end is closed
                data = os.read(fd, 1 << 16)
            came = came or bool(data)
            if fd == self._answers:
                self._begun += data
            else:
                self.written += len(data)
        return came

    def _close_pipes(self) -> None:
        for fd in (self._master, self._answers, self._commands):
            if fd >= 0:
                os.close(fd)


def end_with_it() -> None:
    """To be called by the program: makes the terminal its own, so that it ends with whoever opened that, however they
    end. A screen that nobody reads any more would go on for ever."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def resize(terminal: int) -> None:
    """Makes a pseudo-terminal `ROWS` by `COLUMNS`."""
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """A terminal of all colours and of its own size, whatever this one is."""
    of_this = ("NO_COLOR", "TMUX", "STY", "COLUMNS", "LINES")
    kept = {name: value for name, value in ours.items() if name not in of_this}
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"}

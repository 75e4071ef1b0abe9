"""Asks the terminal what it can show, before anybody draws on it.

The terminal is in raw mode from the question on, so that no answer is echoed or waits for a return key, and stays so
until the screen has taken over (`Asking.before` is what it then has to give back). It is put back whatever happens:
an error, ctrl+c, a signal that ends the program. A terminal that was closed meanwhile says nothing.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from struct import unpack
from types import FrameType
from typing import Any

from vtuber_cli.tui.picture.answers import Answers, has_ended, parse, sized

SECONDS = 0.15
PATIENT_SECONDS = 1.0
"""For a way that the user asked for by name, and for the doctor: a slow line is no reason to deny it."""
LATE_SECONDS = 5.0
"""So long after the question its answer may still come."""

_MOST = 1 << 16
"""What is kept of what came; no honest answers are as long."""
_PIECE = 4096
_MOMENT = 0.05
_LINE = ("", "dumb", "linux", "unknown")
"""TERMs that know none of it, or print the question."""


def can_ask(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a terminal that would answer: one, ours to use, and not of those that print questions."""
    if sys.platform == "win32" or environ.get("TERM", "") in _LINE or environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return False
    try:
        keys, screen = sys.stdin.fileno(), sys.stdout.fileno()
        same = os.isatty(keys) and os.isatty(screen) and os.fstat(keys).st_rdev == os.fstat(screen).st_rdev
        # From the background it would stop us; another's terminal would answer somebody else.
        return same and os.tcgetpgrp(keys) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False


class Asking:
    """A question that was put.

    Attributes:
        before: how the terminal was (termios).
        answers: what it said; nothing before `wait`.
        took: the seconds that it took to say that.
    """

    def __init__(self, keys: int, before: list[Any], clock: Callable[[], float]) -> None:
        self.before = before
        self.answers = Answers()
        self.took = 0.0
        self._keys = keys
        self._clock = clock
        self._asked = clock()
        self._taken = False

    def wait(self, seconds: float = SECONDS) -> Answers:
        """Reads until the last answer is there, `seconds` after the question at most; what is there already anyway."""
        data, end = b"", b""
        while not has_ended(end):
            left = max(0.0, self._asked + seconds - self._clock())
            try:
                ready, _, _ = select.select([self._keys], [], [], left)
                got = os.read(self._keys, _PIECE) if ready else b""
            except OSError:  # the terminal was closed
                break
            data, end = (data + got)[:_MOST], (end + got)[-2 * _PIECE :]
            if not got or not left:
                break
        self.took = self._clock() - self._asked
        found = parse(data)
        self.answers = found if found.cell else replace(found, cell=_cell(self._keys))
        return self.answers

    def take_typed(self) -> str:
        """What the user typed meanwhile, once."""
        typed, self._taken = "" if self._taken else self.answers.typed, True
        return typed

    def waits(self) -> bool:
        """Whether an answer may still come."""
        return self._clock() < self._asked + LATE_SECONDS

    def more(self) -> bool:
        """Whether there is more to read, now or in a moment."""
        return bool(select.select([self._keys], [], [], _MOMENT)[0])


@contextmanager
def asking(question: bytes, clock: Callable[[], float] = time.monotonic) -> Generator[Asking | None]:
    """Puts the question, and puts the terminal back at the end; None if there is none, or nothing to ask."""
    with ExitStack() as put_back:
        yield _put(question, clock, put_back) if question and can_ask() else None


def _cell(terminal: int) -> tuple[int, int] | None:
    """A cell's size as the system knows it: xterm tells the system and nobody else."""
    import fcntl
    import termios

    try:
        rows, columns, width, height = unpack("4H", fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(8)))
    except OSError:
        return None
    return sized(width // columns, height // rows) if rows and columns else None


def _put(question: bytes, clock: Callable[[], float], put_back: ExitStack) -> Asking | None:
    import termios

    keys, screen = sys.stdin.fileno(), sys.stdout.fileno()
    try:
        before = termios.tcgetattr(keys)

        def restore() -> None:
            with suppress(termios.error):  # closed meanwhile
                termios.tcsetattr(keys, termios.TCSANOW, before)

        put_back.callback(restore)
        put_back.enter_context(_restored_by_signals(restore))
        termios.tcsetattr(keys, termios.TCSANOW, _raw(before))
        sys.stdout.flush()
        if not select.select([], [screen], [], 0)[1]:  # held by ctrl+s: writing would wait for ever
            return None
        os.write(screen, question)
    except (OSError, termios.error):
        return None
    return Asking(keys, before, clock)


def _raw(before: list[Any]) -> list[Any]:
    """Byte by byte and unseen, as the screen will have it, but ctrl+c stays a signal."""
    import termios

    iflag, oflag, cflag, lflag, ispeed, ospeed, letters = before
    iflag &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    lflag &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    letters = [*letters]
    letters[termios.VMIN], letters[termios.VTIME] = 1, 0
    return [iflag, oflag, cflag, lflag, ispeed, ospeed, letters]


@contextmanager
def _restored_by_signals(restore: Callable[[], None]) -> Generator[None]:
    """Signals that end the program without a word end it with the terminal put back."""
    found = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)]
    numbers = [each for each in found if signal.getsignal(each) is signal.SIG_DFL]

    def end(number: int, frame: FrameType | None) -> None:
        restore()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    if threading.current_thread() is not threading.main_thread():
        numbers = []
    for each in numbers:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in numbers:
            signal.signal(each, signal.SIG_DFL)

"""The program as people run it: a process of its own, what it writes and when, and what it keeps."""

from __future__ import annotations

import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from vtuber_cli import paths
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import Entry, History

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 240.0
"""Seconds to wait for anything: many times what it takes, for a busy machine."""


@dataclass(frozen=True)
class Ended:
    """A run that is over."""

    code: int
    out: str
    err: str
    seconds: float

    def said(self, who: str) -> list[str]:
        """What stands behind `you:` or `mika:`, line by line."""
        return [line.removeprefix(f"{who}: ") for line in self.out.splitlines() if line.startswith(f"{who}: ")]

    @property
    def complaints(self) -> list[str]:
        """The lines on stderr that tell of something wrong, hints apart."""
        return [line for line in self.err.splitlines() if re.match(r"(vtuber|!): |! (?!hint: )", line)]


def run(*args: str | Path, typed: str = "", env: Mapping[str, str] | None = None) -> Ended:
    """Runs a command line to its end, `typed` piped in."""
    began = time.monotonic()
    done = subprocess.run(
        _command(args), input=typed.encode(), capture_output=True, env=_environment(env), timeout=PATIENCE, check=False
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode(), time.monotonic() - began)


class Stream:
    """What arrives at a file descriptor, and when."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._data = bytearray()
        self._marks: list[tuple[float, int]] = []
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        ended = False
        while not ended:
            data = os.read(self._fd, 65536)
            with self._news:
                self._data += data
                self._marks.append((time.monotonic(), len(self._data)))
                ended = not data
                self._news.notify_all()

    @property
    def text(self) -> str:
        return bytes(self._data).decode(errors="replace")

    def until(self, pattern: str) -> float:
        """Waits for a regular expression in all that has arrived; when it did, by `time.monotonic`."""

        def at() -> float | None:
            found = re.search(pattern.encode(), bytes(self._data), re.MULTILINE)
            return next((at for at, size in self._marks if size >= found.end()), None) if found else None

        with self._news:
            if not self._news.wait_for(lambda: at() is not None or not self._thread.is_alive(), PATIENCE):
                raise AssertionError(f"{pattern!r} did not come in {PATIENCE:.0f} s: {self.text!r}")
            if (when := at()) is None:
                raise AssertionError(f"the program ended without {pattern!r}: {self.text!r}")
            return when

    def join(self) -> None:
        self._thread.join(PATIENCE)


class Running:
    """A run under way; killed, if it still is, when its block ends.

    Args:
        args: the command line.
        terminal: standard input is a terminal, at which somebody sits; else a pipe.
        env: more of the environment.
    """

    def __init__(self, *args: str | Path, terminal: bool = False, env: Mapping[str, str] | None = None) -> None:
        read, self._keys = pty.openpty()[::-1] if terminal else os.pipe()
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            _command(args), stdin=read, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(env)
        )
        os.close(read)
        assert self._process.stdout is not None and self._process.stderr is not None
        self.out, self.err = Stream(self._process.stdout.fileno()), Stream(self._process.stderr.fileno())

    def __enter__(self) -> Running:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self.end()
        if error is not None:
            print(f"--- stdout\n{self.out.text}--- stderr\n{self.err.text}")

    def type(self, line: str) -> None:
        os.write(self._keys, f"{line}\n".encode())

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self) -> float:
        """Seconds until it ends."""
        asked = time.monotonic()
        self._process.wait(PATIENCE)
        return time.monotonic() - asked

    def end(self) -> Ended:
        """Nothing more is typed (the end of a pipe); waits until it has ended."""
        if self._keys >= 0:
            os.close(self._keys)
            self._keys = -1
        code = self._process.wait(PATIENCE)
        seconds = time.monotonic() - self._began
        for stream, file in ((self.out, self._process.stdout), (self.err, self._process.stderr)):
            stream.join()
            assert file is not None
            file.close()
        return Ended(code, self.out.text, self.err.text, seconds)


def until(true: Callable[[], bool], what: str) -> None:
    """Waits for something that nobody announces."""
    ends = time.monotonic() + PATIENCE
    tick = threading.Event()
    while not true():
        if time.monotonic() > ends:
            raise AssertionError(f"{PATIENCE:.0f} s, and still not: {what}")
        tick.wait(0.05)


def kept() -> list[Entry]:
    """All that the history has, in order; and SQLite itself finds the file sound."""
    file = paths.database()
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with closing(History(Database(file))) as history:
        talks = sorted(history.list_talks(), key=lambda talk: talk.started)
        return [entry for talk in talks for entry in history.messages(talk.id)]


def _command(args: tuple[str | Path, ...]) -> list[str]:
    return [sys.executable, "-m", "vtuber_cli", *map(str, args)]


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    return os.environ | {"COLUMNS": "200"} | dict(more or {})

"""How long the screen takes to appear: the real program in a terminal of its own."""

from __future__ import annotations

import os
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

TRIES = 3
_ROWS, _COLUMNS = 40, 120
_LONGEST = 30.0
_STEP = 0.05


def first_paint_seconds(arguments: Sequence[str], tries: int = TRIES) -> float | None:
    """The median time from the start of the process to its first picture, without sound.

    As on a machine where it was started before: once uncounted first, and with Python's compiled files kept even if
    this process may keep none.

    Args:
        arguments: of `vtuber chat`, beside `--no-audio`.
        tries: how often.

    Returns:
        None where there are no such terminals (Windows), or if no picture came.
    """
    if sys.platform == "win32":
        return None
    seen: list[float] = []
    with tempfile.TemporaryDirectory(prefix="vtuber-bench-") as folder:
        for _ in range(1 + tries):
            if (seconds := _once(arguments, Path(folder))) is None:
                return None
            seen.append(seconds)
    return round(statistics.median(seen[1:]), 3)


def _once(arguments: Sequence[str], folder: Path) -> float | None:
    note = folder / "first-paint"
    note.unlink(missing_ok=True)
    environment = {**os.environ, "VTUBER_FIRST_PAINT": str(note), "TERM": "xterm-256color"}
    for size in ("COLUMNS", "LINES"):  # of this terminal, not of the one below
        environment.pop(size, None)
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        environment["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    master, slave = os.openpty()
    try:
        _resize(slave)
        program = subprocess.Popen(
            [sys.executable, "-m", "vtuber_cli", "chat", "--no-audio", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        try:
            return _painted(program, master, note)
        finally:
            _end(program, master)
    finally:
        os.close(master)
        os.close(slave)


def _painted(program: subprocess.Popen[bytes], master: int, note: Path) -> float | None:
    deadline = time.monotonic() + _LONGEST
    while time.monotonic() < deadline and program.poll() is None:
        _drain(master)
        with suppress(OSError, ValueError):
            return float(note.read_text(encoding="ascii"))
    return None


def _end(program: subprocess.Popen[bytes], master: int) -> None:
    """Asks it to leave, as somebody who closes the terminal; what it draws meanwhile has to go somewhere."""
    with suppress(ProcessLookupError):
        program.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _LONGEST
    while program.poll() is None and time.monotonic() < deadline:
        _drain(master)
    if program.poll() is None:
        program.kill()
    program.wait()


def _drain(master: int) -> None:
    """Reads what was drawn, or waits a moment."""
    ready, _, _ = select.select([master], [], [], _STEP)
    if ready:
        with suppress(OSError):  # the other end is closed
            os.read(master, 1 << 16)


def _resize(terminal: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))

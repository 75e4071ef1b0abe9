"""The log file: what happened, for people who look for a fault. Never on the terminal.

What a user said, or a model answered, is logged at DEBUG at most; the default level is INFO (`VTUBER_LOG=debug` lowers
it). Text in a record is foreign: newlines and escapes are written as `\\n` and `\\x1b`, so a record is one line, and
nobody can forge one or drive a terminal that shows the file.
"""

from __future__ import annotations

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from vtuber_cli.paths import log_dir

_SIZE = 1_000_000
_KEPT = 2


class _OneLine(logging.Formatter):
    """One line a record; a traceback follows as indented lines, so that none looks like a record."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record)} {record.levelname} {record.threadName} {record.name}: {record.getMessage()}"
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return "\n".join([escape(head), *(f"    {escape(line)}" for line in trace.splitlines())])


class PrivateFile(RotatingFileHandler):
    """Readable by its owner only, and silent when it cannot write: a log must not end a talk."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:
        pass


def escape(text: str) -> str:
    """The text with every control character (newline and ESC too) written as a Python escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def file() -> Path:
    """Where the log is, or will be."""
    return log_dir() / "vtuber.log"


def native_file() -> Path:
    """Where native libraries' chatter goes; a file of its own, since the log rotates."""
    return log_dir() / "native.log"


def start() -> None:
    """Sends all logging of this process, and libraries' warnings, to the file; does nothing the second time.

    Never raises: without a writable folder the program runs without a log.
    """
    root = logging.getLogger()
    if any(isinstance(handler, PrivateFile) for handler in root.handlers):
        return
    try:
        file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler: logging.Handler = PrivateFile(file(), maxBytes=_SIZE, backupCount=_KEPT)
    except OSError:
        # Not even stderr: without a handler Python would print every warning into the middle of a talk.
        handler = logging.NullHandler()
    handler.setFormatter(_OneLine())
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("vtuber_cli").setLevel(_level())
    logging.captureWarnings(True)


def stop() -> None:
    """Closes the file and forgets it (tests run many command lines in one process)."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, PrivateFile)]:
        root.removeHandler(handler)
        handler.close()
    logging.captureWarnings(False)


def crash(error: BaseException) -> bool:
    """Writes the whole traceback of a bug to the file; False if it could not be written."""
    start()
    if not any(isinstance(handler, PrivateFile) for handler in logging.getLogger().handlers):
        return False
    logging.getLogger("vtuber_cli").critical("crashed", exc_info=error)
    return True


def _level() -> int:
    name = "debug" if os.environ.get("VTUBER_DEBUG") else os.environ.get("VTUBER_LOG", "info")
    return logging.getLevelNamesMapping().get(name.upper(), logging.INFO)

"""The log file: what happened, for people who look for a fault. Never on the terminal.

What a user said, or a model answered, is logged at DEBUG at most; the default level is INFO (`VTUBER_LOG=debug` lowers
it). Secrets and the user's home are taken out. Text in a record is foreign: newlines and escapes are written as `\\n`
and `\\x1b`, so a record is one line, and nobody can forge one or drive a terminal that shows the file. With
`VTUBER_LOG_FORMAT=json` a record is a JSON object.

Several processes write the same file: each record is one append. Whoever finds the file full (10 MB) or a week old
puts it aside as `vtuber.log.1`, under a lock; the others notice and follow. What was put aside is kept for 30 days.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from vtuber_cli.paths import log_dir
from vtuber_cli.redact import redacted

SIZE = 10_000_000
"""Bytes of one file."""
KEPT = 5
"""How many files are put aside at most."""
_TURNS_OVER = timedelta(days=7)
_FORGOTTEN = timedelta(days=30)
_DATE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class _OneLine(logging.Formatter):
    """One line a record; a traceback follows as indented lines, so that none looks like a record."""

    def format(self, record: logging.LogRecord) -> str:
        thread = (record.threadName or "").replace("]", ")")
        head = f"{_when(record)} {record.levelname} {record.name} [{record.process} {thread}] "
        trace = redacted(self.formatException(record.exc_info)) if record.exc_info else ""
        lines = (f"    {escape(line)}" for line in trace.splitlines())
        return "\n".join([escape(head + redacted(record.getMessage())), *lines])


class _Json(logging.Formatter):
    """A JSON object a record, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": _when(record),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "thread": record.threadName,
            "message": redacted(record.getMessage()),
        }
        if record.exc_info:
            said["trace"] = redacted(self.formatException(record.exc_info))
        return json.dumps(said)


class PrivateFile(logging.Handler):
    """Readable by its owner only, shared by processes, and silent when it cannot write: a log must not end a talk.

    Raises:
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path, *, size: int = SIZE, kept: int = KEPT) -> None:
        super().__init__()
        self.path = path
        self._size = size
        self._kept = kept
        self._descriptor = -1
        self._open()
        with suppress(OSError):
            self._forget()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.write((self.format(record) + "\n").encode("utf-8", "backslashreplace"))
        except Exception:  # noqa: BLE001 - neither a full disk nor a record that cannot be put into words is worth a talk
            return

    def write(self, data: bytes) -> None:
        """Appends, in one step, to whatever is the log now."""
        if self._descriptor < 0:  # closed: the program is ending
            return
        if self._is_another():
            self._open()
        if os.fstat(self._descriptor).st_size + len(data) > self._size:
            self._turn_over(lambda: self.path.stat().st_size + len(data) > self._size)
            self._open()
        os.write(self._descriptor, data)

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        super().close()

    def _open(self) -> None:
        binary = getattr(os, "O_BINARY", 0)
        opened = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | binary, 0o600)
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = opened

    def _is_another(self) -> bool:
        """Somebody put the file aside, or removed it."""
        try:
            return not os.path.samestat(os.fstat(self._descriptor), self.path.stat())
        except OSError:
            return True

    def _turn_over(self, still: Callable[[], bool]) -> None:
        """Puts the file aside, unless somebody else has just done so, or is about to."""
        from filelock import FileLock, Timeout

        # OSError: Windows renames nothing that somebody has open; then it grows until the others are gone.
        with suppress(Timeout, OSError), FileLock(f"{self.path}.lock", timeout=0, mode=0o600):
            if still():
                for number in range(self._kept - 1, 0, -1):
                    with suppress(FileNotFoundError):
                        self._aside(number).replace(self._aside(number + 1))
                self.path.replace(self._aside(1))

    def _forget(self) -> None:
        """What is too old goes."""
        now = datetime.now().astimezone()
        if now - (begun(self.path) or now) >= _TURNS_OVER:
            self._turn_over(lambda: now - (begun(self.path) or now) >= _TURNS_OVER)
            self._open()
        for number in range(1, self._kept + 1):
            old = self._aside(number)
            with suppress(FileNotFoundError):
                if now.timestamp() - old.stat().st_mtime >= _FORGOTTEN.total_seconds():
                    old.unlink()

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


def begun(path: Path) -> datetime | None:
    """When the first record of a log was written; None if there is none."""
    with path.open("rb") as opened:
        found = _DATE.search(opened.read(200))
    with suppress(ValueError):
        return datetime.fromisoformat(found[0].decode()).astimezone() if found else None
    return None


def escape(text: str) -> str:
    """The text with every control character (newline and ESC too) written as a Python escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def file() -> Path:
    """Where the log is, or will be."""
    return log_dir() / "vtuber.log"


def files() -> list[Path]:
    """All that there is of it, the oldest first."""
    path = file()
    older = [path.with_name(f"{path.name}.{number}") for number in range(KEPT, 0, -1)]
    return [each for each in (*older, path) if each.is_file()]


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
        handler: logging.Handler = PrivateFile(file())
    except OSError:
        # Not even stderr: without a handler Python would print every warning into the middle of a talk.
        handler = logging.NullHandler()
    as_json = os.environ.get("VTUBER_LOG_FORMAT", "").lower() == "json"
    handler.setFormatter(_Json() if as_json else _OneLine())
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


def _when(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def _level() -> int:
    name = "debug" if os.environ.get("VTUBER_DEBUG") else os.environ.get("VTUBER_LOG", "info")
    return logging.getLevelNamesMapping().get(name.upper(), logging.INFO)

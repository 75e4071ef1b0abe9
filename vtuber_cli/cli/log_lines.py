"""Reading the log file as records, whichever of its two forms they are in, and following it as it grows."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from vtuber_cli.clean import clean, one_line
from vtuber_cli.redact import redacted

LEVELS = ("debug", "info", "warning", "error", "critical")
_HEAD = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\S+) (?P<level>[A-Z]+) (?P<logger>\S+) \[(?P<thread>[^\]]*)\] (?P<message>.*)"
)
_TRACE = "    "
_LONGEST = 100_000
"""Characters of a line that are shown."""


@dataclass(slots=True)
class Record:
    """One record; what does not look like one has only a message."""

    message: str
    at: str = ""
    level: str = ""
    logger: str = ""
    thread: str = ""
    trace: list[str] = field(default_factory=list[str])

    def reaches(self, level: str) -> bool:
        """Whether it is as grave as this; one that does not say how grave it is counts as info."""
        mine = self.level.lower()
        return LEVELS.index(mine if mine in LEVELS else "info") >= LEVELS.index(level)


class Assembler:
    """Lines in, records out: the lines of a traceback belong to the record before them."""

    def __init__(self) -> None:
        self._record: Record | None = None

    def feed(self, line: bytes) -> Record | None:
        """The record that this line shows to be complete."""
        text = clean(redacted(line.decode("utf-8", "replace").rstrip("\r\n")[:_LONGEST]))
        if text.startswith(_TRACE) and self._record is not None:
            self._record.trace.append(text.removeprefix(_TRACE))
            return None
        done, self._record = self._record, _record(text)
        return done

    def finish(self) -> Record | None:
        """The last record."""
        done, self._record = self._record, None
        return done


def records(path: Path, end: int | None = None) -> Iterator[Record]:
    """The records of a file, or of its first `end` bytes; none if it went meanwhile."""
    assembler = Assembler()
    with suppress(FileNotFoundError), path.open("rb") as opened:
        at = 0
        for line in opened:
            at += len(line)
            if end is not None and at > end:
                break
            if (record := assembler.feed(line)) is not None:
                yield record
    if (record := assembler.finish()) is not None:
        yield record


class Tail:
    """What is written to a log from now on, also after it was put aside and begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rest = b""
        self._file = self._opened()
        self.begins = self._file.seek(0, os.SEEK_END) if self._file is not None else 0
        """Where in the file what comes begins."""

    def lines(self) -> Iterator[bytes]:
        """The whole lines that have come since the last time."""
        yield from self._read()
        if self._is_another():
            yield from self._read()  # what came before it was put aside
            self.close()
            self._rest = b""
            self._file = self._opened()
            yield from self._read()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self) -> Iterator[bytes]:
        if self._file is None:
            return
        *whole, self._rest = (self._rest + self._file.read()).split(b"\n")
        yield from whole

    def _opened(self) -> BinaryIO | None:
        try:
            return self._path.open("rb")
        except OSError:
            return None

    def _is_another(self) -> bool:
        try:
            now = self._path.stat()
        except OSError:
            return False
        if self._file is None:
            return True
        return not os.path.samestat(os.fstat(self._file.fileno()), now) or now.st_size < self._file.tell()


def _record(text: str) -> Record:
    if found := _HEAD.fullmatch(text):
        return Record(found["message"], found["at"], found["level"], found["logger"], found["thread"])
    if text.startswith("{"):
        try:
            value: object = json.loads(text)
        except (ValueError, RecursionError):
            return Record(text)
        if isinstance(value, dict):
            # What JSON escaped is a control character again.
            said = {str(key): clean(str(one)) for key, one in cast("dict[object, object]", value).items()}
            at, level, logger, thread = (one_line(said.get(name, "")) for name in ("at", "level", "logger", "thread"))
            return Record(said.get("message", ""), at, level, logger, thread, said.get("trace", "").splitlines())
    return Record(text)

"""What was told, kept: a file a result, for its owner only (0600), in a folder a subject.

A result of the day is found again by everything that it depends on; older ones are what somebody was told, which
`history` looks back on. Files are written whole or not at all. One that cannot be read counts as absent and is put
aside under another name, never written over. A home that cannot be written to costs nothing but the keeping.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any, cast

from vtuber_cli import paths
from vtuber_cli.fortune.digest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from vtuber_cli.fortune.localise import Result

_LARGEST = 256 * 1024
"""Bytes; what is larger is not ours."""
DAMAGED = ".damaged"


def folder(subject: str) -> Path:
    """Where a subject's results are; its name tells nobody whose they are."""
    return paths.data_dir() / "fortune" / "told" / sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def name_of(day: str, kind: str, depends_on: object) -> str:
    """The file's name for a date, an engine and everything else that the result depends on."""
    rest = json.dumps(depends_on, ensure_ascii=True, default=str)
    return f"{day}-{kind}-{sha256(rest.encode()).hexdigest()[:16]}.json"


def read(file: Path, aside: Callable[[Path], None] | None = None) -> Result | None:
    """A kept result, or None.

    Args:
        file: in a subject's folder.
        aside: told of a damaged file, by the name under which it is now.
    """
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except OSError:
        return None
    found = _result(raw)
    if found is None:
        with suppress(OSError):
            elsewhere = _free(file)
            file.rename(elsewhere)
            if aside is not None:
                aside(elsewhere)
    return found


def write(file: Path, result: Result) -> bool:
    """Keeps a result; False if it cannot be kept here."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        for above in (file.parent.parent.parent, file.parent.parent, file.parent):
            above.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:  # noqa: PTH123
            stream.write(encoded(result))
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return False
    return True


def told(subject: str) -> Iterator[Result]:
    """Everything that was told to a subject and is kept, by date; what cannot be read is left out, and left alone."""
    try:
        files = sorted(folder(subject).glob("[0-9]*.json"))
    except OSError:
        return
    for file in files:
        with suppress(OSError):
            found = _result(file.read_bytes()[: _LARGEST + 1])
            if found is not None:
                yield found


def forget(subject: str) -> None:
    """Deletes everything that was told to a subject.

    Raises:
        OSError: something could not be deleted.
    """
    from vtuber_cli import disk

    disk.remove(folder(subject))


def encoded(result: Result) -> bytes:
    """A result as JSON, always with the same bytes."""
    return json.dumps(result, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"


def _result(raw: bytes) -> Result | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if len(raw) > _LARGEST or not isinstance(found, dict):
        return None
    result = cast("dict[str, Any]", found)
    return (
        result
        if result.get("schema") == "vtuber.fortune/1" and {"type", "date", "disclaimer"} <= result.keys()
        else None
    )


def _free(file: Path) -> Path:
    """A name beside `file` that nothing has."""
    number = 1
    while (elsewhere := file.with_name(f"{file.name}{DAMAGED}{number}")).exists():
        number += 1
    return elsewhere

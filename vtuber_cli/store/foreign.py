"""Reading JSON that a stranger may have written, whole or not at all."""

from __future__ import annotations

import json
import math
import os
import stat
import sys
from pathlib import Path
from typing import Any, NoReturn, cast

from vtuber_cli.errors import UsageError

LARGEST = 64_000_000
"""Bytes of one file; ten years of talk are a tenth of it."""
_DEEPEST = 64
STDIN = Path("-")
"""Stands for standard input."""


def read(file: Path) -> bytes:
    """What is in a file, or in standard input (`-`).

    Raises:
        UsageError: it cannot be read, is no plain file, or is too large.
    """
    try:
        if file == STDIN:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            # Not blocking: opening a pipe nobody writes to would wait for ever.
            descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise UsageError("history.file.not_plain", file=file)
            with os.fdopen(descriptor, "rb") as opened:
                data = opened.read(LARGEST + 1) or b""  # none at all if one would have to wait for it
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError("history.file.unreadable", file=file, reason=reason) from error
    if len(data) > LARGEST:
        raise UsageError("history.file.too_large", file=file, largest=LARGEST // 1_000_000)
    return data


def parse(data: bytes | str, file: Path) -> Any:
    """The value of a JSON text, every part of which can be written again as it was.

    Lone surrogates are let through: JSON can say them. What Python's reader would change in silence is refused: a key
    that comes twice, NaN, a number that only fits as infinity.

    Raises:
        UsageError: names the file and what is wrong.
    """

    def refuse(reason: str) -> NoReturn:
        raise UsageError("history.file.no_json", file=file, reason=reason)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            refuse(f"{next(name for name in names if names.count(name) > 1)!r} twice")
        return found

    def finite(text: str) -> float:
        return number if math.isfinite(number := float(text)) else refuse(text[:20])

    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        value = json.loads(text, object_pairs_hook=once, parse_float=finite, parse_constant=refuse)
    except UnicodeDecodeError as error:
        refuse(f"{error.reason}, byte {error.start}")
    except RecursionError:
        refuse(f"nested deeper than {_DEEPEST}")
    except ValueError as error:
        refuse(str(error))
    if _deeper_than(value, _DEEPEST):
        refuse(f"nested deeper than {_DEEPEST}")
    return value


def written(value: object, *, indent: int | None = None) -> bytes:
    """JSON in UTF-8; half characters, which UTF-8 has none of, as the escapes that they came as."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")


def _deeper_than(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels + 1):
        arrays = [cast("list[Any]", one) for one in layer if isinstance(one, list)]
        objects = [cast("dict[str, Any]", one).values() for one in layer if isinstance(one, dict)]
        layer = [part for inner in (*arrays, *objects) for part in inner]
    return bool(layer)

"""Keeps C libraries off the screen: ALSA, PortAudio and others write to file descriptor 2 whenever they like."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_LARGEST = 1_000_000
"""Bytes beyond which the log is begun anew."""


@contextmanager
def native_stderr_to(log: Path) -> Generator[None]:
    """Sends what native code writes to fd 2 to the end of `log`; Python's own stderr keeps its place.

    For a face to hold around its whole life, entered before threads start and before Textual is built (Textual draws
    through `sys.__stderr__`, which moves to another descriptor here). Swapping fd 2 only while a device opens would
    be worse: ALSA also writes in mid-stream, and a screen drawn meanwhile would land in the log.

    A log that cannot be opened silences instead; a process without a stderr is left alone.
    """
    if not _has_descriptor_2():
        yield
        return
    kept = os.dup(2)
    os.set_inheritable(kept, False)
    previous = sys.stderr, sys.__stderr__
    moved = os.fdopen(os.dup(kept), "w", buffering=1, encoding=_encoding(), errors="backslashreplace")
    target = _open(log)
    try:
        _flush(previous[0])
        os.dup2(target, 2)
        if _is_descriptor_2(previous[0]):
            sys.stderr = moved
        if _is_descriptor_2(previous[1]):
            sys.__stderr__ = moved  # pyright: ignore[reportAttributeAccessIssue]
        yield
    finally:
        os.dup2(kept, 2)
        sys.stderr, sys.__stderr__ = previous  # pyright: ignore[reportAttributeAccessIssue]
        os.close(kept)
        os.close(target)
        with suppress(OSError):
            moved.close()


def _has_descriptor_2() -> bool:
    try:
        os.fstat(2)
    except OSError:
        return False
    return True


def _open(log: Path) -> int:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        old = log.exists() and log.stat().st_size > _LARGEST
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if old else 0), 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


def _encoding() -> str:
    return getattr(sys.stderr, "encoding", None) or "utf-8"


def _is_descriptor_2(stream: object) -> bool:
    # Streams without a descriptor (captured, closed, None) raise one of these.
    try:
        return stream.fileno() == 2  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    except (AttributeError, OSError, ValueError):
        return False


def _flush(stream: object) -> None:
    with suppress(AttributeError, OSError, ValueError):
        stream.flush()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

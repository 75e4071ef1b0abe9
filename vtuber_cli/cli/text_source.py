"""Text to be said, as it comes: from the command line, from a file, or from standard input."""

from __future__ import annotations

import asyncio
import codecs
import errno
import os
import stat
import sys
import threading
from collections.abc import AsyncGenerator
from pathlib import Path

from vtuber_cli.clean import Cleaner, clean
from vtuber_cli.errors import UsageError

LONGEST = 1_000_000
"""Characters; a long novel. More is an endless pipe."""
_LONGEST_BYTES = 4 * LONGEST + 4
_CHUNK = 65_536


async def text_of(words: str) -> AsyncGenerator[str]:
    """What was given on the command line."""
    yield clean(words)


async def text_from(file: Path | None) -> AsyncGenerator[str]:
    """The text of a file, or of standard input without one, in pieces as they come, cleaned of control codes.

    Raises:
        UsageError: it cannot be read, is not text, or is too long; pieces before the fault have been yielded.
    """
    name = str(file) if file is not None else "-"
    arrived: asyncio.Queue[bytes | OSError] = asyncio.Queue()
    _read(_opened(file), arrived, closes=file is not None)
    text = _Text(name)
    data = None
    while data != b"":
        data = await arrived.get()
        if isinstance(data, OSError):
            raise UsageError("chat.unreadable", file=name, reason=data.strerror or str(data)) from data
        if piece := text.feed(data):
            yield piece


def _read(descriptor: int, arrived: asyncio.Queue[bytes | OSError], *, closes: bool) -> None:
    """Has a thread read, as a pipe may take its time; the last that arrives is empty, or what went wrong.

    What nobody has fetched yet waits in memory, as much of it as a text may be long.
    """
    loop = asyncio.get_running_loop()

    def put(data: bytes | OSError) -> None:
        try:
            loop.call_soon_threadsafe(arrived.put_nowait, data)
        except RuntimeError:  # the loop has closed: nobody listens any more
            raise SystemExit from None

    def read() -> None:
        left = _LONGEST_BYTES
        try:
            while left > 0 and (data := os.read(descriptor, _CHUNK)):
                left -= len(data)
                put(data)
            put(b"")
        except OSError as error:
            put(error)
        finally:
            if closes:
                os.close(descriptor)

    threading.Thread(target=read, name="text", daemon=True).start()


class _Text:
    """Bytes in, clean text out.

    Raises:
        UsageError: they are not UTF-8, or too many.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._cleaner = Cleaner()
        self._bytes = 0
        self._letters = 0

    def feed(self, data: bytes) -> str:
        """The text that these bytes complete; empty ones are the end."""
        kept = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise UsageError("chat.no_text", file=self._name, byte=self._bytes - kept + error.start) from None
        if "\0" in text:  # valid, and nobody's text: a picture, or UTF-16
            raise UsageError("chat.no_text", file=self._name, byte=self._bytes + data.find(b"\0"))
        self._bytes += len(data)
        text = text.removeprefix("\ufeff") if self._letters == 0 else text
        self._letters += len(text)
        if self._letters > LONGEST:
            raise UsageError("chat.too_long", longest=LONGEST)
        return self._cleaner.feed(text)


def _opened(file: Path | None) -> int:
    if file is None:
        return sys.stdin.fileno()
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError("chat.unreadable", file=file, reason=reason) from error
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError("chat.unreadable", file=file, reason=os.strerror(errno.EISDIR))
    return descriptor

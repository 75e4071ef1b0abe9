"""Server-sent events, out of bytes as they arrive: the `data` of each event, whatever the chunks' borders are.

Lines end with LF, CR or CRLF; a byte order mark in front, comments, `event`, `id` and `retry` say nothing here. Bytes
that are no UTF-8 become replacement characters. What a stream may hold at once is bounded: a server is a stranger.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 1 << 20
"""Bytes of one line, and of one event's data."""

_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"event", b"id", b"retry", b"")
"""Passed over; the last is that of a comment."""
_END_OF_LINE = re.compile(rb"\r\n|\n|\r")


class TooLong(ValueError):
    """A line or an event beyond `LONGEST`."""


class Events:
    """One stream."""

    def __init__(self) -> None:
        self._rest = bytearray()
        """The line that has not ended."""
        self._data: list[bytes] = []
        self._size = 0
        self._begun = False
        self.alien = False
        """There was a line that belongs to no such stream."""

    def feed(self, chunk: bytes) -> Iterator[str]:
        """The data of the events that end in `chunk`.

        Raises:
            TooLong: after which the stream is of no use.
        """
        self._rest += chunk
        if not self._begun:
            if len(self._rest) < len(_BOM) and _BOM.startswith(self._rest):
                return
            self._begun = True
            if self._rest.startswith(_BOM):
                del self._rest[: len(_BOM)]
        if b"\n" not in chunk and b"\r" not in chunk and not self._rest.endswith(b"\r"):
            self._check(len(self._rest))
            return
        yield from self._lines()

    def finish(self) -> Iterator[str]:
        """The data of an event that the end of the stream has cut off, which many servers leave so."""
        if self._rest:
            yield from self._line(bytes(self._rest.rstrip(b"\r")))
            self._rest.clear()
        yield from self._line(b"")

    def _lines(self) -> Iterator[str]:
        start = 0
        for end in _END_OF_LINE.finditer(self._rest):
            if end[0] == b"\r" and end.end() == len(self._rest):
                break  # perhaps the first half of CRLF
            yield from self._line(bytes(self._rest[start : end.start()]))
            start = end.end()
        del self._rest[:start]
        self._check(len(self._rest))

    def _line(self, line: bytes) -> Iterator[str]:
        if not line:
            if self._data:
                data, self._data, self._size = b"\n".join(self._data), [], 0
                yield data.decode("utf-8", "replace")
            return
        field, _, value = line.partition(b":")
        if field == b"data":
            self._size += len(value) + 1
            self._check(self._size)
            self._data.append(value.removeprefix(b" "))
        elif field not in _FIELDS:
            self.alien = True

    @staticmethod
    def _check(size: int) -> None:
        if size > LONGEST:
            raise TooLong(size)

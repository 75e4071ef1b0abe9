"""A model hub on loopback, with a store of its own for large files on another port; both can misbehave.

As the real one: `/<repo>/resolve/<revision>/<path>` answers HEAD and GET. A small file comes at once, its ETag a git
hash; a large one is announced by X-Linked-Size and X-Linked-Etag (its SHA-256) and redirected to the store, which knows
ranges and no tokens.
"""

from __future__ import annotations

import gzip
import hashlib
import http.server
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

REVISION = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1_000
"""Bytes from which on a file lives in the store."""


@dataclass
class Faults:
    """What goes wrong; each entry of a list goes wrong once, in order."""

    statuses: list[int] = field(default_factory=list)
    """Of the hub, instead of an answer."""
    store_statuses: list[int] = field(default_factory=list)
    retry_after: str = ""
    cuts: list[int] = field(default_factory=list)
    """Bytes after which the store closes the connection, having promised all."""
    resets: list[int] = field(default_factory=list)
    """Bytes after which the store resets it."""
    stalls: list[int] = field(default_factory=list)
    """Bytes after which the store says nothing more until `go_on` is set."""
    go_on: threading.Event = field(default_factory=threading.Event)
    short: int = 0
    """Bytes that the store lacks of every file, and says so."""
    chunked: bool = False
    """The store names no length."""
    changed: bool = False
    """The store has other bytes than the hub says."""
    etag: str = ""
    """What the hub says instead of the file's hash."""
    no_ranges: bool = False
    other_range: bool = False
    """The store answers a range with one that begins elsewhere."""
    packed: bool = False
    """The store packs its answers, though nobody asked for that."""
    location: str = ""
    """Where the hub leads to instead of the store."""


@dataclass(frozen=True)
class Asked:
    server: str
    path: str
    range: str
    token: str


class Hub:
    """Both servers; `files` maps a path in the repository to its bytes."""

    def __init__(self, repo: str, files: dict[str, bytes]) -> None:
        self.repo = repo
        self.revision = REVISION
        self.files = files
        self.faults = Faults()
        self.token = ""
        """Without which nothing is given, if there is one."""
        self.asked: list[Asked] = []
        self.hub = _Server(self, _Resolve)
        self.store = _Server(self, _Store)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hub.server_address[1]}"

    def ranges(self) -> list[str]:
        """What the store was asked for, in order; empty text for whole files."""
        return [one.range for one in self.asked if one.server == "_Store"]

    def source(self, **more: Any) -> dict[str, Any]:
        return {"type": "hub", "repo": self.repo, "revision": self.revision, **more}


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, owner: Hub, handler: type[http.server.BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.owner = owner

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that went away


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    @property
    def faults(self) -> Faults:
        return self.server.owner.faults

    def note(self) -> None:
        asked = Asked(
            type(self).__name__, self.path, self.headers.get("Range", ""), self.headers.get("Authorization", "")
        )
        self.server.owner.asked.append(asked)

    def answer(self, status: int, data: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def fault(self, statuses: list[int]) -> bool:
        if not statuses:
            return False
        more = {"Retry_After": self.faults.retry_after} if self.faults.retry_after else {}
        self.answer(statuses.pop(0), b"<html>sorry</html>", Content_Type="text/html", **more)
        return True

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        raise NotImplementedError

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Resolve(_Handler):
    def do_GET(self) -> None:
        self.note()
        owner = self.server.owner
        if self.fault(self.faults.statuses):
            return
        found = re.fullmatch(rf"/{re.escape(owner.repo)}/resolve/{owner.revision}/(.+)", self.path)
        data = owner.files.get(found[1]) if found else None
        if data is None:
            return self.answer(404, b"Entry not found")
        if owner.token and self.headers.get("Authorization") != f"Bearer {owner.token}":
            return self.answer(401, b"Access to this repository is restricted")
        if len(data) < LARGE:
            git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            return self.answer(200, data, X_Repo_Commit=owner.revision, ETag=f'"{git}"')
        sha256 = self.faults.etag or hashlib.sha256(data).hexdigest()
        store = f"http://127.0.0.1:{owner.store.server_address[1]}/{hashlib.sha256(data).hexdigest()}?signature=secret"
        return self.answer(
            302,
            X_Repo_Commit=owner.revision,
            X_Linked_Size=str(len(data)),
            X_Linked_Etag=f'"{sha256}"',
            Location=self.faults.location or store,
        )


class _Store(_Handler):
    def do_GET(self) -> None:
        self.note()
        if self.fault(self.faults.store_statuses):
            return
        name = self.path.strip("/").partition("?")[0]
        data = next(data for data in self.server.owner.files.values() if hashlib.sha256(data).hexdigest() == name)
        if self.faults.changed:
            data = data[::-1]
        if self.faults.short:
            data = data[: -self.faults.short]
        begin = self._begin(len(data))
        if begin >= len(data):
            return self.answer(416, Content_Range=f"bytes */{len(data)}")
        self._head(begin, len(data))
        self._body(gzip.compress(bytes(50_000_000)) if self.faults.packed else data[begin:])
        return None

    def _begin(self, size: int) -> int:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked is None or self.faults.no_ranges:
            return 0
        return size // 3 if self.faults.other_range else int(asked[1])

    def _head(self, begin: int, size: int) -> None:
        partial = "Range" in self.headers and not self.faults.no_ranges
        self.send_response(206 if partial else 200)
        if partial:
            self.send_header("Content-Range", f"bytes {begin}-{size - 1}/{size}")
        self.send_header("Content-Type", "application/octet-stream")
        if self.faults.packed:
            self.send_header("Content-Encoding", "gzip")
        if self.faults.chunked:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(size - begin))
        self.end_headers()

    def _body(self, data: bytes) -> None:
        self.close_connection = self.close_connection or self.faults.chunked
        for kind in ("cuts", "resets", "stalls"):
            limits: list[int] = getattr(self.faults, kind)
            if limits:
                limit = limits.pop(0)
                self.wfile.write(data[:limit])
                self.wfile.flush()
                return self._end(kind, data[limit:])
        self.wfile.write(data)
        return None

    def _end(self, kind: str, rest: bytes) -> None:
        self.close_connection = True
        if kind == "resets":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif kind == "stalls" and self.faults.go_on.wait(20):
            self.wfile.write(rest)


@contextmanager
def serving(repo: str, files: dict[str, bytes]) -> Iterator[Hub]:
    hub = Hub(repo, files)
    servers = (hub.hub, hub.store)
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True) for server in servers
    ]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        hub.faults.go_on.set()
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()

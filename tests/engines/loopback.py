"""HTTP servers on a real socket of the loopback device, each connection answered by a script of the test's own."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PATIENCE = 10.0
"""Seconds after which a script that waits for its client has failed."""


@dataclass
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any

    @property
    def key(self) -> str | None:
        return self.headers.get("authorization")


class Peer:
    """One connection, seen from the server."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.settimeout(PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.gone = threading.Event()

    def send(self, *parts: bytes | str) -> None:
        for part in parts:
            self._socket.sendall(part.encode() if isinstance(part, str) else part)

    def head(self, status: str = "200 OK", kind: str = "text/event-stream", **headers: str) -> None:
        """A status line and headers, after which the body ends with the connection."""
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join(lines) + "\r\n\r\n")

    def chunked(self, *parts: bytes | str, end: bool = True) -> None:
        """A whole answer in HTTP's own chunks, over a connection that stays."""
        self.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in parts:
            data = part.encode() if isinstance(part, str) else part
            self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        if end:
            self.send("0\r\n\r\n")

    def answer(self, status: str, body: str = "", kind: str = "application/json", **headers: str) -> None:
        self.head(status, kind, Content_Length=str(len(body.encode())), **headers)
        self.send(body)

    def reset(self) -> None:
        """Ends the connection as a crash does."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def wait_until_gone(self) -> bool:
        """Waits for the client to leave."""
        with suppress(OSError):
            while self._socket.recv(4096):
                pass
            self.gone.set()
        return self.gone.is_set()

    def read(self) -> Asked | None:
        """The next request of this connection; None if there is none any more."""
        try:
            while b"\r\n\r\n" not in self._buffer:
                if not (data := self._socket.recv(65536)):
                    return None
                self._buffer += data
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = int(headers.get("content-length", 0))
            while len(self._buffer) < length:
                self._buffer += self._socket.recv(65536)
        except OSError:
            return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        method, path, _ = first.split(" ", 2)
        return Asked(method, path, headers, json.loads(body) if body else None)

    def close(self) -> None:
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # wakes a thread that reads, as closing does not
        with suppress(OSError):
            self._socket.close()


@dataclass
class Loopback:
    """Answers each request with the next of its scripts, the last one again and again.

    `GET /v1/models` and `POST /tokenize` are answered apart, as a server without them would.
    """

    scripts: list[Callable[[Peer], object]]
    models: list[str] = field(default_factory=list[str])
    asked: list[Asked] = field(default_factory=list[Asked])
    """The requests for a reply."""
    others: list[Asked] = field(default_factory=list[Asked])
    connections: int = 0
    peers: list[Peer] = field(default_factory=list[Peer])
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for peer in self.peers:
            peer.close()
        for thread in self._threads:
            thread.join(PATIENCE)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.getsockname()[1]}/v1"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        if self.tls is not None:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:  # the client does not believe us
                connection.close()
                return
        peer = Peer(connection)
        self.peers.append(peer)
        with suppress(OSError):
            while (asked := peer.read()) is not None:
                if not asked.path.endswith("/chat/completions"):
                    self.others.append(asked)
                    self._beside(peer, asked)
                    continue
                self.asked.append(asked)
                script = self.scripts[min(len(self.asked), len(self.scripts)) - 1]
                if script(peer) is not STAYS:
                    break
        peer.close()

    def _beside(self, peer: Peer, asked: Asked) -> None:
        found = asked.path.endswith("/models") and self.models
        body = json.dumps({"data": [{"id": name} for name in self.models]} if found else {"error": "not found"})
        status = "200 OK" if found else "404 Not Found"
        peer.send(
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
        )


STAYS = object()
"""What a script returns if its connection is to serve another request."""


def event(text: str = "", **fields: object) -> str:
    """A chunk of a reply; further fields of its choice, as `finish_reason` or `delta`."""
    choice: dict[str, object] = {"index": 0, "delta": {"content": text}, "finish_reason": None} | fields
    return f"data: {json.dumps({'choices': [choice]}, ensure_ascii=False)}\n\n"


USAGE = 'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}\n\n'
STOP = event(finish_reason="stop")
DONE = "data: [DONE]\n\n"


def whole(*texts: str) -> Iterable[str]:
    """A good reply."""
    return [*map(event, texts), STOP, USAGE, DONE]


def good(*texts: str) -> Callable[[Peer], object]:
    """The script of a good reply over a connection that stays."""

    def script(peer: Peer) -> object:
        peer.chunked(*whole(*(texts or ("Hello ", "there."))))
        return STAYS

    return script


def status(line: str, body: str = "", **headers: str) -> Callable[[Peer], object]:
    """The script of an error."""
    return lambda peer: peer.answer(line, body, **headers)

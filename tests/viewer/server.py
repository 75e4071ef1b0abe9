"""A stand-in for `vtuber serve`: the viewer's files under the strictest rules, and one socket told what to say."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

CHECKOUT = Path(__file__).resolve().parent.parent.parent
VIEWER = CHECKOUT / "vtuber_cli" / "server" / "viewer"
RULES = "default-src 'self'"


_GOODBYES = 20
"""Rounds of the loop in which what is closed is let go of: browsers open connections that they never use."""


class StandIn:
    """Serves, remembers what the page sent, and sends what it is told to.

    Args:
        files: further paths, and the files or bytes behind them.
    """

    def __init__(self, files: Mapping[str, Path | bytes] | None = None) -> None:
        self.heard: list[dict[str, Any]] = []
        self.frames: list[str | bytes] = []
        """All of it, as it came."""
        self.binary: list[bytes] = []
        self.asked: list[str] = []
        """Paths that were asked for, with the status they got."""
        self.connections = 0
        self.port = 0
        self._files: dict[str, Path | bytes] = {
            f"/rigs/{name}.json": CHECKOUT / "characters" / name / "rig.json" for name in ("mika", "jun")
        }
        self._files |= {"/setup": VIEWER / "setup.html"} | dict(files or {})
        self._server: Server | None = None
        self._socket: ServerConnection | None = None
        self._news = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """On the port it had before, if it had one."""
        self._server = await serve(self._talk, "127.0.0.1", self.port, process_request=self._answer, max_size=None)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            for _ in range(_GOODBYES):
                await asyncio.sleep(0)
        self._server = self._socket = None

    async def send(self, *messages: Mapping[str, Any] | str | bytes) -> None:
        assert self._socket is not None
        for message in messages:
            await self._socket.send(json.dumps(message) if isinstance(message, Mapping) else message)

    async def until(self, kind: str, count: int = 1, seconds: float = 15.0) -> list[dict[str, Any]]:
        """The messages of a type, once there are so many."""

        def found() -> list[dict[str, Any]]:
            return [each for each in self.heard if each["type"] == kind]

        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(found()) >= count)
        return found()

    def count(self, kind: str) -> int:
        return sum(each["type"] == kind for each in self.heard)

    async def _talk(self, socket: ServerConnection) -> None:
        self._socket = socket
        self.connections += 1
        async for text in socket:
            async with self._news:
                self.frames.append(text)
                if isinstance(text, bytes):
                    self.binary.append(text)
                else:
                    self.heard.append(json.loads(text))
                self._news.notify_all()

    def _answer(self, _socket: ServerConnection, request: Request) -> Response | None:
        path = request.path.partition("?")[0]
        if path == "/client-ws":
            return None
        body = self._body(path)
        status = HTTPStatus.OK if body is not None else HTTPStatus.NOT_FOUND
        self.asked.append(f"{path} {status.value}")
        kind = "text/html" if path.endswith(("/", "/setup")) else mimetypes.guess_type(path)[0]
        headers = Headers(
            {
                "Content-Type": "text/javascript" if path.endswith(".js") else kind or "application/octet-stream",
                "Content-Length": str(len(body or b"")),
                "Content-Security-Policy": RULES,
                "X-Content-Type-Options": "nosniff",
                "Connection": "close",
            }
        )
        return Response(status.value, status.phrase, headers, body or b"")

    def _body(self, path: str) -> bytes | None:
        found = self._files.get(path)
        if found is None and path.startswith("/viewer/"):
            found = VIEWER / (path.removeprefix("/viewer/") or "index.html")
        if isinstance(found, Path):
            return found.read_bytes() if found.is_file() else None
        return found


@asynccontextmanager
async def standing_in(files: Mapping[str, Path | bytes] | None = None) -> AsyncIterator[StandIn]:
    server = StandIn(files)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()

"""A client of an ASGI application, without a network; and an application that says who came in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vtuber_cli.server.guard.layer import pass_of

Headers = Iterable[tuple[str, str]]
PORT = 12393


def scope(kind: str, headers: Headers, **more: Any) -> dict[str, Any]:
    path, _, query = more.pop("path", "/").partition("?")
    found = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return {
        "type": kind,
        "scheme": "ws" if kind == "websocket" else "http",
        "method": more.pop("method", "GET"),
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": found,
        "client": (more.pop("client", "127.0.0.1"), 50000),
        "server": (more.pop("server", "127.0.0.1"), PORT),
        "extensions": {"websocket.http.response": {}} if kind == "websocket" else {},
        **more,
    }


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    sent: list[dict[str, Any]] = field(default_factory=list)


async def ask(app: Any, headers: Headers, body: Iterable[bytes] = (), **more: Any) -> Answer:
    """One request, its body in these pieces."""
    pieces = [*body] or [b""]
    events = [
        {"type": "http.request", "body": each, "more_body": number < len(pieces)}
        for number, each in enumerate(pieces, 1)
    ]
    return await _talk(app, scope("http", headers, **more), events, "http.response")


async def knock(app: Any, headers: Headers, frames: Iterable[str | bytes] = (), **more: Any) -> Answer:
    """One socket, which says these frames and goes."""
    events: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    events += [{"type": "websocket.receive", "text" if isinstance(each, str) else "bytes": each} for each in frames]
    events.append({"type": "websocket.disconnect", "code": 1000})
    return await _talk(app, scope("websocket", headers, **more), events, "websocket.http.response")


async def _talk(app: Any, asked: dict[str, Any], events: list[dict[str, Any]], kind: str) -> Answer:
    answer = Answer()

    async def receive() -> dict[str, Any]:
        if events:
            return events.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(event: dict[str, Any]) -> None:
        answer.sent.append(event)
        if event["type"] == f"{kind}.start":
            answer.status = event["status"]
            answer.headers = {name.decode(): value.decode() for name, value in event["headers"]}
        elif event["type"] == f"{kind}.body":
            answer.body += event.get("body", b"")
        elif event["type"] == "websocket.accept":
            answer.status = 101

    await app(asked, receive, send)
    return answer


class Hall:
    """Lets everybody in, reads what is uploaded, and remembers who came."""

    def __init__(self) -> None:
        self.came: list[Any] = []
        self.read = b""
        self.heard: list[str | bytes] = []

    async def __call__(self, asked: dict[str, Any], receive: Any, send: Any) -> None:
        self.came.append(pass_of(asked))
        if asked["type"] == "websocket":
            await self._listen(receive, send)
            return
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            self.read += event["body"]
            if not event["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"hello"})

    async def _listen(self, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            self.heard.append(event.get("text") or event["bytes"])
            await send({"type": "websocket.send", "text": "{}"})

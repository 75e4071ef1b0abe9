"""What goes in and out, counted between the guard and the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vtuber_cli.server.metrics.exposition import OTHER

if TYPE_CHECKING:
    from vtuber_cli.server.guard.body import Event, Receive, Send
    from vtuber_cli.server.guard.layer import App, Scope
    from vtuber_cli.server.metrics.metrics import Metrics

PATHS = frozenset(
    "client-ws tts-ws fortune-ws proxy-ws asr cache health metrics viewer setup web-tool web_tool bg avatars "
    "live2d-models live2d-core rigs".split()
)
"""What an address begins with. All others are one: whoever asks for nonsense makes no series of it."""


class Traffic:
    """See the module. Pure ASGI.

    Args:
        app: the application.
        metrics: where it is counted.
    """

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                self._metrics.requests.add(_named(scope["path"]))
                await self._app(scope, self._counting(receive, "http"), self._counting_out(send, "http"))
            case "websocket":
                await self._socket(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, open_ = _named(scope["path"]), self._metrics.open
        self._metrics.connections.add(path)
        open_[path] = open_.get(path, 0) + 1
        try:
            await self._app(scope, self._counting(receive, "socket"), self._counting_out(send, "socket"))
        finally:
            open_[path] -= 1

    def _counting(self, receive: Receive, via: str) -> Receive:
        async def counted() -> Event:
            event = await receive()
            if size := _size(event):
                self._metrics.received.add(via, size)
            return event

        return counted

    def _counting_out(self, send: Send, via: str) -> Send:
        async def counted(event: Event) -> None:
            if event["type"] == "http.response.start":
                self._metrics.answers.add(str(event["status"]))
            if size := _size(event):
                self._metrics.sent.add(via, size)
            await send(event)

        return counted


def _named(path: str) -> str:
    if path == "/":
        return path
    first = path.split("/", 2)[1]
    return f"/{first}" if first in PATHS else OTHER


def _size(event: dict[str, Any]) -> int:
    text = event.get("text")
    if text is not None:
        return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return len(event.get("body") or event.get("bytes") or b"")

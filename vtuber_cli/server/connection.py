"""How uvicorn is to run: what an ASGI application never sees, as headers that do not end, is bounded here."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from vtuber_cli.server import wire
from vtuber_cli.server.guard.admission import Limits
from vtuber_cli.server.guard.layer import App

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

HEAD_SECONDS = 10.0
"""For a request's first line and headers, or for what follows an answer that did not wait for the rest."""
CLOSE_SECONDS = 5.0
"""For a socket's last frames to be read, once we have nothing more to say."""
_HEAD_BYTES = 128 * 1024
_SPARE_CONNECTIONS = 128
"""Beyond those of sessions and viewers: pages, sounds and pictures."""
_LONGEST_LINE = 8000
_MOST_HEADERS = 100
"""What the WebSocket library reads of a handshake; beyond it, it fails without an answer."""
_MOST_FRAGMENTS = 4096
"""Of a message: empty ones take no bytes of its size, and room all the same."""


class PatientHttp(H11Protocol):
    """HTTP with an end to its patience. uvicorn's own waits for ever for the end of the headers."""

    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        most = self.limit_concurrency
        if most is not None and len(self.connections) > most + _SPARE_CONNECTIONS:
            transport.abort()
            return
        self._begin()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:  # pyright: ignore[reportUnnecessaryComparison]
            self._end()
        elif self._ends is None and not self.transport.is_closing() and self.transport.get_protocol() is self:
            self._begin()  # not of what has become a socket, which may say nothing for as long as it likes

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._end()
        lines = [len(name) + len(value) for name, value in self.headers]
        if event.method != b"GET" or len(lines) > _MOST_HEADERS or max(lines) > _LONGEST_LINE:
            self.send_400_response("This is no WebSocket handshake.")
        elif len(event.target) > _LONGEST_LINE:
            self.send_400_response("The address is too long.")
        else:
            super().handle_websocket_upgrade(event)

    def _begin(self) -> None:
        self._ends = self.loop.call_later(HEAD_SECONDS, self._over)

    def _end(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def _over(self) -> None:
        self._ends = None
        if not self.transport.is_closing():
            self.transport.abort()


class BoundedSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose messages have an end to their pieces as well, and whose own end does not wait for a client.

    A transport that closes waits until all is read that was written: of who reads nothing, for ever.
    """

    _ends: asyncio.TimerHandle | None = None

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if self.close_sent:  # who was refused with an answer was answered, which uvicorn's own end calls an error
            self.handshake_complete = True

    async def run_asgi(self) -> None:
        await super().run_asgi()
        if self in self.connections:
            self._ends = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._ends is not None:
            self._ends.cancel()
        super().connection_lost(exc)

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return
        if len(self.frames) >= _MOST_FRAGMENTS and not event.fin:
            self.conn.fail(1008, "too many pieces")
            self.handle_parser_exception()
            return
        super().handle_cont(event)


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether it is about something that we could mend: not that a request was broken, or cut off when we end."""
    failed = record.exc_info[1] if record.exc_info else None
    return not isinstance(failed, asyncio.CancelledError | h11.LocalProtocolError)


def configured(app: App, *, host: str, port: int, limits: Limits) -> uvicorn.Config:
    """uvicorn's configuration for a guarded application."""
    logging.getLogger("uvicorn.error").addFilter(_is_ours)
    most = limits.sessions + limits.viewers + _SPARE_CONNECTIONS
    return uvicorn.Config(
        app=app_of(app),
        host=host,
        port=port,
        http=PatientHttp,
        ws=BoundedSocket,
        ws_max_size=wire.LARGEST,
        ws_per_message_deflate=False,
        h11_max_incomplete_event_size=_HEAD_BYTES,
        limit_concurrency=most,
        timeout_graceful_shutdown=5,
        # Who asks is who connects: what a header says of it, anybody can write.
        proxy_headers=False,
        server_header=False,
        # Addresses hold tokens; what is worth a line, the guard and the sockets log themselves.
        access_log=False,
        log_config=None,
    )


def app_of(app: App) -> Any:
    """As uvicorn's types want it."""
    return app

"""uvicorn, run by ourselves: it is told when to end and does not listen to signals, so that the program ends well."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from vtuber_cli.server.connection import configured

if TYPE_CHECKING:
    from vtuber_cli.server.guard.admission import Limits
    from vtuber_cli.server.guard.layer import Guard

_GRACE_SECONDS = 3
"""For connections to end by themselves."""


class Running:
    """A server on a socket that listens already.

    Args:
        guard: the application.
        listening: the socket.
        limits: how many there may be.
    """

    def __init__(self, guard: Guard, listening: socket.socket, limits: Limits) -> None:
        host, self.port = listening.getsockname()[:2]
        config = configured(guard, host=host, port=self.port, limits=limits)
        config.timeout_graceful_shutdown = _GRACE_SECONDS
        config.lifespan = "off"
        # What it says of itself on every start is of no use to anybody.
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        self.ready = asyncio.Event()
        self._server = _Server(config, self.ready)
        self._listening = listening

    async def run(self) -> None:
        """Serves until `end`."""
        await self._server.serve(sockets=[self._listening])

    def end(self) -> None:
        """No new connections; those that there are get a moment."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: asyncio.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

"""Clients as `bench.serve` has them: they speak the protocol over real sockets, and look at the clock."""

from __future__ import annotations

import asyncio
import socket
import time
from base64 import b64decode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from vtuber_cli.audio.wav_header import LENGTH
from vtuber_cli.errors import EngineFailed

PATIENCE = 60.0
"""Seconds for whatever is to come at all."""
_ROOM_SECONDS = 10.0
"""Those who have left take their places with them a moment later."""
_LITTLE = 4096
"""Bytes that the system takes for a client that reads nothing."""


class Line:
    """A client's connection."""

    def __init__(self, socket_: ClientConnection) -> None:
        self.socket = socket_

    async def say(self, kind: str, **fields: Any) -> None:
        await self.socket.send(orjson.dumps({"type": kind, **fields}).decode())

    async def next(self) -> tuple[dict[str, Any], float]:
        """A frame, and when it had come.

        Raises:
            EngineFailed: there comes nothing more.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                frame = await self.socket.recv(decode=False)
        except (TimeoutError, ConnectionClosed) as error:
            raise EngineFailed("bench.no_server") from error
        at = time.monotonic()
        return orjson.loads(frame), at

    async def until(self, kind: str, **fields: Any) -> tuple[dict[str, Any], float]:
        """The first frame of this type with these fields.

        Raises:
            EngineFailed: there came an error before, or nothing more.
        """
        while True:
            frame, at = await self.next()
            if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                return frame, at
            if frame["type"] == "error":
                raise EngineFailed("bench.server_refused", reason=frame["message"])

    async def hear_out(self) -> None:
        """The rest of a turn, of which all was heard at once."""
        await self.until("backend-synth-complete")
        await self.say("frontend-playback-complete")
        await self.until("control", text="conversation-chain-end")

    async def caught_up(self) -> None:
        """Waits until all that was said has been taken."""
        await self.say("ping", t=1)
        await self.until("pong")


@asynccontextmanager
async def line(url: str, *, reads: bool = True) -> AsyncGenerator[Line]:
    """A client that has been greeted.

    Args:
        url: of the server.
        reads: False for one in front of which little fits that is not read.
    """
    where = urlsplit(url)
    options: dict[str, Any] = {"max_size": None, "proxy": None, "compression": None}
    if not reads:
        options |= {"max_queue": 1, "ping_interval": None, "close_timeout": 0.1}
    deadline = time.monotonic() + _ROOM_SECONDS
    while True:
        there = socket.socket()
        if not reads:
            there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LITTLE)
        there.connect((where.hostname, where.port))
        try:
            async with connect(url, sock=there, **options) as found:
                one = Line(found)
                await one.until("control", text="start-mic")
                yield one
            return
        except InvalidStatus:
            if time.monotonic() > deadline:
                raise EngineFailed("bench.no_server") from None
            await asyncio.sleep(0.1)


@asynccontextmanager
async def onlooker(url: str, *, reads: bool = True) -> AsyncGenerator[Line]:
    """A viewer; see `line`."""
    async with line(url, reads=reads) as one:
        await one.say("hello", role="viewer", features=[])
        await one.until("welcome", role="viewer")
        yield one


def seconds_of(audio: dict[str, Any]) -> float:
    """How long the sound of an `audio` frame is."""
    data = b64decode(audio["audio"])
    rate = int.from_bytes(data[24:28], "little")
    return (len(data) - LENGTH) / 2 / rate

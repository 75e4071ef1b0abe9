"""A socket where each frame is a request of its own: answered one after the other, in order, a few in line.

What is wrong with a frame is an answer as well, and the socket stays open. Whoever goes takes the work with them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from vtuber_cli.errors import EngineFailed, UsageError, VtuberError
from vtuber_cli.server import wire
from vtuber_cli.server.client.outlet import Outlet, Send

if TYPE_CHECKING:
    from vtuber_cli.server.messages import Message

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Say: TypeAlias = "Callable[[Message], None]"
Answer: TypeAlias = "Callable[[Any, Say], Awaitable[None]]"

MOST_WAITING = 16
"""Requests behind the one that is answered."""
_TRY_AGAIN, _TOO_SLOW = 1012, 1008
_GOODBYE_SECONDS = 0.5

_LOG = logging.getLogger(__name__)


class Requests:
    """One such socket, which was accepted.

    Args:
        socket: what it speaks.
        receive: ASGI's.
        send: ASGI's.
        answer: answers a message with as many as it likes; raises a `VtuberError` for a refusal.
        count: is told the key of each refusal.
    """

    def __init__(
        self, socket: wire.Socket, receive: Receive, send: Send, answer: Answer, count: Callable[[str], None]
    ) -> None:
        self._socket = socket
        self._receive = receive
        self._send = send
        self._answer = answer
        self._count = count
        self._outlet = Outlet(send)
        self._line: asyncio.Queue[Message | tuple[VtuberError, str | None]] = asyncio.Queue(MOST_WAITING)

    async def run(self, closing: asyncio.Event) -> None:
        """Until the client goes, takes nothing more, or the server ends."""
        sending = asyncio.ensure_future(self._outlet.run())
        listening = asyncio.ensure_future(self._listen())
        answering = asyncio.ensure_future(self._answer_all())
        ending = asyncio.ensure_future(closing.wait())
        tasks = (sending, listening, answering, ending)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not listening.done():
                with suppress(OSError, RuntimeError, TimeoutError):  # it may have gone, or take nothing
                    async with asyncio.timeout(_GOODBYE_SECONDS):
                        code = _TRY_AGAIN if ending.done() else _TOO_SLOW
                        await self._send({"type": "websocket.close", "code": code})
        finally:
            for task in tasks:
                task.cancel()
            for failed in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(failed, Exception):
                    _LOG.error("a connection failed", exc_info=failed)

    async def _listen(self) -> None:
        while (event := await self._receive())["type"] != "websocket.disconnect":
            frame = wire.frame_of(event)
            try:
                said = wire.read(frame, self._socket)
            except wire.Refused as error:
                self._wait((error, wire.request_id(frame)))
                continue
            if isinstance(said, wire.Ignored):
                _LOG.debug("a frame was ignored: %s %s", said.reason, said.type)
                continue
            self._wait(said)

    def _wait(self, request: Message | tuple[VtuberError, str | None]) -> None:
        try:
            self._line.put_nowait(request)
        except asyncio.QueueFull:
            asked = request[1] if isinstance(request, tuple) else _id_of(request)
            self._refuse(UsageError("server.too_many_inputs", limit=MOST_WAITING), asked)

    async def _answer_all(self) -> None:
        while True:
            request = await self._line.get()
            if isinstance(request, tuple):
                self._refuse(*request)
                continue
            try:
                await self._answer(request, self._say)
            except VtuberError as error:
                self._refuse(error, _id_of(request))
            except Exception:  # noqa: BLE001
                # A bug of ours; the client is told that there will be no answer, and may ask for something else.
                _LOG.exception("a request on %s failed", self._socket.path)
                self._refuse(EngineFailed("server.failed"), _id_of(request))

    def _say(self, message: Message) -> None:
        self._outlet.put(wire.encode(message))

    def _refuse(self, error: VtuberError, request: str | None) -> None:
        self._count(error.key)
        self._say(self._socket.refusal(error, request))


def _id_of(request: Message) -> str | None:
    return getattr(request, "request_id", None)

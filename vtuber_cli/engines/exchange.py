"""One HTTP request that can be given up at any moment: while it connects, waits for the answer, or reads.

Reading from a socket cannot be interrupted, and looking up a name still less. So a thread of its own does both and puts
what comes into a queue; whoever asked looks into the queue and at `Stop` in turns. To give up is to shut the socket,
which the server notices, and to forget the thread.
"""

from __future__ import annotations

import logging
import queue
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from vtuber_cli.clean import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from vtuber_cli.engines.base import Stop

Cause: TypeAlias = Literal["unreachable", "certificate", "broken_off", "unusable"]

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 0.03
"""How often `Stop` is looked at."""


class Stopped(Exception):
    """Nobody wants the answer any more."""


class Broken(Exception):
    """There will be no answer, or no more of it."""

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(cause, reason)
        self.cause: Cause = cause
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """The beginning of an answer; its body follows."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""


class Exchange:
    """A request on its way; `next` gives an `Answer` and then its body, as it comes.

    Args:
        client: sends it.
        request: made by this client.
        connection: of the request before, which this one may be sent over.
    """

    def __init__(self, client: httpx.Client, request: httpx.Request, connection: Any = None) -> None:
        self.connection = connection
        self._client = client
        self._request = request
        self._request.extensions["trace"] = self._trace
        self._queue: queue.SimpleQueue[Answer | bytes | Broken | None] = queue.SimpleQueue()
        self._given_up = self._over = False
        threading.Thread(target=self._work, name="vtuber-endpoint", daemon=True).start()

    def next(self, stop: Stop, until: float) -> Answer | bytes | None:
        """What comes next, None at the end.

        Args:
            stop: looked at all the while.
            until: by `time.monotonic`.

        Raises:
            Stopped: `stop` was set.
            TimeoutError: nothing came in time.
            Broken: the connection failed.
        """
        while True:
            if stop:
                raise Stopped
            try:
                item = self._queue.get(timeout=max(0.0, min(_LOOK_SECONDS, until - time.monotonic())))
            except queue.Empty:
                if time.monotonic() >= until:
                    raise TimeoutError from None
                continue
            if isinstance(item, Broken):
                raise item
            return item

    def rest(self, stop: Stop, until: float, most: int) -> bytes:
        """The rest of the body, and no more than `most` of it; raises like `next`."""
        body = bytearray()
        while len(body) < most and isinstance(chunk := self.next(stop, until), bytes):
            body += chunk
        return bytes(body[:most])

    def end(self) -> None:
        """Gives up what is not over. Afterwards nothing of it is read or sent."""
        self._given_up = True
        if not self._over:
            self._shut()

    def _work(self) -> None:
        last: Broken | None = None
        try:
            response = self._client.send(self._request, stream=True)
            self.connection = response.extensions.get("network_stream")
            try:
                self._queue.put(Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}))
                for chunk in response.iter_raw():
                    if self._given_up:
                        return
                    self._queue.put(chunk)
                self._over = True
            finally:
                response.close()
        except Exception as error:  # noqa: BLE001 - whatever the library raises belongs to who asked
            last = _broken(error)
            _LOG.debug("%s: %s", last.cause, last.reason)
        finally:
            self._queue.put(last)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Hears of each new connection, so that it can be shut before it has answered."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self.connection = info["return_value"]
            if self._given_up:
                self._shut()

    def _shut(self) -> None:
        connection = self.connection
        raw = connection.get_extra_info("socket") if connection is not None else None
        if isinstance(raw, socket.socket):
            with suppress(OSError):  # shut by the other side, or by us
                # Not by the method of an SSL socket, which is not made for a second thread.
                socket.socket.shutdown(raw, socket.SHUT_RDWR)


def _broken(error: Exception) -> Broken:
    import httpx

    chain: list[BaseException] = [error]
    while (deeper := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < 8:
        chain.append(deeper)
    for each in chain:
        if isinstance(each, ssl.SSLCertVerificationError):
            return Broken("certificate", one_line(each.verify_message))
    reason = next((each.strerror for each in chain if isinstance(each, OSError) and each.strerror), None)
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)):
        return Broken("unreachable", one_line(reason or str(error)) or type(error).__name__)
    if isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError, httpx.TimeoutException)):
        return Broken("broken_off", one_line(reason or str(error)) or type(error).__name__)
    return Broken("unusable", type(error).__name__)  # its text may hold what was to be sent, the key too

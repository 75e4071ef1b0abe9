"""One HTTP request for a file, read by a thread of its own: whoever waits for it can tell, and stop, at any time.

Redirects are followed by hand: a token goes only where it was meant for, and an https address leads nowhere else.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from vtuber_cli import __version__

if TYPE_CHECKING:
    from types import TracebackType

    import httpx

TICK = 0.25
"""Seconds between two signs of life while nothing comes."""
CONNECT = 10.0
STALL = 30.0
"""Seconds without a byte after which a connection counts as broken."""
_AHEAD = 64
"""Blocks that may wait to be written."""
_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What the last server said; `linked` is what the first ones said of the file that they led to."""

    status: int
    headers: Mapping[str, str]
    linked: Mapping[str, str]


class Misled(Exception):
    """A redirect to where nobody should go, or too many of them. The argument is the target, without its query."""


Item: TypeAlias = Answer | bytes | None
"""None is a tick: nothing came."""


class Transfer:
    """Iterate over it in a `with` block: an `Answer`, then the bytes if it is one with a file, ticks in between.

    Raises, while iterated over:
        httpx.TransportError: no connection, or a broken one.
        httpx.InvalidURL, Misled: an address or a redirect that leads nowhere.
    """

    def __init__(self, url: str, headers: Mapping[str, str], token: str | None = None) -> None:
        self._url = url
        self._headers = {"User-Agent": f"vtuber/{__version__}", "Accept-Encoding": "identity", **headers}
        self._token = token
        self._items: queue.Queue[Answer | bytes | Exception | None] = queue.Queue(_AHEAD)
        self._stopped = threading.Event()
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="model hub", daemon=True)

    def __enter__(self) -> Iterator[Item]:
        self._thread.start()
        return self._received()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        if self._socket is not None:  # wakes the thread if it waits for bytes
            with contextlib.suppress(OSError, ValueError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(TICK)  # looking up a host cannot be interrupted: that thread ends by itself

    def _received(self) -> Iterator[Item]:
        while True:
            try:
                item = self._items.get(timeout=TICK)
            except queue.Empty:
                yield None
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item

    def _run(self) -> None:
        try:
            self._read()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is for the thread that waits
            self._hand_over(error)

    def _read(self) -> None:
        import httpx

        with httpx.Client(timeout=httpx.Timeout(STALL, connect=CONNECT)) as client:
            response, linked = self._open(client)
            with contextlib.closing(response):
                answer = Answer(response.status_code, dict(response.headers), linked)
                if not self._hand_over(answer):
                    return
                if response.status_code in (200, 206):
                    # As they come: blocks of a size would hold back, and lose, the last bytes before a break.
                    for block in response.iter_raw():
                        if not self._hand_over(block):
                            return
        self._hand_over(None)

    def _open(self, client: httpx.Client) -> tuple[httpx.Response, dict[str, str]]:
        import httpx

        first = url = httpx.URL(self._url)
        linked: dict[str, str] = {}
        for _ in range(_REDIRECTS + 1):
            headers = dict(self._headers)
            if self._token and _origin(url) == _origin(first):
                headers["Authorization"] = f"Bearer {self._token}"
            response = client.send(client.build_request("GET", url, headers=headers), stream=True)
            self._socket = response.extensions["network_stream"].get_extra_info("socket")
            linked = {name: text for name, text in response.headers.items() if name.startswith("x-linked-")} | linked
            if not response.has_redirect_location:
                return response, linked
            response.close()
            target = url.join(response.headers["location"])
            if target.scheme != "https" and (target.scheme != "http" or url.scheme != "http"):
                raise Misled(_shown(target))
            url = target
        raise Misled(_shown(url))

    def _hand_over(self, item: Answer | bytes | Exception | None) -> bool:
        """False if nobody wants it any more."""
        while not self._stopped.is_set():
            try:
                self._items.put(item, timeout=TICK)
            except queue.Full:
                continue
            return True
        return False


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _shown(url: httpx.URL) -> str:
    """An address without what may be secret in it."""
    return f"{url.scheme}://{url.netloc.decode()}{url.path}" if url.host else f"{url.scheme}:"

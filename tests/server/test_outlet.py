"""Frames on their way to one client."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from vtuber_cli.server import outlet
from vtuber_cli.server.outlet import Outlet
from vtuber_cli.server.wire import Encoded

pytestmark = pytest.mark.looptime(start=0, end=60)


class Socket:
    def __init__(self) -> None:
        self.sent: list[str] = []
        self.takes = asyncio.Event()
        self.takes.set()

    async def send(self, event: dict[str, Any]) -> None:
        await self.takes.wait()
        self.sent.append(event["text"])


async def test_in_order() -> None:
    socket = Socket()
    way = Outlet(socket.send)
    sending = asyncio.ensure_future(way.run())
    for text in "abc":
        way.put(Encoded(text=text))
    await asyncio.sleep(0.1)
    sending.cancel()
    assert socket.sent == ["a", "b", "c"]


async def test_who_takes_nothing_is_let_go_after_two_seconds() -> None:
    socket = Socket()
    socket.takes.clear()
    way = Outlet(socket.send)
    way.put(Encoded(text="a"))
    began = asyncio.get_running_loop().time()
    await way.run()
    assert asyncio.get_running_loop().time() - began == pytest.approx(2.0)


@pytest.mark.parametrize("frame", [Encoded(text="a"), Encoded(data=b"x" * 1_000_000)])
async def test_what_waits_has_an_end(frame: Encoded) -> None:
    socket = Socket()
    way = Outlet(socket.send)
    for _ in range(outlet.MOST_FRAMES + 1):
        way.put(frame)
    await way.run()
    assert socket.sent == []


async def test_speech_that_was_not_sent_is_dropped_when_she_is_interrupted() -> None:
    socket = Socket()
    way = Outlet(socket.send)
    way.put(Encoded(text="history"))
    way.put(Encoded(text="speech"), speech=True)
    way.put(Encoded(text="pong"))
    way.drop_speech()
    sending = asyncio.ensure_future(way.run())
    await asyncio.sleep(0.1)
    sending.cancel()
    assert socket.sent == ["history", "pong"]


async def test_a_socket_that_is_gone_ends_it() -> None:
    async def gone(_: dict[str, Any]) -> None:
        raise OSError("gone")

    way = Outlet(gone)
    way.put(Encoded(text="a"))
    async with asyncio.timeout(1):
        await way.run()

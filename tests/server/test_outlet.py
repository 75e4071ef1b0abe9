"""Frames on their way to one client."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.server.client import outlet
from vtuber_cli.server.client.forms import Frames
from vtuber_cli.server.client.outlet import Outlet
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


async def test_a_stream_that_was_begun_is_ended() -> None:
    socket = Socket()
    way = Outlet(socket.send)
    for name in ("one", "two"):
        way.put_all(stream(name, 3), speech=True)
    socket.takes.clear()
    sending = asyncio.ensure_future(way.run())
    await asyncio.sleep(0.1)  # its first frame is on its way
    way.put(Encoded(text="pong"))
    way.drop_speech()
    way.drop_speech()
    socket.takes.set()
    await asyncio.sleep(0.1)
    sending.cancel()
    assert socket.sent == ["one 0", "one cut", "pong"]


def stream(name: str, count: int) -> Frames:
    return Frames(tuple(Encoded(text=f"{name} {index}") for index in range(count)), Encoded(text=f"{name} cut"))


@given(st.lists(st.one_of(st.integers(2, 4), st.just("pong"), st.just("drop"), st.just("send")), max_size=20))
def test_whatever_is_dropped_each_stream_is_whole_or_cut_once(steps: list[int | str]) -> None:
    sent: list[str] = []

    async def run() -> None:
        may = asyncio.Semaphore(0)

        async def send(event: dict[str, Any]) -> None:
            sent.append(event["text"])
            await may.acquire()

        way = Outlet(send)
        sending = asyncio.ensure_future(way.run())
        for number, step in enumerate(steps):
            match step:
                case int():
                    way.put_all(stream(str(number), step), speech=True)
                case "pong":
                    way.put(Encoded(text=f"pong {number}"))
                case "drop":
                    way.drop_speech()
                case _:
                    may.release()
            for _ in range(3):
                await asyncio.sleep(0)
        for _ in range(200):
            may.release()
            await asyncio.sleep(0)
        sending.cancel()

    asyncio.run(run())
    for number, step in enumerate(steps):
        mine = [text.split()[1] for text in sent if text.startswith(f"{number} ")]
        whole = [str(index) for index in range(step)] if isinstance(step, int) else []
        begun = mine[:-1] if mine[-1:] == ["cut"] else mine
        assert begun == whole[: len(begun)]
        assert mine in ([], whole) or (mine[-1] == "cut" and begun and begun != whole)
    pongs = [text for text in sent if text.startswith("pong")]
    assert pongs == [f"pong {number}" for number, step in enumerate(steps) if step == "pong"]


async def test_a_socket_that_is_gone_ends_it() -> None:
    async def gone(_: dict[str, Any]) -> None:
        raise OSError("gone")

    way = Outlet(gone)
    way.put(Encoded(text="a"))
    async with asyncio.timeout(1):
        await way.run()

"""Clients that go: whatever they were doing, nothing of them is left, and nobody else notices."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

import psutil
import pytest

from tests.server.served import Client, Script, Served, serving
from vtuber_cli.server.client import outlet

PROMPTLY = 2.0
"""Seconds until a client that has gone is forgotten."""
SLACK = 1.0 if "CI" not in os.environ else 4.0


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def served(script: Script) -> AsyncGenerator[Served]:
    async with serving(script) as found:
        yield found


class Held:
    """What this process holds, server, engines and clients together."""

    def __init__(self, served: Served) -> None:
        process = psutil.Process()
        self.files = process.num_fds() if hasattr(process, "num_fds") else 0
        self.threads = threading.active_count()
        self.children = len(process.children(recursive=True))
        self.tasks = len([task for task in asyncio.all_tasks() if not task.done()])
        self.clients = served.hall.talkers
        self.places = served.guard.places.sessions + served.guard.places.viewers
        self.seats = (served.hall.seats.taken, served.hall.seats.waiting)

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return str(vars(self))


async def until_as_before(served: Served, before: Held) -> None:
    began = time.monotonic()
    while (now := Held(served)) != before:
        assert time.monotonic() - began < PROMPTLY + SLACK, f"{now} and not {before}"
        await asyncio.sleep(0.02)


def break_off(client: Client) -> None:
    """A connection that ends with RST, as when a machine loses its network."""
    transport = client.line.transport
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def in_mid_turn(client: Client) -> None:
    await client.say("hello", features=["visemes"])
    await client.say("text-input", text="tell me a long story")
    await client.until("audio")


async def in_line(client: Client) -> None:
    for text in ("one", "two", "three"):
        await client.say("text-input", text=text)


async def in_mid_upload(client: Client) -> None:
    await client.say("mic-audio-data", audio=[0.1] * 4096)
    client.line.transport.write(b"\x81\xfe\xff\xff\0\0\0\0" + b'{"type":"mic-audio-data","audio":[0.1')


async def with_an_open_microphone(client: Client) -> None:
    await client.say("raw-audio-data", audio=[0.3, -0.3] * 8192)


async def before_it_is_greeted(_: Client) -> None: ...


async def in_mid_handshake(served: Served) -> None:
    line = socket.create_connection(("127.0.0.1", served.port))
    line.sendall(b"GET /client-ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nSec-WebSo")
    await asyncio.sleep(0.01)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


WAYS: tuple[Callable[[Client], Awaitable[None]], ...] = (
    in_mid_turn, in_line, in_mid_upload, with_an_open_microphone, before_it_is_greeted,
)  # fmt: skip


async def come_and_go(served: Served, number: int) -> None:
    if number % 6 == 5:
        await in_mid_handshake(served)
        return
    way = WAYS[number % 6]
    async with served.client(greeted=way is not before_it_is_greeted) as client:
        await way(client)
        if number % 4 or way is in_mid_upload:  # half a message cannot be followed by a goodbye
            break_off(client)


async def test_a_hundred_clients_leave_nothing(served: Served, script: Script) -> None:
    async with asyncio.timeout(60):
        for _ in range(200):
            script.says("Once upon a time there was a sentence. ", "Then another one came. ", "And so on.")
        await asyncio.gather(*(come_and_go(served, number) for number in range(6)))  # threads that stay are made now
        await asyncio.gather(*(asyncio.to_thread(threading.Event().wait, 0.05) for _ in range(40)))
        await asyncio.sleep(0.3)
        before = Held(served)
        for first in range(0, 100, 20):
            await asyncio.gather(*(come_and_go(served, number) for number in range(first, first + 20)))
        await until_as_before(served, before)
    assert before.clients == before.places == 0
    script.replies.clear()
    script.says("Still here.")
    async with served.client() as client:
        await client.say("text-input", text="b")
        assert "audio 'Still here.'" in await client.turn()


async def test_one_that_reads_nothing_is_let_go_and_harms_nobody(
    served: Served, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlet, "SEND_SECONDS", 0.3)
    async with served.client() as slow, served.client() as good:
        await slow.say("hello", role="viewer")
        await slow.get("welcome")
        slow.line.transport.pause_reading()
        slow.line.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        longest, last = 0.0, time.monotonic()
        for _ in range(40):
            if served.guard.places.viewers == 0:
                break
            script.says("One two three four five six seven eight nine ten. " * 8)
            await good.say("text-input", text="go on")
            while (await good.next())["type"] != "backend-synth-complete":
                now = time.monotonic()
                longest, last = max(longest, now - last), now
            await good.say("interrupt-signal", text="")
            last = time.monotonic()
        assert served.guard.places.viewers == 0, "it is still there"
        assert longest < 2
        break_off(slow)


async def test_a_bug_costs_one_frame_and_no_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(loads=False) as served, served.client() as client:
        monkeypatch.setattr(served.hall, "backgrounds", lambda: 1 // 0)
        await client.say("fetch-backgrounds")
        assert (await client.get("error"))["code"] == "server.failed"
        await client.say("heartbeat")
        await client.get("heartbeat-ack")

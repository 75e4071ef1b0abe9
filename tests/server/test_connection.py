"""The guard behind a real server on loopback: clients that are slow, too large, or speak no protocol at all."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.asgi import Hall
from vtuber_cli.server import connection, wire
from vtuber_cli.server.guard import body
from vtuber_cli.server.guard.admission import Limits
from vtuber_cli.server.guard.layer import Guard, Rules
from vtuber_cli.server.guard.origins import Names

HANDSHAKE = (
    "GET /client-ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)


class Running:
    def __init__(self, hall: Hall, guard: Guard, server: uvicorn.Server, port: int) -> None:
        self.hall = hall
        self.guard = guard
        self.server = server
        self.port = port
        self.host = f"127.0.0.1:{port}"

    def url(self, path: str = "/client-ws") -> str:
        return f"ws://{self.host}{path}"

    async def health(self) -> int:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"http://{self.host}/", timeout=10)).status_code

    @asynccontextmanager
    async def raw(self, text: str | bytes) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        writer.write(text.encode() if isinstance(text, str) else text)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def answer(self, text: str | bytes) -> bytes:
        async with self.raw(text) as (reader, _):
            return await _rest(reader)


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionError:
        return b""


@pytest.fixture
async def running(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    limits = Limits(upload_bytes=2**20)
    hall = Hall()
    guard = Guard(hall, Rules(names=Names.of([], ["https://trusted.example"]), limits=limits))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = uvicorn.Server(connection.configured(guard, host="127.0.0.1", port=port, limits=limits))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve([listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            yield Running(hall, guard, server, port)
            server.should_exit = True


async def test_a_socket_from_our_own_page(running: Running) -> None:
    async with connect(running.url(), origin=f"http://{running.host}", proxy=None) as ours:  # type: ignore[arg-type]
        await ours.send("hello")
        assert await ours.recv() == "{}"
        assert "Sec-WebSocket-Extensions" not in ours.response.headers  # type: ignore[union-attr]
        assert running.guard.places.sessions == 1
    assert running.hall.heard == ["hello"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://trusted.example.evil.com", "null", "HTTPS://trusted.example"]
)
async def test_a_socket_from_elsewhere(running: Running, origin: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with connect(running.url(), origin=origin, proxy=None):  # type: ignore[arg-type]
            pass
    assert caught.value.response.status_code == 403
    assert running.hall.came == []
    assert await running.health() == 200
    assert [record.name for record in caplog.records] == ["vtuber_cli.server.guard.layer"]  # once, by the guard


async def test_a_name_that_was_bent_to_us(running: Running) -> None:
    head = (await running.answer(HANDSHAKE.format(host=f"evil.example:{running.port}", more=""))).split(b"\r\n")[0]
    assert b" 403 " in head
    head = (await running.answer(f"GET / HTTP/1.1\r\nHost: evil.example:{running.port}\r\n\r\n")).split(b"\r\n")[0]
    assert b" 421 " in head
    for host in ("", f"a\r\nHost: {running.host}", f"localhost:{running.port}@evil.example"):
        head = (await running.answer(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")).split(b"\r\n")[0]
        assert b" 400 " in head
    assert b" 400 " in (await running.answer("GET / HTTP/1.1\r\n\r\n")).split(b"\r\n")[0]
    assert running.hall.came == []


async def test_headers_that_do_not_end(running: Running) -> None:
    begun = asyncio.get_running_loop().time()
    answers = await asyncio.gather(*(running.answer("GET / HTTP/1.1\r\nHost:") for _ in range(30)))
    assert answers == [b""] * 30
    assert asyncio.get_running_loop().time() - begun < 15
    assert await running.health() == 200


@pytest.mark.parametrize("before", ["", "GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"])
async def test_headers_that_drip(running: Running, before: str) -> None:
    async with running.raw(before.format(host=running.host)) as (reader, writer):
        if before:
            await reader.readuntil(b"hello")
        ending = asyncio.ensure_future(_rest(reader))
        while not ending.done():  # `_rest` has its own end
            writer.write(b"x")
            await asyncio.sleep(0.02)
        await ending


async def test_a_refusal_does_not_wait_for_the_upload(running: Running) -> None:
    head = f"POST / HTTP/1.1\r\nHost: evil.example:{running.port}\r\nContent-Length: 1000\r\n\r\n"
    assert (await running.answer(head)).startswith(b"HTTP/1.1 421")  # and then the end


async def test_an_upload_in_chunks_without_end(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "_UNWANTED_SECONDS", 0.1)
    head = f"POST / HTTP/1.1\r\nHost: {running.host}\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    async with running.raw(head) as (reader, writer):
        answer = asyncio.ensure_future(_rest(reader))
        try:
            for _ in range(100):
                writer.write(chunk)
                await writer.drain()
        except ConnectionError:
            pass
        assert (await answer).startswith((b"HTTP/1.1 413", b""))
    assert len(running.hall.read) <= 2**20
    assert await running.health() == 200


async def test_an_address_of_64_kilobytes(running: Running) -> None:
    answer = await running.answer(f"GET /live2d-models/{'a' * 65536} HTTP/1.1\r\nHost: {running.host}\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 414")


@pytest.mark.parametrize(
    "handshake",
    [
        HANDSHAKE.replace("GET", "POST", 1),
        HANDSHAKE.replace("{more}", "X: " + "a" * 9000 + "\r\n{more}"),
        HANDSHAKE.replace("{more}", "X: a\r\n" * 200 + "{more}"),
        HANDSHAKE.replace("/client-ws", "/" + "a" * 9000),
        HANDSHAKE.replace("Version: 13", "Version: 12"),
        HANDSHAKE.replace("dGhlIHNhbXBsZSBub25jZQ==", "short"),
        HANDSHAKE.replace("{more}", "Origin: https://evil.example\r\nOrigin: https://trusted.example\r\n{more}"),
    ],
)
async def test_handshakes_that_are_none(running: Running, handshake: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = await running.answer(handshake.format(host=running.host, more=""))
    assert answer[9:12] in (b"400", b"403", b"414", b"426")
    assert running.hall.came == []
    assert "Traceback" not in caplog.text
    assert await running.health() == 200


async def test_a_frame_that_is_too_large(running: Running) -> None:
    async with connect(running.url(), proxy=None) as ours:
        with suppress(ConnectionClosed):  # it may be noticed before all of it is written
            await ours.send("x" * (wire.LARGEST + 1))
        with pytest.raises(ConnectionClosed) as caught:
            await ours.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1009
    assert running.hall.heard == []


def frame(first: int, data: bytes, *, masked: bool = True) -> bytes:
    head = bytes([first, (0x80 if masked else 0) | min(len(data), 126)])
    if len(data) >= 126:
        head += struct.pack("!H", len(data))
    mask = os.urandom(4)
    body = bytes(each ^ mask[number % 4] for number, each in enumerate(data)) if masked else data
    return head + (mask if masked else b"") + body


FRAMES = {
    "unmasked": (frame(0x81, b"hi", masked=False), 1002),
    "reserved bits": (frame(0xC1, b"hi"), 1002),
    "reserved opcode": (frame(0x83, b"hi"), 1002),
    "a long ping": (frame(0x89, b"x" * 126), 1002),
    "a ping in pieces": (frame(0x09, b"x"), 1002),
    "no UTF-8": (frame(0x81, b"\xff\xfe"), 1007),
    "a piece of nothing": (frame(0x80, b"x"), 1002),
    "empty pieces": (frame(0x01, b"") + frame(0x00, b"") * 100_000, 1008),
}


@pytest.mark.parametrize("name", FRAMES)
async def test_frames_that_are_none(running: Running, name: str) -> None:
    data, code = FRAMES[name]
    async with running.raw(HANDSHAKE.format(host=running.host, more="")) as (reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        try:
            writer.write(data)
            await writer.drain()
        except ConnectionError:
            pass
        answer = await _rest(reader)
    # Where much lies unread, the system may throw the goodbye away with it.
    assert (answer[:1], answer[2:4]) == (b"\x88", struct.pack("!H", code)) or (name == "empty pieces" and not answer)
    assert running.hall.heard == []
    assert await running.health() == 200


async def test_an_end_in_the_middle_of_an_upload(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    running.server.config.timeout_graceful_shutdown = 0
    begun = f"POST /asr HTTP/1.1\r\nHost: {running.host}\r\nContent-Length: 9\r\n\r\n123"
    async with running.raw(begun) as (reader, _):
        async with asyncio.timeout(20):
            while running.hall.read != b"123":
                await asyncio.sleep(0.01)
        running.server.should_exit = True
        await _rest(reader)
    assert "Traceback" not in caplog.text


async def test_everything_is_given_back(running: Running) -> None:
    async def come_and_go() -> Any:
        async with running.raw(HANDSHAKE.format(host=running.host, more="")) as (reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.transport.abort()

    for _ in range(5):
        await asyncio.gather(*(come_and_go() for _ in range(20)))
    async with asyncio.timeout(20):
        while running.guard.places.sessions or running.server.server_state.connections:
            await asyncio.sleep(0.01)


async def test_who_reads_nothing_does_not_keep_a_closed_connection_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CLOSE_SECONDS", 0.2)
    stuck = asyncio.Event()

    async def floods(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                while True:
                    await send({"type": "websocket.send", "text": "x" * 2**20})
        stuck.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        config = connection.configured(floods, host=host, port=port, limits=Limits())
        config.lifespan = "off"
        server = uvicorn.Server(config)
        serving = asyncio.ensure_future(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        _, writer = await asyncio.open_connection(host, port, limit=1)
        writer.write(HANDSHAKE.format(host=f"{host}:{port}", more="").encode())
        await stuck.wait()
        async with asyncio.timeout(10):
            while server.server_state.connections:
                await asyncio.sleep(0.05)
        writer.close()
        server.should_exit = True
        await serving

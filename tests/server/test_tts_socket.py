"""`/tts-ws`: sentences as files that can be fetched, and mistakes that cost nobody the socket."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.server.served import PATIENCE, Served, serving
from vtuber_cli.audio.riff import Riff
from vtuber_cli.engines.base import Stop
from vtuber_cli.engines.echo import EchoTts
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import Speech
from vtuber_cli.server.services.requests import MOST_WAITING


@asynccontextmanager
async def speaking(served: Served) -> AsyncGenerator[ClientConnection]:
    async with connect(f"ws://127.0.0.1:{served.port}/tts-ws", proxy=None) as line:
        yield line


async def answers(line: ClientConnection, frame: Any = None) -> list[dict[str, Any]]:
    """To a request, or to a frame as it is."""
    if frame is not None:
        await line.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE):
        while not found or found[-1]["status"] == "partial":
            found.append(json.loads(await line.recv()))
    return found


async def test_a_sound_for_every_sentence() -> None:
    text = "Hello one. Pi is 3.14 today! Really? Well, since you ask, yes. 3.5초 남았어요. 안녕히 가세요!"
    async with serving() as served, speaking(served) as line:
        *parts, end = await answers(line, {"text": text})
        async with httpx.AsyncClient(base_url=served.url(), trust_env=False) as web:
            sounds = [await web.get(f"/cache/{part['audioPath'].rpartition('/')[2]}") for part in parts]
            direct = await web.get(f"/{parts[0]['audioPath']}", headers={"range": "bytes=0-3"})
            listed = [
                (await web.get(path)).status_code for path in ("/cache", "/cache/", "/cache/x.wav", "/cache/..%2fx")
            ]
    assert [part["text"] for part in parts] == [
        "Hello one.", "Pi is 3.14 today!", "Really?", "Well, since you ask, yes.", "3.5초 남았어요.", "안녕히 가세요!",
    ]  # fmt: skip
    assert end == {"status": "complete"}
    for sound in sounds:
        assert (sound.status_code, sound.headers["content-type"]) == (200, "audio/wav")
        assert sound.headers["x-content-type-options"] == "nosniff"
        assert (Riff(io.BytesIO(sound.content)).frames or 0) > 1000
    assert (direct.status_code, direct.content) == (206, b"RIFF")
    assert listed == [404] * 4


@pytest.mark.parametrize("text", ["", "  \n ", "....", "🙂"])
async def test_nothing_to_say(text: str) -> None:
    async with serving() as served, speaking(served) as line:
        assert await answers(line, {"text": text}) == [{"status": "complete"}]
        assert served.hall.sounds.count == 0


async def test_a_mistake_costs_nobody_the_socket() -> None:
    wrong = ["no json", "[]", '{"text": 123}', "{}", b"\x01\x00\x00\x00", json.dumps({"text": "x" * 20_001})]
    async with serving() as served, speaking(served) as line:
        codes = [(await answers(line, frame))[0] for frame in wrong]
        assert (await answers(line, {"text": "Hello."}))[-1] == {"status": "complete"}
    assert [(frame["status"], frame["code"]) for frame in codes] == [
        ("error", "wire.not_json"),
        ("error", "wire.not_an_object"),
        ("error", "wire.not_text"),
        ("error", "wire.missing"),
        ("error", "wire.no_binary_here"),
        ("error", "wire.too_long"),
    ]


async def test_before_the_voice_is_there() -> None:
    async with serving(loads=False) as served, speaking(served) as line:
        (only,) = await answers(line, {"text": "Hello."})
    assert (only["status"], only["code"]) == ("error", "server.loading")


class Throat:
    """Waits until the test lets it speak."""

    def __init__(self) -> None:
        self.speaks = threading.Event()
        self.stopped = threading.Event()
        self.fails = False


@pytest.fixture
def throat(monkeypatch: pytest.MonkeyPatch) -> Throat:
    throat = Throat()
    real = EchoTts.speak

    def speak(engine: EchoTts, text: str, stop: Stop) -> Iterator[Speech]:
        if "wait" in text:
            throat.speaks.set()
            if stop.wait(PATIENCE):
                throat.stopped.set()
            return iter(())
        if throat.fails:
            raise EngineFailed("engine.failed", name="x", reason="y")
        return real(engine, text, stop)

    monkeypatch.setattr(EchoTts, "speak", speak)
    return throat


async def test_who_goes_is_not_spoken_to(throat: Throat) -> None:
    async with serving() as served:
        async with speaking(served) as line:
            await line.send(json.dumps({"text": "Please wait."}))
            assert await asyncio.to_thread(throat.speaks.wait, PATIENCE)
        assert await asyncio.to_thread(throat.stopped.wait, PATIENCE)
        async with asyncio.timeout(PATIENCE):
            while served.hall.seats.taken or served.guard.places.sessions:
                await asyncio.sleep(0)


async def test_who_vanishes_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as served:
        async with speaking(served) as line:
            await line.send(json.dumps({"text": "Hello one. Hello two. Hello three. " * 20}))
            await line.recv()
            line.transport.abort()
        async with asyncio.timeout(PATIENCE):
            while served.guard.places.sessions:
                await asyncio.sleep(0)
    assert [each for each in caplog.records if each.levelno >= 30] == []


async def test_a_line_has_an_end(throat: Throat) -> None:
    async with serving() as served, speaking(served) as line:
        await line.send(json.dumps({"text": "Please wait."}))
        assert await asyncio.to_thread(throat.speaks.wait, PATIENCE)
        for _ in range(MOST_WAITING + 1):
            await line.send(json.dumps({"text": "Hello."}))
        (only,) = await answers(line)
    assert (only["status"], only["code"]) == ("error", "server.too_many_inputs")


async def test_a_voice_that_fails(throat: Throat) -> None:
    async with serving() as served, speaking(served) as line:
        throat.fails = True
        (only,) = await answers(line, {"text": "Hello."})
        throat.fails = False
        again = await answers(line, {"text": "Hello."})
    assert (only["status"], only["code"]) == ("error", "engine.failed")
    assert [frame["status"] for frame in again] == ["partial", "complete"]


async def test_the_token_may_be_the_first_frame() -> None:
    key = "s3cret-s3cret-s3cret-s3cret"
    async with serving(token=key) as served:
        async with speaking(served) as line:
            await line.send(json.dumps({"type": "auth", "token": key}))
            assert (await answers(line, {"text": "Hello."}))[-1] == {"status": "complete"}
        async with speaking(served) as line:
            await line.send(json.dumps({"text": "Hello."}))
            await line.wait_closed()
            assert line.close_code == 1008


async def test_the_server_ends() -> None:
    async with serving() as served, speaking(served) as line:
        await answers(line, {"text": "Hello."})
        served.hall.closing.set()
        await line.wait_closed()
        assert line.close_code == 1012
        assert served.hall.sounds.count == 1

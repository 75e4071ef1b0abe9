"""`POST /asr`: what comes in as a WAV goes out as words, and everything else as a reason."""

from __future__ import annotations

import asyncio
import re
import struct
import threading
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest

from tests.server.served import PATIENCE, Served, serving
from vtuber_cli import i18n
from vtuber_cli.audio.wav_header import header
from vtuber_cli.engines.base import Capabilities, Stop
from vtuber_cli.engines.echo import EchoAsr
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import Transcript
from vtuber_cli.server.seats import Seats
from vtuber_cli.server.services import hearing

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

RATE = 16_000


def tone(rate: int = RATE, seconds: float = 1.0) -> bytes:
    data = (np.sin(np.arange(round(rate * seconds)) / 20) * 8000).astype("<i2").tobytes()
    return header(rate, len(data)) + data


def riff(form: bytes, data: bytes, *before: tuple[bytes, bytes]) -> bytes:
    chunks = b"".join(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for name, body in before)
    body = b"WAVE" + chunks + b"fmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def form(tag: int, channels: int, rate: int, bits: int) -> bytes:
    block = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)


def client(served: Served) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=served.url(), trust_env=False, timeout=PATIENCE)


async def sent(served: Served, body: bytes, **more: Any) -> httpx.Response:
    async with client(served) as line:
        return await line.post("/asr", files={"file": ("speech.wav", body, "audio/wav")}, **more)


NOISE = np.random.default_rng(1).bytes(8 * RATE)
SOUNDS = {
    "16 kHz": tone(),
    "8 kHz": tone(8000),
    "48 kHz": tone(48_000),
    "stereo": riff(form(1, 2, RATE, 16), NOISE[: 4 * RATE]),
    "8 bit": riff(form(1, 1, RATE, 8), NOISE[:RATE]),
    "24 bit": riff(form(1, 1, RATE, 24), NOISE[: 3 * RATE]),
    "floats": riff(form(3, 1, RATE, 32), np.resize(np.array([np.nan, np.inf, 0.5], "<f4"), RATE).tobytes()),
    "mu-law": riff(form(7, 1, RATE, 8), NOISE[:RATE]),
    "LIST first": riff(form(1, 1, RATE, 16), NOISE[: 2 * RATE], (b"LIST", b"INFOISFT\x03\0\0\0abc\0")),
}


async def test_any_wav() -> None:
    async with serving() as served:
        answers = {name: await sent(served, body) for name, body in SOUNDS.items()}
    assert {name: (answer.status_code, answer.json()) for name, answer in answers.items()} == {
        name: (200, {"text": "(1.0 seconds of sound)"}) for name in SOUNDS
    }


WRONG = {
    "": ("server.upload_small", b""),
    "short": ("server.upload_small", tone()[:43]),
    "odd": ("server.upload_odd", tone()[:-1]),
    "empty": ("audio.file_empty", header(RATE, 0)),
    "a picture": ("server.upload_not_wav", b"\xff\xd8\xff\xe0" + bytes(100)),
    "no WAVE": ("audio.file_not_audio", b"RIFF" + bytes(100)),
    "no rate": ("audio.file_odd_rate", riff(form(1, 1, 0, 16), bytes(100))),
    "no channels": ("audio.file_odd_channels", riff(form(1, 0, RATE, 16), bytes(100))),
    "data first": ("audio.file_without_format", b"RIFF\x30\0\0\0WAVEdata\x24\0\0\0" + bytes(0x24)),
    "a codec": ("audio.file_codec", riff(form(0x161, 1, RATE, 16), bytes(100))),
}


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_what_is_no_wav(language: Any) -> None:
    i18n.set_language(language)
    async with serving(language=language) as served:
        for name, (key, body) in WRONG.items():
            answer = await sent(served, body)
            told = answer.json()
            assert (name, answer.status_code, told["code"]) == (name, 400, key)
            assert told["error"]
            assert set(told) == {"error", "code"}
            assert "{" not in told["error"]
            assert ("가" <= max(told["error"]) <= "힣") == (language == "ko")


async def test_a_file_name_is_not_repeated() -> None:
    async with serving() as served, client(served) as line:
        answer = await line.post("/asr", files={"file": ("../../x\x1b[2J.wav", b"x" * 100)})
    assert answer.status_code == 400
    assert "x\x1b" not in answer.text
    assert ".." not in answer.text


async def test_what_is_no_upload() -> None:
    async with serving() as served, client(served) as line:
        missing = await line.post("/asr", data={"other": "1"})
        words = await line.post("/asr", data={"file": "words"})
        broken = await line.post(
            "/asr", content=b"--x\r\nnot", headers={"content-type": "multipart/form-data; boundary=x"}
        )
        many = await line.post("/asr", files=[("file", ("a.wav", b"x"))] * 1100)
    assert missing.status_code == words.status_code == 422
    assert missing.json()["detail"][0]["loc"] == ["body", "file"]
    assert missing.json()["detail"][0]["type"] == words.json()["detail"][0]["type"] == "missing"
    assert [broken.status_code, many.status_code] == [422, 400]
    assert many.json()["code"] == "server.upload_broken"


async def test_what_is_too_large_is_told_so() -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        for _ in range(12):
            yield bytes(2**20)

    async with serving(loads=False) as served, client(served) as line:
        told = await line.post("/asr", files={"file": ("a.wav", bytes(11 * 2**20))})
        pieces = await line.post("/asr", content=endless(), headers={"content-type": "multipart/form-data; boundary=x"})
    assert told.status_code == pieces.status_code == 413
    assert "10 MiB" in told.text


async def test_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "LONGEST_SECONDS", 2.0)
    async with serving() as served:
        answer = await sent(served, tone(seconds=3.0))
    assert (answer.status_code, answer.json()["code"]) == (400, "audio.file_too_long")


async def test_others_have_their_turn_in_the_middle_of_a_long_one() -> None:
    seats = Seats(active=1)
    order: list[str] = []
    async with serving(seats=seats) as served:

        async def other() -> None:
            while not seats.taken:
                await asyncio.sleep(0)
            leave = await seats.take(lambda _: None)
            order.append("somebody")
            leave()

        async def long() -> None:
            answer = await sent(served, tone(8000, seconds=70.0))
            order.append(answer.json()["text"])

        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(long(), other())
    somebody, text = order
    assert somebody == "somebody"
    lengths = [float(each) for each in re.findall(r"\(([0-9.]+) seconds", text)]
    assert len(lengths) == 3
    assert sum(lengths) == pytest.approx(70, abs=0.3)
    assert max(lengths) <= hearing.PIECE_SECONDS


async def test_before_the_engines_are_there() -> None:
    async with serving(loads=False) as served:
        answer = await sent(served, tone())
    assert (answer.status_code, answer.json()["code"]) == (503, "server.loading")
    assert answer.headers["retry-after"] == "5"


async def test_a_busy_server() -> None:
    async with serving(seats=Seats(active=1, line=0)) as served:
        leave = await served.hall.seats.take(lambda _: None)
        busy = await sent(served, tone())
        leave()
        free = await sent(served, tone())
    assert (busy.status_code, busy.json()["code"]) == (503, "server.busy")
    assert free.status_code == 200


class Ears:
    """What they hear, and what becomes of it, is up to the test."""

    capabilities = Capabilities()
    error: Exception | None = None

    def __init__(self) -> None:
        self.hears = threading.Event()
        self.stopped = threading.Event()

    def transcribe(self, samples: Samples, language: str | None, stop: Stop) -> Transcript:
        if self.error is not None:
            raise self.error
        self.hears.set()
        if stop.wait(PATIENCE):
            self.stopped.set()
        return Transcript("")


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    made = Ears()

    def transcribe(_: EchoAsr, samples: Samples, language: str | None, stop: Stop) -> Transcript:
        return Transcript("") if not np.any(samples) else made.transcribe(samples, language, stop)  # it is warmed

    monkeypatch.setattr(EchoAsr, "transcribe", transcribe)
    yield made
    made.hears.set()


@pytest.mark.parametrize(
    "error", [EngineFailed("engine.failed", name="x", reason="/secret/path"), ValueError("/secret")]
)
async def test_an_engine_that_fails(ears: Ears, error: Exception) -> None:
    ears.error = error
    async with serving() as served:
        answer = await sent(served, tone())
    assert (answer.status_code, answer.json()["code"]) == (500, "server.hearing_failed")
    assert "secret" not in answer.text


async def test_a_client_that_goes_away(ears: Ears) -> None:
    async with serving() as served:
        asking = asyncio.ensure_future(sent(served, tone()))
        await asyncio.to_thread(ears.hears.wait, PATIENCE)
        assert served.hall.seats.taken == 1
        asking.cancel()
        await asyncio.wait([asking])
        assert await asyncio.to_thread(ears.stopped.wait, PATIENCE)
        async with asyncio.timeout(PATIENCE):
            while served.hall.seats.taken:
                await asyncio.sleep(0)

"""Images in messages, over a real socket: who sees them, who is told that she cannot, and what is kept of them."""

from __future__ import annotations

import logging
import struct
import zlib
from binascii import b2a_base64
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from tests.engines.loopback import Loopback, good, status
from tests.server.served import Client, Script, Served, serving, shapes
from vtuber_cli import paths
from vtuber_cli.events import Picture

START = ["chain-start", "full-text 'Thinking...'"]
END = ["backend-synth-complete", "force-new-message", "chain-end"]


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" + b"\xff\0\0" * 2 + b"\0" + b"\0\xff\0" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PNG = _png()
URL = "data:image/png;base64," + b2a_base64(PNG, newline=False).decode()
IMAGE = {"source": "camera", "data": URL, "mime_type": "image/jpeg"}


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def served(script: Script) -> AsyncGenerator[Served]:
    async with serving(script) as found:
        yield found


@pytest.fixture
async def seeing(script: Script) -> AsyncGenerator[Served]:
    script.sees = True
    async with serving(script) as found:
        yield found


def said(served: Served) -> list[tuple[str, str]]:
    (talk, *_) = served.history.list_talks()
    return [(entry.role, entry.text) for entry in served.history.messages(talk.id)]


def errors(client: Client) -> list[str]:
    return [frame["code"] for frame in client.seen if frame["type"] == "error"]


async def test_who_sees_is_shown_it_once_and_remembers_that_there_was_one(seeing: Served, script: Script) -> None:
    script.says("Red and green.")
    script.says("I said so.")
    async with seeing.client() as client:
        await client.say("text-input", text="what is this?", images=[IMAGE])
        assert await client.turn() == [*START, "audio 'Red and green.'", *END]
        await client.say("text-input", text="sure?", images=[])
        await client.turn()
        assert not errors(client)
    assert script.shown == [[Picture("png", PNG)], []]
    assert script.asked[1][-3:] == ["what is this? (an image)", "Red and green.", "sure?"]
    assert said(seeing)[0] == ("user", "what is this? (an image)")


async def test_an_image_alone_is_a_question_too(seeing: Served, script: Script) -> None:
    script.says("Pretty.")
    async with seeing.client() as client:
        await client.say("text-input", text="", images=[IMAGE, IMAGE])
        assert await client.turn() == [*START, "audio 'Pretty.'", *END]
    assert len(script.shown[0]) == 2
    assert said(seeing) == [("user", "(2 images)"), ("assistant", "Pretty.")]


async def test_what_is_said_may_come_with_an_image_but_a_cough_is_no_question(seeing: Served, script: Script) -> None:
    script.says("I see.")
    async with seeing.client() as client:
        await client.say("mic-audio-data", audio=[0.5, -0.5] * 4000)
        await client.say("mic-audio-end", images=[IMAGE])
        assert (await client.turn())[2:] == [
            "user-input-transcription '(0.5 seconds of sound) (an image)'",
            "audio 'I see.'",
            *END,
        ]
        await client.say("mic-audio-data", audio=[0.0] * 8000)
        await client.say("mic-audio-end", images=[IMAGE])
        frames = await client.until("control", text="conversation-chain-end")
    assert shapes(frames) == [*START, "force-new-message", "chain-end"]
    assert len(script.shown) == 1


async def test_what_she_says_by_herself_may_be_about_what_she_sees(seeing: Served, script: Script) -> None:
    script.says("So much red!")
    async with seeing.client() as client:
        await client.say("ai-speak-signal", idle_time=-1, images=[IMAGE])
        assert "audio 'So much red!'" in await client.turn()
    assert script.shown == [[Picture("png", PNG)]]


async def test_who_sees_nothing_says_so_once_and_answers_what_was_said(served: Served, script: Script) -> None:
    script.says("Tell me about it.")
    async with served.client() as client:
        await client.say("text-input", text="look!", images=[IMAGE])
        assert await client.turn() == [*START, "error", "audio 'Tell me about it.'", *END]
        (error,) = [frame for frame in client.seen if frame["type"] == "error"]
    assert (error["code"], error["message"]) == (
        "thinking.blind",
        "script cannot see images; only what was said is answered",
    )
    assert script.shown == [[]]
    assert said(served)[0] == ("user", "look!")


async def test_of_an_image_alone_that_nobody_sees_only_the_error_comes(served: Served, script: Script) -> None:
    script.says("Better.")
    async with served.client() as client:
        await client.say("text-input", text=" ", images=[IMAGE])
        frames = await client.until("control", text="conversation-chain-end")
        assert shapes(frames) == [*START, "error", "force-new-message", "chain-end"]
        await client.say("text-input", text="hello")
        assert "audio 'Better.'" in await client.turn()


@pytest.mark.parametrize(
    "image",
    [
        {"source": "bogus", "data": URL},
        {"source": "camera", "data": "data:image/png;base64,AAAA"},
        {"source": "camera", "data": "https://example.com/a.png"},
        {"source": "camera", "data": "data:image/svg+xml;base64,PHN2Zy8+"},
    ],
)
async def test_what_is_no_image_is_refused_before_a_turn_begins(
    served: Served, script: Script, image: dict[str, Any]
) -> None:
    async with served.client() as client:
        await client.say("text-input", text="look!", images=[image])
        assert shapes([await client.next()]) == ["error"]
        await client.say("heartbeat")
        assert shapes([await client.next()]) == ["heartbeat-ack"]
    assert not script.asked


async def test_nothing_of_an_image_is_logged_or_kept(
    seeing: Served, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script.says("Yes.", None)
    async with seeing.client() as client:
        await client.say("text-input", text="this", images=[IMAGE])
        await client.turn()
        assert errors(client) == ["thinking.failed"]
    written = [URL[30:60].encode(), PNG[40:60]]
    assert not any(URL[30:60] in record.getMessage() or "IDAT" in record.getMessage() for record in caplog.records)
    for file in (each for each in Path(paths.data_dir()).rglob("*") if each.is_file()):
        assert not any(part in file.read_bytes() for part in written), file


async def test_an_endpoint_that_takes_no_images_is_said_to_and_answers_what_was_said(script: Script) -> None:
    refusal = status("400 Bad Request", '{"error": {"message": "m is not a multimodal model"}}')
    warmed = good("")
    with Loopback([warmed, refusal, good("What do you mean?")]) as endpoint:
        llm = {"base_url": endpoint.url, "model": "m", "images": True, "tags": False}
        flags: dict[str, Any] = {"engines.llm.name": "openai", "engines.llm.options": llm}
        async with serving(None, **flags) as served, served.client() as client:
            await client.say("text-input", text="look!", images=[IMAGE])
            assert await client.turn() == [*START, "error", "audio 'What do you mean?'", *END]
            assert errors(client) == ["endpoint.blind"]
    shown, words = (asked.body["messages"][-1]["content"] for asked in endpoint.asked[-2:])
    assert shown[1]["image_url"]["url"] == URL
    assert words == "look! (an image)"


async def test_a_group_is_told_what_was_said_and_shown_nothing(seeing: Served, script: Script) -> None:
    for _ in range(2):
        script.says("Well.")
    async with seeing.client() as one, seeing.client() as other:
        uid = next(frame["client_uid"] for frame in other.seen if frame["type"] == "set-model-and-conf")
        await one.say("add-client-to-group", invitee_uid=uid)
        await one.until("group-update", is_owner=True)
        await one.say("text-input", text="", images=[IMAGE])
        await one.say("text-input", text="Look!", images=[IMAGE])
        frames = await one.until("control", text="conversation-chain-start")
        assert [frame["code"] for frame in frames if frame["type"] == "error"] == ["server.no_images"] * 2
        await one.until("audio")
        await one.say("interrupt-signal", text="")
    assert script.shown[0] == []
    assert "Look!" in script.asked[0][-1]

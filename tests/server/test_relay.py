"""The terminal's talk, shown to those who look on."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import connect

from tests.server.served import Client
from vtuber_cli import bootstrap
from vtuber_cli.audio.silent import CaptionSpeaker
from vtuber_cli.bootstrap import Occasion
from vtuber_cli.cli.chat_viewers import looked_at
from vtuber_cli.conversation.session import Session
from vtuber_cli.events import Notice

VIEWER = {"role": "viewer", "features": ["visemes", "agent-state", "fortune-card"]}


class Shown:
    """A talk without a terminal, and its address for viewers."""

    def __init__(self, session: Session, notices: list[Notice]) -> None:
        self.session = session
        self.notices = notices

    @property
    def url(self) -> str:
        return dict(self.notices[-1].params)["url"]

    @property
    def port(self) -> int:
        return int(self.url.split(":")[2].split("/")[0])

    @asynccontextmanager
    async def client(self, **hello: Any) -> AsyncGenerator[Client]:
        async with connect(f"ws://127.0.0.1:{self.port}/client-ws", proxy=None) as line:
            client = Client(line)
            await client.say("hello", **hello)
            await client.until("welcome")
            yield client


@asynccontextmanager
async def talking(port: int = 0, syllable_seconds: str = "0.04") -> AsyncGenerator[Shown]:
    engines = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")}
    plan = bootstrap.plan({**engines, "engines.tts.options.syllable_seconds": syllable_seconds, "server.port": port})
    session = bootstrap.session(plan, None, CaptionSpeaker(), None, Occasion(greets=False))
    told, notices = asyncio.Event(), list[Notice]()

    def hear(event: object) -> None:
        if isinstance(event, Notice) and event.key.startswith("serve."):
            notices.append(event)
            told.set()

    session.events.listen(hear)
    async with looked_at(session, plan):
        running = asyncio.ensure_future(session.run())
        async with asyncio.timeout(20):
            await told.wait()
        try:
            yield Shown(session, notices)
        finally:
            await session.close()
            await running


async def test_viewers_see_what_she_says_at_the_terminal() -> None:
    async with talking() as shown, shown.client(**VIEWER) as viewer:
        shown.session.say("hello there")
        frames = await viewer.until("control", text="conversation-chain-end")
    said = [frame for frame in frames if frame["type"] == "speech"]
    assert [frame["display_text"]["text"] for frame in said] == ["hello there"]
    assert said[0]["seconds"] > 0.1
    assert max(key["open"] for key in said[0]["visemes"]) > 0.3
    assert [frame["text"] for frame in frames if frame["type"] == "control"] == [
        "conversation-chain-start",
        "conversation-chain-end",
    ]
    assert {"type": "agent-state", "state": "speaking", "emotion": "neutral"} in frames
    assert not [frame for frame in frames if frame["type"] == "audio"]  # the sound is at the terminal


async def test_an_interrupt_reaches_them() -> None:
    async with talking() as shown, shown.client(**VIEWER) as viewer:
        shown.session.say("one two three four five six seven eight nine ten eleven twelve")
        await viewer.until("speech")
        shown.session.interrupt()
        assert (await viewer.until("control"))[-1]["text"] == "interrupt"


async def test_a_card_reaches_them() -> None:
    async with talking() as shown, shown.client(**VIEWER) as viewer:
        shown.session.say("/fortune tarot")
        assert (await viewer.get("fortune-card"))["result"]["type"] == "tarot"


async def test_who_wants_to_talk_is_told_to_look_on() -> None:
    async with talking() as shown, shown.client(role="talker") as guest:
        await guest.say("text-input", text="hello")
        assert (await guest.get("error"))["code"] == "server.guests_look"


async def test_a_port_in_use_is_a_notice_and_the_talk_goes_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with talking(taken.getsockname()[1]) as shown:
            (notice,) = shown.notices
            assert notice.key == "serve.not_shown"
            assert str(taken.getsockname()[1]) in dict(notice.params)["reason"]
            assert "server.port=0" in dict(notice.params)["advice"]
            await shown.session.ask("hello")


def test_without_it_nothing_of_a_server_is_loaded() -> None:
    script = "import sys, vtuber_cli.cli.chat, vtuber_cli.cli.chat_viewers; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "vtuber_cli.cli.chat_viewers" in loaded
    assert not {"fastapi", "starlette", "uvicorn", "vtuber_cli.server"} & set(loaded)

"""The real server on loopback, on engines of which a test decides what they do, and a client of its protocol."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from websockets.asyncio.client import ClientConnection, connect

from vtuber_cli import bootstrap, paths
from vtuber_cli.bootstrap import Chosen
from vtuber_cli.bootstrap.hosting import Hosting
from vtuber_cli.engines.base import Capabilities, ReplyDelta, ReplyRequest, Stop
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import Picture
from vtuber_cli.server import app
from vtuber_cli.server.guard.layer import Guard, Rules
from vtuber_cli.server.hall import Hall
from vtuber_cli.server.running import Running
from vtuber_cli.server.seats import Seats
from vtuber_cli.store.history import History

PATIENCE = 20.0
"""Seconds for anything that is to come at all; the machine may be busy."""


class ScriptLlm:
    """Says its script's replies in turn; a None in one is a model that fails, an event one that waits for it."""

    class Options(BaseModel, arbitrary_types_allowed=True):
        script: Any

    def __init__(self, options: Options, weights: object) -> None:
        self._script = options.script
        self.capabilities = Capabilities(context=4096, images=options.script.sees)

    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        if request.max_tokens == 1:  # it is only warmed
            return
        self._script.asked.append([message.text for message in request.messages])
        self._script.shown.append([picture for message in request.messages for picture in message.images])
        for part in self._script.replies.pop(0):
            if part is None:
                raise EngineFailed("thinking.failed", reason="a test")
            if not isinstance(part, str):
                while not stop and not part.wait(0.01):
                    pass
                continue
            if stop:
                self._script.stopped += 1
                return
            yield ReplyDelta(text=part)

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def close(self) -> None: ...


class Script:
    """What the model is to say, and what it was asked."""

    def __init__(self) -> None:
        self.replies: list[list[Any]] = []
        self.asked: list[list[str]] = []
        self.sees = False
        self.shown: list[list[Picture]] = []
        self.stopped = 0

    def says(self, *parts: Any) -> None:
        self.replies.append(list(parts))


class Served:
    def __init__(self, running: Running, hall: Hall, hosting: Hosting, guard: Guard) -> None:
        self.port = running.port
        self.hall = hall
        self.hosting = hosting
        self.guard = guard

    @property
    def history(self) -> History:
        assert self.hosting.history is not None
        return self.hosting.history

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @asynccontextmanager
    async def client(self, *, greeted: bool = True, path: str = "/client-ws") -> AsyncGenerator[Client]:
        async with connect(f"ws://127.0.0.1:{self.port}{path}", max_size=None, proxy=None) as socket_:
            client = Client(socket_)
            if greeted:
                await client.until("control", text="start-mic")
            yield client


@asynccontextmanager
async def serving(
    script: Script | None = None,
    *,
    seats: Seats | None = None,
    loads: bool = True,
    keeps: bool = True,
    frontend: Path | None = None,
    token: str | None = None,
    **flags: object,
) -> AsyncGenerator[Served]:
    """A server with echo's engines, its voice a little faster; with a script, its model."""
    kinds = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")}
    given = {**kinds, "engines.tts.options.syllable_seconds": "0.04", **flags}
    plan = bootstrap.plan(given)
    if script is not None:
        llm = Chosen("llm", "script", ScriptLlm, ScriptLlm.Options(script=script))
        plan = replace(plan, engines={**plan.engines, "llm": llm})
    kept = bootstrap.history()
    seats = seats or Seats()
    hosting = Hosting(plan, kept if keeps else None, seats)
    settings = plan.settings.server
    hall = Hall(hosting, seats, paths.data_dir(), settings.group_turns, proxy=settings.proxy)
    listening = socket.create_server(("127.0.0.1", 0))
    rules = Rules(token=token)
    guard = app.guarded(hall, rules, frontend)
    running = Running(guard, listening, rules.limits)
    server = asyncio.ensure_future(running.run())
    await running.ready.wait()
    try:
        if loads:
            await hosting.load(lambda _: None)
        yield Served(running, hall, hosting, guard)
    finally:
        hall.closing.set()
        running.end()
        await server
        hall.sounds.close()
        await hosting.close()
        kept.close()
        listening.close()


class Client:
    """Speaks the protocol; keeps every frame."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.seen: list[dict[str, Any]] = []

    async def say(self, kind: str, **fields: Any) -> None:
        await self.line.send(json.dumps({"type": kind, **fields}))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            frame = json.loads(await self.line.recv())
        self.seen.append(frame)
        return frame

    async def until(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """The frames up to the first of this type with these fields."""
        frames: list[dict[str, Any]] = []
        while True:
            frames.append(frame := await self.next())
            if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                return frames

    async def get(self, kind: str, **fields: Any) -> dict[str, Any]:
        return (await self.until(kind, **fields))[-1]

    async def silent(self, seconds: float) -> None:
        """Nothing comes for a while."""
        try:
            async with asyncio.timeout(seconds):
                frame = await self.line.recv()
        except TimeoutError:
            return
        raise AssertionError(f"there came {frame!r:.200}")

    async def turn(self, *, acknowledges: int = 1) -> list[str]:
        """The shapes of the frames of a turn, to its end."""
        frames = await self.until("backend-synth-complete")
        for _ in range(acknowledges):
            await self.say("frontend-playback-complete")
        return shapes([*frames, *await self.until("control", text="conversation-chain-end")])


def shapes(frames: list[dict[str, Any]]) -> list[str]:
    """Frames in a word or two each."""
    return [shape(frame) for frame in frames]


def shape(frame: dict[str, Any]) -> str:
    match frame["type"]:
        case "control":
            return frame["text"].removeprefix("conversation-")
        case "audio":
            return f"audio {frame['display_text']['text']!r}"
        case "full-text" | "user-input-transcription":
            return f"{frame['type']} {frame['text']!r}"
        case kind:
            return kind


def picture(folder: Path, name: str) -> Path:
    """A file that is a picture by its name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder / name

"""Speech over real sockets, in the forms that clients announced."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import b64decode
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from io import BytesIO
from typing import Any

import numpy as np
import pytest

from tests.server.served import PATIENCE, Client, Script, Served, serving
from vtuber_cli.audio.riff import Riff
from vtuber_cli.events import Speech
from vtuber_cli.server import wire
from vtuber_cli.server.client import outlet, peer
from vtuber_cli.server.talk import speaker, voice

LONG = "This is a very long sentence that nobody lets her finish, whatever it may be about in the end."


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def served(script: Script) -> AsyncGenerator[Served]:
    async with serving(script) as found:
        yield found


async def hello(client: Client, *features: str, **fields: Any) -> None:
    await client.say("hello", features=features, **fields)
    await client.until("welcome", features=list(features))


async def frames(client: Client, kind: str, **fields: Any) -> list[dict[str, Any]]:
    """Up to the first of this type with these fields; a binary one as `sound`."""
    found: list[dict[str, Any]] = []
    while True:
        async with asyncio.timeout(PATIENCE):
            frame = await client.line.recv()
        if isinstance(frame, bytes):
            _, _, stream = wire.HEAD.unpack_from(frame)
            found.append({"type": "sound", "stream": stream, "data": frame[wire.HEAD.size :]})
        else:
            found.append(json.loads(frame))
        if found[-1]["type"] == kind and all(found[-1].get(name) == value for name, value in fields.items()):
            return found


def kinds(found: list[dict[str, Any]]) -> list[str]:
    """Types in order, without repetitions."""
    types = [frame["type"] for frame in found]
    return [kind for index, kind in enumerate(types) if types[:index][-1:] != [kind]]


def spoken(found: list[dict[str, Any]]) -> dict[str, bytes]:
    """PCM by the words that it says, in whichever form it came."""
    words: dict[Any, str] = {}
    sounds: dict[str, bytes] = {}
    for frame in found:
        match frame:
            case {"type": "audio", "display_text": {"text": text}, "audio": wav}:
                sounds[text] = b64decode(wav)[44:]
            case {"type": "audio-stream-start", "stream_id": name, "display_text": {"text": text}}:
                words[name] = words[frame.get("stream")] = text
                sounds[text] = b""
            case {"type": "audio-stream-chunk", "stream_id": name, "chunk": chunk}:
                sounds[words[name]] += b64decode(chunk)
            case {"type": "sound", "stream": number, "data": data}:
                sounds[words[number]] += data
            case _:
                pass
    return sounds


async def test_each_gets_what_it_announced(served: Served, script: Script) -> None:
    script.says("[joy] Hello there, my friend! ", "How are you?")
    async with (
        served.client() as talker,
        served.client() as plain,
        served.client() as binary,
        served.client() as silent,
    ):
        await hello(talker, "audio-stream", "visemes")
        await hello(plain, role="viewer")
        await hello(binary, "binary-audio", "audio-stream", role="viewer")
        await hello(silent, "visemes", role="viewer", plays=False)
        await talker.say("text-input", text="hi")
        streamed = await frames(talker, "backend-synth-complete")
        whole = await frames(plain, "backend-synth-complete")
        packed = await frames(binary, "backend-synth-complete")
        await talker.say("audio-play-start", display_text={"text": "Hello there, "})
        shown = await frames(silent, "speech")
    stream = ["audio-stream-start", "audio-stream-chunk", "audio-stream-end"]
    assert kinds(streamed)[-10:] == [*stream * 3, "backend-synth-complete"]
    assert kinds(packed)[-10:] == [
        each if each != "audio-stream-chunk" else "sound" for each in (*stream * 3, "backend-synth-complete")
    ]
    assert [each for each in kinds(whole) if "audio" in each] == ["audio"]
    assert list(spoken(whole)) == ["Hello there, ", "my friend! ", "How are you?"]
    assert spoken(streamed) == spoken(whole) == spoken(packed)
    first = next(frame for frame in streamed if frame["type"] == "audio-stream-start")
    assert (first["sample_rate"], first["actions"]) == (24_000, {"expressions": ["joy"]})
    assert first["display_text"]["name"] == "Mika"
    assert first["visemes"]
    assert "visemes" not in next(frame for frame in packed if frame["type"] == "audio-stream-start")
    assert not any("audio" in kind for kind in kinds(shown))
    assert shown[-1]["display_text"]["text"] == "Hello there, "
    assert shown[-1]["seconds"] == pytest.approx(len(spoken(whole)["Hello there, "]) / 2 / 24_000, abs=0.001)
    assert shown[-1]["visemes"][-1]["at"] == pytest.approx(1000 * shown[-1]["seconds"], abs=1)


async def test_a_streamed_turn_ends_with_its_acknowledgement(served: Served, script: Script) -> None:
    script.says(LONG)
    async with served.client() as client:
        await hello(client, "audio-stream", "binary-audio")
        await client.say("text-input", text="hi")
        began = time.monotonic()
        turn = await frames(client, "backend-synth-complete")
        for frame in turn:
            if frame["type"] == "audio-stream-start":
                await client.say("audio-play-start", display_text=frame["display_text"], forwarded=True)
        for _ in range(10):
            await client.say("frontend-playback-complete")
        end = await frames(client, "control", text="conversation-chain-end")
        seconds = sum(len(each) for each in spoken(turn).values()) / 2 / 24_000
    assert kinds(end) == ["force-new-message", "control"]
    assert time.monotonic() - began < seconds


async def test_no_more_of_a_stream_is_kept_than_was_heard(served: Served, script: Script) -> None:
    script.says("One two three. Four five six. Seven eight nine.")
    async with served.client() as client:
        await hello(client, "audio-stream")
        await client.say("text-input", text="count")
        turn = await frames(client, "backend-synth-complete")
        first = next(frame for frame in turn if frame["type"] == "audio-stream-start")["display_text"]
        await client.say("audio-play-start", display_text=first, forwarded=True)
        await asyncio.sleep(0.6)
        await client.say("interrupt-signal", text=first["text"])
        await client.say("heartbeat")
        assert kinds(await frames(client, "heartbeat-ack")) == ["heartbeat-ack"]  # all streams were whole
        await asyncio.sleep(0.2)
    (talk, *_) = served.history.list_talks()
    reply = served.history.messages(talk.id)[1]
    assert reply.interrupted
    assert reply.text.startswith("One")
    assert "Four" not in reply.text


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that take no more behind the first chunk of a stream, until what waits was dropped."""

    class Stuck(outlet.Outlet):
        def __init__(self, send: outlet.Send) -> None:
            self._free = asyncio.Event()

            async def slowly(event: dict[str, Any]) -> None:
                await send(event)
                if '"audio-stream-chunk"' in (event.get("text") or ""):
                    await self._free.wait()

            super().__init__(slowly)

        def drop_speech(self) -> None:
            super().drop_speech()
            self._free.set()

    monkeypatch.setattr(outlet, "SEND_SECONDS", PATIENCE)
    monkeypatch.setattr(peer, "Outlet", Stuck)


@pytest.mark.usefixtures("stuck")
@pytest.mark.parametrize("by_voice", [False, True])
async def test_an_interrupt_in_mid_stream_ends_the_stream(served: Served, script: Script, by_voice: bool) -> None:
    script.says(LONG, " And another one.")
    async with served.client() as client, served.client() as viewer:
        for each, role in ((client, "talker"), (viewer, "viewer")):
            await hello(each, "audio-stream", role=role)
        await client.say("text-input", text="hi")
        found = await frames(viewer, "audio-stream-chunk")
        await frames(client, "audio-stream-chunk")
        start = next(frame for frame in found if frame["type"] == "audio-stream-start")
        cut = {"type": "audio-stream-end", "stream_id": start["stream_id"], "interrupted": True}
        stop = {"type": "control", "text": "interrupt"}
        if by_voice:
            await client.say("raw-audio-data", audio=np.full(9600, 0.5).tolist())
            assert await frames(client, "control") == [cut, stop]
        else:
            await client.say("interrupt-signal", text="")
            await client.say("heartbeat")
            assert await frames(client, "heartbeat-ack") == [cut, {"type": "heartbeat-ack"}]
        assert await frames(viewer, "control") == [cut, stop]


async def test_words_without_a_sound_come_as_a_short_wav(served: Served, script: Script) -> None:
    script.says("[joy] ", "😀")
    async with served.client() as client:
        await hello(client, "audio-stream", "binary-audio")
        await client.say("text-input", text="smile")
        turn = await frames(client, "backend-synth-complete")
    (frame,) = [frame for frame in turn if frame["type"] == "audio"]
    assert Riff(BytesIO(b64decode(frame["audio"]))).samplerate
    assert "audio-stream-start" not in kinds(turn)


async def test_where_the_sound_is_elsewhere_the_clock_says_what_was_heard(served: Served, script: Script) -> None:
    script.says("One two three four. ", "Five six.")
    async with served.client() as client:
        await hello(client, "visemes", plays=False)
        await client.say("text-input", text="count")
        turn = await frames(client, "backend-synth-complete")
        began = time.monotonic()
        for _ in range(3):  # as our own page does, which has nothing to play
            await client.say("frontend-playback-complete")
        turn += await frames(client, "control", text="conversation-chain-end")
        lasted = time.monotonic() - began
    said = [frame for frame in turn if frame["type"] == "speech"]
    assert [frame["display_text"]["text"] for frame in said] == ["One two three four. ", "Five six."]
    assert said[1]["at"] - said[0]["at"] == pytest.approx(said[0]["seconds"], abs=0.15)
    assert sum(frame["seconds"] for frame in said) - 0.3 < lasted < speaker.MARGIN_SECONDS


async def test_a_dozen_viewers_cost_no_more_encoding_than_one(
    served: Served, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.says(LONG)
    made: list[str] = []

    def counted(name: str) -> Callable[[Speech], object]:
        real: Callable[[Speech], object] = getattr(voice, name)

        def make(sound: Speech) -> object:
            made.append(name)
            return real(sound)

        return make

    for name in ("wav", "visemes"):
        monkeypatch.setattr(voice, name, counted(name))
    async with AsyncExitStack() as stack:
        talker, *viewers = [await stack.enter_async_context(served.client()) for _ in range(13)]
        for viewer in viewers:
            await hello(viewer, "visemes", role="viewer")
        await talker.say("text-input", text="hi")
        (count,) = {len(spoken(await frames(each, "backend-synth-complete"))) for each in (talker, *viewers)}
    assert made == ["wav", "visemes"] * count


async def test_who_shares_a_talk_gets_its_own_form(script: Script) -> None:
    script.says("Hello there, my friend.")
    wanted: dict[str, Any] = {"server.proxy": True}
    async with serving(script, **wanted) as served, AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(served.client(path="/proxy-ws")) for _ in range(2)]
        await hello(other, "audio-stream", "binary-audio")
        await one.say("text-input", text="hi")
        whole = await frames(one, "backend-synth-complete")
        packed = await frames(other, "backend-synth-complete")
    assert "sound" in kinds(packed)
    assert "audio" in kinds(whole)
    assert spoken(whole) == spoken(packed) != {}

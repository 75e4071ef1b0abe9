"""Every scenario of Open-LLM-VTuber's protocol, in real time, with the real server on real weights."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import connect

from tests.journeys import speech
from tests.journeys.front_end import FrontEnd, Turn, decoded, front_end
from tests.journeys.program import Running, until
from tests.journeys.speech import Samples, Transcribe
from tests.server import served
from tests.server.served import shapes
from vtuber_cli.audio.pcm import from_int16, to_int16
from vtuber_cli.events import EAR_RATE

pytestmark = pytest.mark.model

START = ["chain-start", "full-text 'Thinking...'"]
TURN_ENDS = ["backend-synth-complete", "force-new-message", "chain-end"]
LATE = 1.5
"""Seconds that a turn may end after its sound: acknowledgements on their way, on a busy machine."""


@pytest.fixture(scope="module")
def port(real_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    world = {
        "VTUBER_HOME": str(tmp_path_factory.mktemp("served")), "VTUBER_MODELS_DIR": str(real_weights),
        "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "VTUBER_LANGUAGE": "en", "HF_HUB_OFFLINE": "1",
    }  # fmt: skip
    wanted = ("reply.max_tokens=16", "server.proxy=true", "server.group_turns=1", "server.port=0")
    with Running("serve", *(part for each in wanted for part in ("--set", each)), env=world) as program:
        until(lambda: "http://" in program.out.text, "where it is")
        found = re.search(r":(\d+)/", program.out.text)
        assert found is not None
        yield int(found[1])
        program.send(signal.SIGTERM)
        print(f"ended_s: {program.wait():.1f}")
        assert program.end().code == 0


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "PATIENCE", 120.0)


def _check(turn: Turn, transcribe: Transcribe) -> None:
    """It had an order, its words were heard, and it ended when its sound did."""
    sentences = turn.shapes.count("audio")
    assert sentences
    assert [shape for shape in turn.shapes if shape not in ("user-input-transcription", "full-text")] == [
        *["audio"] * sentences, *TURN_ENDS
    ]  # fmt: skip
    assert speech.wer("her", turn.shown, transcribe(turn.sound)) <= speech.SPOKEN
    print(f"first_s: {turn.first:.2f}, late_s: {turn.seconds - len(turn.samples) / turn.rate:.2f}")
    assert -0.05 <= turn.seconds - len(turn.samples) / turn.rate <= LATE


async def test_what_a_front_end_is_told_when_it_opens(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/client-ws", proxy=None) as line:
        client = FrontEnd(line)
        frames = await client.opened()
    assert [frame["type"] for frame in frames] == [
        "group-update", "full-text", "set-model-and-conf", "group-update", "control",
        "background-files", "config-files", "history-list", "new-history-created",
    ]  # fmt: skip
    by_kind = {frame["type"]: frame for frame in frames}
    assert by_kind["control"]["text"] == "start-mic"
    assert {"filename": "mika.yaml", "name": "Mika"} in by_kind["config-files"]["configs"]
    assert (by_kind["set-model-and-conf"]["conf_uid"], by_kind["set-model-and-conf"]["conf_name"]) == ("mika", "Mika")


async def test_typed_and_said_and_found_again(port: int, transcribe: Transcribe) -> None:
    person = speech.clip("0870")
    async with front_end(port) as client:
        history = client.seen[-1]["history_uid"]
        await client.say("text-input", text="Hello! Who are you?", images=[])
        _check(await client.play(), transcribe)
        await client.speak(person.samples)
        turn = await client.play()
        _check(turn, transcribe)
        assert turn.shapes[:2] == ["full-text", "user-input-transcription"]
        understood = next(frame for frame in client.seen if frame["type"] == "user-input-transcription")
        assert speech.wer("user", person.words, understood["text"]) <= speech.HEARD

        await client.say("create-new-history")
        other = (await client.get("new-history-created"))["history_uid"]
        assert other != history
        await client.say("fetch-and-set-history", history_uid=history)
        rows = (await client.get("history-data"))["messages"]
        assert [row["role"] for row in rows] == ["human", "ai"] * 2
        assert rows[0]["content"] == "Hello! Who are you?"
        assert rows[2]["content"] == understood["text"]
        await client.say("fetch-history-list")
        assert history in [each["uid"] for each in (await client.get("history-list"))["histories"]]
        await client.say("create-new-history")
        await client.until("new-history-created")
        await client.say("delete-history", history_uid=history)
        assert (await client.get("history-deleted"))["success"] is True
        await client.say("fetch-and-set-history", history_uid=history)
        assert (await client.get("history-data"))["messages"] == []


async def test_an_open_microphone(port: int, transcribe: Transcribe) -> None:
    """As the client in Unity has it: it sends all that it hears, and the server says when somebody has spoken."""
    person = speech.clip("0930")
    sound = np.concatenate([np.zeros(EAR_RATE // 2, np.float32), person.samples, np.zeros(2 * EAR_RATE, np.float32)])
    async with front_end(port) as client:

        async def microphone() -> None:
            for start in range(0, len(sound), 1024):
                await client.say("raw-audio-data", audio=sound[start : start + 1024].tolist())
                await asyncio.sleep(1024 / EAR_RATE)

        sending = asyncio.ensure_future(microphone())
        controls = shapes([frame for frame in await client.until("control", text="mic-audio-end")])
        assert controls[0] == "interrupt"
        await client.say("mic-audio-end", images=[])
        turn = await client.play()
        _check(turn, transcribe)
        understood = next(frame for frame in client.seen if frame["type"] == "user-input-transcription")
        assert speech.wer("user", person.words, understood["text"]) <= speech.HEARD
        await sending


async def test_cut_in(port: int) -> None:
    async with front_end(port) as client:
        history = client.seen[-1]["history_uid"]
        await client.say("text-input", text="Tell me a long story about the sea.", images=[])
        piece = await client.get("audio")
        await client.say("audio-play-start", display_text=piece["display_text"], forwarded=True)
        await asyncio.sleep(0.8)
        await client.say("interrupt-signal", text=piece["display_text"]["text"])
        await client.say("heartbeat")
        await client.until("heartbeat-ack")
        await client.silent(1.0)
        await client.say("fetch-and-set-history", history_uid=history)
        rows = (await client.get("history-data"))["messages"]
        assert [row["role"] for row in rows] == ["human", "ai"]
        kept = "".join(rows[1]["content"].split()).removesuffix("…").removesuffix("...")
        assert "".join(piece["display_text"]["text"].split()).startswith(kept)


async def test_two_at_once_do_not_interleave(port: int) -> None:
    async with front_end(port) as client:
        await client.say("text-input", text="One.", images=[])
        await client.say("text-input", text="Two.", images=[])
        chains: list[str] = []
        for _ in range(2):
            turn = await client.play()
            assert turn.shapes[-3:] == TURN_ENDS
            chains.append(turn.shown)
        await client.silent(0.5)
    assert all(chains)


async def test_wrong_frames_cost_nobody_the_talk(port: int, transcribe: Transcribe) -> None:
    async with front_end(port) as client:
        for frame in ('"text"', "[1]", "17", b"", b"\x09\x00\x00\x00ab", '{"type":"mic-audio-data","audio":"x"}'):
            await client.line.send(frame)
            assert (await client.next())["type"] == "error", frame
        image = {"source": "bogus", "data": "data:image/png;base64,AAAA", "mime_type": "image/png"}
        await client.say("text-input", text="hello", images=[image])
        assert (await client.next())["type"] == "error"
        for frame in ("no JSON", "", "{", "{}", '{"type":"bogus"}', '{"type":17}'):
            await client.line.send(frame)
        await client.say("heartbeat")
        assert (await client.next())["type"] == "heartbeat-ack"
        for kind, fields in (
            ("switch-config", {"file": "nobody.yaml"}),
            ("fetch-and-set-history", {"history_uid": "../x"}),
        ):
            await client.say(kind, **fields)
            assert (await client.next())["type"] == "error"
        await client.say("text-input", text="Are you still there?", images=[])
        _check(await client.play(), transcribe)


async def test_by_herself(port: int, transcribe: Transcribe) -> None:
    async with front_end(port) as client:
        history = client.seen[-1]["history_uid"]
        await client.say("ai-speak-signal", idle_time=5.02, images=[])
        assert shapes([await client.next()])[0].startswith("full-text ")
        _check(await client.play(), transcribe)
        await client.say("fetch-and-set-history", history_uid=history)
        assert [row["role"] for row in (await client.get("history-data"))["messages"]] == ["ai"]


async def test_somebody_else(port: int, transcribe: Transcribe) -> None:
    async with front_end(port) as client:
        await client.say("switch-config", file="jun.yaml")
        (model, switched) = (await client.next(), await client.next())
        assert (model["type"], model["conf_uid"], "client_uid" in model) == ("set-model-and-conf", "jun", False)
        assert switched["type"] == "config-switched"
        for kind in ("fetch-history-list", "create-new-history"):
            await client.say(kind)
        await client.until("new-history-created")
        await client.say("text-input", text="Hello! Who are you?", images=[])
        turn = await client.play()
        assert turn.shapes[-3:] == TURN_ENDS
        piece = next(frame for frame in client.seen if frame["type"] == "audio")
        assert piece["display_text"]["name"] == "Jun"


async def test_a_group(port: int, transcribe: Transcribe) -> None:
    async with front_end(port) as one, front_end(port) as two:
        await one.say("add-client-to-group", invitee_uid=two.uid)
        for client in (one, two):
            frames = [await client.next(), await client.next()]
            assert {frame["type"] for frame in frames} == {"group-update", "group-operation-result"}
            await client.say("request-group-info")
            assert (await client.next())["members"] == [one.uid, two.uid]
        await one.say("text-input", text="Hello, you two!", images=[])

        first, _ = await asyncio.gather(one.play(), two.until("control", text="conversation-chain-end"))
        assert first.shapes[-3:] == TURN_ENDS
        assert speech.wer("her", first.shown, transcribe(first.sound)) <= speech.SPOKEN
        told = [frame["text"] for frame in two.seen if frame["type"] == "user-input-transcription"]
        assert told == ["Hello, you two!"]
        forwarded = [frame for frame in two.seen if frame["type"] == "audio"]
        assert all(frame["forwarded"] and frame["audio"] is None for frame in forwarded)
        assert "".join(frame["display_text"]["text"] for frame in forwarded) == first.shown

        second, _ = await asyncio.gather(two.play(), one.until("control", text="conversation-chain-end"))
        assert second.shapes[-3:] == TURN_ENDS
        await one.say("text-input", text="Tell us a long story.", images=[])
        await one.until("audio")
        await two.say("interrupt-signal", text="")
        for client in (one, two):
            assert (await client.get("interrupt-signal"))["text"] == "conversation-interrupted"
        await two.say("remove-client-from-group", target_uid=two.uid)
        await two.until("group-operation-result", success=True)
        assert (await one.get("group-update"))["members"] == []


async def test_a_talk_that_is_shared(port: int, transcribe: Transcribe) -> None:
    async with front_end(port, "/proxy-ws") as one, front_end(port, "/proxy-ws") as two:
        await one.say("text-input", text="Hello! Who are you?")
        turn, shared = await asyncio.gather(one.play(), two.play())
        _check(turn, transcribe)
        assert shared.shown == turn.shown
        assert [frame["text"] for frame in two.seen if frame["type"] == "user-input-transcription"] == [
            "Hello! Who are you?"
        ]


async def test_sound_in_pieces(port: int, transcribe: Transcribe) -> None:
    async with front_end(port) as client:
        await client.say("hello", features=["audio-stream", "binary-audio", "visemes"])
        welcome = await client.get("welcome")
        assert set(welcome["features"]) == {"audio-stream", "binary-audio", "visemes"}
        person = speech.clip("0880")
        await client.line.send(b"\x01\x00\x00\x00" + to_int16(person.samples))
        await client.say("mic-audio-end")
        understood = (await client.get("user-input-transcription"))["text"]
        assert speech.wer("user", person.words, understood) <= speech.HEARD
        shown, rate = "", 0
        parts: list[Samples] = []
        while True:
            async with asyncio.timeout(served.PATIENCE):
                frame = await client.line.recv()
            if isinstance(frame, bytes):
                parts.append(from_int16(frame[4:]))
                continue
            told = json.loads(frame)
            if told["type"] == "audio-stream-start":
                shown, rate = shown + told["display_text"]["text"], told["sample_rate"]
            elif told["type"] == "backend-synth-complete":
                break
        await client.say("frontend-playback-complete")
        assert len(parts) > 2
        assert speech.wer("her", shown, transcribe((np.concatenate(parts), rate))) <= speech.SPOKEN
        await client.until("control", text="conversation-chain-end")


async def test_sentences_as_files(port: int, transcribe: Transcribe) -> None:
    words = "Hello one. Pi is 3.14 today! Really?"
    async with (
        connect(f"ws://127.0.0.1:{port}/tts-ws", proxy=None) as line,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as web,
    ):
        await line.send(json.dumps({"text": words}))
        parts: list[dict[str, Any]] = []
        while not parts or parts[-1]["status"] == "partial":
            async with asyncio.timeout(served.PATIENCE):
                parts.append(json.loads(await line.recv()))
        assert [part.get("text") for part in parts] == ["Hello one.", "Pi is 3.14 today!", "Really?", None]
        sound = (await web.get(f"/{parts[0]['audioPath']}")).content
        assert "hello" in transcribe(decoded(sound)).lower()
        answer = await web.post("/asr", files={"file": ("said.wav", sound, "audio/wav")}, timeout=served.PATIENCE)
        assert "hello" in answer.json()["text"].lower()
        assert (await web.post("/asr", files={"file": ("x.wav", b"RIFF", "audio/wav")})).status_code == 400


async def test_a_fortune_aloud(port: int, transcribe: Transcribe) -> None:
    async with (
        connect(f"ws://127.0.0.1:{port}/fortune-ws", proxy=None) as line,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as web,
    ):
        asked = {"type": "fortune-request", "request_id": "1", "fortune_type": "daily", "locale": "en", "speak": True}
        await line.send(json.dumps(asked | {"user_info": {"birth": "1999-01-02", "tz": "Asia/Seoul"}}))
        async with asyncio.timeout(served.PATIENCE):
            told = json.loads(await line.recv())
        assert (told["type"], told["result"]["type"]) == ("fortune-response", "daily")
        sound = decoded((await web.get(told["audio_url"])).content)
        said = transcribe(sound)
        print(f"fortune: {said}")
        words = re.findall(r"[a-z]+", json.dumps(told["result"]).lower())
        heard = re.findall(r"[a-z]+", said.lower())
        assert len([word for word in heard if word in words]) / len(heard) > 0.7


async def test_what_it_measures_of_itself(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as web:
        assert (await web.get("/health")).json()["ready"] is True
        text = (await web.get("/metrics")).text
    assert re.search(r"^vtuber_turns_total\{.*\} [1-9]", text, re.MULTILINE)

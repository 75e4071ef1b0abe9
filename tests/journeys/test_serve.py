"""A client talks with the real server over a real socket, on real weights: typed, said, interrupted, resumed."""

from __future__ import annotations

import asyncio
import io
import re
import signal
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import connect

from tests.journeys import speech
from tests.journeys.program import Running, kept, until
from tests.journeys.speech import Transcribe
from tests.server import served
from tests.server.served import Client
from vtuber_cli.audio.pcm import from_int16
from vtuber_cli.audio.riff import Riff
from vtuber_cli.events import EAR_RATE

pytestmark = pytest.mark.model

BLOCK = 4096
"""Samples in a frame, as Open-LLM-VTuber's front end sends them."""


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "PATIENCE", 120.0)


def test_a_talk_over_a_socket(transcribe: Transcribe) -> None:
    person = speech.clip("0870")
    with Running("serve", "--port", "0", "--set", "reply.max_tokens=40") as program:
        until(lambda: "http://" in program.out.text, "where it is")
        port = re.search(r":(\d+)/", program.out.text)
        assert port is not None
        asyncio.run(_talk(f"ws://127.0.0.1:{port[1]}/client-ws", person.samples, person.words, transcribe))
        program.send(signal.SIGTERM)
        print(f"ended_s: {program.wait():.1f}")
        assert program.end().code == 0
    assert [entry.role for entry in kept()] == ["user", "assistant"] * 3
    assert [entry.interrupted for entry in kept() if entry.role == "assistant"] == [False, False, True]


async def _talk(url: str, said: Any, words: str, transcribe: Transcribe) -> None:
    async with connect(url, max_size=None, proxy=None) as line:
        client = Client(line)
        await client.say("create-new-history")
        history = (await client.get("new-history-created"))["history_uid"]

        await client.say("text-input", text="Hello! Who are you?", images=[])
        shown, heard = await _heard(client)
        assert len(shown.split()) >= 2
        assert speech.wer("typed", shown, transcribe(heard)) <= speech.SPOKEN

        for start in range(0, len(said), BLOCK):
            await client.say("mic-audio-data", audio=said[start : start + BLOCK].tolist())
        await client.say("mic-audio-end", images=[])
        understood = (await client.get("user-input-transcription"))["text"]
        assert speech.wer("user", words, understood) <= speech.HEARD
        await _heard(client)
        await client.say("fetch-history-list")
        (talk,) = (await client.get("history-list"))["histories"]
        assert talk["uid"] == history

        await client.say("text-input", text="Tell me a long story about the sea.")
        piece = await client.get("audio")
        await client.say("audio-play-start", display_text=piece["display_text"], forwarded=True)
        await asyncio.sleep(1.0)
        await client.say("interrupt-signal", text=piece["display_text"]["text"])
        await client.say("heartbeat")
        await client.until("heartbeat-ack")
        await client.silent(1.0)


async def _heard(client: Client) -> tuple[str, tuple[Any, int]]:
    """What a turn shows, and its sound."""
    frames = await client.until("backend-synth-complete")
    await client.say("frontend-playback-complete")
    await client.until("control", text="conversation-chain-end")
    spoken = [frame for frame in frames if frame["type"] == "audio"]
    data = [b64decode(frame["audio"]) for frame in spoken]
    rate = Riff(io.BytesIO(data[0])).samplerate
    assert rate != EAR_RATE  # else it would be the silence of a piece that nobody hears
    samples = np.concatenate([from_int16(one[44:]) for one in data])
    return "".join(frame["display_text"]["text"] for frame in spoken), (samples, rate)


def test_it_answers_before_the_engines_are_loaded_and_ends_while_they_are() -> None:
    with Running("serve", "--port", "0") as program:
        until(lambda: "http://" in program.out.text, "where it is")
        assert "is loaded" not in program.err.text
        program.send(signal.SIGTERM)
        print(f"ended_s: {program.wait():.1f}")
        assert program.end().code == 0

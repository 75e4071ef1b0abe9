"""What each client gets of one thing that is told."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.audio import pcm
from vtuber_cli.events import Phoneme, Speech
from vtuber_cli.server import wire
from vtuber_cli.server.client import forms
from vtuber_cli.server.client.forms import Form, HeardElsewhere, Plain, Spoken
from vtuber_cli.server.messages import AgentState, DisplayText, ForceNewMessage
from vtuber_cli.server.talk import voice

RATE = 24_000
TEXT = DisplayText(text="Hello there, ", name="Mika")
PLAIN = Form()
EVERY = Form(forms.FEATURES)
JSON_STREAM = Form(frozenset({"audio-stream"}))
ELSEWHERE = Form(frozenset({"visemes", "audio-stream"}), plays=False)


def speech(seconds: float, phonemes: bool = False) -> Speech:
    time = np.arange(round(seconds * RATE)) / RATE
    samples = (0.4 * np.sin(2 * np.pi * 180 * time)).astype(np.float32)
    return Speech(samples, RATE, (Phoneme("a", seconds),) if phonemes else ())


def read(told: forms.Told, form: Form) -> list[Any]:
    return [json.loads(each.text) if each.text else each.data for each in told.frames(form).frames]


def test_who_announced_nothing_gets_a_wav() -> None:
    sound = speech(1.0)
    (frame,) = read(Spoken(sound, TEXT, "joy"), PLAIN)
    assert frame == {
        "type": "audio",
        "audio": voice.wav(sound),
        "volumes": list(voice.volumes(sound)),
        "slice_length": 20,
        "display_text": {"text": "Hello there, ", "name": "Mika"},
        "actions": {"expressions": ["joy"]},
        "forwarded": False,
    }
    (with_visemes,) = read(Spoken(sound, TEXT, "joy"), Form(frozenset({"visemes"})))
    assert with_visemes.pop("visemes")[-1]["at"] == 1000
    assert with_visemes == frame


@pytest.mark.parametrize("binary", [False, True])
def test_a_stream_is_the_same_sound(binary: bool) -> None:
    sound = speech(2.3)
    start, *parts, end = read(Spoken(sound, TEXT, 3), EVERY if binary else JSON_STREAM)
    assert (start["type"], start["sample_rate"], end["type"]) == ("audio-stream-start", RATE, "audio-stream-end")
    assert start["display_text"] == {"text": "Hello there, ", "name": "Mika"}
    assert start["actions"] == {"expressions": [3]}
    assert ("visemes" in start) == binary
    assert start["stream_id"] == end["stream_id"]
    assert "interrupted" not in end
    if binary:
        heads = {wire.HEAD.unpack_from(part) for part in parts}
        assert heads == {(wire.SPEECH, 0, start["stream"])}
        data = [part[wire.HEAD.size :] for part in parts]
    else:
        assert "stream" not in start
        assert {part["stream_id"] for part in parts} == {start["stream_id"]}
        data = [b64decode(part["chunk"]) for part in parts]
    assert b"".join(data) == pcm.to_int16(sound.samples)
    assert len(data[0]) / 2 / RATE < 0.11


def test_two_streams_are_told_apart() -> None:
    one, other = (read(Spoken(speech(0.1), TEXT), EVERY)[0] for _ in range(2))
    assert one["stream"] != other["stream"]
    assert one["stream_id"] != other["stream_id"]


def test_a_stream_that_is_cut_says_so() -> None:
    told = Spoken(speech(1.0), TEXT).frames(JSON_STREAM)
    assert told.broken is not None
    assert told.broken.text is not None
    start = json.loads(told.frames[0].text or "")
    assert json.loads(told.broken.text) == {
        "type": "audio-stream-end",
        "stream_id": start["stream_id"],
        "interrupted": True,
    }


def test_what_has_no_sound_is_a_short_wav_for_all_who_play() -> None:
    told = Spoken(None, TEXT, "joy")
    for form in (PLAIN, EVERY):
        (frame,) = read(told, form)
        assert frame["type"] == "audio"
        assert set(frame["volumes"]) == {0.0}
    assert told.frames(PLAIN).broken is None


def test_where_the_sound_is_elsewhere_it_is_told_when_it_begins() -> None:
    sound = speech(1.0, phonemes=True)
    assert read(Spoken(sound, TEXT), ELSEWHERE) == []
    begun = HeardElsewhere(12.5, 1.0, TEXT, lambda: voice.visemes(sound))
    assert read(begun, PLAIN) == []
    (frame,) = read(begun, ELSEWHERE)
    assert frame.pop("visemes")[-1]["at"] == 1000
    text = {"text": "Hello there, ", "name": "Mika"}
    assert frame == {"type": "speech", "at": 12.5, "seconds": 1.0, "display_text": text}
    assert read(begun, Form(plays=False)) == [frame]


def test_what_nobody_announced_is_not_sent() -> None:
    assert read(Plain(AgentState(state="idle")), PLAIN) == []
    assert read(Plain(AgentState(state="idle")), EVERY) == [{"type": "agent-state", "state": "idle"}]
    assert read(Plain(ForceNewMessage()), PLAIN) == [{"type": "force-new-message"}]


@pytest.mark.parametrize("form", [PLAIN, EVERY, JSON_STREAM, Form(frozenset({"visemes"}))])
def test_a_form_is_made_once_for_a_hundred(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Spoken(speech(0.5), TEXT)
    first = told.frames(form)
    for name in ("encode", "sound"):
        monkeypatch.delattr(wire, name)
    for name in ("wav", "volumes", "visemes"):
        monkeypatch.delattr(voice, name)
    assert all(told.frames(Form(form.features)) is first for _ in range(100))


def test_a_wav_is_made_once_for_its_two_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Spoken(speech(0.5), TEXT)
    told.frames(PLAIN)
    monkeypatch.delattr(voice, "wav")
    assert len(told.frames(Form(frozenset({"visemes"}))).frames) == 1


@given(st.integers(0, 200_000), st.sampled_from([8000, 22_050, 48_000]))
def test_chunks_are_all_of_it_and_none_is_long(count: int, rate: int) -> None:
    samples = np.sin(np.arange(count)).astype(np.float32)
    found = list(forms.chunks(Speech(samples, rate)))
    assert all(0 < len(each) <= 0.5 * rate for each in found)
    assert np.array_equal(np.concatenate([*found, samples[:0]]), samples)
    assert len(found) <= 3 + count / (0.5 * rate)

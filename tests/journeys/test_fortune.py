"""Fortunes aloud: at the command line, and asked for by voice in a talk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import speech
from tests.journeys.program import kept, run, until
from tests.journeys.speech import Transcribe
from tests.journeys.test_sound_card import quiet
from tests.sound_card import RATE, SoundCard, sound_card

__all__ = ["sound_card"]

pytestmark = pytest.mark.model


def result_of(*args: str) -> dict[str, Any]:
    done = run("fortune", *args, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.audio
def test_a_fortune_is_heard(sound_card: SoundCard, transcribe: Transcribe) -> None:
    told = result_of("daily", "--date", "2026-11-22")
    ear = sound_card.listen()
    done = run("fortune", "daily", "--date", "2026-11-22", "--speak", env=sound_card.env)
    until(lambda: quiet(ear, 0.5), "the end of the fortune")
    heard = ear.stop()
    assert (done.code, done.err) == (0, "") and told["title"]["text"] in done.out
    assert speech.wer("fortune", told["narration"]["text"], transcribe((heard.samples, RATE))) <= speech.SPOKEN


def test_three_cards_are_asked_for_by_voice(tmp_path: Path, transcribe: Transcribe) -> None:
    """Her own voice asks; what is told is what the command line tells, and the model is not asked."""
    asking, answer = tmp_path / "asking.wav", tmp_path / "answer.wav"
    assert run("say", "Please draw three cards about work.", "--wav", asking).code == 0
    talk = run("chat", "--events", "ndjson", "--mic", asking, "--wav", answer, "--fast")
    assert talk.code == 0, talk.err
    lines = [json.loads(line) for line in talk.out.splitlines()]
    (card,) = [line for line in lines if line["type"] == "fortune_told"]
    told = result_of("tarot", "--spread", "three", "--question", "work")
    assert card["result"] == told
    emotions = {line["sentence"]["emotion"] for line in lines if line["type"] == "sentence_started"}
    assert emotions == {told["emotion"]["emotion"]}
    said = " ".join(told["narration"]["text"].split())
    user, reply = kept()
    assert (user.via, " ".join(reply.text.split())) == ("voice", said)
    assert speech.wer("reading", said, transcribe(answer)) <= speech.SPOKEN


def test_a_fortune_is_told_without_a_model(tmp_path: Path) -> None:
    """The mind is missing; `/fortune` is not."""
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no model at all")
    mind = ("--set", "engines.llm.name=llama", "--set", f"engines.llm.options.model={broken}")
    talk = run("chat", "--plain", "--wav", tmp_path / "out.wav", "--fast", *mind, typed="/fortune daily\nhow are you\n")
    assert result_of("daily")["summary"]["text"] in talk.out
    assert len(talk.said("mika")) == 1 and talk.complaints

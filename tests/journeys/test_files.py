"""A recorded voice goes in, her voice comes out: from file to file, through the real command on real weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys import speech
from tests.journeys.program import kept, run
from tests.journeys.speech import Transcribe

pytestmark = pytest.mark.model


def test_a_recorded_question_is_understood_answered_and_spoken(tmp_path: Path, transcribe: Transcribe) -> None:
    person, out = speech.clip("0870"), tmp_path / "out.wav"
    asked = speech.write(tmp_path / "in.wav", person.samples)

    talk = run("chat", "--plain", "--mic", asked, "--wav", out, "--set", "reply.max_tokens=40")

    print(f"seconds: {talk.seconds:.1f}")
    assert talk.code == 0 and not talk.complaints
    (you,), (mika,) = talk.said("you"), talk.said("mika")
    assert speech.wer("user", person.words, you) <= speech.HEARD
    assert len(mika.split()) >= 2 and not mika.endswith(" —")
    assert speech.wer("mika", mika, transcribe(out)) <= speech.SPOKEN
    asked_for, answered = kept()
    assert (asked_for.role, asked_for.via, asked_for.text) == ("user", "voice", you)
    assert (answered.role, answered.interrupted, answered.text) == ("assistant", False, mika)


def test_two_utterances_are_two_turns_as_fast_as_it_goes(tmp_path: Path, transcribe: Transcribe) -> None:
    people, out = [speech.clip("0880"), speech.clip("0930")], tmp_path / "out.wav"
    asked = speech.write(tmp_path / "in.wav", speech.joined(*people, pause=1.5))

    talk = run("chat", "--plain", "--fast", "--mic", asked, "--wav", out)

    print(f"seconds: {talk.seconds:.1f}")
    assert talk.code == 0 and not talk.complaints
    you, mika = talk.said("you"), talk.said("mika")
    assert len(you) == len(mika) == 2
    assert [line.partition(":")[0] for line in talk.out.splitlines()] == ["you", "mika", "you", "mika"]
    for person, heard in zip(people, you, strict=True):
        assert speech.wer(person.name[-4:], person.words, heard) <= speech.SHORT
    assert speech.wer("mika", " ".join(mika), transcribe(out)) <= speech.SPOKEN

    shown = json.loads(run("history", "show", "--json").out)
    assert shown["turns"] == 2
    texts = [(message["turn"], message["role"], message["text"]) for message in shown["messages"]]
    assert texts == [
        *((1, "user", you[0]), (1, "assistant", mika[0])),
        *((2, "user", you[1]), (2, "assistant", mika[1])),
    ]

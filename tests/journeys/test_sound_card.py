"""The same through a sound card: people speak into its microphone, she is heard at its loudspeaker."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.journeys import speech
from tests.journeys.program import Running, kept, run, until
from tests.journeys.speech import Transcribe
from tests.sound_card import RATE, Listener, Recording, SoundCard, sound_card
from vtuber_cli.events import EAR_RATE

__all__ = ["sound_card"]

pytestmark = [pytest.mark.model, pytest.mark.audio]

LISTENING = "Mika is listening"
SHORT = ("--set", "reply.max_tokens=32", "--set", "reply.seed=1")
"""Replies that do not take long to hear; the same ones every time."""
STORY = (
    "The moon rises over a quiet hill. A silver fox walks down to the river. Old boats are sleeping there. "
    "Somebody left a red lantern in the grass. It burns until the morning comes."
)


def part(heard: Recording, begin: float, end: float) -> tuple[speech.Samples, int]:
    """Between two times of `time.monotonic`."""
    first, last = (max(0, round((at - heard.began) * RATE)) for at in (begin, end))
    return heard.samples[first:last], RATE


def quiet(ear: Listener, seconds: float) -> bool:
    """Whether she has spoken, and the loudspeaker has been silent since."""
    heard = ear.heard()
    loud = heard.loud()
    return len(loud) > 0 and heard.began + len(heard.samples) / RATE - loud[-1] > seconds


class TestChat:
    def test_spoken_to_and_heard(self, sound_card: SoundCard, transcribe: Transcribe) -> None:
        person = speech.clip("0870")
        ear = sound_card.listen()
        with Running("chat", "--plain", *SHORT, terminal=True, env=sound_card.env) as program:
            program.out.until("^mika: .+\n")
            listens = program.err.until(LISTENING)
            with sound_card.speak(person.samples, EAR_RATE):
                program.out.until("^you: .+\nmika: .+\n")
            over = time.monotonic()
            program.type("/quit")
            talk = program.end()
        heard = ear.stop()

        assert talk.code == 0 and not talk.complaints
        (you,), (greeting, reply) = talk.said("you"), talk.said("mika")
        assert speech.wer("user", person.words, you) <= speech.HEARD
        assert speech.wer("greeting", greeting, transcribe(part(heard, heard.began, listens))) <= speech.SPOKEN
        assert speech.wer("mika", reply, transcribe(part(heard, listens, over + 0.5))) <= speech.SPOKEN
        assert [(entry.role, entry.via, entry.text) for entry in kept()] == [
            ("user", "voice", you),
            ("assistant", None, reply),
        ]

    def test_she_does_not_answer_her_own_voice(self, sound_card: SoundCard) -> None:
        """Half-duplex, the loudspeaker beside the microphone."""
        people = [speech.clip("0880"), speech.clip("0930")]
        sound_card.pactl("load-module", "module-loopback", "source=spk.monitor", "sink=micbus", "latency_msec=40")
        ear = sound_card.listen()
        few = ("--set", "reply.max_tokens=12")
        with Running("chat", "--plain", *SHORT, *few, terminal=True, env=sound_card.env) as program:
            program.err.until(LISTENING)
            for turn, person in enumerate(people, 1):
                until(lambda: quiet(ear, 1.5), "silence")
                with sound_card.speak(person.samples, EAR_RATE):
                    program.out.until(f"(?:^you: .+\nmika: .+\n){{{turn}}}")
            until(lambda: quiet(ear, 1.5), "silence")
            program.type("/quit")
            talk = program.end()
        ear.stop()

        assert talk.code == 0
        assert len(talk.said("you")) == 2, talk.out
        for person, you in zip(people, talk.said("you"), strict=True):
            assert speech.wer("user", person.words, you) <= speech.SHORT
        assert [entry.role for entry in kept()] == ["user", "assistant"] * 2

    def test_a_voice_interrupts_her(self, sound_card: SoundCard, transcribe: Transcribe) -> None:
        """With --barge-in and headphones: she falls silent, and history keeps what was heard."""
        person = speech.clip("0880")
        ear = sound_card.listen()
        echo = ("--set", "engines.llm.name=echo")
        with Running("chat", "--plain", "--barge-in", *echo, terminal=True, env=sound_card.env) as program:
            program.err.until(LISTENING)
            asked = time.monotonic()
            program.type(STORY)
            began = program.out.until("^mika: .*silver fox")
            with sound_card.speak(person.samples, EAR_RATE):
                spoken = time.monotonic()
                cut = program.out.until(" —\n")
                program.out.until("^you: .+\nmika: .+\n")
            over = time.monotonic()
            program.type("/quit")
            talk = program.end()
        heard = ear.stop()

        assert talk.code == 0
        loud = heard.loud()
        silent = loud[(loud > began) & (loud < cut + 0.5)][-1] - spoken
        print(f"silent_after_s: {silent:.2f}")
        (you,) = talk.said("you")
        told, remembered, asked_back, echoed = kept()
        assert (told.text, remembered.interrupted) == (STORY, True)
        assert STORY.startswith(remembered.text) and "lantern" not in remembered.text
        # Whisper completes a word that was cut, and loses a short one.
        assert speech.errors("heard", remembered.text, transcribe(part(heard, asked, cut + 0.5))) <= 3
        assert speech.wer("user", person.words, you) <= speech.HEARD
        assert asked_back.text == echoed.text == you
        assert speech.wer("echo", you, transcribe(part(heard, cut + 0.5, over + 0.5))) <= speech.SPOKEN
        assert silent < 3


def test_say_is_heard(sound_card: SoundCard, transcribe: Transcribe) -> None:
    text = "The moon is bright tonight, and the stars are counting sheep."
    ear = sound_card.listen()
    done = run("say", text, env=sound_card.env)
    until(lambda: quiet(ear, 0.5), "the end of the sentence")
    heard = ear.stop()
    assert (done.code, done.err) == (0, "")
    print(f"seconds: {done.seconds:.1f}, loudest: {np.abs(heard.samples).max():.2f}")
    assert speech.wer("say", text, transcribe((heard.samples, RATE))) <= 0.2

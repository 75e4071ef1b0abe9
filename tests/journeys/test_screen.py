"""The screen, in a real terminal: typed and spoken turns, interrupting, leaving."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.journeys import speech
from tests.journeys.program import kept
from tests.journeys.screen import PROMPT, Screen, screen
from tests.sound_card import SoundCard, sound_card
from vtuber_cli.events import EAR_RATE

__all__ = ["sound_card"]

pytestmark = pytest.mark.model

SHORT = ("--set", "reply.max_tokens=12", "--set", "reply.seed=1")


STORY = (
    "The moon rises over a quiet hill. A silver fox walks down to the river. Old boats are sleeping there. "
    "Somebody left a red lantern in the grass. It burns until the morning comes."
)


def flat(text: str) -> str:
    """What a screen says, without its lines and boxes."""
    return " ".join(re.sub(r"[^\w\s'.,!?—-]", " ", text).split())


@pytest.mark.audio
def test_a_spoken_and_a_typed_turn_through_the_sound_card(sound_card: SoundCard, tmp_path: Path) -> None:
    person = speech.clip("0880")
    with screen(120, 40, tmp_path, {**sound_card.env, "VTUBER_AVATAR": "half"}) as terminal:
        before = terminal.state()
        terminal.run("chat", *SHORT)
        terminal.until("● listening")
        terminal.capture("ready")
        with sound_card.speak(person.samples, EAR_RATE):
            terminal.until("(?s)young man.*● listening")
        terminal.capture("spoken")
        terminal.type("Do you like the sea?")
        terminal.until("(?s)Do you like the sea.* Mika .*● listening")
        seen = terminal.capture("typed")
        leave(terminal, before)

    entries = kept()
    assert [(entry.role, entry.via) for entry in entries] == [
        ("user", "voice"),
        ("assistant", None),
        ("user", "text"),
        ("assistant", None),
    ]
    for entry in entries:
        assert flat(entry.text) in flat(seen)


def test_a_recording_a_typed_turn_and_an_interruption_on_a_small_screen(tmp_path: Path) -> None:
    """She echoes, so that there is something long enough to interrupt; her ears and her voice are real."""
    mic = speech.write(tmp_path / "in.wav", speech.clip("0930").samples)
    with screen(80, 24, tmp_path) as terminal:
        before = terminal.state()
        terminal.run("chat", "--set", "engines.llm.name=echo", "--mic", mic, "--wav", tmp_path / "out.wav")
        terminal.until("(?s)made amiable.* Mika .*made amiable.*● listening")
        terminal.capture("spoken")
        terminal.type(STORY)
        terminal.until("(?s)lantern.*silver fox.*♪ speaking")
        terminal.capture("speaking")
        terminal.press("Escape")
        terminal.until("● listening")
        cut = terminal.capture("interrupted")
        terminal.type("Good night!")
        terminal.until("(?s)Good night!.*Good night!.*● listening")
        terminal.capture("typed")
        leave(terminal, before)

    heard, echoed, told, remembered, *_ = entries = kept()
    assert [(entry.role, entry.via) for entry in entries[::2]] == [("user", via) for via in ("voice", "text", "text")]
    assert heard.text == echoed.text and told.text == STORY
    assert remembered.interrupted and STORY.startswith(remembered.text) and "lantern" not in remembered.text
    assert flat(f"{remembered.text} —") in flat(cut)
    assert (tmp_path / "out.wav").stat().st_size > 100_000


def test_asked_to_end_in_mid_reply(tmp_path: Path) -> None:
    """`kill`, which is also what a machine does that is being shut down."""
    with screen(80, 24, tmp_path) as terminal:
        before = terminal.state()
        terminal.run("chat", "--engines", "echo", "--no-audio")
        terminal.until("type something to Mika")
        terminal.type(STORY)
        terminal.until("(?s)lantern.*silver fox.*♪ speaking")
        asked = time.monotonic()
        os.kill(terminal.program(), signal.SIGTERM)
        terminal.until(f"(?m)^{PROMPT}$")
        print(f"seconds: {time.monotonic() - asked:.2f}")
        assert time.monotonic() - asked < 5
        terminal.capture("left")
        assert terminal.state() == before
    told, heard = kept()
    assert told.text == STORY and heard.interrupted
    assert heard.text.startswith("The moon rises") and "morning" not in heard.text


def leave(terminal: Screen, before: dict[str, str]) -> None:
    """ctrl+q brings the shell back, the terminal as it was."""
    terminal.press("C-q")
    terminal.until(f"(?m)^{PROMPT}$")
    assert terminal.state() == before
    terminal.type("echo code $?")
    terminal.until(f"(?m)^code 0\n{PROMPT}$")
    left = terminal.capture("left").strip().splitlines()
    command = next(line for line in range(len(left)) if left[line].startswith(f"{PROMPT} echo"))
    assert left[command:] == [f"{PROMPT} echo code $?", "code 0", PROMPT]
    assert "".join(left[:command]) == f"{PROMPT} {terminal.command}"

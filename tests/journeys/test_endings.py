"""However the program ends, what was said and heard is kept, and the talk can go on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.journeys.program import Running, kept, run
from vtuber_cli.audio import wav

pytestmark = pytest.mark.model

ECHO = ("--set", "engines.llm.name=echo")
"""She says what she was told: something long enough to be ended in the middle of. Her voice is real."""
STORY = (
    "The moon rises over a quiet hill. A silver fox walks down to the river. Old boats are sleeping there. "
    "Somebody left a red lantern in the grass. It burns until the morning comes."
)
FIRST = STORY.partition(".")[0] + "."


def check_what_was_heard() -> None:
    told, heard = kept()[-2:]
    assert (told.role, told.text) == ("user", STORY)
    assert heard.role == "assistant" and heard.interrupted
    assert heard.text.startswith(FIRST) and STORY.startswith(heard.text) and "morning" not in heard.text


def test_killed_while_she_speaks_and_gone_on_with(tmp_path: Path) -> None:
    before = run("chat", "--plain", "--no-audio", "--set", "reply.max_tokens=24", typed="My name is Theo.\n")
    assert before.code == 0

    with Running("chat", "--plain", "--resume", *ECHO, "--wav", tmp_path / "out.wav") as program:
        program.type(STORY)
        program.out.until("^mika: The moon.*hill")  # heard; she says the second sentence now
        program.send(signal.SIGKILL)
        program.wait()
        assert program.end().code == -signal.SIGKILL

    assert not (tmp_path / "out.wav").exists()
    assert len(wav.read(tmp_path / "out.wav.part")) > 16_000  # a second of sound, and a file that can be read
    check_what_was_heard()
    before_it = kept()

    after = run("chat", "--plain", "--resume", "--no-audio", "--set", "reply.max_tokens=24", typed="And you?\n")
    assert after.code == 0 and not after.complaints
    (reply,) = after.said("mika")
    entries = kept()
    assert entries[: len(before_it)] == before_it
    assert [entry.text for entry in entries[len(before_it) :]] == ["And you?", reply]
    assert {entry.talk for entry in entries} == {entries[0].talk}
    assert [entry.turn for entry in entries] == [1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_asked_to_end_while_she_speaks(name: str, tmp_path: Path) -> None:
    with Running("chat", "--plain", *ECHO, "--wav", tmp_path / "out.wav") as program:
        program.type(STORY)
        program.out.until("^mika: The moon.*hill")
        program.send(signal.Signals[name])
        seconds = program.wait()
        ended = program.end()
    print(f"seconds: {seconds:.2f}\nout: {ended.out}")
    assert seconds < 5
    assert ended.code == 128 + signal.Signals[name] and not ended.complaints
    assert "Traceback" not in ended.err
    check_what_was_heard()
    assert ended.said("mika") == [f"{kept()[-1].text} —"]
    assert len(wav.read(tmp_path / "out.wav")) > 16_000

"""A talk far beyond what the model can see at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.program import kept, run

pytestmark = pytest.mark.model

CONTEXT = 1024
TURNS = 22
QUESTIONS = [
    f"Last night I walked past house number {number} by the river, and its windows were all dark. "
    "A small dog was waiting at the gate with a letter. Who lives there, and where have they gone?"
    for number in range(1, TURNS + 1)
]
"""About 45 tokens each; with the replies, and what she is told about herself, half as much again as the context."""


def test_a_long_talk_never_fails(tmp_path: Path) -> None:
    settings = ("--set", "reply.max_tokens=12", "--set", "engines.tts.name=echo", "--set", "engines.llm.name=llama")
    small = ("--set", f"engines.llm.options.context={CONTEXT}")
    talk = run(
        "chat", "--plain", "--fast", "--wav", tmp_path / "out.wav", *settings, *small, typed="\n".join(QUESTIONS) + "\n"
    )

    print(f"seconds: {talk.seconds:.1f}, words: {len(talk.out.split())}")
    assert talk.code == 0 and not talk.complaints
    assert talk.said("you") == QUESTIONS
    replies = talk.said("mika")
    assert len(replies) == TURNS and all(reply.strip() and not reply.endswith(" —") for reply in replies)
    assert [line.partition(":")[0] for line in talk.out.splitlines()] == ["you", "mika"] * TURNS
    assert [entry.text for entry in kept()] == [text for pair in zip(QUESTIONS, replies, strict=True) for text in pair]

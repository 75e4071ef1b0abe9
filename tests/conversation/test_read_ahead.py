"""Whole talks beyond the model's window: what a trim costs is paid while nobody waits."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.conversation.talk import Talk
from vtuber_cli.events import EngineChanged, FirstAudio, ReplyEnded

pytestmark = pytest.mark.looptime(start=0, end=800)

WINDOW = {"max_tokens": 1416}
"""Leaves 600 of the model's 2048 tokens for what both have said."""
EVERY = 20.0
TURNS = 18
QUESTION = "please tell me " + "once more about cats and dogs and " * 4 + "number"


@pytest.fixture
def talk() -> Talk:
    """A model that reads forty words a second; more questions than its window holds."""
    talk = Talk(microphone=False, token_seconds=0.1, style=WINDOW)
    talk.llm.words_a_step = 4
    talk.reply("One two three four.")
    return talk


def ask(talk: Talk, every: float = EVERY) -> None:
    for turn in range(TURNS):
        talk.at(1.0 + turn * every, lambda session, turn=turn: session.say(f"{QUESTION} {turn}"))


def waits(talk: Talk) -> list[float]:
    """Seconds from each question to her first word."""
    return [(audio.timings.first_audio_ms or 0.0) / 1000 for audio in talk.of(FirstAudio)]


def trims(talk: Talk) -> int:
    sent = [len(request.messages) for request in talk.llm.requests]
    return sum(after < before for before, after in pairwise(sent))


async def test_a_trim_is_read_before_it_is_needed(talk: Talk) -> None:
    ask(talk)
    await talk.run(until=EVERY * TURNS + 10)
    assert trims(talk) >= 2
    assert len(waits(talk)) == TURNS
    assert max(waits(talk)) == pytest.approx(min(waits(talk)), abs=0.6)
    # One at the beginning. What the end of a reply breaks off goes on behind it.
    assert 1 + trims(talk) <= sum(whole for _, whole in talk.llm.readings) <= 2 + trims(talk)


async def test_without_it_the_question_after_a_trim_waits_for_seconds(talk: Talk) -> None:
    talk.llm.capabilities = replace(talk.llm.capabilities, prompt_cache=False)
    ask(talk)
    await talk.run(until=EVERY * TURNS + 10)
    assert trims(talk) >= 2
    assert max(waits(talk)) > min(waits(talk)) + 4
    assert len(talk.llm.readings) == 1


async def test_it_reads_while_she_speaks(talk: Talk) -> None:
    talk.tts.seconds = 15.0
    ask(talk, every=18.0)
    await talk.run(until=18 * TURNS + 10)
    assert trims(talk) >= 2
    assert max(waits(talk)) == pytest.approx(min(waits(talk)), abs=0.6)


async def test_a_talk_that_fits_is_read_once(talk: Talk) -> None:
    talk.style = {}
    ask(talk)
    await talk.run(until=EVERY * TURNS + 10)
    assert trims(talk) == 0
    assert len(talk.llm.readings) == 1


async def test_a_question_does_not_wait_for_the_reading(talk: Talk) -> None:
    ask(talk, every=5.0)
    await talk.run(until=5 * TURNS + 10)
    broken_off = [words for words, whole in talk.llm.readings if not whole]
    assert broken_off
    # What was read until the question came need not be read after it.
    assert max(waits(talk)) < 1 + max(broken_off) / 40
    assert len(talk.said) == TURNS


async def test_speaking_ends_the_reading(talk: Talk) -> None:
    talk.microphone = True
    reading: list[tuple[bool, bool]] = []

    def look(turn: int, *, before: bool) -> None:
        running = talk.worker("llm").running
        goes_on = running is not None and not running
        if before:
            reading.append((goes_on, True))
        else:
            reading[turn] = (reading[turn][0], goes_on)

    for turn in range(TURNS):
        start = 1.0 + turn * 6
        talk.user(at=start, lasts=1.0, says=f"{QUESTION} {turn}")
        talk.at(start, lambda _, turn=turn: look(turn, before=True))
        talk.at(start + 0.2, lambda _, turn=turn: look(turn, before=False))
    await talk.run(until=6 * TURNS + 12)
    assert len(talk.said) == TURNS and not talk.failures
    assert (True, False) in reading
    assert (True, True) not in reading


async def test_a_talk_ends_in_the_middle_of_a_reading(talk: Talk) -> None:
    ask(talk)
    talk.at(1.0 + EVERY * 5 + 6.0, lambda session: session.close())
    await talk.run(until=EVERY * TURNS)
    assert talk.happened[-1].at < EVERY * 6 + 8
    assert len(talk.of(ReplyEnded)) <= 6


async def test_a_model_that_fails_to_read_ahead_answers_all_the_same(talk: Talk) -> None:
    talk.llm.fails_to_read = True
    ask(talk)
    await talk.run(until=EVERY * TURNS + 10)
    assert len(talk.said) == TURNS
    assert not talk.failures


async def test_the_talk_does_not_wait_for_a_model_elsewhere_that_stalls() -> None:
    talk = Talk(microphone=False, token_seconds=60.0)
    talk.llm.capabilities = replace(talk.llm.capabilities, prompt_cache=False)
    talk.llm.words_a_step = 1
    await talk.run(until=30)
    changes = [each for each in talk.happened if isinstance(each.event, EngineChanged) and each.event.kind == "llm"]
    assert [change.event.state for change in changes] == ["loading", "ready"]
    assert 1 < changes[-1].at < 5 and talk.failures == []

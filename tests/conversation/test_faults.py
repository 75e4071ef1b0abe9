"""Whole talks in which something is missing or fails: the talk goes on, and says so once."""

from __future__ import annotations

import pytest

from tests.conversation.talk import Talk
from vtuber_cli.engines.base import Message
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import (
    Failed,
    Notice,
    PhaseChanged,
    SentenceStarted,
    UserSaid,
)

pytestmark = pytest.mark.looptime(start=0, end=400)


@pytest.fixture
def talk() -> Talk:
    return Talk()


async def test_a_failed_ear_fails_the_turn_and_not_the_talk(talk: Talk) -> None:
    talk.at(0.5, lambda _: setattr(talk.asr, "fails", True))
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.at(3.0, lambda _: setattr(talk.asr, "fails", False))
    talk.user(at=4.0, lasts=0.5, says="again")
    await talk.run(until=10)
    assert talk.failures == ["hearing.failed"]
    assert [said.text for said in talk.of(UserSaid)] == ["again"]


async def test_a_model_that_fails_in_mid_reply_keeps_what_was_heard_and_is_never_spoken(talk: Talk) -> None:
    talk.microphone = False
    talk.reply("Half of it. ", EngineFailed("thinking.failed", reason="boom"))
    talk.at(1.0, lambda session: session.say("go"))
    await talk.run(until=8)
    assert talk.failures == ["thinking.failed"]
    assert talk.said == ["Half of it."]
    assert talk.tts.said[-1:] != ["boom"] and all("boom" not in said for said in talk.tts.said)
    assert talk.memory.prefix()[-1] == Message("assistant", "Half of it.")


async def test_a_voice_that_fails_skips_a_sentence_and_says_so_once(talk: Talk) -> None:
    talk.microphone = False
    talk.tts.fails_on = "bad"
    talk.reply("Good one. The bad one. Another bad one. Good end.")
    talk.at(1.0, lambda session: session.say("go"))
    await talk.run(until=10)
    assert talk.failures == ["voice.failed"]
    assert talk.said == ["Good one. The bad one. Another bad one. Good end."]
    assert [e.seconds for e in talk.of(SentenceStarted)] == [1.0, 0.0, 0.0, 1.0]


async def test_a_speaker_that_fails_leaves_the_words_on_the_screen(talk: Talk) -> None:
    talk.microphone = False
    talk.speaker.fails = True
    talk.reply("One two. Three four. Five six.")
    talk.at(1.0, lambda session: session.say("go"))
    await talk.run(until=8)
    assert talk.failures == ["audio.gone"]
    assert talk.said == ["One two. Three four. Five six."]


async def test_a_model_that_hangs_is_a_failed_turn(talk: Talk) -> None:
    talk.microphone = False
    talk.token_seconds = 1000.0
    talk.style["first_token_seconds"] = 5.0
    talk.reply("Never.")
    talk.at(1.0, lambda session: session.say("go"))
    await talk.run(until=20)
    assert talk.failures == ["thinking.timeout"]
    assert [e.phase for e in talk.of(PhaseChanged)][-1] == "idle"


@pytest.mark.parametrize(
    ("engine", "patience", "failed"),
    [("llm", 90, "thinking.timeout"), ("asr", 60, "hearing.timeout"), ("tts", 60, "voice.timeout")],
)
async def test_an_engine_that_hangs_is_waited_for_once(engine: str, patience: int, failed: str) -> None:
    talk = Talk()
    talk.reply("One two three.")
    hangs = lambda _: setattr(talk.worker(engine), "hangs", True)  # noqa: E731
    talk.at(0.5, hangs)
    talk.user(at=1.0, lasts=0.5, says="first")
    talk.user(at=101.0, lasts=0.5, says="second")
    talk.at(120.0, lambda _: talk.worker(engine).returns())
    talk.user(at=121.0, lasts=0.5, says="third")
    await talk.run(until=140)
    assert talk.failures == [failed, "engine.stuck"]
    first, second = (happened.at for happened in talk.happened if isinstance(happened.event, Failed))
    assert first > 1.5 + patience
    assert second < 103.5
    assert talk.said[-1] == "One two three."
    assert talk.tts.said[-1] == "One two three."


async def test_a_talk_that_does_not_fit_is_tried_with_half_of_it(talk: Talk) -> None:
    talk.microphone = False
    talk.llm.overflows = 1
    talk.reply("Fits.")
    talk.at(1.0, lambda session: session.say("go"))
    await talk.run(until=8)
    assert talk.said == ["Fits."] and talk.failures == [] and len(talk.llm.requests) == 2


async def test_a_talk_that_never_fits_fails_once(talk: Talk) -> None:
    talk.microphone = False
    talk.llm.overflows = 9
    talk.reply("Fits.")
    talk.at(1.0, lambda session: session.say("go"))
    await talk.run(until=8)
    assert talk.failures == ["thinking.overflow"] and len(talk.llm.requests) == 2


async def test_a_long_talk_is_trimmed_by_whole_turns(talk: Talk) -> None:
    talk.microphone = False
    talk.llm.capabilities = type(talk.llm.capabilities)(context=400)
    talk.tts.seconds = 0.1
    for n in range(40):
        talk.reply(f"Answer number {n} is a rather long one with many words in it.")

    async def chat(session: object) -> None:
        for n in range(40):
            await session.ask(f"question number {n}")  # type: ignore[attr-defined]

    talk.at(0.5, chat)
    await talk.run(until=300)
    assert talk.failures == [] and len(talk.said) == 40
    for request in talk.llm.requests:
        assert request.messages[0].role == "system" and request.messages[1].role == "user"
        assert sum(len(m.text.split()) + 9 for m in request.messages) < 400 - 160


@pytest.mark.parametrize("broken", ["vad", "asr"])
async def test_without_ears_typing_goes_on(talk: Talk, broken: str) -> None:
    talk.broken = {broken}
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.reply("Typed.")
    talk.manner["ends_with_microphone"] = False
    talk.at(3.0, lambda session: session.say("hi"))
    talk.at(8.0, lambda session: session.close())
    await talk.run(until=20)
    assert talk.said == ["Typed."]
    assert talk.session is not None and not talk.session.can_listen
    assert talk.failures == ["engine.not_installed"]


async def test_a_script_for_ears_that_cannot_be_had_ends(talk: Talk) -> None:
    talk.broken = {"asr"}
    await talk.run(until=20)
    assert talk.failures == ["engine.not_installed"]


async def test_without_a_voice_the_reply_is_shown(talk: Talk) -> None:
    talk.microphone = False
    talk.broken = {"tts"}
    talk.reply("Silent. But here.")
    talk.at(1.0, lambda session: session.say("hi"))
    await talk.run(until=8)
    assert talk.said == ["Silent. But here."]
    assert [e.seconds for e in talk.of(SentenceStarted)] == [0.0, 0.0]
    assert talk.speaker.played == []


async def test_without_a_model_every_question_says_so(talk: Talk) -> None:
    talk.microphone = False
    talk.broken = {"llm"}
    talk.at(1.0, lambda session: session.say("hi"))
    talk.at(2.0, lambda session: session.say("hi"))
    await talk.run(until=8)
    assert talk.failures == ["engine.not_installed"] * 3
    assert [said.text for said in talk.of(UserSaid)] == ["hi", "hi"], "what was typed is shown all the same"


async def test_a_microphone_that_goes_comes_back(talk: Talk) -> None:
    talk.mic.gone = (2.0, 7.0)
    talk.user(at=1.0, lasts=0.4, says="")
    talk.user(at=10.0, lasts=0.5, says="back again")
    talk.reply("Welcome back.")
    await talk.run(until=15)
    assert talk.failures == ["audio.gone"], "told once, not at every try"
    assert [notice.key for notice in talk.of(Notice)] == ["chat.microphone_back"]
    assert talk.said == ["Welcome back."]

"""How turns and talks end when something comes in between: interruptions at every moment, hangs, broken parts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.conversation.talk import Talk
from vtuber_cli.conversation.memory import Earlier, Memory
from vtuber_cli.conversation.uncut import uncut
from vtuber_cli.engines.base import Capabilities, Message
from vtuber_cli.errors import AudioUnavailable, EngineFailed
from vtuber_cli.events import PhaseChanged, ReplyEnded, Timings, UserSaid

pytestmark = pytest.mark.looptime(start=0, end=600)


class SlowHistory:
    """Fits `History`; every write takes half a second of virtual time."""

    def __init__(self) -> None:
        self.rows: dict[int, list[Any]] = {}
        self.talks = 0

    async def open_talk(self, character: str, language: str, talk: str | None = None) -> str:
        await asyncio.sleep(0.5)
        self.talks += 1
        return "talk"

    async def add_user(self, talk: str, turn: int, text: str, via: str, cues: object) -> int:
        return await self._row("user", text)

    async def start_reply(self, talk: str, turn: int, speaker: str | None = None) -> int:
        return await self._row("assistant", "")

    async def _row(self, role: str, text: str) -> int:
        await asyncio.sleep(0.5)
        self.rows[len(self.rows)] = [role, text, "open"]
        return len(self.rows) - 1

    async def hear(self, row: int, text: str, emotion: str, cues: object) -> None:
        self.rows[row][1] = text

    async def end_reply(
        self, row: int, text: str, interrupted: bool, timings: Timings, cues: object, work: object
    ) -> None:
        await asyncio.sleep(0.5)
        self.rows[row][1:] = [text, "ended"]

    async def drop_reply(self, row: int) -> None:
        await asyncio.sleep(0.5)
        del self.rows[row]


@pytest.fixture
def talk() -> Talk:
    return Talk(microphone=False)


def on_slow_history(talk: Talk) -> SlowHistory:
    history = SlowHistory()
    talk.history = Memory([Message("system", "You are Mika.")], history)  # type: ignore[arg-type]
    return history


@pytest.mark.parametrize("at", [1.1, 1.4, 1.6, 1.9, 2.1, 2.4, 2.6, 3.2, 3.6, 3.8, 4.5])
async def test_interrupted_at_any_moment_a_turn_has_an_end_and_leaves_no_open_row(talk: Talk, at: float) -> None:
    history = on_slow_history(talk)
    talk.reply("One two.", each=1.0)
    talk.at(1.0, lambda session: session.say("hello"))
    talk.at(at, lambda session: session.interrupt())
    talk.at(at + 0.05, lambda session: session.interrupt())
    await talk.run(until=12)
    assert [said.text for said in talk.of(UserSaid)] == ["hello"]
    assert len(talk.of(ReplyEnded)) == 1
    assert history.talks == 1
    assert [row[:2] for row in history.rows.values() if row[0] == "user"] == [["user", "hello"]]
    assert all(state == "ended" for role, _, state in history.rows.values() if role == "assistant")
    assert [phase.phase for phase in talk.of(PhaseChanged)][-1] == "idle"


async def test_two_lines_at_once_are_both_kept(talk: Talk) -> None:
    history = on_slow_history(talk)
    talk.reply("Both, then.")
    talk.at(1.0, lambda session: session.say("first"))
    talk.at(1.002, lambda session: session.say("second"))
    await talk.run(until=20)
    assert [said.text for said in talk.of(UserSaid)] == ["first", "second"]
    assert [row[1] for row in history.rows.values()] == ["first", "second", talk.said[-1]]
    assert history.talks == 1


async def test_what_the_user_surely_said_is_kept_even_if_it_was_not_understood_yet() -> None:
    talk = Talk(asr_seconds=1.5, manner={"barge_in": True})
    talk.user(at=3.0, lasts=0.5, says="my first half")
    talk.user(at=4.5, lasts=0.6, says="my second half")
    talk.reply("All of it.")
    await talk.run(until=15)
    assert [said.text for said in talk.of(UserSaid)] == ["my first half", "my second half"]
    assert talk.llm.requests[-1].messages[-1] == Message("user", "my first half\nmy second half")


async def test_a_model_that_hangs_fails_every_turn_and_not_the_program(talk: Talk) -> None:
    talk.style["first_token_seconds"] = 5.0
    talk.at(0.5, lambda _: setattr(talk.worker("llm"), "hangs", True))
    talk.at(1.0, lambda session: session.say("one"))
    talk.at(10.0, lambda session: session.say("two"))
    await talk.run(until=30)
    assert talk.failures == ["thinking.timeout", "engine.stuck"]
    assert talk.speaker.closed


async def test_an_ear_that_hangs_fails_the_turn() -> None:
    talk = Talk()
    talk.at(0.5, lambda _: setattr(talk.worker("asr"), "hangs", True))
    talk.user(at=1.0, lasts=0.5, says="hello")
    await talk.run(until=90)
    assert talk.failures == ["hearing.timeout"]


async def test_a_voice_that_hangs_leaves_the_words(talk: Talk) -> None:
    talk.at(0.5, lambda _: setattr(talk.worker("tts"), "hangs", True))
    talk.reply("Only shown.")
    talk.at(1.0, lambda session: session.say("hello"))
    await talk.run(until=90)
    assert talk.failures == ["voice.timeout"] and talk.said == ["Only shown."]


async def test_speech_detection_that_fails_closes_her_ears_and_not_the_talk() -> None:
    talk = Talk(manner={"ends_with_microphone": False})
    talk.at(2.0, lambda _: setattr(talk.vad, "fails", True))
    talk.reply("Typed.")
    talk.at(3.0, lambda session: session.say("hello"))
    talk.at(8.0, lambda session: session.close())
    await talk.run(until=20)
    assert talk.failures == ["hearing.vad_failed"] and talk.said == ["Typed."]
    assert talk.session is not None and not talk.session.can_listen


async def test_a_long_past_does_not_break_the_beginning(talk: Talk) -> None:
    class Strict(type(talk.llm)):  # type: ignore[misc]
        capabilities = Capabilities(context=400)

        def reply(self, request: Any, stop: Any) -> Any:
            if sum(len(message.text.split()) + 9 for message in request.messages) > 400:
                raise EngineFailed("thinking.overflow", tokens=999, context=400)
            yield from super().reply(request, stop)

    talk.llm = Strict()
    talk.past = [Earlier("user" if n % 2 == 0 else "assistant", "many words " * 8) for n in range(200)]
    talk.reply("Still here.")
    talk.llm.replies *= 200
    talk.at(1.0, lambda session: session.say("hello"))
    await talk.run(until=8)
    assert talk.failures == [] and talk.said == ["Still here."]


async def test_an_engine_that_cannot_be_warmed_is_still_used(talk: Talk) -> None:
    talk.tts.fails_on = "Hello."
    talk.reply("Quite well.")
    talk.at(1.0, lambda session: session.say("how are you"))
    await talk.run(until=8)
    assert talk.failures == [] and len(talk.speaker.played) == 1


async def test_everything_is_freed_even_if_the_speaker_fails_to_close(talk: Talk) -> None:
    talk.speaker.fails_to_close = True
    with pytest.raises(AudioUnavailable):
        await talk.run(until=2)
    assert all(talk.worker(name).closed for name in ("vad", "asr", "llm", "tts"))
    assert talk.session is not None
    assert [event async for event in talk.session.events.subscribe()] == []


async def test_asking_during_the_end_returns(talk: Talk) -> None:
    talk.reply("One two.", "Three four.", each=5.0)
    returned: list[bool] = []

    async def ask(session: Any) -> None:
        await session.ask("hello")
        returned.append(True)

    talk.at(1.0, ask)
    talk.at(3.0, lambda session: session.close())
    await talk.run(until=30)
    await asyncio.sleep(0)
    assert returned == [True]


async def test_a_question_that_waits_lets_a_spoken_turn_finish() -> None:
    talk = Talk(manner={"ends_with_microphone": False})
    talk.user(at=1.0, lasts=0.5, says="spoken")
    talk.reply("A long answer.", each=3.0)
    talk.reply("And yours.")
    talk.at(3.0, lambda session: session.ask("typed"))
    talk.at(15.0, lambda session: session.close())
    await talk.run(until=20)
    assert talk.said == ["A long answer.", "And yours."]
    assert not any(ended.interrupted for ended in talk.of(ReplyEnded))


async def test_the_talk_key_counts_while_she_speaks() -> None:
    talk = Talk(manner={"barge_in": True})
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.reply("One two.", "Three four.", "Five six.", each=1.0)
    talk.at(3.0, lambda session: session.listen(False))
    talk.user(at=3.5, lasts=0.5, says="somebody else in the room")
    await talk.run(until=15)
    assert [said.text for said in talk.of(UserSaid)] == ["hello"]
    assert not talk.of(ReplyEnded)[0].interrupted


async def test_the_interrupt_key_ends_the_greeting() -> None:
    talk = Talk(manner={"greeting": ("A very long hello.", "joy"), "greets_aloud": True}, tts_seconds=9.0)
    talk.at(1.0, lambda session: session.interrupt())
    await talk.run(until=4)
    assert talk.speaker.played[0].ended == pytest.approx(1.0)
    assert [phase.phase for phase in talk.of(PhaseChanged)] == ["speaking", "listening"]


async def test_the_talk_key_during_the_greeting_does_not_let_her_hear_herself() -> None:
    manner = {"greeting": ("A very long hello.", "joy"), "greets_aloud": True, "hands_free": False}
    talk = Talk(manner=manner, tts_seconds=5.0)
    talk.at(1.0, lambda session: session.listen(True))
    talk.user(at=2.0, lasts=1.0, says="her own hello")
    talk.user(at=7.0, lasts=0.5, says="really me")
    await talk.run(until=15)
    assert [said.text for said in talk.of(UserSaid)] == ["really me"]


async def test_uncut_work_ends_before_the_cancellation_does() -> None:
    done: list[str] = []

    async def work() -> str:
        await asyncio.sleep(1.0)
        done.append("work")
        return "value"

    assert await uncut(work()) == "value"
    task = asyncio.ensure_future(uncut(work()))
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["work", "work"]


async def test_uncut_work_that_fails_says_so() -> None:
    async def work() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        await uncut(work())

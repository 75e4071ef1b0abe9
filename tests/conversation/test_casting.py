"""Another character takes over in the middle of a talk, on virtual time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conversation.talk import SteadyTts, Talk, VirtualWorker
from vtuber_cli.conversation.casting import Cast
from vtuber_cli.conversation.crew import Engines
from vtuber_cli.conversation.emotion import tags
from vtuber_cli.conversation.reply import Style
from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines.base import Message
from vtuber_cli.errors import EngineUnavailable, UsageError
from vtuber_cli.events import (
    EMOTIONS,
    CharacterChanged,
    EngineChanged,
    Greeted,
    Notice,
    PhaseChanged,
    ReplyEnded,
    UserSaid,
)

pytestmark = pytest.mark.looptime(start=0, end=400)


@dataclass
class Troupe:
    """Jun, beside whoever talks; his voice is his own."""

    talk: Talk
    greeting: tuple[str, str] | None = None
    broken: bool = False
    voices: list[VirtualWorker] = field(default_factory=list)

    async def names(self) -> Sequence[str]:
        return ("jun", "mika")

    async def cast(self, name: str) -> Cast:
        if name != "jun":
            raise UsageError("character.unknown_nearest", id=name, nearest="jun", names="jun, mika")
        self.voices.append(VirtualWorker("his", self._voice))
        worker = self.talk.worker
        engines = Engines(worker("vad"), worker("asr"), worker("llm"), Voices("en", {"en": self.voices[-1]}))
        style = Style(emotions=EMOTIONS, tags=tags(EMOTIONS))
        return Cast("jun", "Jun", "en", style, [Message("system", "You are Jun.")], self.greeting, engines)

    def _voice(self) -> Any:
        if self.broken:
            raise EngineUnavailable("engine.not_installed", kind="tts", name="piper", module="piper")
        return SteadyTts(1.0)


@pytest.fixture
def talk() -> Talk:
    talk = Talk(microphone=False)
    talk.casting = Troupe(talk)
    return talk


def troupe(talk: Talk) -> Troupe:
    assert isinstance(talk.casting, Troupe)
    return talk.casting


async def test_the_talk_goes_on_with_somebody_else(talk: Talk) -> None:
    talk.reply("I am Mika.")
    talk.reply("And I am Jun.")
    talk.at(1, lambda session: session.say("who are you"))
    talk.at(5, lambda session: session.become("jun") and None)
    talk.at(6, lambda session: session.say("and you"))
    await talk.run(until=12)
    assert talk.said == ["I am Mika.", "And I am Jun."]
    assert talk.of(CharacterChanged) == [CharacterChanged("jun", "Jun")]
    assert talk.session is not None and talk.session.name == "Jun"
    assert talk.memory.messages("x")[:4] == [
        Message("system", "You are Jun."),
        Message("user", "who are you"),
        Message("assistant", "I am Mika."),
        Message("user", "and you"),
    ]


async def test_the_voice_of_who_goes_is_freed_and_the_ears_stay(talk: Talk) -> None:
    talk.at(1, lambda session: session.become("jun") and None)
    await talk.run(until=4)
    changed = talk.when(CharacterChanged)
    assert talk.worker("tts").closed
    assert [(e.kind, e.name, e.state) for e in talk.of(EngineChanged)][-2:] == [
        ("tts", "his", "loading"),
        ("tts", "his", "ready"),
    ]
    assert all(happened.at <= changed for happened in talk.happened if happened.event in talk.of(EngineChanged)[:-2])
    assert troupe(talk).voices[0].closed, "freed at the end of the talk"


async def test_taking_over_interrupts_and_keeps_what_was_heard(talk: Talk) -> None:
    talk.reply("One two.", "Three four.", " Five six.", " Seven eight.", each=1.0)
    talk.at(1, lambda session: session.say("count"))
    talk.at(3.5, lambda session: session.become("jun") and None)
    await talk.run(until=8)
    (ended,) = talk.of(ReplyEnded)
    assert ended.interrupted and "Seven" not in ended.text
    assert talk.when(CharacterChanged) == pytest.approx(3.5, abs=0.1)


async def test_a_pipe_lets_her_finish_first(talk: Talk) -> None:
    talk.reply("One two.", "Three four.", each=1.0)

    async def script(session: Any) -> None:
        await session.ask("count")
        session.become("jun", waits=True)

    talk.at(1, script)
    await talk.run(until=10)
    assert talk.said == ["One two. Three four."]
    assert talk.when(CharacterChanged) >= talk.when(ReplyEnded)


async def test_the_newcomer_says_hello_and_may_be_spoken_to_at_once(talk: Talk) -> None:
    troupe(talk).greeting = ("Good evening.", "neutral")
    talk.manner["greets_aloud"] = True
    talk.reply("Yes.")
    talk.at(1, lambda session: session.become("jun") and None)
    talk.at(1.5, lambda session: session.say("hello"))
    await talk.run(until=8)
    assert talk.of(Greeted) == [Greeted("Good evening.", "neutral")]
    assert talk.said == ["Yes."]
    assert [type(e).__name__ for e in talk.events if isinstance(e, CharacterChanged | Greeted | UserSaid)] == [
        "CharacterChanged",
        "Greeted",
        "UserSaid",
    ]


async def test_nobody_says_hello_twice(talk: Talk) -> None:
    troupe(talk).greeting = ("Good evening.", "neutral")
    for at in (1, 3, 5):
        talk.at(at, lambda session: session.become("jun") and None)
    await talk.run(until=8)
    assert len(talk.of(CharacterChanged)) == 3
    assert talk.of(Greeted) == [Greeted("Good evening.", "neutral")]


async def test_she_is_deaf_while_somebody_takes_over(talk: Talk) -> None:
    talk.microphone = True
    talk.manner["ends_with_microphone"] = True
    troupe(talk).greeting = ("Good evening.", "neutral")
    talk.manner["greets_aloud"] = True
    talk.user(at=1.2, lasts=0.5, says="lost")
    talk.at(1, lambda session: session.become("jun") and None)
    await talk.run(until=6)
    assert not talk.of(UserSaid)
    assert [e.phase for e in talk.of(PhaseChanged)] == ["listening", "loading", "speaking", "listening"]


async def test_an_unknown_name_changes_nothing(talk: Talk) -> None:
    talk.reply("Still me.")
    talk.at(1, lambda session: session.become("jnu") and None)
    talk.at(2, lambda session: session.say("who"))
    await talk.run(until=6)
    assert talk.failures == ["character.unknown_nearest"]
    assert talk.said == ["Still me."] and not talk.of(CharacterChanged)


async def test_without_a_name_it_says_who_there_is(talk: Talk) -> None:
    talk.at(1, lambda session: session.become("") and None)
    await talk.run(until=3)
    assert Notice("chat.characters", (("names", "jun, mika"),)) in talk.events


async def test_somebody_without_a_voice_is_read(talk: Talk) -> None:
    troupe(talk).broken = True
    talk.reply("You cannot hear me.")
    talk.at(1, lambda session: session.become("jun") and None)
    talk.at(2, lambda session: session.say("who"))
    await talk.run(until=6)
    assert talk.failures == ["engine.not_installed"]
    assert talk.said == ["You cannot hear me."]


async def test_a_talk_that_ends_while_somebody_takes_over_frees_both(talk: Talk) -> None:
    troupe(talk).greeting = ("Good evening.", "neutral")
    talk.manner["greets_aloud"] = True
    talk.at(1, lambda session: session.become("jun") and None)
    talk.at(1.5, lambda session: session.close())
    await talk.run(until=20)
    assert talk.worker("tts").closed and troupe(talk).voices[0].closed and talk.worker("llm").closed

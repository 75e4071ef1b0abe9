"""She speaks up by herself: after how much silence, how often, when not, and what is kept of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.conversation.talk import Talk
from vtuber_cli import bootstrap
from vtuber_cli.conversation.memory import Earlier, Memory, turns
from vtuber_cli.conversation.proactive import PROMPTS, prompt
from vtuber_cli.conversation.session import Session
from vtuber_cli.engines.base import Message
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import Failed, Phase, PhaseChanged, ReplyEnded, SpeaksUp, Timings, UserSaid
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History

pytestmark = pytest.mark.looptime(start=0, end=3600)


@pytest.fixture
def talk() -> Talk:
    return Talk(microphone=False, manner={"idle_seconds": 10})


def asked(talk: Talk) -> list[str]:
    """What the model was given last, of each turn."""
    return [request.messages[-1].text for request in talk.llm.requests]


# --- what moves her -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "a while"),
        (0.2, "a while"),
        (1, "a second"),
        (45.4, "45 seconds"),
        (59.9, "a minute"),
        (130, "2 minutes"),
        (3599, "an hour"),
        (9000, "2 hours"),
    ],
)
def test_how_long_it_was_quiet_as_people_say_it(seconds: float | None, words: str) -> None:
    assert f"for {words}." in prompt("en", seconds)


def test_in_korean_and_in_languages_that_we_have_no_words_for() -> None:
    assert prompt("ko", 90) == PROMPTS["ko"].replace("{silence}", "2분 동안")
    assert prompt("ko").startswith("(한동안 ")
    assert prompt("fr", 5) == prompt(None, 5) == prompt("en", 5)


def test_a_character_has_words_of_her_own() -> None:
    assert prompt("en", 60, "(Quiet for {silence}. Hum something.)") == "(Quiet for a minute. Hum something.)"


def test_what_her_file_and_the_settings_say_reaches_the_talk() -> None:
    kinds = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")}
    plan = bootstrap.plan({**kinds, "talk.idle_seconds": 90})
    own = plan.character.model_copy(update={"proactive": {"en": "(Hum something.)"}})
    assert bootstrap.manner_of(plan, bootstrap.Occasion()).idle_seconds == 90
    assert bootstrap.manner_of(plan, bootstrap.Occasion()).proactive is None
    assert own.what_moves_her("en") == "(Hum something.)"
    assert own.what_moves_her("ko") is None


# --- after a silence ------------------------------------------------------------------------------------------------


async def test_once_after_a_silence_and_again_only_when_the_user_has_spoken(talk: Talk) -> None:
    talk.at(1, lambda session: session.say("hello"))
    talk.reply("Well, hello.")
    talk.reply("Are you there?")
    talk.at(60, lambda session: session.say("yes"))
    await talk.run(until=200)
    ended = [happened.at for happened in talk.happened if isinstance(happened.event, ReplyEnded)]
    spoke = [happened.at for happened in talk.happened if isinstance(happened.event, SpeaksUp)]
    assert len(ended) == 4
    assert spoke == pytest.approx([ended[0] + 10, ended[2] + 10])
    assert [event.turn for event in talk.of(SpeaksUp)] == [2, 4]
    assert [event.turn for event in talk.of(UserSaid)] == [1, 3]
    assert "10 seconds" in asked(talk)[1]


async def test_never_unless_it_is_wanted() -> None:
    talk = Talk(microphone=False)
    talk.at(1, lambda session: session.say("hello"))
    await talk.run(until=3000)
    assert not talk.of(SpeaksUp)


async def test_somebody_who_has_said_nothing_yet_is_spoken_to_once(talk: Talk) -> None:
    talk.manner["greeting"] = ("Hello!", "joy")
    await talk.run(until=300)
    assert len(talk.of(SpeaksUp)) == 1
    assert talk.when(SpeaksUp) == pytest.approx(10, abs=1)


async def test_typing_holds_her_back(talk: Talk) -> None:
    for second in range(5, 100, 5):
        talk.at(second, lambda session: session.hold_back())
    await talk.run(until=200)
    assert talk.when(SpeaksUp) == pytest.approx(95 + 10)


async def test_speaking_holds_her_back() -> None:
    talk = Talk(manner={"idle_seconds": 4, "barge_in": True})
    for at in (3.0, 6.0, 9.0):
        talk.user(at=at, lasts=2.5, says="")
    await talk.run(until=40)
    assert talk.when(SpeaksUp) > 11.5 + 4
    assert len(talk.of(SpeaksUp)) == 1


async def test_without_a_model_nothing_is_tried(talk: Talk) -> None:
    talk.broken.add("llm")
    await talk.run(until=100)
    assert talk.failures == ["engine.not_installed"]
    assert not talk.of(SpeaksUp)


async def test_a_failure_is_told_and_not_repeated(talk: Talk) -> None:
    talk.reply(EngineFailed("thinking.failed", reason="a test"))
    await talk.run(until=100)
    assert talk.failures == ["thinking.failed"]
    assert [type(event) for event in talk.events if isinstance(event, (SpeaksUp, Failed, ReplyEnded))] == [
        SpeaksUp,
        Failed,
        ReplyEnded,
    ]


# --- when she is asked to -------------------------------------------------------------------------------------------


async def test_who_asks_can_wait_for_it(talk: Talk) -> None:
    over: list[float] = []

    async def speak_up(session: Session) -> None:
        done = session.speak_up()
        assert done is not None
        await asyncio.wait([done])
        over.append(asyncio.get_running_loop().time())

    talk.manner.clear()
    talk.at(5, speak_up)
    await talk.run()
    assert over == pytest.approx([talk.when(ReplyEnded)])
    assert asked(talk) == [prompt("en")]
    assert not talk.of(UserSaid)


async def test_nothing_comes_of_it_while_she_answers_or_will(talk: Talk) -> None:
    results: list[Any] = []
    talk.manner.clear()
    talk.reply("One.", "Two.", each=2)
    talk.at(1, lambda session: session.say("hello"))
    talk.at(1, lambda session: results.append(session.speak_up()))
    talk.at(2, lambda session: results.append(session.speak_up()))
    await talk.run()
    assert results == [None, None]
    assert asked(talk) == ["hello"]


async def test_what_is_typed_before_she_begins_goes_first(talk: Talk) -> None:
    talk.manner.clear()

    def both(session: Session) -> None:
        assert session.speak_up() is not None
        session.say("hello")

    talk.at(0, both)  # the engines still load
    await talk.run()
    assert asked(talk) == ["hello"]
    assert not talk.of(SpeaksUp)


async def test_typing_interrupts_her_and_what_was_heard_stays(talk: Talk) -> None:
    talk.manner.clear()
    talk.reply("One.", "Two.", "Three.", each=1)
    talk.at(1, lambda session: session.speak_up() and None)
    talk.at(2.6, lambda session: session.say("wait"))
    await talk.run()
    assert talk.of(ReplyEnded)[0].interrupted
    assert talk.llm.requests[1].messages[1:] == [
        Message("user", "…"),
        Message("assistant", talk.said[0]),
        Message("user", "wait"),
    ]
    assert talk.said[0].startswith("One.")
    assert "Three" not in talk.said[0]


async def test_taken_back_it_never_begins(talk: Talk) -> None:
    talk.manner.clear()

    def taken_back(session: Session) -> None:
        done = session.speak_up()
        assert done is not None
        done.cancel()

    talk.at(0, taken_back)
    await talk.run()
    assert not talk.llm.requests
    phases: list[Phase] = [event.phase for event in talk.of(PhaseChanged)]
    assert "thinking" not in phases


async def test_without_a_model_who_asks_is_told_why(talk: Talk) -> None:
    talk.manner.clear()
    talk.broken.add("llm")
    talk.at(5, lambda session: session.speak_up() and None)
    await talk.run()
    assert talk.failures == ["engine.not_installed"] * 2


# --- what is kept ---------------------------------------------------------------------------------------------------


@pytest.mark.looptime(False)
async def test_her_words_are_kept_and_not_what_moved_her(tmp_path: Path) -> None:
    history = History(Database(tmp_path / "history.db"))
    memory = Memory([Message("system", "You are Mika.")], history, opening=("mika", "en"))
    await memory.begin_unasked(1)
    await memory.end_reply("Psst.", interrupted=False, timings=Timings())
    await memory.add_user(2, "hi", "text")
    await memory.end_reply("Hello.", interrupted=False, timings=Timings())
    await memory.begin_unasked(3)
    await memory.hear("It is", "joy")
    await memory.end_reply("It is late.", interrupted=False, timings=Timings())
    await memory.begin_unasked(4)
    await memory.end_reply("", interrupted=True, timings=Timings())
    (kept,) = history.list_talks()
    assert [(entry.turn, entry.role, entry.text) for entry in history.messages(kept.id)] == [
        (1, "assistant", "Psst."),
        (2, "user", "hi"),
        (2, "assistant", "Hello."),
        (3, "assistant", "It is late."),
    ]
    assert memory.messages("so?") == [
        Message("system", "You are Mika."),
        Message("user", "…"),
        Message("assistant", "Psst."),
        Message("user", "hi"),
        Message("assistant", "Hello.\nIt is late."),
        Message("user", "so?"),
    ]
    history.close()


async def test_a_talk_that_she_begins_goes_on_as_she_began_it() -> None:
    examples = [Message("system", "You are Mika."), Message("user", "Who?"), Message("assistant", "Mika!")]
    memory = Memory(examples, past=[Earlier("assistant", "Psst."), Earlier("user", "What?")])
    assert memory.messages("…")[3:] == [
        Message("user", "…"),
        Message("assistant", "Psst."),
        Message("user", "What?\n…"),
    ]


@pytest.mark.parametrize(("roles", "count"), [("", 0), ("ua", 1), ("uaa", 2), ("a", 1), ("auaua", 3), ("uua", 2)])
def test_turns_of_a_talk_from_before(roles: str, count: int) -> None:
    past = [Earlier("user" if role == "u" else "assistant", "x") for role in roles]
    assert turns(past) == count


# --- how a talk ends ------------------------------------------------------------------------------------------------


async def test_who_waits_when_the_talk_closes_is_let_go(talk: Talk) -> None:
    talk.manner.clear()
    talk.reply("One.", "Two.", "Three.", each=5)
    over: list[float] = []

    async def ask(session: Session) -> None:
        await session.ask("wait for it")
        over.append(asyncio.get_running_loop().time())

    def nothing_more(session: Session) -> None:
        assert session.over
        assert session.speak_up() is None

    talk.at(1, lambda session: session.say("hello"))
    talk.at(2, ask)
    talk.at(3, lambda session: session.close())
    talk.at(3, nothing_more)
    await talk.run()
    assert over == pytest.approx([3], abs=0.1)


async def test_a_bug_ends_the_talk_and_tells_no_end_of_the_turn(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    answered: list[bool] = []

    async def ask(session: Session) -> None:
        monkeypatch.setattr(talk.tts, "speak", lambda *_: 1 / 0)
        await session.ask("hello")
        answered.append(session.over)

    talk.at(1, ask)
    with pytest.raises(ExceptionGroup):
        await talk.run()
    await asyncio.sleep(1)
    assert talk.of(UserSaid)
    assert not talk.of(ReplyEnded)
    assert answered == [True]


async def test_the_talk_key_holds_her_back() -> None:
    talk = Talk(manner={"idle_seconds": 10, "hands_free": False})
    talk.at(8, lambda session: session.listen(True))
    await talk.run(until=60)
    assert talk.when(SpeaksUp) == pytest.approx(18, abs=0.1)

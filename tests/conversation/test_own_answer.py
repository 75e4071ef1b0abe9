"""A built-in tool answers in the model's place, on virtual time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from tests.conversation.talk import ScriptLlm, Talk
from vtuber_cli.engines.base import Capabilities, Message, ReplyDelta, ToolCall
from vtuber_cli.errors import EngineFailed, UsageError
from vtuber_cli.events import Failed, FortuneTold, ReplyEnded, ReplyStarted, SentenceStarted, UserSaid
from vtuber_cli.tools.base import Answer, Arguments, Narration

pytestmark = pytest.mark.looptime(start=0, end=400)


@dataclass
class Weather:
    """Knows the weather, and minds its own business."""

    name: str = "weather"
    schema: Mapping[str, object] = field(default_factory=lambda: {"function": {"name": "weather"}})
    narration: Narration | None = None
    kept: int = 0
    answered: list[tuple[Arguments, str]] = field(default_factory=list)

    def asked(self, text: str) -> Arguments | None:
        if text == "/weather":
            raise UsageError("no such weather")
        return {"where": "here"} if "weather" in text else None

    def answer(self, arguments: Arguments, language: str) -> Answer:
        self.answered.append((arguments, language))

        def keep() -> None:
            self.kept += 1

        return Answer(
            "Let me look outside.", "The sun is out. Take a hat.", "joy",
            lambda turn: FortuneTold(turn, {"sky": "blue"}), keep, self.narration,
        )  # fmt: skip


@pytest.fixture
def weather() -> Weather:
    return Weather()


@pytest.fixture
def talk(weather: Weather) -> Talk:
    return Talk(microphone=False, manner={"tools": (weather,)})


async def test_it_answers_what_is_its_business(talk: Talk, weather: Weather) -> None:
    talk.at(1, lambda session: session.say("how is the weather"))
    await talk.run(until=8)
    assert talk.said == ["Let me look outside. The sun is out. Take a hat."]
    assert weather.answered == [({"where": "here"}, "en")] and weather.kept == 1
    assert not talk.llm.requests
    kinds = [type(event) for event in talk.events]
    assert kinds.index(UserSaid) < kinds.index(FortuneTold) < kinds.index(ReplyStarted) < kinds.index(ReplyEnded)
    assert {event.sentence.emotion for event in talk.of(SentenceStarted)} == {"joy"}
    assert talk.of(FortuneTold) == [FortuneTold(1, {"sky": "blue"})]


async def test_it_answers_where_there_is_no_model(talk: Talk) -> None:
    talk.broken.add("llm")
    talk.at(1, lambda session: session.say("how is the weather"))
    talk.at(8, lambda session: session.say("and how are you"))
    await talk.run(until=12)
    assert talk.said == ["Let me look outside. The sun is out. Take a hat."]
    assert talk.failures == ["engine.not_installed", "engine.not_installed"]  # while loading, and when asked


async def test_everything_else_is_the_model_s(talk: Talk, weather: Weather) -> None:
    talk.reply("Fine, thank you.")
    talk.at(1, lambda session: session.say("how are you"))
    await talk.run(until=8)
    assert talk.said == ["Fine, thank you."] and not weather.answered and not talk.of(FortuneTold)


async def test_the_model_knows_later_what_was_answered(talk: Talk) -> None:
    talk.reply("unused")
    talk.reply("You are welcome.")
    talk.at(1, lambda session: session.say("how is the weather"))
    talk.at(8, lambda session: session.say("thanks"))
    await talk.run(until=14)
    assert talk.llm.requests[0].messages[-2] == Message("assistant", "Let me look outside. The sun is out. Take a hat.")


async def test_a_void_guess_leaves_no_trace(weather: Weather) -> None:
    """She had the answer ready when the user went on, and asked something else."""
    talk = Talk(manner={"tools": (weather,)})
    talk.user(at=1.0, lasts=0.5, says="the weather")
    talk.user(at=1.9, lasts=0.5, says="is no matter")
    talk.reply("As you like.")
    await talk.run(until=8)
    assert weather.answered and weather.kept == 1  # of the whole question, not of its beginning
    assert len(talk.of(FortuneTold)) == 1 and len(talk.of(UserSaid)) == 1


async def test_an_error_of_its_own_is_one_failed_turn(talk: Talk) -> None:
    talk.reply("Here I am.")
    talk.at(1, lambda session: session.say("/weather"))
    talk.at(3, lambda session: session.say("hello"))
    await talk.run(until=8)
    assert [failed.error.key for failed in talk.of(Failed)] == ["no such weather"]
    assert talk.said[-1] == "Here I am."


async def test_a_model_that_calls_tools_may_call_it(
    talk: Talk, weather: Weather, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptLlm, "capabilities", replace(ScriptLlm.capabilities, tools=True))
    talk.reply(ReplyDelta(tool=ToolCall("1", "weather", {"where": "there"})))
    talk.at(1, lambda session: session.say("should I take a hat"))
    await talk.run(until=8)
    assert talk.llm.requests[0].tools == (weather.schema,)
    assert weather.answered == [({"where": "there", "asked": "should I take a hat"}, "en")]
    assert talk.said == ["Let me look outside. The sun is out. Take a hat."]


async def test_a_model_without_tools_is_offered_none(talk: Talk) -> None:
    assert isinstance(ScriptLlm.capabilities, Capabilities) and not ScriptLlm.capabilities.tools
    talk.reply("Yes.")
    talk.at(1, lambda session: session.say("should I take a hat"))
    await talk.run(until=8)
    assert talk.llm.requests[0].tools == ()


@pytest.mark.parametrize(
    ("reply", "heard"),
    [
        ("A golden morning, my dear.", "Let me look outside. A golden morning, my dear."),
        ("Rubbish, all rubbish.", "Let me look outside. The sun is out. Take a hat."),
        (EngineFailed("it broke"), "Let me look outside. The sun is out. Take a hat."),
    ],
)
async def test_the_model_may_tell_it_in_its_own_words_if_they_pass(
    talk: Talk, weather: Weather, reply: str | Exception, heard: str
) -> None:
    weather.narration = Narration((Message("user", "Tell it."),), lambda text: "Rubbish" not in text)
    talk.reply(reply)
    talk.at(1, lambda session: session.say("how is the weather"))
    await talk.run(until=8)
    assert talk.said == [heard]
    assert talk.llm.requests[0].messages[-1] == Message("user", "Tell it.")


async def test_a_model_that_takes_too_long_is_not_waited_for(talk: Talk, weather: Weather) -> None:
    weather.narration = Narration((Message("user", "Tell it."),), lambda _: True, seconds=2.0)
    talk.token_seconds = 1.0
    talk.reply("A very very long way of saying that the sun is out.")
    talk.at(1, lambda session: session.say("how is the weather"))
    await talk.run(until=12)
    assert talk.said == ["Let me look outside. The sun is out. Take a hat."]
    starts = [happened.at for happened in talk.happened if isinstance(happened.event, SentenceStarted)]
    assert starts[0] < 1.5 and starts[-1] < 6

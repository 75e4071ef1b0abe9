"""What a crew announces of its engines while it loads; on the engines without models."""

from __future__ import annotations

from typing import Any

import pytest

from vtuber_cli.conversation.crew import Crew, Engines
from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines.base import Engine, Tts
from vtuber_cli.engines.echo import EchoAsr, EchoLlm, EchoTts, EchoVad
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import EngineUnavailable
from vtuber_cli.events import EngineChanged, Event, Failed
from vtuber_cli.weights import Weights


def worker(engine: type[Any], name: str) -> Worker[Any]:
    return Worker[Engine](name, lambda: engine(engine.Options(), Weights()))


def broken(name: str) -> Worker[Tts]:
    def build() -> Tts:
        raise EngineUnavailable("engine.not_installed", kind="tts", name=name, module=name)

    return Worker(name, build)


async def announced(language: str, voices: dict[str, Worker[Tts]]) -> list[Event]:
    """What is said of the voices while a talk in this language loads."""
    events: list[Event] = []
    made = Engines(worker(EchoVad, "vad"), worker(EchoAsr, "asr"), worker(EchoLlm, "llm"), Voices(language, voices))
    crew = Crew(made, language, events.append)

    async def warm() -> None: ...

    await crew.load(warm, hears=False)
    await crew.close()
    return [event for event in events if isinstance(event, Failed) or getattr(event, "kind", "") == "tts"]


@pytest.mark.parametrize(("language", "name"), [("en", "joe"), ("ko", "robot")])
async def test_the_voice_of_the_talk_is_the_one_that_is_announced(language: str, name: str) -> None:
    said = await announced(language, {"en": worker(EchoTts, "joe"), "ko": worker(EchoTts, "robot")})
    assert [(event.name, event.state) for event in said if isinstance(event, EngineChanged)] == [
        (name, "loading"), (name, "ready")
    ]  # fmt: skip


async def test_without_a_voice_for_the_talk_the_others_are_announced() -> None:
    said = await announced("ja", {"en": worker(EchoTts, "joe")})
    assert [event.name for event in said if isinstance(event, EngineChanged)] == ["joe", "joe"]


async def test_another_voice_that_fails_says_so_and_leaves_the_line_of_the_first() -> None:
    said = await announced("en", {"en": worker(EchoTts, "joe"), "ko": broken("robot")})
    assert [event.name for event in said if isinstance(event, EngineChanged)] == ["joe", "joe"]
    (failed,) = [event for event in said if isinstance(event, Failed)]
    assert failed.error.params["name"] == "robot"

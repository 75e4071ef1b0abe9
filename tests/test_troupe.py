"""Who could take over a talk, and what is loaded anew for them; nothing is loaded here."""

from __future__ import annotations

from pathlib import Path

import pytest

from vtuber_cli import bootstrap, i18n
from vtuber_cli.conversation.casting import Cast
from vtuber_cli.conversation.crew import Engines
from vtuber_cli.errors import UsageError

ECHO: dict[str, object] = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def troupe(flags: dict[str, object], *, greets: bool = True) -> tuple[Engines, bootstrap.Troupe]:
    plan = bootstrap.plan({"language": "en", "character": "mika", **flags})
    workers = bootstrap.Workers(plan.weights)
    return workers.engines(plan), bootstrap.Troupe(plan, workers, greeting=0 if greets else None)


async def jun(flags: dict[str, object], **manner: bool) -> tuple[Engines, Cast]:
    before, others = troupe(flags, **manner)
    return before, await others.cast("jun")


async def test_a_newcomer_brings_a_voice_and_keeps_ears_and_model() -> None:
    before, cast = await jun({})
    assert (cast.id, cast.name) == ("jun", "Jun") and "Jun" in cast.instructions[0].text
    after = cast.engines
    assert (after.vad, after.asr, after.llm) == (before.vad, before.asr, before.llm)
    assert after.voices.workers["en"] is not before.voices.workers["en"]


async def test_whoever_comes_back_finds_the_same_voice() -> None:
    before, others = troupe({})
    await others.cast("jun")
    assert (await others.cast("mika")).engines.voices.workers == before.voices.workers


async def test_what_the_user_asked_for_holds_for_the_newcomer_too() -> None:
    before, cast = await jun(ECHO)
    assert cast.engines.voices.workers["en"] is before.voices.workers["en"]


async def test_the_newcomer_greets_where_people_are_greeted() -> None:
    assert (await jun({}))[1].greeting is not None
    assert (await jun({}, greets=False))[1].greeting is None


async def test_everybody_is_known_and_nobody_else() -> None:
    _, others = troupe({})
    assert {"jun", "mika"} <= set(await others.names())
    with pytest.raises(UsageError) as raised:
        await others.cast("nobody")
    assert "mika" in str(raised.value.params["names"])


@pytest.mark.parametrize("name", ["../mika", "mika/", "누구"])
async def test_what_is_no_name_is_nobody_s(name: str) -> None:
    _, others = troupe({})
    with pytest.raises(UsageError) as raised:
        await others.cast(name)
    assert raised.value.key.startswith("character.unknown")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_the_language_of_the_talk_stays(language: str) -> None:
    _, cast = await jun({"language": language})
    assert cast.language == language

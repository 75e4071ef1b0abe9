"""Both arms on virtual time, where every millisecond is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.bench.chain import HEAR, QUIET, REPLY, SPEAK, TOKEN, Chain, said
from vtuber_cli.bench import arms, run
from vtuber_cli.bench.arms import Outcome
from vtuber_cli.bench.loan import lent
from vtuber_cli.bench.utterances import Utterance
from vtuber_cli.errors import EngineFailed, EngineUnavailable

pytestmark = pytest.mark.looptime

FRAME_MS = 32
WORDS = len(REPLY.split())


async def outcomes(chain: Chain, *utterances: Utterance, **flags: object) -> list[Outcome]:
    return await run.run(chain.plan(**flags), utterances, len(utterances), lambda *_: None)


def close_to(milliseconds: float) -> object:
    """Within a frame of the VAD and a block of the microphone: speech does not end where these do."""
    return pytest.approx(milliseconds, abs=FRAME_MS + 12)


async def test_ours_waits_for_the_silence_and_naive_for_everything() -> None:
    ours, naive = await outcomes(Chain(), said(1.5))
    assert (ours.arm, naive.arm) == ("ours", "naive")
    assert ours.first_audio_ms == close_to(600 + QUIET * 1000)
    assert naive.first_audio_ms == close_to((0.8 + HEAR + WORDS * TOKEN + SPEAK + QUIET) * 1000)
    assert not ours.cut_off and not naive.cut_off


async def test_stages_are_what_the_engines_took() -> None:
    ours, naive = await outcomes(Chain(), said(1.5))
    assert ours.timings.hangover_ms == close_to(600)
    assert naive.timings.hangover_ms == close_to(800)
    for outcome in (ours, naive):
        assert outcome.timings.hear_ms == pytest.approx(HEAR * 1000)
        assert outcome.timings.speak_ms == pytest.approx(SPEAK * 1000)
    assert naive.timings.think_ms == pytest.approx(WORDS * TOKEN * 1000)
    assert ours.timings.think_ms == pytest.approx(5 * TOKEN * 1000, abs=TOKEN * 1000 + 1)  # to "four," and no further


async def test_another_silence_is_waited_for_if_asked() -> None:
    ours, naive = await outcomes(Chain(), said(1.5), **{"talk.hangover_ms": 1200})
    assert ours.first_audio_ms == close_to(1200 + QUIET * 1000)
    assert naive.timings.hangover_ms == close_to(800)


async def test_both_hear_and_say_the_same() -> None:
    chain = Chain()
    ours, naive = await outcomes(chain, said(1.5))
    first, second = chain.asr.heard
    assert np.array_equal(first, second)
    assert ours.heard == naive.heard == "1.5 seconds"
    assert ours.reply == naive.reply == REPLY
    assert ours.usage is not None and naive.usage is not None
    assert ours.usage.reply == naive.usage.reply == WORDS


async def test_both_ask_the_same_and_only_ours_finds_it_in_the_cache() -> None:
    chain = Chain()
    ours, naive = await outcomes(chain, said(1.5))
    first, second = (request for request in chain.llm.requests if request.max_tokens > 1)
    assert first.messages == second.messages
    assert (first.max_tokens, first.temperature, first.seed) == (48, 0.0, 7)
    assert (second.max_tokens, second.temperature, second.seed) == (48, 0.0, 7)
    assert first.emotions and not second.emotions, "feelings are ours to pay for"
    assert ours.usage is not None and ours.usage.cached == len(first.messages) - 1
    assert naive.usage is not None and naive.usage.cached == 0


async def test_arms_take_turns_on_the_same_engines_which_are_closed_once() -> None:
    chain = Chain()
    told: list[tuple[int, str]] = []
    utterances = [said(0.8), replace(said(1.0), name="other")]
    found = await run.run(chain.plan(), utterances, 3, lambda number, outcome: told.append((number, outcome.arm)))
    assert told == [(1, "ours"), (1, "naive"), (2, "ours"), (2, "naive"), (3, "ours"), (3, "naive")]
    assert [outcome.utterance.name for outcome in found] == ["said", "said", "other", "other", "said", "said"]
    assert all(engine.closed for engine in (chain.vad, chain.asr, chain.llm, chain.tts))


async def test_engines_stay_open_between_talks_and_keep_no_other_prompts() -> None:
    chain = Chain()
    plan = chain.plan()
    async with lent(plan) as loan:
        await arms.ours(loan, said(0.8))
        assert not any(engine.closed for engine in (chain.vad, chain.asr, chain.llm, chain.tts))
        assert loan.plan.engines["llm"].options.model_dump() == {"cache_ram_mib": 0}
        assert plan.engines["llm"].options.model_dump() == {"cache_ram_mib": 32}


# --- pauses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pause", "cut"), [(0.35, (0, 0)), (0.55, (0, 0)), (0.72, (1, 0)), (0.95, (1, 1))])
async def test_a_pause_longer_than_the_silence_is_a_cutoff(pause: float, cut: tuple[int, int]) -> None:
    ours, naive = await outcomes(Chain(), said(1.0, pause, 1.0))
    assert (ours.cut_off, naive.cut_off) == cut
    for outcome in (ours, naive):
        assert (outcome.first_audio_ms is None) == outcome.cut_off


async def test_a_short_pause_costs_nothing_at_the_end() -> None:
    ours, naive = await outcomes(Chain(), said(1.0, 0.4, 1.0))
    assert ours.first_audio_ms == close_to(600 + QUIET * 1000)
    assert ours.heard == naive.heard == "2.0 seconds"
    assert ours.reply == REPLY


# --- failures ---------------------------------------------------------------------------------------------------


def only(group: pytest.ExceptionInfo[BaseException]) -> BaseException:
    error = group.value
    while isinstance(error, BaseExceptionGroup):
        (error,) = error.exceptions
    return error


async def failure(chain: Chain, utterance: Utterance) -> EngineFailed:
    with pytest.raises((EngineFailed, ExceptionGroup)) as raised:
        await outcomes(chain, utterance)
    error = only(raised)
    assert isinstance(error, EngineFailed)
    assert all(engine.closed for engine in (chain.vad, chain.asr, chain.llm, chain.tts))
    return error


async def test_an_engine_that_fails_ends_the_run() -> None:
    chain = Chain()
    chain.llm.fails = True
    assert (await failure(chain, said(1.0))).key == "thinking.failed"


async def test_an_utterance_that_nobody_understands_ends_the_run() -> None:
    chain = Chain()
    chain.asr.deaf = True
    error = await failure(chain, said(1.0))
    assert (error.key, error.params["name"]) == ("bench.no_reply", "said")


@pytest.mark.parametrize("arm", [arms.ours, arms.naive])
async def test_an_utterance_that_nobody_hears_ends_the_run_after_a_while(arm: object) -> None:
    chain = Chain()
    whisper = said(1.0)
    async with lent(chain.plan()) as loan:
        with pytest.raises((EngineFailed, ExceptionGroup)) as raised:
            await arm(loan, replace(whisper, samples=whisper.samples * 0.01))  # type: ignore[operator]
        assert getattr(only(raised), "key", "") == "bench.no_reply"


@pytest.mark.parametrize("arm", [arms.ours, arms.naive])
async def test_an_utterance_that_is_not_understood_ends_the_run_at_once(arm: object, looptime: object) -> None:
    chain = Chain()
    chain.asr.deaf = True
    async with lent(chain.plan()) as loan:
        with pytest.raises((EngineFailed, ExceptionGroup)) as raised:
            await arm(loan, said(1.0))  # type: ignore[operator]
    assert getattr(only(raised), "key", "") == "bench.no_reply"
    assert looptime < 5  # type: ignore[operator]


async def test_a_reply_that_cannot_be_said_is_no_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = Chain()
    monkeypatch.setattr(chain.tts, "speak", lambda text, stop: iter(()))
    for arm in (arms.ours, arms.naive):
        async with lent(chain.plan()) as loan:
            with pytest.raises((EngineFailed, ExceptionGroup)) as raised:
                await arm(loan, said(1.0))
            assert getattr(only(raised), "key", "") == "bench.no_reply"


# --- the plan ---------------------------------------------------------------------------------------------------


def test_everybody_gets_the_same_talk_whatever_they_have_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_TALK__HANDS_FREE", "false")
    monkeypatch.setenv("VTUBER_TALK__BARGE_IN", "true")
    monkeypatch.setenv("VTUBER_REPLY__TEMPERATURE", "1.5")
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    plan = run.plan({"engines.tts.name": "echo", "talk.hangover_ms": 450})
    assert plan.settings.talk.hands_free and not plan.settings.talk.barge_in
    assert (plan.settings.reply.temperature, plan.settings.reply.max_tokens, plan.settings.reply.seed) == (0.0, 48, 7)
    assert (plan.language, plan.character.id, plan.settings.talk.hangover_ms) == ("en", "teller", 450)
    from vtuber_cli import i18n

    assert i18n.language() == "ko", "the words around the talk stay the user's"


def test_a_character_without_an_english_voice_cannot_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    from vtuber_cli import character

    korean = character.load("mika").model_copy(update={"languages": ["ko"], "voices": {}})
    monkeypatch.setattr(character, "load", lambda name: korean)
    with pytest.raises(EngineUnavailable, match=r"bench\.no_voice"):
        run.plan({})

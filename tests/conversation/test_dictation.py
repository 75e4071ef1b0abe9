from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest

from tests.conversation.talk import BLOCK, LoudnessVad, ScriptAsr, VirtualWorker
from vtuber_cli.conversation.dictation import Dictation, Utterance
from vtuber_cli.conversation.endpointer import Endpointing
from vtuber_cli.engines.base import Capabilities
from vtuber_cli.errors import AudioUnavailable, EngineUnavailable
from vtuber_cli.events import EAR_RATE, AudioFrame, Event, Failed, Level, Notice

pytestmark = pytest.mark.looptime(start=0, end=600)


@dataclass
class Microphone:
    """Somebody says words at times; a live one hears on the loop's clock, one that waits as fast as it is read."""

    waits: bool = False
    ends: float = 30.0
    gone: tuple[float, float] = (0.0, 0.0)
    """From when until when it is unplugged."""
    name: str = "virtual"
    said: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    """Loudness, and between which times."""
    closed: bool = False

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        clock = asyncio.get_running_loop().time
        opened = clock()
        heard = 0.0
        while not self.closed and (at := heard if self.waits else clock()) < self.ends:
            if self.gone[0] <= at < self.gone[1]:
                raise AudioUnavailable("audio.microphone_gone", device=self.name)
            if not self.waits:
                await asyncio.sleep(BLOCK / EAR_RATE)
            level = next((level for level, first, last in self.said if first <= at < last), 0.0)
            yield AudioFrame(np.full(BLOCK, level, np.float32), heard if self.waits else at - opened)
            heard += BLOCK / EAR_RATE

    async def close(self) -> None:
        self.closed = True


class Desk:
    """Somebody who writes down: what was written, what was announced, and when."""

    def __init__(self, microphone: Microphone, *, asr_seconds: float = 0.3) -> None:
        self.microphone = microphone
        self.asr = ScriptAsr({})
        self.vad = LoudnessVad()
        self.written: list[tuple[float, Utterance]] = []
        self.events: list[Event] = []
        self.workers = VirtualWorker("vad", lambda: self.vad), VirtualWorker("asr", lambda: self.asr, asr_seconds)

    def says(self, words: str, first: float, last: float) -> None:
        level = 20 + 3 * len(self.asr.words)
        self.asr.words[level] = words
        self.microphone.said.append((level / 100, first, last))

    def build(self, language: str | None = "en") -> Dictation:
        vad, asr = self.workers
        return Dictation(vad, asr, self.microphone, language, Endpointing(), self.events.append)

    def write(self, utterance: Utterance) -> None:
        self.written.append((asyncio.get_running_loop().time(), utterance))

    async def run(self, *, once: bool = False, at: dict[float, Callable[[Dictation], Any]] | None = None) -> list[str]:
        dictation = self.build()
        async with asyncio.TaskGroup() as tasks:
            for when, what in (at or {}).items():
                tasks.create_task(self._later(when, what, dictation))
            await dictation.run(self.write, once=once)
        return [utterance.text for _, utterance in self.written]

    async def _later(self, when: float, what: Callable[[Dictation], Any], dictation: Dictation) -> None:
        await asyncio.sleep(when)
        await what(dictation)

    def told(self) -> list[str]:
        """The keys of what was announced."""
        told = [event for event in self.events if isinstance(event, (Notice, Failed))]
        return [event.key if isinstance(event, Notice) else event.error.key for event in told]


async def test_every_utterance_is_written_when_it_is_over_with_its_times() -> None:
    desk = Desk(Microphone())
    desk.says("one", 1.0, 2.0)
    desk.says("two", 5.0, 6.5)
    assert await desk.run() == ["one", "two"]
    (at, first), (_, second) = desk.written
    assert (first.start, first.end) == (pytest.approx(1.0, abs=0.05), pytest.approx(2.0, abs=0.05))
    assert (second.start, second.end) == (pytest.approx(5.0, abs=0.05), pytest.approx(6.5, abs=0.05))
    assert at == pytest.approx(2.0 + 0.6 + 0.3, abs=0.1)  # the hangover, and what the recogniser takes
    assert first.language == "en"
    assert desk.told() == ["listen.listening"]
    assert any(isinstance(event, Level) for event in desk.events)
    assert desk.microphone.closed and all(worker.closed for worker in desk.workers)


async def test_a_file_is_written_as_fast_as_it_is_understood() -> None:
    desk = Desk(Microphone(waits=True, ends=100.0))
    for number in range(20):
        desk.says(f"word{number}", 5.0 * number, 5.0 * number + 1)
    assert await desk.run() == [f"word{number}" for number in range(20)]
    assert desk.written[-1][0] == pytest.approx(20 * 0.3, abs=0.1)
    assert desk.told() == []
    assert [round(utterance.start) for _, utterance in desk.written] == [5 * number for number in range(20)]


async def test_the_reading_of_a_file_waits_for_the_recogniser() -> None:
    microphone = Microphone(waits=True, ends=1000.0)
    desk = Desk(microphone, asr_seconds=100.0)
    for number in range(100):
        desk.says("word", 5.0 * number, 5.0 * number + 1)
    running = asyncio.ensure_future(desk.build().run(desk.write))
    await asyncio.sleep(50)
    pushed = len([event for event in desk.events if isinstance(event, Level)])
    assert pushed < 20 * 50  # not the whole file, which would be 1000 s of sound in memory
    running.cancel()
    await asyncio.wait([running])


async def test_a_slow_recogniser_makes_a_live_microphone_lose_nothing() -> None:
    desk = Desk(Microphone(ends=20.0), asr_seconds=5.0)
    for number in range(6):
        desk.says(f"word{number}", 2.0 * number + 1, 2.0 * number + 2)
    assert await desk.run() == [f"word{number}" for number in range(6)]
    assert desk.written[-1][0] > 30


async def test_once_ends_after_the_first_words() -> None:
    desk = Desk(Microphone())
    desk.says("", 1.0, 2.0)  # a cough
    desk.says("one", 4.0, 5.0)
    desk.says("two", 8.0, 9.0)
    assert await desk.run(once=True) == ["one"]
    assert desk.written[0][0] == asyncio.get_running_loop().time() < 6.5


async def test_whoever_ends_it_in_mid_sentence_gets_what_was_said() -> None:
    desk = Desk(Microphone())
    desk.says("half", 1.0, 9.0)
    assert await desk.run(at={3.0: Dictation.finish}) == ["half"]
    assert desk.written[0][1].end == pytest.approx(3.0, abs=0.1)


async def test_a_microphone_that_goes_comes_back_and_nothing_said_is_lost() -> None:
    desk = Desk(Microphone(gone=(3.0, 8.5)))
    desk.says("before", 2.0, 3.0)
    desk.says("after", 12.0, 13.0)
    assert await desk.run() == ["before", "after"]
    assert desk.told() == ["listen.listening", "audio.microphone_gone", "chat.microphone_back"]
    assert desk.written[1][1].start == pytest.approx(12.0, abs=0.1)  # the time without it counts


async def test_without_a_microphone_it_says_so_and_ends() -> None:
    desk = Desk(Microphone(gone=(0.0, 100.0)))
    with pytest.raises(AudioUnavailable) as raised:
        await desk.build().run(desk.write)
    assert raised.value.key == "audio.microphone_gone"
    assert desk.told() == []
    assert all(worker.closed for worker in desk.workers)


async def test_a_file_that_is_damaged_further_on_ends_it() -> None:
    desk = Desk(Microphone(waits=True, gone=(5.0, 100.0)))
    desk.says("before", 1.0, 2.0)
    with pytest.raises(AudioUnavailable):
        await desk.build().run(desk.write)


async def test_an_utterance_that_cannot_be_understood_is_told_and_the_next_is_written() -> None:
    desk = Desk(Microphone(ends=12.0))
    desk.says("one", 1.0, 2.0)
    desk.says("two", 6.0, 7.0)
    desk.asr.fails = True

    async def mend(_: Dictation) -> None:
        desk.asr.fails = False

    assert await desk.run(at={4.0: mend}) == ["two"]
    assert desk.told() == ["listen.listening", "hearing.failed"]


async def test_a_language_that_the_recogniser_does_not_know_is_refused_before_listening() -> None:
    desk = Desk(Microphone())
    desk.asr.capabilities = Capabilities(languages=frozenset({"en"}))
    with pytest.raises(EngineUnavailable) as refused:
        await desk.build("ko").run(desk.write)
    assert refused.value.params == {"name": "asr", "language": "ko"}
    assert desk.told() == []


async def test_an_engine_that_cannot_be_loaded_is_its_own_error() -> None:
    desk = Desk(Microphone())

    def broken() -> Any:
        raise EngineUnavailable("engine.not_installed", kind="asr", name="asr", module="x")

    desk.workers = desk.workers[0], VirtualWorker("asr", broken)
    with pytest.raises(EngineUnavailable):
        await desk.build().run(desk.write)


async def test_whatever_else_goes_wrong_keeps_its_traceback() -> None:
    desk = Desk(Microphone())
    desk.says("one", 1.0, 2.0)

    def break_down(_: Utterance) -> None:
        raise ZeroDivisionError

    with pytest.raises(BaseExceptionGroup) as raised:
        await desk.build().run(break_down)
    assert cast("BaseExceptionGroup[Exception]", raised.value).subgroup(ZeroDivisionError) is not None

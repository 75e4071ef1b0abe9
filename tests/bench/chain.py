"""A whole chain on virtual time: engines that take known seconds, in a plan that `bench` can run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from pydantic import BaseModel

from vtuber_cli.bench import run
from vtuber_cli.bench.utterances import LEAD_SECONDS, Utterance
from vtuber_cli.bootstrap import Chosen, Plan
from vtuber_cli.engines.base import Capabilities, ReplyDelta, ReplyRequest, Stop, Usage
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import EAR_RATE, Speech, Transcript

if TYPE_CHECKING:
    from vtuber_cli.events import EngineKind, Samples
    from vtuber_cli.weights import Weights

T = TypeVar("T")

HEAR, TOKEN, SPEAK = 0.3, 0.02, 0.1
"""Seconds that the engines take: for an utterance, a token, a call."""
REPLY = "One two three four, five six seven eight nine ten. And eleven twelve."
QUIET = 0.05
"""Seconds of near silence in front of every speech."""


class _Engine:
    class Options(BaseModel):
        cache_ram_mib: int = 32

    capabilities = Capabilities()

    def __init__(self) -> None:
        self.owed = 0.0
        self.closed = False

    def spend(self) -> float:
        """Virtual seconds that the last step took."""
        owed, self.owed = self.owed, 0.0
        return owed

    def close(self) -> None:
        self.closed = True


class Vad(_Engine):
    frame = 512

    def probability(self, samples: Samples) -> float:
        return 0.9 if np.abs(samples).max() > 0.05 else 0.1

    def reset(self) -> None: ...


class Asr(_Engine):
    """Hears how long the loud part is."""

    deaf = False

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Samples] = []

    def transcribe(self, samples: Samples, language: str | None, stop: Stop) -> Transcript:
        self.owed += HEAR
        if np.abs(samples).max() > 0.05:  # not the warming up
            self.heard.append(samples)
        loud = float(np.count_nonzero(np.abs(samples) > 0.05)) / EAR_RATE
        return Transcript("" if self.deaf else f"{loud:.1f} seconds", "en")


class Llm(_Engine):
    """Says the same thing, word by word, and keeps the requests."""

    capabilities = Capabilities(context=2048, tag_scoring=True)

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[ReplyRequest] = []
        self.fails = False
        self._before: list[str] = []

    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        self.requests.append(request)
        prompt = [message.text for message in request.messages]
        cached = 0
        while cached < min(len(prompt), len(self._before)) and prompt[cached] == self._before[cached]:
            cached += 1
        self._before = prompt
        if self.fails and request.max_tokens > 1:
            raise EngineFailed("thinking.failed", reason="a test")
        words = REPLY.split(" ")[: request.max_tokens]
        for word in words:
            self.owed += TOKEN
            yield ReplyDelta(text=f"{word} ")
        yield ReplyDelta(usage=Usage(len(prompt), len(words), cached))

    def count_tokens(self, text: str) -> int:
        return len(text.split())


class Tts(_Engine):
    capabilities = Capabilities(languages=frozenset({"en"}))
    rate = 8_000

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        self.owed += SPEAK
        sound = np.full(round(1.0 * self.rate), 0.3, np.float32)
        sound[: round(QUIET * self.rate)] = 0.001
        yield Speech(sound, self.rate)


class VirtualWorker(Worker[Any]):
    """No thread: the engine's seconds pass on the loop's clock."""

    async def start(self) -> None:
        self._engine = self._build()

    async def close(self) -> None:
        if self._engine is not None:
            self._engine.close()

    async def call(self, job: Callable[[Any, Stop], T]) -> T:
        result = job(self.engine, Stop())
        await asyncio.sleep(self.engine.spend())
        return result

    async def stream(self, job: Callable[[Any, Stop], Iterator[T]]) -> AsyncGenerator[T]:
        stop = Stop()
        try:
            for item in job(self.engine, stop):
                await asyncio.sleep(self.engine.spend())
                yield item
        finally:
            stop.set()


@dataclass(frozen=True, slots=True)
class VirtualEngine(Chosen):
    made: Any

    def worker(self, weights: Weights) -> Worker[Any]:
        return VirtualWorker(self.name, lambda: self.made)


@dataclass
class Chain:
    """The engines, and the plan that is made of them."""

    vad: Vad = field(default_factory=Vad)
    asr: Asr = field(default_factory=Asr)
    llm: Llm = field(default_factory=Llm)
    tts: Tts = field(default_factory=Tts)

    def plan(self, **flags: object) -> Plan:
        plan = run.plan({f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")} | flags)

        def engine(kind: EngineKind, made: Any) -> VirtualEngine:
            return VirtualEngine(kind, kind, type(made), made.Options(), made)

        engines = {"vad": engine("vad", self.vad), "asr": engine("asr", self.asr), "llm": engine("llm", self.llm)}
        return replace(plan, engines=engines, voices={"en": engine("tts", self.tts)})


def said(*parts: float) -> Utterance:
    """Speech and pauses in turn, in seconds that are whole frames of the VAD."""
    sounds = [np.zeros(round(LEAD_SECONDS * EAR_RATE), np.float32)]
    for index, seconds in enumerate(parts):
        sounds.append(np.full(round(seconds * EAR_RATE), 0.0 if index % 2 else 0.3, np.float32))
    samples = np.concatenate(sounds)
    ends = len(samples) / EAR_RATE
    return Utterance("said", samples, ends, np.zeros(EAR_RATE, np.float32), tuple(parts[1::2]))

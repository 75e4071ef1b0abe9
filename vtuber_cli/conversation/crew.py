"""The engines of one conversation: loaded together, warmed, and closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines.base import Asr, Llm, ReplyRequest, Vad
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import VtuberError
from vtuber_cli.events import EAR_RATE, EngineChanged, EngineKind, Event, Failed


@dataclass(frozen=True, slots=True)
class Engines:
    """The workers of one conversation, not yet started."""

    vad: Worker[Vad]
    asr: Worker[Asr]
    llm: Worker[Llm]
    voices: Voices


class Crew:
    """Starts the engines side by side and says how far they are; one that fails does not stop the others.

    Args:
        engines: not started.
        language: what the ears will listen for, or None.
        announce: gets `EngineChanged`, and `Failed` for an engine that cannot be had.
    """

    def __init__(self, engines: Engines, language: str | None, announce: Callable[[Event], None]) -> None:
        self.engines = engines
        self.failures: dict[EngineKind, VtuberError] = {}
        self._language = language
        self._announce = announce

    async def load(self, prompt: ReplyRequest, *, hears: bool) -> None:
        """Loads and warms everything; returns when all are ready or have failed.

        Args:
            prompt: what every prompt of this talk begins with, for the model's cache.
            hears: whether there is anything to hear with.
        """
        async with asyncio.TaskGroup() as loading:
            loading.create_task(self._start("llm", self.engines.llm, lambda: self._warm_llm(prompt)))
            for voice in dict.fromkeys(self.engines.voices.workers.values()):
                loading.create_task(self._start("tts", voice, self._warm_tts))
            if hears:
                loading.create_task(self._start("vad", self.engines.vad, _nothing))
                loading.create_task(self._start("asr", self.engines.asr, self._warm_asr))

    async def close(self) -> None:
        """Ends every worker; what still runs is told to stop and waited for."""
        engines = self.engines
        workers: list[Worker[Any]] = [engines.llm, engines.asr, engines.vad, *engines.voices.workers.values()]
        for worker in workers:
            await worker.close()

    async def _start(self, kind: EngineKind, worker: Worker[Any], warm: Callable[[], Any]) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        self._announce(EngineChanged(kind, worker.name, "loading"))
        try:
            await worker.start()
            await warm()
        except VtuberError as error:
            self.failures[kind] = error
            self._announce(EngineChanged(kind, worker.name, "failed", clock() - began))
            self._announce(Failed(error))
        else:
            self._announce(EngineChanged(kind, worker.name, "ready", clock() - began))

    # The first call of an engine is its slowest; nobody should wait for it after speaking.

    async def _warm_llm(self, prompt: ReplyRequest) -> None:
        await self.engines.llm.call(lambda llm, stop: sum(1 for _ in llm.reply(prompt, stop)))

    async def _warm_tts(self) -> None:
        voices = self.engines.voices
        for language in voices.workers:
            await voices.speak(voices.prepare(0, {"ko": "네."}.get(language, "Hello."), "neutral"))

    async def _warm_asr(self) -> None:
        silence = np.zeros(EAR_RATE // 2, np.float32)
        await self.engines.asr.call(lambda asr, stop: asr.transcribe(silence, self._language or "en", stop))


async def _nothing() -> None:
    pass

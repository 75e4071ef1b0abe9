"""The engines of one conversation: loaded together, warmed, and closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines.base import Asr, Llm, Tts, Vad
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import VtuberError
from vtuber_cli.events import EAR_RATE, EngineChanged, EngineKind, Event, Failed

Warm: TypeAlias = Callable[[], Awaitable[None]]

_LOG = logging.getLogger(__name__)
_CLOSING_SECONDS = 3.0
"""An engine that hangs must not keep the program."""


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
        self._warms_lent = False
        self._leaving: Sequence[Worker[Any]] = ()
        """Voices and models of a character who goes, until they are closed."""

    async def load(self, warm_llm: Warm, *, hears: bool, shared: bool = False) -> None:
        """Loads and warms everything; returns when all are ready or have failed.

        Args:
            warm_llm: has the loaded model read what every prompt of this talk begins with.
            hears: whether there is anything to hear with.
            shared: the engines are lent to others, who rely on finding them warm.
        """
        self._warms_lent = shared
        async with asyncio.TaskGroup() as loading:
            loading.create_task(self._start("llm", self.engines.llm, warm_llm))
            for voice in dict.fromkeys(self.engines.voices.workers.values()):
                loading.create_task(self._start_voice(voice))
            if hears:
                loading.create_task(self._start("vad", self.engines.vad, _nothing))
                loading.create_task(self._start("asr", self.engines.asr, self._warm_asr))

    async def change(self, engines: Engines, warm_llm: Warm) -> None:
        """Another model and other voices take over; the ears stay. What serves already goes on, the rest is freed.

        Args:
            engines: their workers; those that are not among the present ones have not been started.
            warm_llm: as for `load`; also called if the model stays, as it will be told something else.
        """
        before = self.engines
        self.engines = Engines(before.vad, before.asr, engines.llm, engines.voices)
        served = [before.llm, *before.voices.workers.values()]
        serving = [engines.llm, *engines.voices.workers.values()]
        self._leaving = [worker for worker in dict.fromkeys(served) if worker not in serving]
        # First out, then in: two models side by side may be more than there is memory for.
        await self._end(self._leaving)
        self._leaving = ()
        self.failures.pop("tts", None)
        async with asyncio.TaskGroup() as loading:
            for voice in dict.fromkeys(engines.voices.workers.values()):
                if voice not in served or not voice.ready:
                    loading.create_task(self._start_voice(voice))
            if engines.llm is not before.llm or not engines.llm.ready:
                self.failures.pop("llm", None)
                loading.create_task(self._start("llm", engines.llm, warm_llm))
            else:
                loading.create_task(self._warm(engines.llm, warm_llm))

    async def close(self) -> None:
        """Ends every worker; what still runs is told to stop, and left behind if it does not hear."""
        engines = self.engines
        await self._end([engines.llm, engines.asr, engines.vad, *engines.voices.workers.values(), *self._leaving])

    async def _end(self, workers: Sequence[Worker[Any]]) -> None:
        closing = [asyncio.ensure_future(worker.close()) for worker in dict.fromkeys(workers)]
        if not closing:
            return
        _, hung = await asyncio.wait(closing, timeout=_CLOSING_SECONDS)
        if hung:
            _LOG.warning("%d engines did not close in %s s and are left behind", len(hung), _CLOSING_SECONDS)

    async def _start_voice(self, voice: Worker[Tts]) -> None:
        """A face has one line for the voice: the other languages' are not announced, unless they fail."""
        voices = self.engines.voices
        aside = voices.workers.get(voices.language) not in (None, voice)
        await self._start("tts", voice, partial(self._warm_tts, voice), aside=aside)

    async def _start(self, kind: EngineKind, worker: Worker[Any], warm: Warm, *, aside: bool = False) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        if not aside:
            self._announce(EngineChanged(kind, worker.name, "loading"))
        try:
            await worker.start()
        except VtuberError as error:
            self.failures[kind] = error
            if not aside:
                self._announce(EngineChanged(kind, worker.name, "failed", clock() - began))
            self._announce(Failed(error))
            return
        await self._warm(worker, warm)
        if not aside:
            self._announce(EngineChanged(kind, worker.name, "ready", clock() - began))

    async def _warm(self, worker: Worker[Any], warm: Warm) -> None:
        if worker.lent and not self._warms_lent:
            return
        try:
            await warm()
        except VtuberError:
            # Only speed is lost; if the engine is really broken, the first turn says so.
            _LOG.warning("%s could not be warmed", worker.name, exc_info=True)

    # The first call of an engine is its slowest; nobody should wait for it after speaking.

    async def _warm_tts(self, voice: Worker[Tts]) -> None:
        self.engines.voices.prepare(0, "Hello.", "neutral")
        await voice.call(lambda tts, stop: sum(1 for _ in tts.speak("Hello.", stop)))

    async def _warm_asr(self) -> None:
        import numpy as np  # not at the top: the first paint does not wait for it

        silence = np.zeros(EAR_RATE // 2, np.float32)
        await self.engines.asr.call(lambda asr, stop: asr.transcribe(silence, self._language or "en", stop))


async def _nothing() -> None:
    pass

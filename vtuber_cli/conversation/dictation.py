"""Writes down what is said, and answers nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtuber_cli.audio.base import Microphone
from vtuber_cli.conversation.ears import Ears
from vtuber_cli.conversation.endpointer import Change, Ended, Endpointer, Endpointing, Paused, Started
from vtuber_cli.engines.base import Asr, Vad
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import AudioUnavailable, EngineFailed, EngineUnavailable, VtuberError
from vtuber_cli.events import EAR_RATE, AudioFrame, Event, Failed, Notice

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

_RETRY_SECONDS = 2.0
"""How often a microphone that is gone is asked for again."""
_WAITING = 2
"""Utterances of a file that wait for the recogniser before the reading does."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What somebody said between two pauses."""

    text: str
    language: str
    start: float
    """Seconds from the beginning of the recording, or of the listening."""
    end: float


class Dictation:
    """See the module. Build it, then `run`.

    Args:
        vad: not started.
        asr: not started.
        microphone: a device, a file or a pipe.
        language: an ISO 639-1 code; None: found out for each utterance.
        endpointing: where an utterance begins and ends.
        announce: told of failures and of microphones that come and go, and how loud they are.
    """

    def __init__(
        self,
        vad: Worker[Vad],
        asr: Worker[Asr],
        microphone: Microphone,
        language: str | None,
        endpointing: Endpointing,
        announce: Callable[[Event], None],
    ) -> None:
        self._vad = vad
        self._asr = asr
        self._microphone = _Clocked(microphone)
        self._language = language
        self._endpointer = Endpointer(endpointing)
        self._announce = announce
        self._opened = False
        self._gone = False

    async def run(self, heard: Callable[[Utterance], None], *, once: bool = False) -> None:
        """Loads the engines, listens, and tells `heard` of each utterance with words in it, in order.

        Args:
            heard: called in the loop's thread.
            once: ends after the first one.

        Raises:
            AudioUnavailable: there is no microphone, or the file is damaged. One that is lost later comes back.
            EngineUnavailable, WeightsError: an engine cannot be loaded, or does not know the language.
        """
        try:
            async with asyncio.TaskGroup() as loading:
                loading.create_task(self._vad.start())
                loading.create_task(self._asr.start())
            self._check_language()
            await self._listen_and_write(heard, once=once)
        except BaseExceptionGroup as bundle:
            # Two tasks that cannot both fail for the user's ears: the first error says it.
            failures = bundle.subgroup(VtuberError)
            raise _first(failures) if failures is not None else bundle from bundle
        finally:
            await self._microphone.close()
            await self._vad.close()
            await self._asr.close()

    async def finish(self) -> None:
        """Hears no more; `run` ends when what was said so far is written down."""
        await self._microphone.close()

    def _check_language(self) -> None:
        known = self._asr.engine.capabilities.languages
        if self._language is not None and known and self._language not in known:
            raise EngineUnavailable("listen.language", name=self._asr.name, language=self._language)

    async def _listen_and_write(self, heard: Callable[[Utterance], None], *, once: bool) -> None:
        # A recogniser that is slower than speech must not make a live microphone lose any.
        said: asyncio.Queue[_Said | None] = asyncio.Queue(_WAITING if self._microphone.waits else 0)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen(said))
            while (one := await said.get()) is not None:
                utterance = await self._understood(one)
                if utterance is not None:
                    heard(utterance)
                    if once:
                        break
            listening.cancel()

    async def _understood(self, said: _Said) -> Utterance | None:
        try:
            transcript = await self._asr.call(lambda asr, stop: asr.transcribe(said.samples, self._language, stop))
        except EngineFailed as error:
            self._announce(Failed(error))
            return None
        text = transcript.text.strip()
        return Utterance(text, transcript.language, said.start, said.end) if text else None

    # --- hearing ------------------------------------------------------------------------------------------------

    async def _listen(self, said: asyncio.Queue[_Said | None]) -> None:
        ears = Ears(self._microphone, self._vad, self._endpointer, self._announce, self._microphone_opened)
        attentive = asyncio.Event()
        attentive.set()
        follow = _Follower(self._vad.engine.frame, self._endpointer, self._microphone)
        while True:
            try:
                async with aclosing(ears.changes(attentive)) as changes:
                    async for change in changes:
                        if (one := follow.take(change)) is not None:
                            await said.put(one)
                break
            except AudioUnavailable as error:
                if not self._opened or self._microphone.waits:
                    raise
                for change in self._endpointer.finish():  # what was said before it went is not lost
                    if (one := follow.take(change)) is not None:
                        await said.put(one)
                await self._wait_for_microphone(error)
        await said.put(None)

    def _microphone_opened(self) -> None:
        if self._gone:
            self._announce(Notice("chat.microphone_back"))
        elif not self._opened and not self._microphone.waits:
            self._announce(Notice("listen.listening", (("name", self._microphone.name),)))
        self._opened, self._gone = True, False

    async def _wait_for_microphone(self, error: AudioUnavailable) -> None:
        if not self._gone:
            self._gone = True
            self._announce(Failed(error))
        await asyncio.sleep(_RETRY_SECONDS)


def _first(bundle: BaseExceptionGroup[VtuberError]) -> VtuberError:
    first = bundle.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


@dataclass(frozen=True, slots=True)
class _Said:
    samples: Samples
    start: float
    end: float


class _Clocked:
    """A microphone that knows how far it was heard."""

    def __init__(self, microphone: Microphone) -> None:
        self._microphone = microphone
        self.name, self.waits = microphone.name, microphone.waits
        self.heard = 0.0
        """Seconds, from the beginning; the time without a device counts too."""
        self._began: float | None = None

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        clock = asyncio.get_running_loop().time
        before = self.heard if self.waits or self._began is None else clock() - self._began
        async with aclosing(self._microphone.frames()) as frames:
            async for frame in frames:
                self.name = self._microphone.name  # a device says which it is when it is open
                self.heard = before + frame.at + len(frame.samples) / EAR_RATE
                if self._began is None:
                    self._began = clock() - self.heard
                yield frame

    async def close(self) -> None:
        await self._microphone.close()


class _Follower:
    """From an endpointer's changes to what was said, and when."""

    def __init__(self, frame: int, endpointer: Endpointer, microphone: _Clocked) -> None:
        self._frame = frame
        self._endpointer = endpointer
        self._microphone = microphone
        self._began = 0.0
        self._paused: Paused | None = None
        self._end = 0.0

    def take(self, change: Change) -> _Said | None:
        """What was said, when it is over."""
        now = self._microphone.heard
        match change:
            case Started():
                self._began = max(0.0, now - self._endpointer.start_frames * self._frame / EAR_RATE)
            case Paused(silent=silent):
                self._paused, self._end = change, now - silent
            case Ended() if self._paused is not None:
                return _Said(self._paused.samples, self._began, max(self._began, self._end))
            case _:
                pass
        return None

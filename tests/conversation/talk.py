"""A scripted talk on virtual time: say when the user speaks and what she replies, run it, and read what happened.

The engines here fit the protocols and run on the loop's own clock, so that order *and seconds* can be asserted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from pydantic import BaseModel

from vtuber_cli.conversation.casting import Casting
from vtuber_cli.conversation.crew import Engines
from vtuber_cli.conversation.emotion import tags
from vtuber_cli.conversation.manner import Manner
from vtuber_cli.conversation.memory import Earlier, Memory
from vtuber_cli.conversation.reply import Style
from vtuber_cli.conversation.session import Session
from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines.base import Capabilities, Message, ReplyDelta, ReplyRequest, Stop
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import AudioUnavailable, ContextOverflow, EngineFailed, EngineUnavailable
from vtuber_cli.events import (
    EAR_RATE,
    EMOTIONS,
    AudioFrame,
    Event,
    Failed,
    Level,
    ReplyEnded,
    Speech,
    Transcript,
)

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

T = TypeVar("T")
BLOCK = 512
VOICE_RATE = 1000


class VirtualWorker(Worker[Any]):
    """A worker whose engine takes virtual seconds instead of a thread's real ones."""

    def __init__(self, name: str, build: Callable[[], Any], seconds: float = 0.0) -> None:
        super().__init__(name, build)
        self.seconds = seconds
        self.running: Stop | None = None
        self.hangs = False
        """Like a native library that never returns: nothing it is asked ends, not even its closing."""
        self.closed = False

    @property
    def engine(self) -> Any:
        assert self._engine is not None
        return self._engine

    @property
    def ready(self) -> bool:
        return self._engine is not None and not self.closed

    async def start(self) -> None:
        self._engine = self._build()

    async def call(self, job: Callable[[Any, Stop], T]) -> T:
        seconds = self.seconds if "count" not in getattr(job, "__qualname__", "") else 0.0
        await self._hang()
        if self.name == "asr":
            await asyncio.sleep(seconds)
        return job(self.engine, Stop())

    async def stream(self, job: Callable[[Any, Stop], Iterator[T]]) -> AsyncGenerator[T]:
        stop = self.running = Stop()
        try:
            await self._hang()
            for item in job(self.engine, stop):
                await asyncio.sleep(self.seconds)
                yield item
        finally:
            stop.set()

    async def _hang(self) -> None:
        """Waits for ever; what it does so goes on when nobody waits for it any more, until it `returns`."""
        if self.stuck:
            raise EngineFailed("engine.stuck", name=self.name)
        if self.hangs:
            self._running = Stop()
            await asyncio.Event().wait()

    def returns(self) -> None:
        self.hangs = False
        self._running = None

    async def close(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        self.closed = True


class _Engine:
    class Options(BaseModel):
        pass

    capabilities = Capabilities()

    def close(self) -> None: ...


class LoudnessVad(_Engine):
    frame = BLOCK
    fails = False

    def probability(self, samples: Samples) -> float:
        if self.fails:
            raise EngineFailed("hearing.vad_failed", reason="a test")
        return 0.95 if float(np.abs(samples).max(initial=0)) > 0.05 else 0.02

    def reset(self) -> None: ...


class ScriptAsr(_Engine):
    """Knows every utterance by its loudness."""

    def __init__(self, words: dict[int, str]) -> None:
        self.words = words
        self.fails = False
        self.calls: list[float] = []

    def transcribe(self, samples: Samples, language: str | None, stop: Stop) -> Transcript:
        if self.fails:
            raise EngineFailed("hearing.failed", reason="a test")
        self.calls.append(len(samples) / EAR_RATE)
        heard: list[str] = []
        for level in np.round(np.abs(samples[np.abs(samples) > 0.05]) * 100).astype(int):
            words = self.words.get(int(level), "")
            if words and words not in heard:
                heard.append(words)
        return Transcript(" ".join(heard), "en")


class ScriptLlm(_Engine):
    """Gives the scripted replies in order, word by word; a part may be an exception to raise, or a step as it is."""

    capabilities = Capabilities(context=2048, tag_scoring=False, prompt_cache=True)

    def __init__(self) -> None:
        self.words_a_step = 0
        """How much of a prompt it reads in the time of a token; 0 is all of it, in no time."""
        self.known: list[str] = []
        """The words that it has read and need not read again."""
        self.readings: list[tuple[int, bool]] = []
        """For each prompt that it was only to read: how many words were new, and whether it came to the end."""
        self.fails_to_read = False
        self.replies: list[list[str | ReplyDelta | Exception]] = []
        self.requests: list[ReplyRequest] = []
        self.streams: list[Stop] = []
        self.overflows = 0

    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        if request.max_tokens == 1:
            if self.fails_to_read:
                raise EngineFailed("thinking.failed", reason="a test")
            self.readings.append((self._new(request), False))
            yield from self._read(request, stop)
            if not stop:
                self.readings[-1] = (self.readings[-1][0], True)
            return
        self.requests.append(request)
        if self.overflows:
            self.overflows -= 1
            raise ContextOverflow("thinking.overflow")
        self.streams.append(stop)
        yield from self._read(request, stop)
        asked = sum(message.role == "user" for message in request.messages)
        for part in self.replies[min(asked, len(self.replies)) - 1] if self.replies else ["Well."]:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, ReplyDelta):
                yield part
                continue
            for word in part.split(" "):
                if stop:
                    return
                yield ReplyDelta(word + " ")

    def _new(self, request: ReplyRequest) -> int:
        words = self._words(request)
        return len(words) - self._shared(words)

    def _read(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        """Keeps what it has read when it is stopped, as a model's cache does."""
        words = self._words(request)
        self.known = words[: self._shared(words)]
        while self.words_a_step and len(self.known) < len(words) and not stop:
            yield ReplyDelta()
            self.known = words[: len(self.known) + self.words_a_step]

    def _shared(self, words: list[str]) -> int:
        differ = (at for at, (a, b) in enumerate(zip(self.known, words, strict=False)) if a != b)
        return next(differ, min(len(self.known), len(words)))

    @staticmethod
    def _words(request: ReplyRequest) -> list[str]:
        return [word for message in request.messages for word in message.text.split()]

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 1


class SteadyTts(_Engine):
    """Every sentence takes the same time to say."""

    rate = VOICE_RATE
    capabilities = Capabilities(languages=frozenset({"en"}))

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.fails_on = ""
        self.said: list[str] = []

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        if self.fails_on and self.fails_on in text:
            raise EngineFailed("voice.failed", reason="a test")
        self.said.append(text)
        yield Speech(np.zeros(int(self.seconds * VOICE_RATE), np.float32), VOICE_RATE)


class VirtualPlayback:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.began: float | None = None
        self.ended: float | None = None
        self.failure: AudioUnavailable | None = None
        self._started = asyncio.Event()
        self._finished = asyncio.Event()

    @property
    def heard(self) -> float:
        if self.began is None:
            return 0.0
        now = self.ended if self.ended is not None else asyncio.get_running_loop().time()
        return min(self.seconds, now - self.began)

    def begin(self) -> None:
        self.began = asyncio.get_running_loop().time()
        self._started.set()

    def end(self) -> None:
        self.ended = asyncio.get_running_loop().time()
        self._started.set()
        self._finished.set()

    async def started(self) -> None:
        await self._started.wait()

    async def finished(self) -> None:
        await self._finished.wait()
        if self.failure is not None:
            raise self.failure


class VirtualSpeaker:
    name = "virtual"

    def __init__(self) -> None:
        self.queue: list[VirtualPlayback] = []
        self.played: list[VirtualPlayback] = []
        self.fails = False
        self.missing = False
        self.closed = False
        self.fails_to_close = False
        self._driver: asyncio.Task[None] | None = None

    async def open(self) -> None:
        if self.missing:
            raise AudioUnavailable("audio.gone", name=self.name)

    def play(self, speech: Speech) -> VirtualPlayback:
        playback = VirtualPlayback(speech.seconds)
        self.played.append(playback)
        if self.fails:
            playback.failure = AudioUnavailable("audio.gone", name="virtual")
            playback.end()
            return playback
        self.queue.append(playback)
        if self._driver is None or self._driver.done():
            self._driver = asyncio.ensure_future(self._drive())
        return playback

    async def _drive(self) -> None:
        while self.queue:
            playback = self.queue[0]
            playback.begin()
            await asyncio.sleep(playback.seconds)
            playback.end()
            self.queue.pop(0)

    def stop(self) -> None:
        if self._driver is not None:
            self._driver.cancel()
            self._driver = None
        for playback in self.queue:
            playback.end()
        self.queue.clear()

    async def close(self) -> None:
        self.stop()
        self.closed = True
        if self.fails_to_close:
            raise AudioUnavailable("audio.gone", name=self.name)


@dataclass
class _Utterance:
    at: float
    lasts: float
    level: int


class VirtualMicrophone:
    """Hears the scripted utterances on the loop's clock; ends a while after the last of them."""

    name = "virtual"

    def __init__(self, utterances: list[_Utterance], *, waits: bool = False) -> None:
        self.utterances = utterances
        self.waits = waits
        self.ends_at = 0.0
        self.gone: tuple[float, float] | None = None
        self.opened = 0
        self.closed = False

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        loop = asyncio.get_running_loop()
        self.opened += 1
        while (at := loop.time()) < self.ends_at:
            if self.gone is not None and self.gone[0] <= at < self.gone[1]:
                raise AudioUnavailable("audio.gone", name=self.name)
            await asyncio.sleep(BLOCK / EAR_RATE)
            level = next((u.level / 100 for u in self.utterances if u.at <= at < u.at + u.lasts), 0.0)
            yield AudioFrame(np.full(BLOCK, level, np.float32), at)

    async def close(self) -> None:
        self.closed = True


@dataclass
class Happened:
    """An event and when it was announced."""

    at: float
    event: Event


@dataclass
class Talk:
    """The script and the record of one talk."""

    happened: list[Happened] = field(default_factory=list)
    asr_seconds: float = 0.3
    token_seconds: float = 0.02
    tts_seconds: float = 1.0
    microphone: bool = True
    waits: bool = False
    manner: dict[str, Any] = field(default_factory=dict)
    style: dict[str, Any] = field(default_factory=dict)
    history: Any = None
    past: Sequence[Earlier] = ()

    def __post_init__(self) -> None:
        self.llm = ScriptLlm()
        self.asr = ScriptAsr({})
        self.tts = SteadyTts(self.tts_seconds)
        self.vad = LoudnessVad()
        self.speaker = VirtualSpeaker()
        self.mic = VirtualMicrophone([], waits=self.waits)
        self.session: Session | None = None
        self.broken: set[str] = set()
        self.casting: Casting | None = None
        self._workers: dict[str, VirtualWorker] = {}
        self._at: list[tuple[float, Callable[[Session], Any]]] = []

    def user(self, *, at: float, lasts: float, says: str) -> None:
        level = 20 + len(self.asr.words) * 3
        self.asr.words[level] = says
        self.mic.utterances.append(_Utterance(at, lasts, level))

    def reply(self, *parts: str | ReplyDelta | Exception, each: float | None = None) -> None:
        if each is not None:
            self.tts.seconds = each
        self.llm.replies.append(list(parts))

    def at(self, seconds: float, what: Callable[[Session], Any]) -> None:
        self._at.append((seconds, what))

    def worker(self, name: str) -> VirtualWorker:
        return self._workers[name]

    def build(self) -> Session:
        def worker(name: str, engine: Any, seconds: float = 0.0) -> VirtualWorker:
            def build() -> Any:
                if name in self.broken:
                    raise EngineUnavailable("engine.not_installed", kind=name, name=name, module=name)
                return engine

            self._workers[name] = VirtualWorker(name, build, seconds)
            return self._workers[name]

        engines = Engines(
            worker("vad", self.vad),
            worker("asr", self.asr, self.asr_seconds),
            worker("llm", self.llm, self.token_seconds),
            Voices("en", {"en": worker("tts", self.tts)}),
        )
        style = Style(emotions=EMOTIONS, tags=tags(EMOTIONS), **self.style)
        memory = (
            self.history
            if isinstance(self.history, Memory)
            else Memory([Message("system", "You are Mika.")], past=self.past)
        )
        self.memory = memory
        manner = Manner("Mika", style, **{"language": "en", "ends_with_microphone": self.microphone, **self.manner})
        self.session = Session(
            engines, self.mic if self.microphone else None, self.speaker, memory, manner, self.casting
        )
        return self.session

    async def run(self, until: float = 30.0) -> Talk:
        """Plays the script until the microphone ends (or `until`, without one) and everything is over."""
        session = self.build()
        loop = asyncio.get_running_loop()
        self.mic.ends_at = loop.time() + until
        subscription = session.events.subscribe()

        async def watch() -> None:
            async for event in subscription:
                if not isinstance(event, Level):
                    self.happened.append(Happened(loop.time(), event))

        watching = asyncio.ensure_future(watch())
        acts = [asyncio.ensure_future(self._act(when, what, session)) for when, what in self._at]
        if not self.microphone:
            acts.append(asyncio.ensure_future(self._act(until, lambda talk: talk.close(), session)))
        await session.run()
        await watching
        for act in acts:
            act.cancel()
        return self

    async def _act(self, when: float, what: Callable[[Session], Any], session: Session) -> None:
        await asyncio.sleep(when)
        result = what(session)
        if asyncio.iscoroutine(result):
            await result

    # --- reading the record --------------------------------------------------------------------------------------

    @property
    def events(self) -> list[Event]:
        return [happened.event for happened in self.happened]

    def of(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]

    def when(self, kind: type[Any], n: int = 0) -> float:
        return [happened.at for happened in self.happened if isinstance(happened.event, kind)][n]

    @property
    def said(self) -> list[str]:
        """What was heard of each reply."""
        return [ended.text for ended in self.of(ReplyEnded)]

    @property
    def failures(self) -> list[str]:
        return [failed.error.key for failed in self.of(Failed)]

"""What the engines do for somebody without a talk: write a recording down, say a text, word something anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from vtuber_cli.clean import clean
from vtuber_cli.conversation import own_answer
from vtuber_cli.conversation.crew import Crew
from vtuber_cli.conversation.reply import Replier, Style
from vtuber_cli.conversation.seats import Seats
from vtuber_cli.conversation.sentences import Splitter
from vtuber_cli.conversation.voices import Voices, joined
from vtuber_cli.engines.base import Message
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import EngineFailed, VtuberError
from vtuber_cli.events import EAR_RATE, EngineKind, Sentence, Speech
from vtuber_cli.tools.base import Narration

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

_PATIENCE = 60.0
"""Seconds after which an ear or a voice that says nothing has failed; an ear gets the recording's length besides."""
_RECORDINGS_IN_MEMORY = 4
_MOST_RECORDINGS = 64
"""That wait or are heard."""


class Services:
    """See the module. Whoever asks waits for a seat as a turn does, and for no longer than one piece of work.

    Args:
        crew: the engines, loaded or still loading.
        language: of whoever is heard, or None to find out.
        style: of a narration.
        before: what her prompts begin with.
        seats: how many may be served at once, talks among them.
        narrates: the model is to put in its words what has words already.
    """

    def __init__(
        self,
        crew: Crew,
        language: str | None,
        style: Style,
        before: Sequence[Message],
        seats: Seats,
        *,
        narrates: bool = False,
    ) -> None:
        self.narrates = narrates
        self._crew = crew
        self._language = language
        self._style = style
        self._before = before
        self._seats = seats
        self._recordings = 0
        self._room = asyncio.Semaphore(_RECORDINGS_IN_MEMORY)

    async def transcribe(
        self, read: Callable[[], Samples], cut: Callable[[Samples], Iterable[Samples]] | None = None
    ) -> str:
        """The words of a recording.

        Args:
            read: it, at `EAR_RATE`; called in a thread, when there is room: recordings in line take no memory.
            cut: a long one into pieces, between which others get their turn; by default it stays whole.

        Raises:
            EngineFailed: the ears are not there yet or failed, too many wait, or it takes too long.
            VtuberError: what loading them raised, or what `read` did.
        """
        self._ready("asr", self._crew.engines.asr)
        if self._recordings >= _MOST_RECORDINGS:
            raise EngineFailed("server.busy")
        self._recordings += 1
        try:
            async with self._room:
                samples = await asyncio.to_thread(read)
                pieces = [samples] if cut is None else await asyncio.to_thread(lambda: list(cut(samples)))
                words = [await self._heard(piece) for piece in pieces]
        finally:
            self._recordings -= 1
        return " ".join(filter(None, words))

    async def _heard(self, samples: Samples) -> str:
        asr = self._crew.engines.asr
        seconds = _PATIENCE + len(samples) / EAR_RATE
        async with self._seat():
            try:
                async with asyncio.timeout(seconds):
                    found = await asr.call(lambda engine, stop: engine.transcribe(samples, self._language, stop))
            except TimeoutError:
                asr.give_up()
                raise EngineFailed("hearing.timeout", seconds=round(seconds)) from None
        return clean(found.text).strip()

    async def say(self, text: str, language: str = "") -> AsyncGenerator[tuple[str, Speech]]:
        """A text sentence by sentence, each as it is written and as it sounds; nothing, if there is nothing to say.

        Args:
            text: in any languages.
            language: what text is taken for that does not tell, as digits; empty for the language of the house.

        Raises:
            EngineFailed: there is no voice for it, it failed, too many wait, or it takes too long.
            VtuberError: what loading the voice raised.
        """
        from vtuber_cli.conversation.spoken import language_of

        voices = self._crew.engines.voices
        if language:
            voices = Voices(language, voices.workers)
        reader, mute = voices.reader(), ""
        spoken = False
        for index, shown in enumerate(await asyncio.to_thread(_sentences, text)):
            wanted = language_of(shown, voices.language)
            if voice := voices.workers.get(wanted):
                self._ready("tts", voice)
            elif any(map(str.isalnum, shown)):
                mute = mute or wanted
            sentence = voices.prepare(index, shown, "neutral", reader)
            if sentence.spoken and (speech := await self._spoken(voices, sentence)) is not None:
                spoken = True
                yield shown.strip(), speech
        if mute and not spoken:
            raise EngineFailed("server.no_voice", language=mute)

    async def say_whole(self, text: str, language: str = "") -> Speech | None:
        """A text as one piece. Raises as `say` does."""
        return joined([speech async for _, speech in self.say(text, language)])

    async def narrate(self, narration: Narration) -> str:
        """The model's own words for it; empty if there is no model, or it takes too long, or says what it must not.

        Raises:
            EngineFailed: too many wait.
        """
        llm = self._crew.engines.llm
        if not llm.ready:
            return ""
        async with self._seat():
            return await own_answer.narrated(narration, Replier(llm, self._style), self._before)

    async def _spoken(self, voices: Voices, sentence: Sentence) -> Speech | None:
        async with self._seat():
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await voices.speak(sentence)
            except TimeoutError:
                voices.give_up(sentence)
                raise EngineFailed("voice.timeout", seconds=round(_PATIENCE)) from None

    def _ready(self, kind: EngineKind, worker: Worker[Any]) -> Worker[Any]:
        if worker.ready:
            return worker
        failure: VtuberError | None = self._crew.failures.get(kind)
        raise failure or EngineFailed("server.loading")

    @asynccontextmanager
    async def _seat(self) -> AsyncGenerator[None]:
        leave = await self._seats.take(_unseen)
        try:
            yield
        finally:
            leave()


def _sentences(text: str) -> list[str]:
    splitter = Splitter(hurries=False)
    return [piece for piece in (*splitter.feed(text), *splitter.finish()) if piece.strip()]


def _unseen(_: int) -> None:
    """Nobody is shown how many are before."""

"""One exchange: what the user said becomes text, the text a reply, the reply speech. A turn is a task.

It may begin before the user has surely finished; its `Gate` holds everything back until then. To interrupt it, cancel
its task: the speaker falls silent, and what was heard until then is what stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vtuber_cli.audio.level import loudness
from vtuber_cli.clean import clean
from vtuber_cli.conversation import own_answer
from vtuber_cli.conversation.delivery import Delivery, Piece, Upstream
from vtuber_cli.conversation.endpointer import PRE_ROLL
from vtuber_cli.conversation.gate import Gate
from vtuber_cli.conversation.partner import Partner
from vtuber_cli.conversation.showing import with_note
from vtuber_cli.conversation.uncut import uncut
from vtuber_cli.engines.base import Message, ReplyDelta, ToolCall
from vtuber_cli.errors import EngineFailed, VtuberError
from vtuber_cli.events import (
    EAR_RATE,
    Cue,
    Failed,
    FirstAudio,
    Notice,
    Picture,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
    Speech,
    Timings,
    Transcript,
    UserSaid,
    Via,
    Work,
)
from vtuber_cli.tools.base import Answer

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

_AHEAD = 2
"""Pieces synthesised and waiting while one plays."""
_RESCUE_SECONDS = 10.0
"""How long an interrupted turn waits for the words that it was about to understand."""
_PATIENCE = 60.0
"""Seconds after which an ear or a voice that says nothing has failed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What begins a turn: typed text, or speech to be understood first."""

    via: Via
    at: float
    """Loop time of the user's last voiced sample, or of pressing enter."""
    text: str = ""
    samples: Samples | None = None
    silent: float = 0.0
    """Seconds of silence at the end of the samples; before the first word are a few more, `PRE_ROLL`."""
    images: tuple[Picture, ...] = ()
    """What is shown with it, for this turn only."""
    unasked: bool = False
    """Nobody said anything: the text moves her to speak by herself, and is kept nowhere."""

    def cues(self, origin: float, text: str) -> list[Cue]:
        """When the user spoke, in seconds from `origin` (loop time); nothing of what was typed."""
        if self.samples is None:
            return []
        end = self.at - origin
        spoken = max(0.0, len(self.samples) / EAR_RATE - self.silent - PRE_ROLL)
        return [Cue(end - spoken, end, len(text))]


class Turn:
    """See the module. `run` is the task."""

    def __init__(self, asked: Asked, partner: Partner, gate: Gate) -> None:
        self._asked = asked
        self._with = partner
        self._gate = gate
        self._timings = Timings()
        self._work = Work()
        self._origin = 0.0
        """Loop time at which history made room for the reply."""
        self._delivery = Delivery(partner.speaker, self._begun, self._out, self._fail)
        self._hearing: asyncio.Future[Transcript] | None = None
        self._kept = False
        """The user's words are in the memory; from then on the turn has an end to be told."""
        self._voice_failed = False
        self._notice: Notice | None = None
        self._called: ToolCall | None = None
        """What the model would rather have a tool answer."""
        self._leave_seat: Callable[[], None] = _seatless

    def commit(self, hangover_ms: float | None = None) -> None:
        """The user has surely finished: the turn becomes real."""
        self._timings = replace(self._timings, hangover_ms=hangover_ms)
        self._gate.commit()

    async def run(self) -> None:
        """From the user's words to the last one heard; ends quietly when nothing was said."""
        interrupted = broken = False
        try:
            if self._with.seats is not None:
                self._leave_seat = await self._with.seats.take(self._waits)
            text = await self._understand()
            images = self._seen() if text or self._asked.samples is None else ()
            if text or images:
                await self._answer(text, images)
            else:
                await self._gate.passed()
        except asyncio.CancelledError:
            interrupted = True
            self._with.speaker.stop()
            await uncut(self._rescue())
            raise
        except VtuberError as error:
            await self._gate.passed()
            self._fail(error)
        except Exception:
            # A bug, of which the talk dies: the turn has no end to be told, or it would seem a good one.
            broken = True
            raise
        finally:
            self._leave_seat()
            if self._kept:
                await uncut(self._finish(interrupted, told=not broken))

    def _waits(self, count: int) -> None:
        self._gate.send(Notice("chat.waits", (("count", str(count)),)))

    async def _understand(self) -> str:
        if (samples := self._asked.samples) is None:
            return clean(self._asked.text).strip()
        began = self._now()
        self._hearing = asyncio.ensure_future(self._transcribe(samples))
        transcript = await asyncio.shield(self._hearing)
        self._timings = replace(self._timings, hear_ms=(self._now() - began) * 1000)
        self._work = replace(self._work, hear=self._with.asr.maker)
        return clean(transcript.text).strip()

    def _seen(self) -> tuple[Picture, ...]:
        """The images, if she can see any."""
        if self._asked.images and (blind := self._with.replier.blind) is not None:
            self._fail(blind)
            return ()
        return self._asked.images

    async def _transcribe(self, samples: Samples) -> Transcript:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._with.asr.call(lambda asr, stop: asr.transcribe(samples, self._with.language, stop))
        except TimeoutError:
            self._with.asr.give_up()
            raise EngineFailed("hearing.timeout", seconds=round(_PATIENCE)) from None

    async def _rescue(self) -> None:
        """What the user has surely said is kept even if she is cut off before she has understood it."""
        if self._hearing is None or self._kept:
            return
        if not self._gate.committed:
            self._hearing.cancel()
            await asyncio.wait([self._hearing])
            return
        await asyncio.wait([self._hearing], timeout=_RESCUE_SECONDS)
        with suppress(VtuberError, asyncio.InvalidStateError):
            if text := clean(self._hearing.result().text).strip():
                await self._keep(text)

    async def _answer(self, text: str, images: tuple[Picture, ...]) -> None:
        upstream: Upstream = asyncio.Queue(_AHEAD)
        noted = with_note(text, len(images), self._with.language)
        # Before the commit, which adds the question to what was said.
        messages = self._with.memory.messages(noted, images)
        async with asyncio.TaskGroup() as tasks:
            preparing = tasks.create_task(self._prepare(text, messages, upstream, tasks))
            try:
                await self._gate.passed()
                await uncut(self._keep(noted))
                failure = await self._delivery.run(upstream)
            finally:
                preparing.cancel()
        if failure is not None:
            raise failure

    async def _keep(self, text: str) -> None:
        turn = self._gate.mark.turn
        self._kept = True
        if self._asked.unasked:
            await self._with.memory.begin_unasked(turn)
            self._origin = self._now()
            return
        await self._with.memory.add_user(turn, text, self._asked.via, self._asked.cues(self._now(), text))
        self._origin = self._now()
        self._gate.send(UserSaid(turn, text, self._asked.via))

    async def _prepare(self, text: str, messages: list[Message], upstream: Upstream, tasks: asyncio.TaskGroup) -> None:
        """Thinks and synthesises ahead of the voice. A failure goes out in its place, after what was ready before."""
        began = self._now()
        index, reader, reply = 0, self._with.voices.reader(), ""
        try:
            async with aclosing(self._pieces(text, messages, tasks)) as pieces:
                async for shown, emotion in pieces:
                    if index == 0:
                        self._timings = replace(self._timings, think_ms=(self._now() - began) * 1000)
                    sentence = self._with.voices.prepare(index, shown, emotion, reader)
                    await upstream.put(Piece(sentence, await self._synthesise(sentence)))
                    index += 1
                    reply += shown
        except VtuberError as error:
            self._leave_seat()
            await upstream.put(error)
        else:
            self._leave_seat()
            await upstream.put(None)
            unseen = [replace(message, images=()) for message in messages]
            await self._read_ahead([*unseen, Message("assistant", reply.strip())])

    async def _pieces(
        self, text: str, messages: list[Message], tasks: asyncio.TaskGroup
    ) -> AsyncGenerator[tuple[str, str]]:
        """The reply in pieces: a tool's, if what was said is its business or the model says so, else the model's."""
        from vtuber_cli.conversation.spoken import language_of

        language = language_of(text, self._with.voices.language)
        tools = () if self._asked.unasked else self._with.tools
        answer = await own_answer.answer_to(tools, text, language)
        if answer is None:
            schemas = tuple(tool.schema for tool in tools)
            async with aclosing(self._with.replier.pieces(messages, self._beside, schemas)) as pieces:
                async for shown, emotion in pieces:
                    self._work = replace(self._work, think=self._work.think or self._with.replier.maker)
                    yield shown, emotion
            if self._called is not None:
                answer = await own_answer.answer_of(tools, self._called, text, language)
        if answer is not None:
            self._gate.send(answer.announces(self._gate.mark.turn))
            tasks.create_task(self._keep_answer(answer))
            async with aclosing(own_answer.pieces(answer, self._with.replier, messages[:-1])) as pieces:
                async for shown, emotion in pieces:
                    yield shown, emotion

    async def _keep_answer(self, answer: Answer) -> None:
        await self._gate.passed()
        await asyncio.to_thread(answer.keep)

    async def _read_ahead(self, messages: list[Message]) -> None:
        """She still speaks; the model has time to read what the next prompt will begin with."""
        await self._gate.passed()
        with suppress(VtuberError):  # only speed is lost
            await self._with.replier.read_ahead(messages)

    async def _synthesise(self, sentence: Sentence) -> Speech | None:
        began = self._now()
        try:
            async with asyncio.timeout(_PATIENCE):
                speech = await self._with.voices.speak(sentence)
        except (EngineFailed, TimeoutError) as error:
            if isinstance(error, TimeoutError):
                self._with.voices.give_up(sentence)
            # The words can still be read; a failing voice is worth one line a turn, not one a sentence.
            if not self._voice_failed:
                self._voice_failed = True
                hung = EngineFailed("voice.timeout", seconds=round(_PATIENCE))
                self._fail(error if isinstance(error, EngineFailed) else hung)
            return None
        if self._timings.speak_ms is None and speech is not None:
            self._timings = replace(self._timings, speak_ms=(self._now() - began) * 1000)
            self._work = replace(self._work, speak=self._with.voices.maker(sentence))
        return speech

    def _beside(self, delta: ReplyDelta) -> None:
        if delta.tool is not None:
            self._called = self._called or delta.tool
        if delta.maker is not None:
            self._work = replace(self._work, think=delta.maker)
        if (tokens := delta.usage) is not None:
            self._work = replace(
                self._work, prompt_tokens=tokens.prompt, reply_tokens=tokens.reply, cached_tokens=tokens.cached
            )
        if (notice := delta.notice) is not None:
            self._notice = notice
            if notice != self._with.replier.told:  # once, and not in every turn for which it holds
                self._gate.send(notice)

    def _begun(self, piece: Piece) -> None:
        turn = self._gate.mark.turn
        if self._timings.first_audio_ms is None:
            self._timings = replace(self._timings, first_audio_ms=(self._now() - self._asked.at) * 1000)
            self._gate.send(ReplyStarted(turn, piece.sentence.emotion))
            self._gate.send(FirstAudio(turn, self._timings))
        if (sound := piece.speech) is None:
            self._gate.send(SentenceStarted(turn, piece.sentence, 0.0))
            return
        levels = loudness(sound.samples, sound.rate)
        self._gate.send(SentenceStarted(turn, piece.sentence, sound.seconds, sound.phonemes, levels))

    async def _out(self, heard: str, piece: Piece) -> None:
        await self._with.memory.hear(heard, piece.sentence.emotion, self._delivery.cues(self._origin))

    def _fail(self, error: VtuberError) -> None:
        self._gate.send(Failed(error, self._gate.mark.turn))

    async def _finish(self, interrupted: bool, *, told: bool) -> None:
        self._with.replier.told = self._notice
        text = self._delivery.heard().strip()
        await self._with.memory.end_reply(
            text,
            interrupted=interrupted,
            timings=self._timings,
            cues=self._delivery.cues(self._origin),
            work=self._work,
        )
        if told:
            self._gate.send(ReplyEnded(self._gate.mark.turn, text, interrupted, self._timings))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _seatless() -> None:
    """There is no seat to leave."""

"""From the user's words to the sentences of a reply, streamed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from vtuber_cli.clean import Cleaner
from vtuber_cli.conversation.emotion import Emotion, TagFilter, name_of
from vtuber_cli.conversation.sentences import Splitter
from vtuber_cli.conversation.window import Window
from vtuber_cli.engines.base import Llm, Message, ReplyDelta, ReplyRequest, Stop
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import ContextOverflow, EngineFailed, VtuberError
from vtuber_cli.events import Maker, Notice

T = TypeVar("T")
Schemas: TypeAlias = tuple[Mapping[str, object], ...]
"""Tools that a model may call, in OpenAI's form."""

_LOG = logging.getLogger(__name__)
_RESERVE = 32
"""Tokens left free beside the reply's own: the emotion tag and the template's last words."""
_ENDLESS = 1_000_000
"""The window of a model that does not say how long it is."""
_WARM_SECONDS = 3.0
"""What the beginning of a talk waits for a model that keeps nothing of what it reads, as one that is elsewhere."""


@dataclass(frozen=True, slots=True)
class Style:
    """How replies are made; the same for every turn of a talk."""

    emotions: tuple[str, ...]
    """What her face can show."""
    tags: dict[str, str]
    """Tag words, lower case, and the emotion that each means."""
    max_tokens: int = 160
    temperature: float = 0.7
    seed: int | None = None
    first_token_seconds: float = 90.0
    """A model that is silent for longer has failed."""
    next_token_seconds: float = 30.0


class Replier:
    """Asks the model, and cuts what it says into sentences as it comes."""

    def __init__(self, llm: Worker[Llm], style: Style) -> None:
        self._llm = llm
        self._style = style
        self.told: Notice | None = None
        """What was worth a line in the turn before."""
        budget = (llm.engine.capabilities.context or _ENDLESS) - style.max_tokens - _RESERVE
        self._begun: Sequence[Message] = ()
        """What the last prompt that was read to its end began with: all but its last message."""
        self._windows = tuple(Window(part, llm.engine.count_tokens) for part in (budget, budget // 2))

    @property
    def maker(self) -> Maker:
        """Who thinks."""
        return self._llm.maker

    @property
    def blind(self) -> EngineFailed | None:
        """Why she cannot see what she is shown, if so."""
        sees = self._llm.engine.capabilities.images
        return None if sees else EngineFailed("thinking.blind", name=self._llm.name)

    async def pieces(
        self,
        messages: Sequence[Message],
        beside: Callable[[ReplyDelta], None] | None = None,
        tools: Schemas = (),
    ) -> AsyncGenerator[tuple[str, str]]:
        """(text, emotion) for each clause or sentence; joined, the texts are the reply.

        Args:
            messages: what the model is given.
            beside: gets what the engine says beside the text: the tokens it took, what is worth a line, who thinks,
                which tool it calls.
            tools: what it may call, if it can.

        Raises:
            EngineFailed: the model failed or hung; what it had said until then has been yielded.
        """
        cut = _Cut(self._style.tags)
        failure: EngineFailed | None = None
        async with aclosing(self._deltas(messages, tools)) as deltas:
            try:
                async for delta in deltas:
                    if beside is not None and (delta.usage or delta.notice or delta.maker or delta.tool):
                        beside(delta)
                    for piece in cut.feed(delta):
                        yield piece
            except EngineFailed as error:
                failure = error
        for piece in cut.finish():
            yield piece
        if failure is not None:
            raise failure

    async def warm(self, messages: Sequence[Message]) -> None:
        """Has the model read what every prompt will begin with, so that the first turn need not wait for it.

        Where nothing is surely gained by it, nobody waits long: an endpoint may say nothing for a minute.
        """
        limit = asyncio.timeout(None if self._llm.engine.capabilities.prompt_cache else _WARM_SECONDS)
        try:
            async with limit:
                await self._read(await self._request(messages, self._windows[0]))
        except TimeoutError:
            if not limit.expired():
                raise
            _LOG.info("%s was not warm after %s s, and the talk begins", self._llm.name, _WARM_SECONDS)

    async def read_ahead(self, messages: Sequence[Message]) -> None:
        """`warm`, if the model keeps what it reads and these begin otherwise than the last prompt, as after a trim."""
        if not self._llm.engine.capabilities.prompt_cache or self._llm.stuck or self._llm.lent:
            return
        request = await self._request(messages, self._windows[0])
        if list(request.messages[: len(self._begun)]) != list(self._begun):
            await self._read(request)

    async def _read(self, request: ReplyRequest) -> None:
        request = replace(request, max_tokens=1)
        if self._llm.engine.capabilities.tag_scoring:  # which costs time, and changes nothing of the prompt
            request = replace(request, emotions=())
        async with aclosing(self._stream(request)) as deltas:
            async for _ in deltas:
                pass
        self._begun = request.messages[:-1]

    async def _deltas(self, messages: Sequence[Message], tools: Schemas) -> AsyncGenerator[ReplyDelta]:
        """The model's own steps; if the talk does not fit after all, once more with half of it."""
        for window in self._windows:
            began = False
            request = await self._request(messages, window)
            if self._llm.engine.capabilities.tools:
                request = replace(request, tools=tools)
            try:
                async with aclosing(self._stream(request)) as deltas:
                    async for delta in deltas:
                        if not began:
                            began, self._begun = True, request.messages[:-1]
                        yield delta
                return
            except ContextOverflow:
                if began or window is self._windows[-1]:
                    raise

    async def _request(self, messages: Sequence[Message], window: Window) -> ReplyRequest:
        style = self._style

        def trim(_llm: Llm, _stop: Stop) -> list[Message]:
            return window.trim(messages)  # counting tokens asks the model, so it happens in the model's thread

        return ReplyRequest(
            await self._patiently(self._llm.call(trim), style.first_token_seconds),
            emotions=style.emotions,
            max_tokens=style.max_tokens,
            temperature=style.temperature,
            seed=style.seed,
        )

    async def _stream(self, request: ReplyRequest) -> AsyncGenerator[ReplyDelta]:
        """A model that hangs is a failed turn, not a dead program."""
        seconds = self._style.first_token_seconds
        async with aclosing(self._llm.stream(lambda llm, stop: llm.reply(request, stop))) as deltas:
            while True:
                try:
                    delta = await self._patiently(anext(deltas), seconds)
                except StopAsyncIteration:
                    return
                yield delta
                seconds = self._style.next_token_seconds

    async def _patiently(self, work: Awaitable[T], seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError:
            self._llm.give_up()
            raise EngineFailed("thinking.timeout", seconds=round(seconds)) from None


class NoModel(Replier):
    """In the place of a model that could not be loaded: what the tools answer is heard all the same."""

    def __init__(self, failure: VtuberError) -> None:
        self._failure = failure
        self.told = None

    @property
    def blind(self) -> None:
        """That nobody thinks is enough."""

    async def pieces(
        self,
        messages: Sequence[Message],
        beside: Callable[[ReplyDelta], None] | None = None,
        tools: Schemas = (),
    ) -> AsyncGenerator[tuple[str, str]]:
        raise self._failure
        yield  # what makes it a generator

    async def read_ahead(self, messages: Sequence[Message]) -> None:
        """There is nobody to read."""


class _Cut:
    """Deltas in, (text, emotion) out: cleaned, tags taken out, split. A tag colours what follows it."""

    def __init__(self, tags: dict[str, str]) -> None:
        self._known = tags
        self._cleaner, self._tags, self._splitter = Cleaner(), TagFilter(tags), Splitter()
        self._emotion = "neutral"

    def feed(self, delta: ReplyDelta) -> Iterator[tuple[str, str]]:
        if delta.emotion:
            self._emotion = name_of(delta.emotion, self._known) or self._emotion
        yield from self._split(self._tags.feed(self._cleaner.feed(delta.text)))

    def finish(self) -> Iterator[tuple[str, str]]:
        yield from self._split([*self._tags.feed(self._cleaner.finish()), *self._tags.finish()])
        for piece in self._splitter.finish():
            yield piece, self._emotion

    def _split(self, items: list[str | Emotion]) -> Iterator[tuple[str, str]]:
        for item in items:
            if isinstance(item, Emotion):
                for piece in self._splitter.finish():
                    yield piece, self._emotion
                self._emotion = item.name
            else:
                for piece in self._splitter.feed(item):
                    yield piece, self._emotion

"""From the user's words to the sentences of a reply, streamed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from vtuber_cli.clean import Cleaner
from vtuber_cli.conversation.emotion import EmotionMark, TagFilter
from vtuber_cli.conversation.memory import Memory
from vtuber_cli.conversation.sentences import Splitter
from vtuber_cli.conversation.window import Window
from vtuber_cli.engines.base import Llm, Message, ReplyDelta, ReplyRequest, Stop
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import ContextOverflow, EngineFailed


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

    def __init__(self, llm: Worker[Llm], memory: Memory, window: Window, style: Style) -> None:
        self._llm = llm
        self._memory = memory
        self._window = window
        self._style = style

    async def pieces(self, asked: str) -> AsyncGenerator[tuple[str, str]]:
        """(text, emotion) for each clause or sentence; joined, the texts are the reply.

        Raises:
            EngineFailed: the model failed or hung; what was yielded before stands.
        """
        cut = _Cut(self._style.tags)
        async with aclosing(self._deltas(asked)) as deltas:
            async for delta in deltas:
                for piece in cut.feed(delta):
                    yield piece
        for piece in cut.finish():
            yield piece

    async def _deltas(self, asked: str) -> AsyncGenerator[ReplyDelta]:
        """The model's own steps; if the talk does not fit after all, once more with half of it."""
        for window in (self._window, self._window.halved()):
            began = False
            try:
                async with aclosing(self._stream(await self._request(asked, window))) as deltas:
                    async for delta in deltas:
                        began = True
                        yield delta
                return
            except ContextOverflow:
                if began or window is not self._window:
                    raise

    async def _request(self, asked: str, window: Window) -> ReplyRequest:
        style = self._style

        def messages(_llm: Llm, _stop: Stop) -> list[Message]:
            # Counting tokens asks the model, so it happens in the model's thread.
            return self._memory.messages(asked, window, style.max_tokens)

        return ReplyRequest(
            await self._llm.call(messages),
            emotions=style.emotions if self._llm.engine.capabilities.tag_scoring else (),
            max_tokens=style.max_tokens,
            temperature=style.temperature,
            seed=style.seed,
        )

    async def _stream(self, request: ReplyRequest) -> AsyncGenerator[ReplyDelta]:
        """A model that hangs is a failed turn, not a dead program."""
        patience = self._style.first_token_seconds
        async with aclosing(self._llm.stream(lambda llm, stop: llm.reply(request, stop))) as deltas:
            while True:
                try:
                    async with asyncio.timeout(patience):
                        delta = await anext(deltas)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise EngineFailed("thinking.timeout", seconds=round(patience)) from None
                yield delta
                patience = self._style.next_token_seconds


class _Cut:
    """Deltas in, (text, emotion) out: cleaned, tags taken out, split. A tag colours what follows it."""

    def __init__(self, tags: dict[str, str]) -> None:
        self._known = tags
        self._cleaner, self._tags, self._splitter = Cleaner(), TagFilter(tags), Splitter()
        self._emotion = "neutral"

    def feed(self, delta: ReplyDelta) -> Iterator[tuple[str, str]]:
        if delta.emotion:
            self._emotion = self._known.get(delta.emotion.lower(), delta.emotion)
        yield from self._split(self._tags.feed(self._cleaner.feed(delta.text)))

    def finish(self) -> Iterator[tuple[str, str]]:
        yield from self._split([*self._tags.feed(self._cleaner.finish()), *self._tags.finish()])
        for piece in self._splitter.finish():
            yield piece, self._emotion

    def _split(self, items: list[str | EmotionMark]) -> Iterator[tuple[str, str]]:
        for item in items:
            if isinstance(item, EmotionMark):
                for piece in self._splitter.finish():
                    yield piece, self._emotion
                self._emotion = item.name
            else:
                for piece in self._splitter.feed(item):
                    yield piece, self._emotion

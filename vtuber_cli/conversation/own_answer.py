"""When a built-in tool answers in the model's place: its words cut into pieces, or the model's own telling of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from vtuber_cli.conversation.reply import Replier
from vtuber_cli.conversation.sentences import Splitter
from vtuber_cli.engines.base import Message, ToolCall
from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.tools.base import Answer, BuiltIn, Narration


def is_wanted(tools: Sequence[BuiltIn], text: str) -> bool:
    """Whether the user's words are some tool's business, be it to complain of them."""
    try:
        return any(tool.asked(text) is not None for tool in tools)
    except UsageError:
        return True


async def answer_to(tools: Sequence[BuiltIn], text: str, language: str) -> Answer | None:
    """The answer of the first tool whose business the user's words are; None if they are the model's.

    Raises:
        VtuberError: it is a tool's business, and there is no answer.
    """

    def ask() -> Answer | None:
        for tool in tools:
            if (arguments := tool.asked(text)) is not None:
                return tool.answer(arguments, language)
        return None

    return await asyncio.to_thread(ask) if tools else None


async def answer_of(tools: Sequence[BuiltIn], call: ToolCall, text: str, language: str) -> Answer | None:
    """The answer to what a model called on the user's `text`; None if there is no such tool.

    Raises:
        VtuberError: there is such a tool, and it has no answer.
    """
    for tool in tools:
        if tool.name == call.name:
            return await asyncio.to_thread(tool.answer, {**call.arguments, "asked": text}, language)
    return None


async def pieces(answer: Answer, replier: Replier, before: Sequence[Message]) -> AsyncGenerator[tuple[str, str]]:
    """(text, emotion) for each clause or sentence, as `Replier.pieces` gives them.

    Args:
        answer: what to say.
        replier: who may put it in her own words.
        before: what every prompt begins with.
    """
    for piece in _cut(answer.opening):
        yield piece, answer.emotion
    rest = answer.text
    if answer.narration is not None:
        rest = await narrated(answer.narration, replier, before) or rest
    for piece in _cut(f" {rest}" if answer.opening else rest):
        yield piece, answer.emotion


async def narrated(narration: Narration, replier: Replier, before: Sequence[Message]) -> str:
    """What the model makes of it; empty if it takes too long, fails, or says what it must not."""
    said: list[str] = []
    try:
        async with (
            asyncio.timeout(narration.seconds),
            aclosing(replier.pieces([*before, *narration.messages])) as spoken,
        ):
            async for piece, _ in spoken:
                said.append(piece)
    except (VtuberError, TimeoutError):  # the template is there
        return ""
    text = "".join(said).strip()
    return text if narration.passes(text) else ""


def _cut(text: str) -> list[str]:
    splitter = Splitter()
    return [*splitter.feed(text), *splitter.finish()]

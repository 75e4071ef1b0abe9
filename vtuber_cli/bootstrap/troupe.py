"""Who else could talk, and the workers that they share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

from vtuber_cli import character
from vtuber_cli.bootstrap.planning import Chosen, Plan, plan
from vtuber_cli.character import Character
from vtuber_cli.conversation.casting import Cast
from vtuber_cli.conversation.crew import Engines
from vtuber_cli.conversation.emotion import tags
from vtuber_cli.conversation.reply import Style
from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines.base import Asr, Llm, Message, Tts, Vad
from vtuber_cli.engines.worker import Late, Lender, Share, Worker
from vtuber_cli.events import EMOTIONS
from vtuber_cli.weights import Weights


class Troupe:
    """Everybody who could talk instead; a `conversation.casting.Casting`.

    Args:
        plan: of whoever talks first; the others get the same flags.
        workers: what is loaded once serves them all.
        greeting: which of their greetings they begin with; None to take over in silence.
    """

    def __init__(self, plan: Plan, workers: Workers, greeting: int | None) -> None:
        self._flags = plan.flags
        self._workers = workers
        self._greeting = greeting

    async def names(self) -> Sequence[str]:
        return await asyncio.to_thread(lambda: list(character.list_characters()))

    async def cast(self, name: str) -> Cast:
        return await asyncio.to_thread(self._cast, name)

    def _cast(self, name: str) -> Cast:
        character.load(name)  # of somebody unknown it says who there is
        theirs = plan({**self._flags, "character": name})
        person, language = theirs.character, theirs.language
        greeting = None if self._greeting is None else person.greeting(language, self._greeting)
        return Cast(
            person.id,
            person.display_name(language),
            language,
            style_of(theirs),
            instructions(person, language),
            greeting,
            self._workers.engines(theirs),
            person.what_moves_her(language),
        )


class Workers:
    """One worker for each engine with its options, by however many it is wanted."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._made: list[tuple[Chosen, Worker[Any]]] = []

    def engines(self, plan: Plan) -> Engines:
        return _engines(plan, self.of)

    def of(self, chosen: Chosen) -> Worker[Any]:
        for known, worker in self._made:
            if (known.kind, known.name, known.options) == (chosen.kind, chosen.name, chosen.options):
                return worker
        worker = chosen.worker(self._weights)
        self._made.append((chosen, worker))
        return worker


class Lenders:
    """One worker for each engine with its options, for many talks at once.

    But for the VAD: it remembers what it heard a moment ago, so every talk that is listened to has one of its own.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._workers = Workers(weights)
        self._lenders: dict[Worker[Any], Lender[Any]] = {}

    def engines(self, plan: Plan) -> Engines:
        """One talk's shares."""
        shares: dict[Worker[Any], Share[Any]] = {}

        def share(chosen: Chosen) -> Worker[Any]:
            if chosen.kind == "vad":
                own = chosen.worker(self._weights)
                return Late(own.name, lambda: chosen.engine(chosen.options, self._weights), own.maker)
            worker = self._workers.of(chosen)
            lender = self._lenders.setdefault(worker, Lender(worker))
            return shares.setdefault(worker, lender.share())

        return _engines(plan, share)


def _engines(plan: Plan, worker: Callable[[Chosen], Worker[Any]]) -> Engines:
    voices = {language: cast("Worker[Tts]", worker(chosen)) for language, chosen in plan.voices.items()}
    return Engines(
        cast("Worker[Vad]", worker(plan.engines["vad"])),
        cast("Worker[Asr]", worker(plan.engines["asr"])),
        cast("Worker[Llm]", worker(plan.engines["llm"])),
        Voices(plan.language, voices),
    )


def style_of(plan: Plan) -> Style:
    """How she is made to reply."""
    reply = plan.settings.reply
    return Style(
        emotions=EMOTIONS,
        tags=tags(EMOTIONS) | plan.character.emotion_words(),
        max_tokens=reply.max_tokens,
        temperature=reply.temperature,
        seed=reply.seed,
    )


def instructions(person: Character, language: str) -> list[Message]:
    """What every prompt of a talk with her begins with."""
    talk = [Message("system", person.system_prompt(language))]
    for asked, answered in person.example_talk(language):
        talk += [Message("user", asked), Message("assistant", answered)]
    return talk

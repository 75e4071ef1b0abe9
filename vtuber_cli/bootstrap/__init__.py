"""The one place where settings become engines and sessions.

`plan` decides who talks, in which language and with which engines, and touches no model; `session` puts it together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from vtuber_cli import advice, character
from vtuber_cli.bootstrap.planning import Chosen, Plan, hearing, plan
from vtuber_cli.bootstrap.troupe import Troupe, Workers, instructions, style_of
from vtuber_cli.character import Character
from vtuber_cli.config import Settings
from vtuber_cli.conversation.dictation import Dictation
from vtuber_cli.conversation.endpointer import Endpointing
from vtuber_cli.conversation.manner import Manner
from vtuber_cli.conversation.memory import Earlier, Memory
from vtuber_cli.conversation.session import Session
from vtuber_cli.engines.base import Asr, Vad
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import UsageError
from vtuber_cli.events import EngineKind, Event, Notice

if TYPE_CHECKING:
    from vtuber_cli.audio.base import Microphone, Speaker
    from vtuber_cli.store.history import History
    from vtuber_cli.tools.fortune_teller import FortuneTeller

__all__ = ["Chosen", "Occasion", "Plan", "Troupe", "Workers", "dictation", "hearing", "history", "instructions",
           "manner_of", "plan", "session"]  # fmt: skip

_HELLO = {"en": "Hello!", "ko": "안녕!"}
"""What the model is told she was greeted with, since templates want the user to begin."""


def dictation(plan: Plan, microphone: Microphone, announce: Callable[[Event], None]) -> Dictation:
    """Ears and a pencil; nothing of it is loaded yet."""
    return Dictation(
        cast("Worker[Vad]", plan.engines["vad"].worker(plan.weights)),
        cast("Worker[Asr]", plan.engines["asr"].worker(plan.weights)),
        microphone,
        plan.language or None,
        _endpointing(plan.settings),
        announce,
    )


def history() -> History:
    """The user's history.

    Raises:
        StoreError: it cannot be opened; a talk can go on without.
    """
    from vtuber_cli import paths
    from vtuber_cli.store.database import Database
    from vtuber_cli.store.history import History

    return History(Database(paths.database()))


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is particular about one talk."""

    greets: bool = True
    greets_aloud: bool = True
    ends_with_microphone: bool = False
    resume: str | None = None
    """The talk to go on with, by id."""
    greeting: int = 0
    """Which of her greetings."""
    advises: bool = False
    """Says what this talk could have better, if it was not said lately."""
    fresh: str | None = None
    """The id that a new talk gets, if it matters."""


def session(
    plan: Plan, microphone: Microphone | None, speaker: Speaker, kept: History | None, occasion: Occasion
) -> Session:
    """A conversation that is ready to run; nothing of it is loaded yet."""
    past = past_of(kept, occasion.resume, plan.character, plan.language)
    memory = memory_of(plan, kept, occasion, past)
    workers = Workers(plan.weights)
    troupe = Troupe(plan, workers, occasion.greeting if occasion.greets else None)
    manner = manner_of(plan, replace(occasion, greets=occasion.greets and not past))
    return Session(workers.engines(plan), microphone, speaker, memory, manner, troupe)


def memory_of(plan: Plan, kept: History | None, occasion: Occasion, past: Sequence[Earlier]) -> Memory:
    """What she knows, and where what is said will be kept."""
    person, language = plan.character, plan.language
    return Memory(
        instructions(person, language),
        kept,
        talk=occasion.resume,
        opening=(person.id, language),
        past=past,
        fresh=occasion.fresh,
    )


def manner_of(plan: Plan, occasion: Occasion) -> Manner:
    """How she converses; with advice, if there is any and it is not to be spared."""
    settings, person, language = plan.settings, plan.character, plan.language
    greeting = person.greeting(language, occasion.greeting) if occasion.greets else None
    return Manner(
        person.display_name(language),
        style_of(plan),
        language=language,
        greeting=greeting,
        hello=_HELLO.get(language, _HELLO["en"]),
        greets_aloud=occasion.greets_aloud,
        barge_in=settings.talk.barge_in,
        hands_free=settings.talk.hands_free,
        idle_seconds=settings.talk.idle_seconds,
        proactive=person.what_moves_her(language),
        endpointing=_endpointing(settings),
        ends_with_microphone=occasion.ends_with_microphone,
        advice=_advice(plan) if occasion.advises else None,
        tools=(_fortune_teller(plan),),
        judged=frozenset(kind for kind, _ in _judged(plan)),
    )


def _fortune_teller(plan: Plan) -> FortuneTeller:
    from vtuber_cli.fortune import clock, profiles
    from vtuber_cli.fortune.request import Person
    from vtuber_cli.tools.fortune_teller import FortuneTeller

    def user() -> tuple[Person, str]:
        profile = profiles.read(profiles.DEFAULT)
        zone = (profile.zone if profile else "") or clock.local_zone()
        return profile.person(zone) if profile else Person(), zone

    def today(zone: str) -> date:
        return datetime.now(ZoneInfo(zone)).date()

    return FortuneTeller(user, today, narrates=plan.settings.fortune.narration == "model")


def _judged(plan: Plan) -> list[tuple[EngineKind, str | None]]:
    """The mind and the voice of a talk, where the catalogue knows them; and the voice where there is none."""
    served: dict[EngineKind, Chosen | None] = {"llm": plan.engines["llm"], "tts": plan.voices.get(plan.language)}
    judged: list[tuple[EngineKind, str | None]] = []
    for kind, chosen in served.items():
        known = (name for name in chosen.weights if plan.weights.catalog.find(name)) if chosen else iter((None,))
        judged.extend((kind, name) for name in islice(known, 1))
    return judged


def _advice(plan: Plan) -> Notice | None:
    lacking = advice.lacks(plan.weights, plan.language, _judged(plan))
    today = datetime.now().astimezone().date()
    return advice.notice(lacking, plan.language) if advice.worth_saying(lacking, plan.language, today) else None


def _endpointing(settings: Settings) -> Endpointing:
    return replace(Endpointing(), hangover=settings.talk.hangover_ms / 1000)


def past_of(kept: History | None, talk: str | None, person: Character, language: str) -> list[Earlier]:
    """What was said in a talk before; nothing if it is a new one.

    Raises:
        UsageError: there is no such talk.
    """
    if kept is None or talk is None:
        return []
    own = kept.talk(talk).character
    names = {person.id: ""}
    past: list[Earlier] = []
    for entry in kept.messages(talk):
        speaker = person.id if entry.role == "user" else entry.speaker or own
        if speaker not in names:
            names[speaker] = _name_of(speaker, language)
        if entry.text.strip():
            past.append(Earlier(entry.role, entry.text, names[speaker]))
    return past


def _name_of(speaker: str, language: str) -> str:
    """A character's name; the id of one who is not here any more, or whose file is broken."""
    try:
        return character.load(speaker).display_name(language)
    except UsageError:
        return speaker

"""The one place where settings become engines and sessions.

`plan` decides who talks, in which language and with which engines, and touches no model; `session` puts it together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from vtuber_cli import advice, character, config, i18n, yaml_file
from vtuber_cli.character import Character
from vtuber_cli.config import EngineChoice, Settings
from vtuber_cli.conversation.casting import Cast
from vtuber_cli.conversation.crew import Engines
from vtuber_cli.conversation.dictation import Dictation
from vtuber_cli.conversation.emotion import tags
from vtuber_cli.conversation.endpointer import Endpointing
from vtuber_cli.conversation.manner import Manner
from vtuber_cli.conversation.memory import Earlier, Memory
from vtuber_cli.conversation.reply import Style
from vtuber_cli.conversation.session import Session
from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines import choice, registry
from vtuber_cli.engines.base import Asr, Llm, Message, Tts, Vad
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import UsageError
from vtuber_cli.events import EMOTIONS, EngineKind, Event, Maker, Notice
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from vtuber_cli.audio.base import Microphone, Speaker
    from vtuber_cli.store.history import History

_LOG = logging.getLogger(__name__)
_USUAL: dict[EngineKind, str] = {"vad": "silero", "asr": "faster-whisper", "llm": "llama", "tts": "piper"}
"""What runs a model given by its path, and what is missed if there is nothing to choose from."""
_ANY = "*"
"""The catalogue's word for every language, where it is not known yet which."""
_HELLO = {"en": "Hello!", "ko": "안녕!"}
"""What the model is told she was greeted with, since templates want the user to begin."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An engine to be: its class is imported, its options are valid, nothing is loaded."""

    kind: EngineKind
    name: str
    engine: type[Any]
    options: BaseModel
    pick: choice.Pick | None = field(default=None, kw_only=True)
    """Why it, if nobody named both the engine and the model."""

    def worker(self, weights: Weights) -> Worker[Any]:
        model = Path(self.model).name if self.model else ""
        # People know the model's name better than the engine's: "thinking: smollm2-135m".
        return Worker(model or self.name, lambda: self.engine(self.options, weights), Maker(self.name, model))

    @property
    def model(self) -> str | None:
        """The name (or a path) of its model."""
        return getattr(self.options, "model", None)

    @property
    def weights(self) -> tuple[str, ...]:
        """What it will load: its model, unless its options know better, as where the model is elsewhere."""
        return getattr(self.options, "weights", (self.model,) if self.model else ())


@dataclass(frozen=True, slots=True)
class Plan:
    """Who talks, how, and with what."""

    settings: Settings
    character: Character
    language: str
    weights: Weights
    engines: Mapping[EngineKind, Chosen]
    voices: Mapping[str, Chosen]
    flags: Mapping[str, object] = field(default_factory=dict[str, object])
    """What it was made from, so that another can be made for somebody else."""

    def models(self, *, hears: bool = True) -> list[str]:
        """The weights that are needed, by name, for `Weights.ensure`."""
        ears: tuple[EngineKind, ...] = ("vad", "asr") if hears else ()
        return self.models_of([self.engines[kind] for kind in ("llm", *ears)] + list(self.voices.values()))

    def models_of(self, chosen: Sequence[Chosen]) -> list[str]:
        """What these engines will load: the catalogue's names, and paths. A plug-in's model may be something else."""
        models = [
            model
            for one in chosen
            for model in one.weights
            if one.engine.__module__.startswith("vtuber_cli.") or self.weights.catalog.find(model)
        ]
        return list(dict.fromkeys(models))


def plan(flags: Mapping[str, object] | None = None) -> Plan:
    """Decides, from flags (by dotted settings key) and everything else that settings come from.

    Raises:
        UsageError: unknown character or engine, wrong option; files that are broken raise ConfigError.
        EngineUnavailable: an engine's library is not installed.
    """
    first = config.load(flags).settings
    person = character.load(first.character)
    i18n.set_language(first.language)
    language = person.language(i18n.language())
    loaded = config.load(flags, person.settings(language))
    settings = loaded.settings
    wishes: dict[EngineKind, EngineChoice] = {
        "vad": settings.engines.vad,
        "asr": settings.engines.asr,
        "llm": settings.engines.llm,
    }
    weights = Weights(settings.models_dir)
    engines: dict[EngineKind, Chosen] = {kind: _chosen(kind, wish, language, weights) for kind, wish in wishes.items()}
    hers = loaded.source_of("engines.tts.name") in ("character", "default")
    if settings.engines.tts.name != "auto" and not hers:
        voices = _voices(dict.fromkeys(person.languages, settings.engines.tts), weights, theirs=False)
    else:
        voices = _voices(_voices_of(person, language, settings.engines.tts), weights, theirs=True)
    return Plan(settings, person, language, weights, engines, voices, flags or {})


def hearing(flags: Mapping[str, object] | None, language: str | None) -> Plan:
    """The plan of somebody who only listens.

    Args:
        flags: as for `plan`.
        language: what is listened for, an ISO 639-1 code; "" for any; None for the talk's.

    Raises:
        the same as `plan`.
    """
    found = plan(flags)
    if language is None or language == found.language:
        return found
    asr = _chosen("asr", found.settings.engines.asr, language or _ANY, found.weights)
    return replace(found, language=language, engines={**found.engines, "asr": asr})


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


def session(
    plan: Plan, microphone: Microphone | None, speaker: Speaker, kept: History | None, occasion: Occasion
) -> Session:
    """A conversation that is ready to run; nothing of it is loaded yet."""
    person, language = plan.character, plan.language
    past = _past(kept, occasion.resume, person, language)
    memory = Memory(
        instructions(person, language), kept, talk=occasion.resume, opening=(person.id, language), past=past
    )
    workers = Workers(plan.weights)
    troupe = Troupe(plan, workers, occasion)
    manner = manner_of(plan, replace(occasion, greets=occasion.greets and not past))
    return Session(workers.engines(plan), microphone, speaker, memory, manner, troupe)


def manner_of(plan: Plan, occasion: Occasion) -> Manner:
    """How she converses; with advice, if there is any and it is not to be spared."""
    settings, person, language = plan.settings, plan.character, plan.language
    greeting = person.greeting(language, occasion.greeting) if occasion.greets else None
    return Manner(
        person.display_name(language),
        _style(plan),
        language=language,
        greeting=greeting,
        hello=_HELLO.get(language, _HELLO["en"]),
        greets_aloud=occasion.greets_aloud,
        barge_in=settings.talk.barge_in,
        hands_free=settings.talk.hands_free,
        endpointing=_endpointing(settings),
        ends_with_microphone=occasion.ends_with_microphone,
        advice=_advice(plan) if occasion.advises else None,
        judged=frozenset(kind for kind, _ in _judged(plan)),
    )


class Troupe:
    """Everybody who could talk instead; a `conversation.casting.Casting`.

    Args:
        plan: of whoever talks first; the others get the same flags.
        workers: what is loaded once serves them all.
        occasion: whether they greet.
    """

    def __init__(self, plan: Plan, workers: Workers, occasion: Occasion) -> None:
        self._flags = plan.flags
        self._workers = workers
        self._occasion = occasion

    async def names(self) -> Sequence[str]:
        return await asyncio.to_thread(lambda: list(character.list_characters()))

    async def cast(self, name: str) -> Cast:
        return await asyncio.to_thread(self._cast, name)

    def _cast(self, name: str) -> Cast:
        theirs = plan({**self._flags, "character": name})
        person, language = theirs.character, theirs.language
        greeting = person.greeting(language, self._occasion.greeting) if self._occasion.greets else None
        return Cast(
            person.id,
            person.display_name(language),
            language,
            _style(theirs),
            instructions(person, language),
            greeting,
            self._workers.engines(theirs),
        )


class Workers:
    """One worker for each engine with its options, by however many it is wanted."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._made: list[tuple[Chosen, Worker[Any]]] = []

    def engines(self, plan: Plan) -> Engines:
        voices = {language: cast("Worker[Tts]", self._of(chosen)) for language, chosen in plan.voices.items()}
        return Engines(
            cast("Worker[Vad]", self._of(plan.engines["vad"])),
            cast("Worker[Asr]", self._of(plan.engines["asr"])),
            cast("Worker[Llm]", self._of(plan.engines["llm"])),
            Voices(plan.language, voices),
        )

    def _of(self, chosen: Chosen) -> Worker[Any]:
        for known, worker in self._made:
            if (known.kind, known.name, known.options) == (chosen.kind, chosen.name, chosen.options):
                return worker
        worker = chosen.worker(self._weights)
        self._made.append((chosen, worker))
        return worker


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


def _style(plan: Plan) -> Style:
    reply = plan.settings.reply
    return Style(
        emotions=EMOTIONS,
        tags=tags(EMOTIONS) | plan.character.emotion_words(),
        max_tokens=reply.max_tokens,
        temperature=reply.temperature,
        seed=reply.seed,
    )


def _voices_of(person: Character, language: str, wanted: EngineChoice) -> dict[str, EngineChoice]:
    """Her own voice for each language; what the user changed of its options is for the talk's language."""
    own = {spoken: voice for spoken in person.languages if (voice := person.voice(spoken)) is not None}
    wishes = {spoken: EngineChoice(name=voice.engine, options=voice.options) for spoken, voice in own.items()}
    if wanted.name != "auto" or wanted.options:
        wishes[language] = wanted
    return wishes


def _voices(wishes: Mapping[str, EngineChoice], weights: Weights, *, theirs: bool) -> dict[str, Chosen]:
    """An engine for each language that one can be had for; equal ones are one, and loaded once."""
    voices: dict[str, Chosen] = {}
    for language, wish in wishes.items():
        if wish == EngineChoice() and choice.pick("tts", language, weights) is None:
            continue
        chosen = _chosen("tts", wish, language, weights, theirs=theirs)
        same = (one for one in voices.values() if (one.name, one.options) == (chosen.name, chosen.options))
        voices[language] = next(same, chosen)
    return voices


def _chosen(kind: EngineKind, wish: EngineChoice, language: str, weights: Weights, *, theirs: bool = False) -> Chosen:
    """The engine for a wish: what it leaves open is chosen for the language, what it names is taken as it is.

    Args:
        theirs: a character's own voice, which stays what it is whatever else comes to be installed.
    """
    model, pick, options = wish.options.get("model"), None, wish.options
    if model is not None:
        entry = weights.catalog.find(str(model))
        entry = entry if entry and entry.kind == kind else None
        name = wish.name if wish.name != "auto" else entry.engine if entry else _USUAL[kind]
        if entry and entry.engine == name:
            options = {**entry.options, **options}
    elif wish.name == "auto":
        pick = _picked(kind, wish, language, weights)
        name = pick.engine if pick else _USUAL[kind]
    else:
        name = wish.name
        found = None if theirs else choice.pick(kind, language, weights, engine=name)
        # Of what is here; if nothing is, the engine's own default says what to fetch.
        pick = found if found and found.here else None
    if pick is not None:
        options = {**pick.options, **options}
        _LOG.info("%s for %s: %s with %s, %s", kind, language, name, pick.model.name, pick.reason)
    engine = registry.load(kind, name)
    given = yaml_file.Document(f"engines.{kind}.options ({name})", dict(options))
    return Chosen(kind, name, engine, yaml_file.validate(given, engine.Options), pick=pick)


def _picked(kind: EngineKind, wish: EngineChoice, language: str, weights: Weights) -> choice.Pick | None:
    """What auto takes; options that were given may be another engine's, and then it is meant."""
    pick = choice.pick(kind, language, weights)
    if pick is None or not wish.options:
        return pick
    able = (name for name in (pick.engine, _USUAL[kind], *registry.names(kind)) if not registry.missing(kind, name))
    meant = (name for name in able if wish.options.keys() <= registry.load(kind, name).Options.model_fields.keys())
    name = next(meant, pick.engine)
    return pick if name == pick.engine else choice.pick(kind, language, weights, engine=name) or pick


def instructions(person: Character, language: str) -> list[Message]:
    """What every prompt of a talk with her begins with."""
    talk = [Message("system", person.system_prompt(language))]
    for asked, answered in person.example_talk(language):
        talk += [Message("user", asked), Message("assistant", answered)]
    return talk


def _past(kept: History | None, talk: str | None, person: Character, language: str) -> list[Earlier]:
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

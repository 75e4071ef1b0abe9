"""What a talk will be had with: which engines, which models, which voices; nothing is loaded."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from vtuber_cli import character, config, i18n, yaml_file
from vtuber_cli.character import Character
from vtuber_cli.config import EngineChoice, Settings
from vtuber_cli.engines import choice, registry
from vtuber_cli.engines.worker import Worker
from vtuber_cli.events import EngineKind, Maker
from vtuber_cli.weights import Weights

_LOG = logging.getLogger(__name__)
_USUAL: dict[EngineKind, str] = {"vad": "silero", "asr": "faster-whisper", "llm": "llama", "tts": "piper"}
"""What runs a model given by its path, and what is missed if there is nothing to choose from."""
_ANY = "*"
"""The catalogue's word for every language, where it is not known yet which."""


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

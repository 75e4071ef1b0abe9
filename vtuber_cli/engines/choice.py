"""What "auto" means: the fastest engine and model that are good enough for a language, on this machine.

What is here is preferred to what would have to be fetched, if it is good enough; if nothing here is, the default set
joins in. Before anything else a model has to keep up with a talk. Nothing is imported, loaded or fetched here: how
good and how fast a model is comes from the catalogue, and its speed from this machine where it was measured.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from vtuber_cli.engines import registry, speeds

if TYPE_CHECKING:
    from vtuber_cli.engines.speeds import Speed
    from vtuber_cli.events import EngineKind
    from vtuber_cli.weights import Weights
    from vtuber_cli.weights.catalog import Model, Quality

Reason: TypeAlias = Literal["only", "best", "fastest", "default", "last_resort"]
"""Alone in knowing the language; better than the others here; as good as others here and faster; not here but in the
default set; does not know the language, and nothing does."""

_LONGEST: Mapping[EngineKind, float] = {"vad": 0.3, "asr": 0.7, "llm": 0.25, "tts": 1.0}
"""Seconds for a second of sound (of an LLM: for a token) beyond which an engine does not keep up with a talk."""
_MEMORY = 0.6
"""The part of the machine's memory that one model may take."""
_RUNS_TOO: Mapping[str, str] = {"llama-cpp": "llama"}
"""Engines that run the models that the catalogue has for another one."""
_GRADES: Mapping[Quality | None, int] = {"good": 0, "fair": 1, None: 2, "poor": 3}
"""None: knows the language, and nobody judged how well."""
_WORTH = 2.0
"""So many times as fast is worth a download."""
_ENOUGH = _GRADES["fair"]
_FOREIGN = 4
"""The grade of a model that does not know the language."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model of the catalogue, as seen from this machine."""

    model: Model
    here: bool
    """Installed or built in."""
    runs: bool
    """The library of its engine is installed."""
    cost: float = math.inf
    """Seconds of work for a second of sound, or for a token; infinite if nobody knows."""
    fits: bool = True
    """The machine has the memory for it."""

    @property
    def unfit(self) -> bool:
        """Nobody would call it a talk."""
        return not self.fits or (math.isfinite(self.cost) and self.cost > _LONGEST[self.model.kind])


@dataclass(frozen=True, slots=True)
class Pick:
    """What "auto" means, and why."""

    kind: EngineKind
    engine: str
    options: Mapping[str, str | int | float | bool]
    """What the engine has to be told, the model's name among it."""
    model: Model
    here: bool
    reason: Reason
    quality: Quality | None
    """In the language; None if nobody judged it, or the language is not the model's."""

    @property
    def does_well(self) -> bool:
        return self.reason != "last_resort" and _GRADES[self.quality] <= _ENOUGH


def quality(model: Model, language: str) -> Quality | None:
    """How well a model does in a language that it knows, if anybody judged it."""
    return model.quality.get(language) or model.quality.get("*")


def knows(model: Model, language: str) -> bool:
    return not model.languages or language in model.languages


def pick(kind: EngineKind, language: str, weights: Weights, *, engine: str | None = None) -> Pick | None:
    """What to take for a kind and a language; None if there is nothing that could serve.

    Args:
        kind: of engine.
        language: of the talk; an ISO 639-1 code.
        weights: says what is here.
        engine: only this one's models are asked for.
    """
    found = candidates(kind, weights)
    if engine is not None:
        found = fitting(engine, found)
    picked = best(found, language, weights.catalog.default)
    return picked if picked is None or engine is None else replace(picked, engine=engine)


def candidates(kind: EngineKind, weights: Weights) -> list[Candidate]:
    """Every model of a kind in the catalogue."""
    survey = [one for one in weights.survey() if one.model.kind == kind]
    known = registry.names(kind)
    room = _memory()
    costs = costs_here([one.model for one in survey], speeds.kept())
    return [
        Candidate(
            one.model,
            here=one.state in ("installed", "built_in"),
            runs=one.model.engine in known and registry.missing(kind, one.model.engine) is None,
            cost=costs[one.model.name],
            fits=room is None or (one.model.memory or one.model.size) <= room * _MEMORY,
        )
        for one in survey
    ]


def fitting(engine: str, found: Iterable[Candidate]) -> list[Candidate]:
    """Those of a kind's models that an engine can run, by its own library."""
    able = [one for one in found if one.model.engine in (engine, _RUNS_TOO.get(engine))]
    return [replace(one, runs=registry.missing(one.model.kind, engine) is None) for one in able]


def costs_here(models: Sequence[Model], measured: Iterable[Speed]) -> dict[str, float]:
    """What models of one kind cost on this machine, by name: as measured, or else as the catalogue says, in proportion.

    Args:
        models: of the catalogue.
        measured: anything; what was measured while others were at work does not count.
    """
    found = {speed.subject: speed.cost for speed in measured if not speed.busy}
    here = {one.name: cost for one in models if (cost := found.get((one.kind, one.engine, one.name))) is not None}
    ratios = sorted(here[one.name] / one.cost for one in models if one.name in here and one.cost)
    # Of two models of which only one was measured, a slow machine must not make the other look fast.
    ratio = ratios[len(ratios) // 2] if ratios else 1.0
    return {one.name: here.get(one.name, one.cost * ratio if one.cost else math.inf) for one in models}


def best(found: Iterable[Candidate], language: str, default: Sequence[str]) -> Pick | None:
    """The choice itself.

    Args:
        found: of one kind.
        language: of the talk.
        default: names of the models that may be fetched unasked.
    """
    able = [one for one in found if one.runs and (knows(one.model, language) or one.model.kind == "llm")]
    here = [one for one in able if one.here]
    within = (
        here
        if any(_does(one, language) for one in here)
        else [one for one in able if one.here or one.model.name in default]
    )
    if not within:
        return None
    chosen = min(within, key=lambda one: (one.unfit, _grade(one.model, language), not one.here, one.cost))
    model = chosen.model
    options = {"model": model.name, **model.options}
    reason = _reason(chosen, within, language)
    return Pick(model.kind, model.engine, options, model, chosen.here, reason, quality(model, language))


def better(found: Iterable[Candidate], language: str, than: Model | None) -> Model | None:
    """The model to fetch for somebody who wants this language done well; None if there is none."""
    grade = _FOREIGN + 1 if than is None else _grade(than, language)
    offered = [
        one
        for one in found
        if one.runs and not one.here and _does(one, language) and _grade(one.model, language) < grade
    ]
    return min(offered, key=lambda one: (_grade(one.model, language), one.cost)).model if offered else None


def faster(found: Iterable[Candidate], language: str, than: Pick | None) -> Model | None:
    """A model to fetch that is no worse in the language and at least twice as fast; None if there is none."""
    known = list(found)
    if than is None or not than.does_well:
        return None
    taken = next(one for one in known if one.model is than.model)
    offered = [
        one
        for one in known
        if one.runs
        and not one.here
        and knows(one.model, language)
        and _grade(one.model, language) <= _grade(taken.model, language)
        and one.cost <= taken.cost / _WORTH
    ]
    return min(offered, key=lambda one: one.cost).model if offered else None


def _memory() -> int | None:
    """The machine's, in bytes; None where the system does not tell in this way (Windows)."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _does(one: Candidate, language: str) -> bool:
    """Well enough, and fast enough."""
    return _grade(one.model, language) <= _ENOUGH and not one.unfit


def _grade(model: Model, language: str) -> int:
    return _GRADES[quality(model, language)] if knows(model, language) else _FOREIGN


def _reason(chosen: Candidate, within: Sequence[Candidate], language: str) -> Reason:
    if not knows(chosen.model, language):
        return "last_resort"
    if not chosen.here:
        return "default"
    others = [one for one in within if one.here and one is not chosen and knows(one.model, language)]
    if not others:
        # Another detector needs no model, and so is no candidate.
        return "best" if chosen.model.kind == "vad" else "only"
    grade = _grade(chosen.model, language)
    equal = any(_grade(one.model, language) == grade and one.unfit == chosen.unfit for one in others)
    return "fastest" if equal else "best"

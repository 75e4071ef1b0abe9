"""Every registered engine and whether it can be used here, told without importing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from vtuber_cli.engines import choice, registry
from vtuber_cli.engines.library import installing, package

if TYPE_CHECKING:
    from vtuber_cli.engines.choice import Candidate
    from vtuber_cli.events import EngineKind
    from vtuber_cli.weights import Weights

State: TypeAlias = Literal["ready", "no_library", "no_weights", "elsewhere"]
"""Elsewhere: it asks a server, of which nothing is known before it is asked."""

KINDS: tuple[EngineKind, ...] = ("vad", "asr", "llm", "tts")
"""In the order of a talk."""

_ELSEWHERE = frozenset({"openai"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An engine, as seen from this machine."""

    kind: EngineKind
    name: str
    state: State
    package: str | None
    """What is to be installed."""
    models: Sequence[Candidate]
    """Of the catalogue, that it can run; none if it needs none, or if nobody listed them."""

    @property
    def command(self) -> str | None:
        """What makes it ready."""
        match self.state:
            case "no_library" if self.package is not None:
                return installing(self.package)
            case "no_weights":
                return f"vtuber models get {min(self.models, key=lambda one: one.model.download).model.name}"
            case _:
                return None


def roster(kind: EngineKind, weights: Weights) -> list[Entry]:
    """The engines of a kind, by name."""
    found = choice.candidates(kind, weights)
    return [_entry(kind, name, choice.fitting(name, found)) for name in registry.names(kind)]


def _entry(kind: EngineKind, name: str, models: Sequence[Candidate]) -> Entry:
    missing = registry.missing(kind, name)
    if missing is not None:
        return Entry(kind, name, "no_library", package(missing), models)
    if name in _ELSEWHERE:
        return Entry(kind, name, "elsewhere", None, models)
    return Entry(kind, name, "no_weights" if models and not any(one.here for one in models) else "ready", None, models)

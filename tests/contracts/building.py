"""Builds registered engines for their contracts, the real ones on real weights."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, cast

import pytest

from vtuber_cli.engines import registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _pytest.mark.structures import ParameterSet

    from vtuber_cli.events import EngineKind
    from vtuber_cli.weights import Weights


def parameters(kind: EngineKind) -> list[ParameterSet]:
    """Every registered engine of a kind; all but echo carry the mark `model`."""
    return [pytest.param(name, marks=() if name == "echo" else pytest.mark.model) for name in registry.names(kind)]


def model_of(kind: EngineKind, name: str) -> str | None:
    """The catalogue's model that an engine uses unless told otherwise; None for one without weights."""
    return getattr(registry.load(kind, name).Options(), "model", None)


@contextlib.contextmanager
def built(kind: EngineKind, name: str, weights: Weights, **options: object) -> Iterator[Any]:
    """An engine with its default options, closed at the end. Skips if its weights are not on this machine."""
    model = model_of(kind, name)
    if model and (missing := weights.missing([model])):
        pytest.skip(f"the weights {missing[0].name} are not installed; vtuber models get {missing[0].name}")
    made = cast("Any", registry.load(kind, name))
    engine = made(made.Options(**options), weights)
    try:
        yield engine
    finally:
        engine.close()


class Elsewhere:
    """Weight files that are wherever a test put them; those of `own` (the detector inside a recogniser) at home."""

    def __init__(self, path: Path, own: Weights | None = None) -> None:
        self._path = path
        self._own = own

    def path(self, name: str) -> Path:
        return self._own.path(name) if self._own and name == "silero" else self._path

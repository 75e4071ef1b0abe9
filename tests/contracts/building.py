"""Builds registered engines for their contracts, the real ones on real weights."""

from __future__ import annotations

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.contracts.sentences import ENGLISH, OTHER
from tests.contracts.sherpa_voice import joe_with_a_lexicon
from tests.engines.llama_endpoint import KEY_NAME, llama_endpoint
from vtuber_cli.engines import registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from _pytest.mark.structures import ParameterSet

    from vtuber_cli.events import EngineKind
    from vtuber_cli.weights import Weights


def parameters(kind: EngineKind) -> list[ParameterSet]:
    """Every registered engine of a kind; all but echo carry the mark `model`, or say which library is not there."""
    return [pytest.param(name, marks=_marks(kind, name)) for name in registry.names(kind)]


def _marks(kind: EngineKind, name: str) -> Sequence[pytest.MarkDecorator]:
    if name == "echo":
        return ()
    if module := registry.missing(kind, name):
        return (pytest.mark.skip(reason=f"{module} is not installed"),)
    return (pytest.mark.model,)


def model_of(kind: EngineKind, name: str) -> str | None:
    """The catalogue's model that an engine uses unless told otherwise; None for one without weights."""
    return getattr(registry.load(kind, name).Options(), "model", None)


@contextlib.contextmanager
def built(kind: EngineKind, name: str, weights: Weights, **options: object) -> Iterator[Any]:
    """An engine with its default options, closed at the end. Skips if its weights are not on this machine."""
    if (kind, name) == ("llm", "openai"):
        with _behind_http(weights, **options) as engine:
            yield engine
        return
    if (kind, name) == ("tts", "sherpa-onnx"):
        with _with_a_voice_made_for_it(weights, **options) as engine:
            yield engine
        return
    model = model_of(kind, name)
    if model and (missing := weights.missing([model])):
        pytest.skip(f"the weights {missing[0].name} are not installed; vtuber models get {missing[0].name}")
    made = cast("Any", registry.load(kind, name))
    engine = made(made.Options(**options), weights)
    try:
        yield engine
    finally:
        engine.close()


@contextlib.contextmanager
def _behind_http(weights: Weights, **options: object) -> Iterator[Any]:
    """An endpoint has no weights here: it is a server with those of the usual engine."""
    made = cast("Any", registry.load("llm", "openai"))
    model = model_of("llm", "llama") or ""
    if weights.missing([model]):
        pytest.skip(f"the weights {model} are not installed; vtuber models get {model}")
    with llama_endpoint(weights.path(model), cast("int", options.get("context", 2048))) as url:
        patient = {"first_token_seconds": 300, "token_seconds": 100, "reply_seconds": 600}
        engine = made(made.Options(base_url=url, key=KEY_NAME, **patient, **options), weights)
        try:
            yield engine
        finally:
            engine.close()


@contextlib.contextmanager
def _with_a_voice_made_for_it(weights: Weights, **options: object) -> Iterator[Any]:
    """The catalogue has no voice for it; a real one is made of Piper's."""
    made = cast("Any", registry.load("tts", "sherpa-onnx"))
    if weights.missing(["piper-joe"]):
        pytest.skip("the weights piper-joe are not installed; vtuber models get piper-joe")
    with TemporaryDirectory() as folder:
        voice = joe_with_a_lexicon(weights.path("piper-joe"), ENGLISH + OTHER, Path(folder) / "voice")
        engine = made(made.Options(model=str(voice), **options), weights)
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

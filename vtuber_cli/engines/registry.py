"""Which engines exist. Names cost nothing; only `load` imports an engine's module."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from vtuber_cli.engines.base import Engine
from vtuber_cli.errors import EngineUnavailable, UsageError
from vtuber_cli.events import EngineKind


def names(kind: EngineKind) -> tuple[str, ...]:
    """The names of every registered engine of a kind, sorted; imports nothing."""
    return tuple(sorted(_found(kind)))


def load(kind: EngineKind, name: str) -> type[Engine]:
    """The engine class; its module is imported here and nowhere else.

    Raises:
        UsageError: no engine of that name; names the nearest.
        EngineUnavailable: a library it needs is not installed.
    """
    found = _found(kind)
    if name not in found:
        nearest = get_close_matches(name, found, n=1, cutoff=0.4)
        key = "engine.unknown_nearest" if nearest else "engine.unknown"
        raise UsageError(key, kind=kind, name=name, names=", ".join(sorted(found)), nearest="".join(nearest))
    try:
        return cast("type[Engine]", found[name].load())
    except ImportError as error:
        raise EngineUnavailable("engine.not_installed", kind=kind, name=name, module=error.name or str(error)) from error


def _found(kind: EngineKind) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=f"vtuber.{kind}")}

"""Which engines exist. Names cost nothing; only `load` imports an engine's module."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from importlib.util import find_spec
from typing import cast

from vtuber_cli.engines.base import Engine
from vtuber_cli.engines.library import LIBRARIES, library
from vtuber_cli.errors import EngineUnavailable, UsageError, VtuberError
from vtuber_cli.events import EngineKind

_OURS = "vtuber_cli."


def names(kind: EngineKind) -> tuple[str, ...]:
    """The names of every registered engine of a kind, sorted; imports nothing."""
    return tuple(sorted(_found(kind)))


def load(kind: EngineKind, name: str) -> type[Engine]:
    """The engine class; its module is imported here and nowhere else.

    Raises:
        UsageError: no engine of that name; names the nearest.
        EngineUnavailable: a library it needs is not installed, or its package is broken.
    """
    point = _known(kind, name)
    try:
        with library(kind, name):
            engine: object = point.load()
    except VtuberError:
        raise
    except Exception as error:  # a plug-in's module runs whatever it likes; it must not take the program with it
        raise EngineUnavailable("engine.broken", kind=kind, name=name, reason=error) from error
    if not isinstance(engine, type) or not hasattr(engine, "Options"):
        raise EngineUnavailable("engine.broken", kind=kind, name=name, reason=point.value)
    return cast("type[Engine]", engine)


def missing(kind: EngineKind, name: str) -> str | None:
    """The module that an engine needs and that is not installed; None if all are there. Imports nothing.

    Of a plug-in only its own package is looked for.

    Raises:
        UsageError: no engine of that name.
    """
    point = _known(kind, name)
    ours = point.value.startswith(_OURS)
    wanted = (point.module, *LIBRARIES.get(name, ())) if ours else (point.module.partition(".")[0],)
    return next((module for module in wanted if find_spec(module) is None), None)


def _known(kind: EngineKind, name: str) -> EntryPoint:
    found = _found(kind)
    if name not in found:
        nearest = get_close_matches(name, found, n=1, cutoff=0.4)
        key = "engine.unknown_nearest" if nearest else "engine.unknown"
        raise UsageError(key, kind=kind, name=name, names=", ".join(sorted(found)), nearest="".join(nearest))
    return found[name]


def _found(kind: EngineKind) -> dict[str, EntryPoint]:
    """By name. Of two with one name ours wins: installing a plug-in does not silently replace an engine."""
    found = _installed(tuple(sys.path)).select(group=f"vtuber.{kind}")
    return {point.name: point for point in sorted(found, key=lambda point: point.value.startswith(_OURS))}


@cache
def _installed(path: tuple[str, ...]) -> EntryPoints:
    """Every entry point along `path`, which is `sys.path`: all packages' files are read for it, and once is enough."""
    return cast("EntryPoints", entry_points())

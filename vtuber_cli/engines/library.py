"""Importing an engine's heavy library, on use, with an error that says what to install."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from vtuber_cli.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator

    from vtuber_cli.events import EngineKind


_PACKAGES = {
    "_webrtcvad": "webrtcvad-wheels",
    "hibari": "hibari-tts",
    "llama_cpp": "llama-cpp-python",
    "piper": "piper-tts",
    "webrtcvad": "webrtcvad-wheels",
}
"""What to install for a module, where another package has the module's name."""


@contextmanager
def library(kind: EngineKind, name: str) -> Generator[None]:
    """Turns an `ImportError` inside into the `EngineUnavailable` that the registry raises for an engine's own module.

    Args:
        kind: of the engine that imports.
        name: the engine's name in the registry.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or str(error)).partition(".")[0]
        module = _PACKAGES.get(module, module)
        raise EngineUnavailable("engine.not_installed", kind=kind, name=name, module=module) from error
    except ImportError as error:  # the package is there, a system library that it is linked to is not
        raise EngineUnavailable("engine.library", kind=kind, name=name, reason=error) from error

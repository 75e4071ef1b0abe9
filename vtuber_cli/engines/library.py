"""Importing an engine's heavy library, on use, with an error that says what to install."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vtuber_cli.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from vtuber_cli.events import EngineKind

LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "silero": ("onnxruntime",),
    "webrtc": ("webrtcvad",),
    "faster-whisper": ("faster_whisper",),
    "sherpa-onnx": ("sherpa_onnx",),
    "llama": ("xllamacpp",),
    "llama-cpp": ("llama_cpp",),
    "piper": ("piper", "onnxruntime"),
    "hibari": ("hibari", "onnxruntime"),
    "espeak": ("espeakng_loader",),
}
"""The modules that our engines import when they are built, so that one can look for them and import nothing."""

_PACKAGES = {
    "_webrtcvad": "webrtcvad-wheels",
    "hibari": "hibari-tts",
    "llama_cpp": "llama-cpp-python",
    "piper": "piper-tts",
    "webrtcvad": "webrtcvad-wheels",
}
"""What to install for a module, where another package has the module's name."""

_EXTRAS = {"llama_cpp": "llama-cpp"}
"""Our optional parts, by the module that each brings; a part knows which versions will do."""


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
        params = {"kind": kind, "name": name, "module": _PACKAGES.get(module, module)}
        hint = installing(package(module))
        raise EngineUnavailable("engine.not_installed", hint=hint, **params) from error
    except ImportError as error:  # the package is there, a system library that it is linked to is not
        raise EngineUnavailable("engine.library", kind=kind, name=name, reason=error) from error


def package(module: str) -> str:
    """What to tell pip to install for a module that is not there."""
    return f"vtuber-cli[{_EXTRAS[module]}]" if module in _EXTRAS else _PACKAGES.get(module, module)


def installing(wanted: str) -> str:
    """The command for it."""
    return f"pip install {shlex.quote(wanted)}"

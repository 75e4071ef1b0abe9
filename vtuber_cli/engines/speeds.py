"""How fast engines were found to be on this machine, kept in `speeds.json` of the data folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from vtuber_cli import paths
from vtuber_cli.events import EngineKind


class Speed(BaseModel):
    """One engine with one model. Times in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: EngineKind
    engine: str
    model: str | None
    """The catalogue's name or a path; None for an engine without models."""
    language: str
    load_s: float = Field(ge=0)
    """Of the engine's class and its constructor, the library's import included."""
    first_result_s: float = Field(ge=0)
    """Cold, by the first call: an utterance's words, a reply's first token, the first sound, a frame's probability."""
    warm_result_s: float = Field(ge=0)
    """The same when the engine has done it before: the median of some calls."""
    real_time_factor: float = Field(ge=0)
    """Seconds of work, warm, for a second of sound; of a model for a second of reading its words aloud."""
    tokens_per_s: float | None = Field(default=None, gt=0)
    """Of a language model, after the first token."""
    memory_mb: float | None = None
    """The most that a process with nothing else in it had, in MiB."""
    at: str = ""
    """When, by ISO 8601."""
    load: float | None = None
    """Of the machine in the minute before it was measured."""
    busy: bool = False
    """Others were at work meanwhile, so that it says little."""

    @property
    def cost(self) -> float:
        """As the catalogue's: seconds for a second of sound, or for a token."""
        return 1 / self.tokens_per_s if self.tokens_per_s else self.real_time_factor

    @property
    def subject(self) -> tuple[str, str, str | None]:
        return self.kind, self.engine, self.model


_SPEEDS = TypeAdapter(list[Speed])


def file() -> Path:
    return paths.data_dir() / "speeds.json"


def kept() -> list[Speed]:
    """What was measured here; nothing if nothing was, or if it cannot be read."""
    try:
        return _SPEEDS.validate_json(file().read_bytes())
    except (OSError, ValidationError):
        return []


def keep(speeds: Iterable[Speed]) -> None:
    """Adds what was measured, in place of what was known of the same; not if it says less (`busy`).

    Raises:
        OSError: it cannot be written.
    """
    known = {speed.subject: speed for speed in kept()}
    for speed in speeds:
        before = known.get(speed.subject)
        if before is None or before.busy or not speed.busy:
            known[speed.subject] = speed
    place = file()
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(f".{os.getpid()}")
    try:
        part.write_bytes(_SPEEDS.dump_json(list(known.values()), indent=2))
        part.replace(place)
    finally:
        with suppress(OSError):
            part.unlink()

"""The options that commands share, and what they mean as settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from vtuber_cli.errors import UsageError

Character: TypeAlias = Annotated[
    str | None, typer.Option("--character", "-c", metavar="ID", help="chat.option.character")
]
Engines: TypeAlias = Annotated[str | None, typer.Option("--engines", metavar="NAME", help="chat.option.engines")]
ModelsDir: TypeAlias = Annotated[
    Path | None, typer.Option("--models-dir", metavar="DIR", help="weights.option.models_dir", show_default=False)
]
Set: TypeAlias = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="chat.option.set")]


def engine_flags(engines: str | None) -> dict[str, object]:
    """`--engines echo`: one name for every kind of engine."""
    return {f"engines.{kind}.name": engines for kind in ("vad", "asr", "llm", "tts")} if engines else {}


def assignments(settings: list[str] | None) -> dict[str, object]:
    """`--set talk.hangover_ms=500`, as flags by dotted key.

    Raises:
        UsageError: one is not KEY=VALUE.
    """
    flags: dict[str, object] = {}
    for assignment in settings or []:
        key, equals, value = assignment.partition("=")
        if not equals or not key.strip():
            raise UsageError("chat.bad_set", given=assignment)
        flags[key.strip()] = value.strip()
    return flags

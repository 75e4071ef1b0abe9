"""The options that commands share, and what they mean as settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from vtuber_cli.errors import UsageError

if TYPE_CHECKING:
    from vtuber_cli.audio.library import Direction
    from vtuber_cli.bootstrap import Plan

Character: TypeAlias = Annotated[
    str | None, typer.Option("--character", "-c", metavar="ID", help="chat.option.character")
]
Engines: TypeAlias = Annotated[str | None, typer.Option("--engines", metavar="NAME", help="chat.option.engines")]
ModelsDir: TypeAlias = Annotated[
    Path | None, typer.Option("--models-dir", metavar="DIR", help="weights.option.models_dir", show_default=False)
]
Set: TypeAlias = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="chat.option.set")]

Input: TypeAlias = Annotated[str | None, typer.Option("--input", metavar="DEVICE", help="devices.option.input")]
Output: TypeAlias = Annotated[str | None, typer.Option("--output", metavar="DEVICE", help="devices.option.output")]


def device_flags(microphone: str | None, loudspeaker: str | None) -> dict[str, object]:
    """`--input` and `--output`."""
    given = {"audio.input": microphone, "audio.output": loudspeaker}
    return {key: name for key, name in given.items() if name is not None}


def check_devices(plan: Plan, microphone: str | None, loudspeaker: str | None) -> None:
    """A device named on the command line has to be there; one from the settings may come later.

    Raises:
        AudioUnavailable: it is not; says the nearest.
    """
    if microphone is None and loudspeaker is None:
        return
    from vtuber_cli import log
    from vtuber_cli.audio import devices
    from vtuber_cli.audio.quiet import native_stderr_to

    wanted: tuple[tuple[str | None, Direction], ...] = ((microphone, "input"), (loudspeaker, "output"))
    with native_stderr_to(log.native_file()):
        for name, direction in wanted:
            if name is not None:
                devices.choose(devices.found(direction, plan.settings.audio.library), name, direction)


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

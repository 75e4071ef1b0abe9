"""`vtuber logs`: the log file, its end first, and what comes then."""

from __future__ import annotations

import json
import sys
from collections import deque
from dataclasses import asdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_cli.cli.log_lines import Record, Tail

_LOOKS = 0.25
"""Seconds between two looks at a log that is followed."""
_STYLES = {"DEBUG": "dim", "WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red"}


def command(
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=0, max=1_000_000, metavar="N", help="logs.option.lines")
    ] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="logs.option.follow")] = False,
    level: Annotated[str, typer.Option("--level", metavar="LEVEL", help="logs.option.level")] = "debug",
    as_json: Annotated[bool, typer.Option("--json", help="logs.option.json")] = False,
) -> None:
    from vtuber_cli import log
    from vtuber_cli.cli.log_lines import Tail
    from vtuber_cli.cli.show import notice

    least = _level(level)
    show = _as_json if as_json else _in_colour() if sys.stdout.isatty() else _as_text
    tail = Tail(log.file()) if follow else None
    found = _last(lines, least, tail.begins if tail is not None else None)
    for record in found:
        show(record)
    if tail is not None:
        _follow(tail, least, show)
    elif not found:
        notice(t("logs.empty", file=log.file()))


def _last(count: int, least: str, end: int | None) -> list[Record]:
    """The newest records; older files are read only if the newer ones do not hold enough."""
    from vtuber_cli import log
    from vtuber_cli.cli.log_lines import records

    files = log.files()
    found: list[Record] = []
    while files and len(found) < count:
        path = files.pop()
        grave = (one for one in records(path, end if path == log.file() else None) if one.reaches(least))
        found = [*deque(grave, maxlen=count - len(found)), *found]
    return found


def _level(given: str) -> str:
    from vtuber_cli.cli.log_lines import LEVELS

    if given.lower() in LEVELS:
        return given.lower()
    nearest = get_close_matches(given.lower(), LEVELS, n=1, cutoff=0.5)
    key = "logs.unknown_level_nearest" if nearest else "logs.unknown_level"
    raise UsageError(key, name=given, nearest="".join(nearest), names=", ".join(LEVELS))


def _follow(tail: Tail, least: str, show: Callable[[Record], None]) -> None:
    """Shows what comes, until somebody presses ctrl+c."""
    from threading import Event

    from vtuber_cli.cli.log_lines import Assembler

    never = Event()
    sys.stdout.flush()
    while True:
        assembler = Assembler()
        found = [assembler.feed(line) for line in tail.lines()]
        for record in (*found, assembler.finish()):
            if record is not None and record.reaches(least):
                show(record)
        sys.stdout.flush()
        never.wait(_LOOKS)


# --- showing ----------------------------------------------------------------------------------------------------


def _as_json(record: Record) -> None:
    print(json.dumps(asdict(record)))


def _as_text(record: Record) -> None:
    head = f"{record.at} {record.level} {record.logger} [{record.thread}] " if record.at else ""
    print(head + record.message.replace("\n", "\\n"))
    for line in record.trace:
        print(f"    {line}")


def _in_colour() -> Callable[[Record], None]:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)

    def show(record: Record) -> None:
        style = _STYLES.get(record.level, "")
        line = Text(f"{record.at[5:19].replace('T', ' ')} ", style="dim") if record.at else Text()
        line.append(f"{record.level.lower():<8} " if record.level else "", style=f"not dim {style}")
        line.append(f"{record.logger.removeprefix('vtuber_cli.')} " if record.logger else "", style="cyan not dim")
        line.append(record.message, style=f"not dim {style}")
        for each in record.trace:
            line.append(f"\n    {each}", style="dim")
        console.print(line, soft_wrap=True)

    return show

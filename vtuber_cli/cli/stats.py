"""`vtuber stats`: how fast she was in the last days, stage by stage, and how much was said."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.clean import one_line
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.store.statistics import Figures, Stage

_GAP = "  "
_BARS = "▁▂▃▄▅▆▇█"
_ASCII_BARS = "_.-=+*#@"
_WIDEST_LINE = 14
"""Cells of the line that shows the days; more days share one."""
_SOME_NAME = 16
"""Cells of an engine's name that are worth more than the line of days."""


def command(
    days: Annotated[int, typer.Option("--days", "-d", min=1, max=3650, metavar="N", help="stats.option.days")] = 7,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="NAME", show_default=False, help="stats.option.engine")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="stats.option.json")] = False,
) -> None:
    from vtuber_cli.cli.history_page import print_json
    from vtuber_cli.cli.show import notice

    found = _figures(days, engine)
    if as_json:
        print_json(asdict(found))
    elif not found.turns:
        notice(t("stats.empty", days=days))
    elif sys.stdout.isatty():
        _print_page(found)
    else:
        for one in found.stages:
            print("\t".join((one.stage, one.engine, one.model, str(one.turns), f"{one.p50:.0f}", f"{one.p95:.0f}")))


def _figures(days: int, engine: str | None) -> Figures:
    """The figures; none if there is no history yet: looking does not make one.

    Raises:
        UsageError: no such engine worked in these days.
    """
    from vtuber_cli import paths
    from vtuber_cli.errors import UsageError
    from vtuber_cli.store.database import Database
    from vtuber_cli.store.statistics import Figures, figures

    if not paths.database().exists():
        return Figures(days)
    database = Database(paths.database())
    try:
        found = figures(database, days, datetime.now().astimezone(), engine)
    finally:
        database.close()
    if engine is not None and found.turns and engine not in found.engines:
        nearest = get_close_matches(engine, found.engines, n=1, cutoff=0.5)
        key = "stats.unknown_nearest" if nearest else "stats.unknown"
        raise UsageError(key, name=engine, nearest="".join(nearest), names=", ".join(found.engines) or "-")
    return found


# --- the page ---------------------------------------------------------------------------------------------------


def _print_page(found: Figures) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in _said(found):
        console.print(Text(line))
    rows = [_row(one) for one in found.stages]
    if not rows:
        console.print(Text(f"\n{t('stats.unmeasured')}", style="dim"))
        return
    head = ("", t("stats.column.engine"), t("stats.column.turns"), "p50", "p95", t("stats.column.days"))
    print()
    styles = ("bold", "", "dim", "bold cyan", "cyan", "magenta")
    for number, cells in enumerate(_aligned([head, *rows], console.width)):
        line = Text()
        for cell, style in zip(cells, styles, strict=True):
            line.append(cell, style="underline" if number == 0 and cell.strip() else style).append(_GAP)
        line.rstrip()
        console.print(line, no_wrap=True, crop=True)


def _said(found: Figures) -> list[str]:
    """Two or three lines about how much was said."""
    lines = [
        t("stats.turns", days=found.days, turns=found.turns, talks=found.talks, interrupted=found.interrupted),
        t(
            "stats.words",
            yours=f"{found.user_words:,}",
            hers=f"{found.her_words:,}",
            your_time=_clock(found.user_seconds),
            her_time=_clock(found.her_seconds),
        ),
    ]
    if found.prompt_tokens:
        share = round(100 * found.cached_tokens / found.prompt_tokens)
        lines.append(t("stats.tokens", read=f"{found.prompt_tokens:,}", share=share, written=f"{found.reply_tokens:,}"))
    return lines


def _row(one: Stage) -> tuple[str, ...]:
    name = " · ".join(filter(None, (one_line(one.engine), one_line(one.model) if one.model != one.engine else "")))
    line = sparkline(one.days, _ASCII_BARS if "utf" not in (sys.stdout.encoding or "").lower() else _BARS)
    return t(f"stats.stage.{one.stage}"), name, str(one.turns), f"{one.p50:.0f}", f"{one.p95:.0f}", line


def sparkline(days: Sequence[float | None], bars: str = _BARS) -> str:
    """The days as bars from nothing to the slowest; a day without a turn is a gap.

    Many days share a bar, which shows the slowest of them. A single bar tells nothing, so one day has none.
    """
    if len(days) < 2:
        return ""
    a_bar = -(-len(days) // _WIDEST_LINE)
    groups = [[ms for ms in days[at : at + a_bar] if ms is not None] for at in range(0, len(days), a_bar)]
    highest = max((max(group) for group in groups if group), default=0.0) or 1.0
    return "".join(bars[min(len(bars) - 1, int(len(bars) * max(one) / highest))] if one else " " for one in groups)


def _aligned(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The cells padded to columns, numbers to the right; names are cut, and the days dropped, where it is narrow."""
    from vtuber_cli.card.cells import cells

    widths = [max(cells(row[at]) for row in rows) for at in range(len(rows[0]))]
    gaps = len(_GAP) * (len(widths) - 1)
    if sum(widths) - max(0, widths[1] - _SOME_NAME) + gaps > width:
        widths[-1] = 0
    widths[1] = max(0, min(widths[1], width - gaps - sum(widths) + widths[1]))
    return [[_fit(cell, widths[at], right=at in (2, 3, 4)) for at, cell in enumerate(row)] for row in rows]


def _fit(text: str, width: int, *, right: bool) -> str:
    from vtuber_cli.card.cells import cells

    if cells(text) > width:
        while text and cells(text) > width - 1:
            text = text[:-1]
        text = f"{text}…" if width else ""
    padding = " " * (width - cells(text))
    return padding + text if right else text + padding


def _clock(seconds: float) -> str:
    """3:07, or 1:02:07."""
    whole = round(seconds)
    minutes = f"{whole // 60 % 60}:{whole % 60:02}"
    return f"{whole // 3600}:{minutes:0>5}" if whole >= 3600 else minutes

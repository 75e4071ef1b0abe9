"""How talks and messages are printed: tables and pages on a terminal, plain lines into a pipe, JSON."""

from __future__ import annotations

import json
import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from vtuber_cli.clean import clean, one_line
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vtuber_cli.store.entry import Entry
    from vtuber_cli.store.history import Talk

_GAP = "  "
_SOME_TEXT = 16
_STYLES = {"id": "dim", "when": "dim", "who": "bold", "turns": "dim", "messages": "dim"}
_UNPRINTABLE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def print_json(value: object) -> None:
    """JSON that drives no terminal: what is not printable is escaped, which changes no value."""
    print(_UNPRINTABLE.sub(_escape, json.dumps(value, ensure_ascii=False, indent=2)))


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = [[one_line(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in lines:
            print("\t".join(line))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    headings = [Text(t(f"history.column.{name}"), style="underline") for name in columns]
    table = [headings, *([Text(cell) for cell in line] for line in lines)]
    widths = [max(row[at].cell_len for row in table) for at in range(len(columns))]
    shown = _shown(columns, widths, console.width)
    room = console.width - sum(widths[at] + len(_GAP) for at in shown[:-1])
    for row in table:
        line = Text()
        for at in shown:
            cell = row[at]
            cell.truncate(room if at == shown[-1] else widths[at], overflow="ellipsis", pad=at != shown[-1])
            cell.stylize_before(_STYLES.get(columns[at], ""))
            line.append_text(cell).append("" if at == shown[-1] else _GAP)
        console.print(line, no_wrap=True, crop=False)


def _shown(columns: Sequence[str], widths: Sequence[int], width: int) -> list[int]:
    """The columns that fit a terminal of this width beside a bit of text, which is the last of them."""
    shown = list(range(len(columns)))
    for name in ("turns", "when", "who"):
        if sum(widths[at] + len(_GAP) for at in shown[:-1]) + _SOME_TEXT > width and name in columns:
            shown.remove(columns.index(name))
    return shown


def print_talk(talk: Talk, entries: Sequence[Entry]) -> None:
    title = t("history.title", character=one_line(talk.character), when=local(talk.started), id=talk.id)
    cut = f"  ({t('history.interrupted')})"
    if not sys.stdout.isatty():
        print(title)
        for entry in entries:
            text = clean(entry.text).replace("\n", "\n    ")
            print(f"{who(entry, talk.character)}: {text}{cut if entry.interrupted else ''}")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(title, style="dim"))
    for entry in entries:
        mine = entry.role == "user"
        line = Text(f"\n{who(entry, talk.character)}  ", style="bold cyan" if mine else "bold magenta")
        line.append(meta(entry) + "\n", style="not bold dim default")
        line.append(clean(entry.text), style="not bold default")
        line.append(cut if entry.interrupted else "", style="not bold dim default")
        console.print(line)


def meta(entry: Entry) -> str:
    parts = [local(entry.at)[-5:]]
    if entry.timings is not None and entry.timings.first_audio_ms is not None:
        parts.append(f"{entry.timings.first_audio_ms:.0f} ms")
    if entry.emotion not in (None, "neutral"):
        parts.append(entry.emotion)
    return " · ".join(parts)


def who(entry: Entry, character: str) -> str:
    return t("history.you") if entry.role == "user" else one_line(entry.speaker or character)


def local(at: str) -> str:
    """A time of the database, as the reader's clock shows it; whatever is no time as it is."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return one_line(at)

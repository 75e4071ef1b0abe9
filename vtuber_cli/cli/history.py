"""`vtuber history`: what was said in past talks.

On a terminal a table; into a pipe one line a talk or message, its fields between tabs; with `--json` JSON: an array of
talks or of messages, `show` one talk with its messages. Times are UTC in JSON, the reader's own elsewhere.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_cli.clean import clean, one_line
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from vtuber_cli.store.history import Entry, History, Match, Talk

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="history.option.json")]
_GAP = "  "
_SOME_TEXT = 16
_STYLES = {"id": "dim", "when": "dim", "who": "bold", "turns": "dim"}
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="history.option.limit")]


@app.command("list", help="history.command.list")
def list_talks(
    character: Annotated[
        str | None, typer.Option("--character", metavar="ID", show_default=False, help="history.option.character")
    ] = None,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    from vtuber_cli.store.history import short_ids

    with _history() as history:
        talks = history.list_talks(character=character, limit=limit) if history else []
        short = short_ids([talk.id for talk in history.list_talks()]) if history and talks else {}
    if as_json:
        _print_json([asdict(talk) for talk in talks])
    elif not talks:
        _notice("history.empty")
    else:
        rows = [(short[one.id], _local(one.ended), one.character, str(one.turns), one.first) for one in talks]
        _print_rows(("id", "when", "who", "turns", "said"), rows)


@app.command("show", help="history.command.show")
def show_talk(
    talk: Annotated[
        str | None, typer.Argument(metavar="[ID]", show_default=False, help="history.argument.talk")
    ] = None,
    as_json: Json = False,
) -> None:
    with _history() as history:
        found = _wanted(history, talk)
        entries = history.messages(found.id) if history and found else []
    if found is None:
        _notice("history.empty")
    elif as_json:
        _print_json({**asdict(found), "messages": [_message_record(entry) for entry in entries]})
    else:
        _print_talk(found, entries)


@app.command("search", help="history.command.search")
def search(
    query: Annotated[list[str], typer.Argument(metavar="WORD...", help="history.argument.query")],
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    from vtuber_cli.store.history import short_ids

    words = " ".join(query)
    with _history() as history:
        found = history.search(words, limit=limit) if history else []
        short = short_ids([talk.id for talk in history.list_talks()]) if history and found else {}
    if as_json:
        _print_json([_match_record(match) for match in found])
    elif not found:
        _notice("history.nothing_found", query=words)
    else:
        rows = [
            (
                short.get(one.entry.talk, one.entry.talk),
                _local(one.entry.at),
                _name(one.entry, one.character),
                one.entry.text,
            )
            for one in found
        ]
        _print_rows(("id", "when", "who", "text"), rows)


# --- reading ----------------------------------------------------------------------------------------------------


@contextmanager
def _history() -> Generator[History | None]:
    """The history, or None if there is none yet: looking does not make one."""
    from vtuber_cli import paths

    path = paths.database()
    if not path.exists():
        yield None
        return
    from vtuber_cli.store.database import Database
    from vtuber_cli.store.history import History

    history = History(Database(path))
    try:
        yield history
    finally:
        history.close()


def _wanted(history: History | None, beginning: str | None) -> Talk | None:
    if beginning is None:
        return next(iter(history.list_talks(limit=1)), None) if history else None
    if history is None:
        from vtuber_cli.errors import UsageError

        raise UsageError("history.unknown", id=beginning)
    return history.talk(beginning)


def _message_record(entry: Entry) -> dict[str, Any]:
    record = asdict(entry)
    del record["talk"]
    return record


def _match_record(match: Match) -> dict[str, Any]:
    return {"character": match.character, **asdict(match.entry)}


# --- printing ---------------------------------------------------------------------------------------------------


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _print_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
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


def _print_talk(talk: Talk, entries: Sequence[Entry]) -> None:
    title = t("history.title", character=one_line(talk.character), when=_local(talk.started), id=talk.id)
    cut = f"  ({t('history.interrupted')})"
    if not sys.stdout.isatty():
        print(title)
        for entry in entries:
            text = clean(entry.text).replace("\n", "\n    ")
            print(f"{_name(entry, talk.character)}: {text}{cut if entry.interrupted else ''}")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(title, style="dim"))
    for entry in entries:
        mine = entry.role == "user"
        line = Text(f"\n{_name(entry, talk.character)}  ", style="bold cyan" if mine else "bold magenta")
        line.append(_meta(entry) + "\n", style="not bold dim default")
        line.append(clean(entry.text), style="not bold default")
        line.append(cut if entry.interrupted else "", style="not bold dim default")
        console.print(line)


def _meta(entry: Entry) -> str:
    parts = [_local(entry.at)[-5:]]
    if entry.timings is not None and entry.timings.first_audio_ms is not None:
        parts.append(f"{entry.timings.first_audio_ms:.0f} ms")
    if entry.emotion is not None:
        parts.append(entry.emotion)
    return " · ".join(parts)


def _name(entry: Entry, character: str) -> str:
    return t("history.you") if entry.role == "user" else one_line(character)


def _local(at: str) -> str:
    """A time of the database, as the reader's clock shows it; whatever is no time as it is."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return one_line(at)


def _notice(key: str, **params: object) -> None:
    from vtuber_cli.cli.show import notice

    notice(t(key, **params))

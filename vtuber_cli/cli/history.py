"""`vtuber history`: what was said in past talks.

On a terminal a table; into a pipe one line a talk or message, its fields between tabs; with `--json` JSON: an array of
talks or of messages, `show` one talk with its messages. Times are UTC in JSON, the reader's own elsewhere.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_cli.cli import history_files
from vtuber_cli.cli.history_page import local, print_json, print_rows, print_talk, who
from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from vtuber_cli.store.history import History, Match, Talk

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="history.option.json")]
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

    with kept() as history:
        talks = history.list_talks(character=character, limit=limit) if history else []
        short = short_ids(history.ids()) if history and talks else {}
    if as_json:
        print_json([asdict(talk) for talk in talks])
    elif not talks:
        _notice("history.empty")
    else:
        rows = [(short[one.id], local(one.ended), one.character, str(one.turns), one.first) for one in talks]
        print_rows(("id", "when", "who", "turns", "said"), rows)


@app.command("show", help="history.command.show")
def show_talk(
    talk: Annotated[
        str | None, typer.Argument(metavar="[ID]", show_default=False, help="history.argument.talk")
    ] = None,
    as_json: Json = False,
) -> None:
    from vtuber_cli.store import own

    with kept() as history:
        found = _wanted(history, talk)
        entries = history.messages(found.id) if history and found else []
    if found is None:
        _notice("history.empty")
    elif as_json:
        print_json({**asdict(found), "messages": [own.message(entry) for entry in entries]})
    else:
        print_talk(found, entries)


@app.command("search", help="history.command.search")
def search(
    query: Annotated[list[str], typer.Argument(metavar="WORD...", help="history.argument.query")],
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    from vtuber_cli.store.history import short_ids

    words = " ".join(query)
    with kept() as history:
        found = history.search(words, limit=limit) if history else []
        short = short_ids(history.ids()) if history and found else {}
    if as_json:
        print_json([_match_record(match) for match in found])
    elif not found:
        _notice("history.nothing_found", query=words)
    else:
        rows = [
            (
                short.get(one.entry.talk, one.entry.talk),
                local(one.entry.at),
                who(one.entry, one.character),
                one.entry.text,
            )
            for one in found
        ]
        print_rows(("id", "when", "who", "text"), rows)


# --- reading ----------------------------------------------------------------------------------------------------


@contextmanager
def kept() -> Generator[History | None]:
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
        raise UsageError("history.unknown", id=beginning)
    return history.talk(beginning)


def _match_record(match: Match) -> dict[str, Any]:
    return {"character": match.character, **asdict(match.entry)}


# --- files, and forgetting ---------------------------------------------------------------------------------------

app.command("export", help="history.command.export")(history_files.export_talks)
app.command("import", help="history.command.import")(history_files.import_talks)


@app.command("rm", help="history.command.rm")
def remove(
    talk: Annotated[
        list[str] | None, typer.Argument(metavar="ID", show_default=False, help="history.argument.rm")
    ] = None,
    character: history_files.Only = None,
    everything: Annotated[bool, typer.Option("--all", help="history.option.rm_all")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="history.option.yes")] = False,
) -> None:
    if not talk and character is None and not everything:
        raise UsageError("history.rm_what")
    with kept() as history:
        talks = history_files.selected(history, talk or [], character, everything=everything)
        sizes = history.sizes() if history else {}
        # With all of them go those, too, in which the user never said a word.
        ids = list(sizes) if everything and character is None else [one.id for one in talks]
        if history is None or not ids:
            _notice("history.empty")
            return
        _show_what_goes(talks, sizes)
        if not yes:
            _ask(len(talks), sum(sizes[one] for one in ids))
        history.remove(ids)
        _notice("history.removed", count=len(talks), messages=sum(sizes[one] for one in ids))
    _tell_of_copies(forget=everything and character is None)


def _show_what_goes(talks: Sequence[Talk], sizes: dict[str, int]) -> None:
    from vtuber_cli.store.history import short_ids

    short = short_ids([one.id for one in talks])
    rows = [(short[one.id], local(one.ended), one.character, str(sizes[one.id]), one.first) for one in talks]
    print_rows(("id", "when", "who", "messages", "said"), rows)


def _ask(talks: int, messages: int) -> None:
    """Goes on if somebody agrees.

    Raises:
        UsageError: nobody is there to ask.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("history.rm_unasked")
    print(t("history.rm_sure", count=talks, messages=messages), end=" ", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes", "네", "예", "ㅇ", "응"):
        _notice("history.rm_nothing")
        raise typer.Exit(1)


def _tell_of_copies(*, forget: bool) -> None:
    """A migration left a copy of the file as it was before; what was removed is still in it."""
    from vtuber_cli import paths

    path = paths.database()
    for copy in sorted(path.parent.glob(f"{path.name}.v*.bak")):
        if forget:
            copy.unlink(missing_ok=True)
        else:
            _notice("history.copy_remains", file=copy)


def _notice(key: str, **params: object) -> None:
    from vtuber_cli.cli.show import notice

    notice(t(key, **params))

"""`vtuber history export` and `import`: talks to files and back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, cast, get_args

import typer

from vtuber_cli.clean import one_line
from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vtuber_cli.store.arrival import Arrival
    from vtuber_cli.store.entry import Entry
    from vtuber_cli.store.history import History, Talk

Format: TypeAlias = Literal["md", "json", "jsonl", "srt", "chat-history"]

_SUFFIXES: dict[str, Format] = {".md": "md", ".markdown": "md", ".json": "json", ".jsonl": "jsonl", ".srt": "srt"}
_READABLE = (".json", ".jsonl")
_MOST_COMPLAINTS = 10

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", show_default=False, help="history.argument.talks")]
Only = Annotated[
    str | None, typer.Option("--character", metavar="ID", show_default=False, help="history.option.character")
]


# --- out --------------------------------------------------------------------------------------------------------


def export_talks(
    talk: Ids = None,
    character: Only = None,
    everything: Annotated[bool, typer.Option("--all", help="history.option.export_all")] = False,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", "-f", metavar="|".join(get_args(Format)), show_default=False, help="history.option.format"
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE|DIR", show_default=False, help="history.option.output"),
    ] = None,
) -> None:
    from vtuber_cli.cli.history import kept

    place = None if output in (None, "-") else Path(output)
    folder = place is not None and (place.is_dir() or str(output).endswith(("/", os.sep)))
    chosen = _format(form, place)
    with kept() as history:
        talks = selected(history, talk or [], character, everything=everything)
        if history is None or not talks:
            _notice("history.empty")
            return
        if chosen == "chat-history":
            _export_layout(history, talks, place)
        elif place is not None and folder:
            _export_each(history, talks, chosen, place)
        else:
            _put(place, _document(history, talks, chosen))


def selected(history: History | None, ids: Sequence[str], character: str | None, *, everything: bool) -> list[Talk]:
    """The talks that are meant, oldest first; the last one if none was named."""
    if history is None:
        if ids:
            raise UsageError("history.unknown", id=ids[0])
        return []
    if ids and (everything or character is not None):
        raise UsageError("history.which")
    if ids:
        return list({found.id: found for found in map(history.talk, ids)}.values())
    talks = history.list_talks(character=character)
    return talks[::-1] if everything or character is not None else talks[:1]


def _format(given: str | None, output: Path | None) -> Format:
    if given is None:
        return _SUFFIXES.get(output.suffix.lower(), "md") if output is not None else "md"
    if given not in get_args(Format):
        raise UsageError("history.unknown_format", name=given, names=", ".join(get_args(Format)))
    return cast("Format", given)


def _document(history: History, talks: Sequence[Talk], form: Format) -> bytes:
    """Talks as one document.

    Raises:
        UsageError: several talks in a format that holds one.
    """
    from vtuber_cli.store import foreign

    if form == "srt" and len(talks) > 1:
        raise UsageError("history.one_talk_a_file", format=form, count=len(talks))
    if form == "md":
        return "\n".join(_markdown(one, history.messages(one.id)) for one in talks).encode()
    if form == "srt":
        return _subtitles(talks[0], history.messages(talks[0].id))
    records = [_record(history, one) for one in talks]
    if form == "jsonl":
        return b"".join(foreign.written(record) + b"\n" for record in records)
    return foreign.written(records, indent=2) + b"\n"


def _record(history: History, talk: Talk) -> dict[str, Any]:
    from dataclasses import asdict

    from vtuber_cli.store import own

    return {
        "format": own.FORMAT,
        **asdict(talk),
        "messages": [own.message(entry) for entry in history.messages(talk.id)],
    }


def _markdown(talk: Talk, entries: Sequence[Entry]) -> str:
    from vtuber_cli.cli.history_page import local, meta, who
    from vtuber_cli.store.markdown import markdown

    title = t("history.title", character=one_line(talk.character), when=local(talk.started), id=talk.id)
    return markdown(title, entries, lambda entry: f"**{who(entry, talk.character)}** · {meta(entry)}")


def _subtitles(talk: Talk, entries: Sequence[Entry]) -> bytes:
    from vtuber_cli.cli.history_page import who
    from vtuber_cli.store.subtitles import srt

    text, guesses = srt(entries, lambda entry: who(entry, talk.character))
    if guesses:
        _notice("history.guesses", id=talk.id, count=guesses, all=len(entries))
    return text.encode()


def _export_each(history: History, talks: Sequence[Talk], form: Format, folder: Path) -> None:
    from vtuber_cli.store.layout import file_of

    for one in talks:
        name = file_of(one.id, one.started, one.character, None).with_suffix(f".{form}").name
        _put(folder / name, _document(history, [one], form))
    _notice("history.exported", count=len(talks), folder=folder)


def _export_layout(history: History, talks: Sequence[Talk], output: Path | None) -> None:
    """Into a folder as `{conf_uid}/{history_uid}.json`; one talk also into a file, or to stdout."""
    from vtuber_cli.store import foreign, layout

    if output is None or output.suffix == ".json":
        if len(talks) > 1:
            raise UsageError("history.one_talk_a_file", format="chat-history", count=len(talks))
        _put(output, foreign.written(_elements(history, talks[0]), indent=2) + b"\n")
        return
    used: set[str] = set()
    for one in talks:
        file = layout.file_of(one.id, one.started, one.character, history.source(one.id)[0])
        if str(file).casefold() in used:  # two files of one name, from folders whose names no system takes
            file = file.with_name(f"{one.id}.json")
        used.add(str(file).casefold())
        _put(output / file, foreign.written(_elements(history, one), indent=2) + b"\n")
    _notice("history.exported", count=len(talks), folder=output)


def _elements(history: History, talk: Talk) -> list[dict[str, Any]]:
    from vtuber_cli.store import layout

    return layout.elements(talk.started, talk.character, history.messages(talk.id), history.source(talk.id)[1])


def _put(output: Path | None, data: bytes) -> None:
    """Writes a file, whole or not at all; without one to stdout.

    Raises:
        UsageError: it cannot be written there.
    """
    if output is None:
        _put_out(data)
        return
    if output.exists() and not output.is_file():
        raise UsageError("history.file.not_plain", file=output)
    part = output.with_name(f"{output.name}.part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(output)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise UsageError("history.file.unwritable", file=output, reason=error.strerror or str(error)) from error


def _put_out(data: bytes) -> None:
    if not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    from vtuber_cli.clean import clean

    print(clean(data.decode()), end="")


# --- in ---------------------------------------------------------------------------------------------------------


def import_talks(
    files: Annotated[list[Path], typer.Argument(metavar="PATH", help="history.argument.files")],
    character: Annotated[
        str | None, typer.Option("--character", metavar="ID", show_default=False, help="history.option.as_character")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="history.option.json")] = False,
) -> None:
    from vtuber_cli import bootstrap
    from vtuber_cli.cli.show import error

    arrivals: list[tuple[Path, Arrival]] = []
    refused: list[UsageError] = []
    for file in _found(files):
        try:
            arrivals += [(file, one) for one in _arrivals(file, character)]
        except UsageError as complaint:
            refused.append(complaint)
    fates: list[tuple[str, str | None]] = []
    if arrivals:
        history = bootstrap.history()
        try:
            fates = [*history.keep([one for _, one in arrivals])]
        finally:
            history.close()
    for complaint in refused[:_MOST_COMPLAINTS]:
        error(complaint)
    if len(refused) > _MOST_COMPLAINTS:
        _notice("history.more_refused", count=len(refused) - _MOST_COMPLAINTS)
    _tell(arrivals, fates, as_json=as_json)
    if refused:
        raise typer.Exit(UsageError.exit_code)


def _found(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that are meant; in a folder those in it and in its folders, and in a `chat_history` therein."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inner = path / "chat_history"
        folders = [path, *([inner] if inner.is_dir() else [])]
        files = {file for folder in folders for level in ("*", "*/*") for file in folder.glob(level)}
        found = sorted(file for file in files if file.suffix.lower() in _READABLE and not file.is_dir())
        if not found:
            raise UsageError("history.file.none", file=path)
        yield from found


def _arrivals(file: Path, character: str | None) -> list[Arrival]:
    """The talks in a file, whichever of our formats or the spec's it is in."""
    from dataclasses import replace

    from vtuber_cli.store import foreign, layout, own

    values = _values(file, foreign.read(file), foreign.parse)
    if len(values) == 1 and layout.fits(values[0]):
        if file == foreign.STDIN and character is None:
            raise UsageError("history.file.whose", file=file)
        return [layout.read(values[0], file, _changed(file), character)]
    talks = [one for value in values for one in (cast("list[Any]", value) if isinstance(value, list) else [value])]
    if not talks or not all(own.fits(one) for one in talks):
        raise UsageError("history.file.no_talk", file=file)
    arrivals = [own.read(one, file) for one in talks]
    return [replace(one, character=character) for one in arrivals] if character is not None else arrivals


def _values(file: Path, data: bytes, parse: Callable[[bytes | str, Path], Any]) -> list[Any]:
    """The JSON values of a file: one, or one a line."""
    if file.suffix.lower() != ".jsonl":
        try:
            return [parse(data, file)]
        except UsageError:
            if file.suffix:  # standard input may be either
                raise
    lines = [line for line in data.split(b"\n") if line.strip()]
    return [parse(line, Path(f"{file}:{number}")) for number, line in enumerate(lines, 1)]


def _changed(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return datetime.now(UTC)


def _tell(arrivals: Sequence[tuple[Path, Arrival]], fates: Sequence[tuple[str, str | None]], *, as_json: bool) -> None:
    if as_json:
        rows = [
            {"file": str(file), "fate": fate, "id": talk, "character": one.character, "messages": len(one.entries)}
            for (file, one), (fate, talk) in zip(arrivals, fates, strict=True)
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    came = [one for (_, one), (fate, _) in zip(arrivals, fates, strict=True) if fate == "kept"]
    if came:
        _notice("history.imported", count=len(came), messages=sum(len(one.entries) for one in came))
    for fate in ("known", "changed", "empty"):
        if count := sum(one == fate for one, _ in fates):
            _notice(f"history.imported.{fate}", count=count)


def _notice(key: str, **params: object) -> None:
    from vtuber_cli.cli.show import notice

    notice(t(key, **params))

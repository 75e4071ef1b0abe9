"""`vtuber character`: who there is, what they are like, a new one, and whether a file of one is right."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_cli import i18n
from vtuber_cli.clean import one_line
from vtuber_cli.errors import ConfigError, UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.character import Character

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="character.option.json")]
_LONGEST_NAME = 60
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
"""Names that no folder may have on Windows."""


@app.command("list", help="character.command.list")
def list_characters(as_json: Json = False) -> None:
    from vtuber_cli import character
    from vtuber_cli.cli import show
    from vtuber_cli.cli.table import print_json, print_rows

    records: list[dict[str, Any]] = []
    current = _current()
    for name, folder in character.list_characters().items():
        try:
            record = _record(character.read(folder), folder)
        except ConfigError as error:
            record = {"id": name, "folder": str(folder), "origin": _origin(folder), "problem": show.message(error)}
        records.append({**record, "current": name == current})
    if as_json:
        print_json(records)
        return
    rows = [(one["id"], _name(one), " ".join(one.get("languages", ())), _voices(one), _remark(one)) for one in records]
    print_rows(rows, ("bold", "", "", "cyan", "dim"))
    for one in records:
        if "problem" in one:
            show.notice(t("character.broken", id=one["id"]))


@app.command("show", help="character.command.show")
def show_character(
    name: Annotated[
        str | None, typer.Argument(metavar="[ID]", show_default=False, help="character.argument.show")
    ] = None,
    as_json: Json = False,
) -> None:
    from vtuber_cli import character, config
    from vtuber_cli.cli import character_page
    from vtuber_cli.cli.table import print_json

    person = character.load(name or config.load().settings.character)
    folder = character.list_characters()[person.id]
    if as_json:
        print_json({**_record(person, folder), **person.model_dump(mode="json")})
    else:
        language = person.language(i18n.language())
        character_page.print_page(person, language, t(f"character.origin.{_origin(folder)}"))


@app.command("new", help="character.command.new")
def new_character(
    name: Annotated[str, typer.Argument(metavar="ID", help="character.argument.new")],
    called: Annotated[
        str | None, typer.Option("--name", metavar="NAME", show_default=False, help="character.option.name")
    ] = None,
) -> None:
    from vtuber_cli import character, disk
    from vtuber_cli.cli.schema import modeline
    from vtuber_cli.cli.show import notice

    called = one_line(called or "") or name.capitalize()
    _check_new(name, called)
    file = character.own_folder() / name / character.FILE
    text = f"{modeline('character', file)}\n{_template(name, called)}"
    file.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        file.parent.mkdir()
    except FileExistsError:
        raise UsageError("character.folder_exists", folder=file.parent) from None
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
        character.read(file.parent)
    except BaseException:
        disk.remove(file.parent)  # half a character would be in the way of the next try
        raise
    print(file)
    notice(t("character.next_check", id=name))
    notice(t("character.next_chat", id=name))


@app.command("check", help="character.command.check")
def check_character(
    what: Annotated[str, typer.Argument(metavar="ID|FOLDER|FILE", help="character.argument.check")],
    as_json: Json = False,
) -> None:
    from vtuber_cli import character
    from vtuber_cli.cli import character_check, character_picture, live2d_check, show
    from vtuber_cli.cli.table import print_json

    file = _file(what)
    wrong = character.problems(file)
    if file.name == character.FILE:
        wrong += character_picture.problems(file.parent)
    if not wrong:
        wrong = live2d_check.problems(file)
    remarks = [] if wrong else [*character_check.remarks(file), *live2d_check.remarks(file)]
    found = [("error", each) for each in wrong] + [("warning", each) for each in remarks]
    if as_json:
        print_json([_finding(level, each) for level, each in found])
    else:
        for level, each in found:
            print(f"{t(f'character.level.{level}')}: {show.message(each)}")
            if advice := show.hint(each):
                print(f"  {t('cli.hint')}: {advice}")
        if not wrong:
            print(t("character.fine" if not remarks else "character.fine_but", file=file))
    raise typer.Exit(1 if wrong else 0)


@app.command("sheet", help="character.command.sheet")
def draw_sheet(
    name: Annotated[
        str | None, typer.Argument(metavar="[ID]", show_default=False, help="character.argument.sheet")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--png", metavar="FILE", show_default=False, help="character.option.png")
    ] = None,
) -> None:
    from vtuber_cli import character, config
    from vtuber_cli.cli.character_picture import write_sheet

    person = character.load(name or config.load().settings.character)
    file = picture or Path(f"{person.id}-sheet.png")
    write_sheet(character.list_characters()[person.id], file)
    print(file)


# --- making one -------------------------------------------------------------------------------------------------


def _check_new(name: str, called: str) -> None:
    from vtuber_cli import character
    from vtuber_cli.config import CHARACTER_ID

    if not re.fullmatch(CHARACTER_ID, name) or _RESERVED.fullmatch(name):
        raise UsageError("character.bad_id", id=name)
    if len(called) > _LONGEST_NAME:
        raise UsageError("character.long_name", limit=_LONGEST_NAME)
    for taken in character.list_characters():
        if taken.lower() == name.lower():
            raise UsageError("character.taken", id=taken)


def _template(name: str, called: str) -> str:
    """The commented file in the reader's language, filled in; its other braces are YAML's."""
    from vtuber_cli.yaml_edit import written

    source = Path(i18n.__file__).parent / "locales" / i18n.language() / "character.yaml"
    text = source.read_text(encoding="utf-8")
    plain = re.sub(r'["\\]', "", called)
    for placeholder, value in (
        ("{title}", t("character.title", name=plain)),
        ("{id}", written(name)),
        ("{name}", written(called)),
        ("{plain_name}", plain),
    ):
        text = text.replace(placeholder, value)
    return text


# --- telling ----------------------------------------------------------------------------------------------------


def _file(what: str) -> Path:
    """The file that is meant: a path if it looks like one or is one, else the id of a character."""
    from vtuber_cli import character

    path = Path(what).expanduser() if what.startswith("~") else Path(what)
    found = character.list_characters()
    if what in found and os.sep not in what:
        return found[what] / character.FILE
    if path.is_dir():
        return path / character.FILE
    if path.is_file() or os.sep in what or path.suffix in (".yaml", ".yml"):
        return path
    if (own := character.own_folder() / what).is_dir() and re.fullmatch(r"[\w-]+", what):
        return own / character.FILE
    character.load(what)  # raises: there is nobody of that name
    return path


def _record(person: Character, folder: Path) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "languages": person.languages,
        "voices": {spoken: voice.engine if (voice := person.voice(spoken)) else None for spoken in person.languages},
        "origin": _origin(folder),
        "folder": str(folder),
    }


def _finding(level: str, error: ConfigError) -> dict[str, Any]:
    from vtuber_cli.cli import show

    params = error.params
    return {
        "level": level,
        "file": str(params.get("file", "")),
        "line": params.get("line"),
        "key": params.get("name"),
        "message": show.message(error),
        "hint": show.hint(error) or None,
    }


def _origin(folder: Path) -> str:
    from vtuber_cli import character

    return "own" if folder.parent == character.own_folder() else "shipped"


def _current() -> str:
    """Who talks to the user; nobody, if the settings are broken."""
    from vtuber_cli import config

    try:
        return config.load().settings.character
    except ConfigError:
        return ""


def _remark(record: dict[str, Any]) -> str:
    origin = t(f"character.origin.{record['origin']}")
    return f"{origin} · {t('character.current')}" if record["current"] else origin


def _name(record: dict[str, Any]) -> str:
    names: dict[str, str] = record.get("name", {})
    return names.get(i18n.language()) or next(iter(names.values()), "?")


def _voices(record: dict[str, Any]) -> str:
    voices: dict[str, str | None] = record.get("voices", {})
    return ", ".join(f"{spoken} {engine or '-'}" for spoken, engine in voices.items())

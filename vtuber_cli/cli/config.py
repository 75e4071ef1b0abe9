"""`vtuber config`: which settings are in force, where each comes from, and to change them.

`set` and `unset` change the user's own file and nothing else in it; `edit` opens it, and takes what is saved only if
it is right. Values that may be secret are never printed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from vtuber_cli.clean import clean
from vtuber_cli.cli import options
from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vtuber_cli.config import Loaded

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="settings.option.json")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="settings.argument.key")]
SECRET = "•••"  # noqa: S105 - what stands for one


@app.command("show", help="settings.command.show")
def show_settings(
    every: Annotated[bool, typer.Option("--all", help="settings.option.all")] = False,
    character: options.Character = None,
    engines: options.Engines = None,
    settings: options.Set = None,
    as_json: Json = False,
) -> None:
    from vtuber_cli.cli.table import print_json, print_rows

    loaded = in_force({"character": character, **options.engine_flags(engines), **options.assignments(settings)})
    values = {**(_options() if every else {}), **values_of(loaded)}
    found = [(key, values[key], loaded.source_of(key)) for key in _ordered(values)]
    if as_json:
        print_json([_record(*each) for each in found])
        return
    rows = [(key, shown(value), source_words(source)) for key, value, source in found]
    print_rows(rows, ("", "bold", "cyan"), [source == "default" for _, _, source in found])


@app.command("get", help="settings.command.get")
def get_setting(key: Key, as_json: Json = False) -> None:
    from vtuber_cli import config
    from vtuber_cli.cli.table import print_json, print_rows

    loaded = in_force({})
    values = values_of(loaded)
    inside = {name: value for name, value in values.items() if name.startswith(f"{key}.")}
    if key in values:
        print_json(values[key]) if as_json else print(clean(shown(values[key])))
    elif inside:
        print_json(inside) if as_json else print_rows([(name, shown(value)) for name, value in inside.items()])
    else:
        config.field(key)
        print_json(None) if as_json else print()


@app.command("set", help="settings.command.set")
def set_setting(
    key: Key,
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="settings.argument.value")] = None,
    unset: Annotated[bool, typer.Option("--unset", help="settings.option.unset")] = False,
) -> None:
    if unset == (value is not None):
        raise UsageError("settings.value_or_unset", name=key)
    if value is None:
        unset_setting(key)
        return
    from vtuber_cli import settings_file
    from vtuber_cli.cli.setting_page import check

    typed = settings_file.typed(key, value)
    check(key, typed)
    change = settings_file.put(key, typed)
    _say(key, "settings.same" if change.before == change.after else "settings.set", change)
    _say_what_wins(key)
    if key.startswith("engines.") and key.endswith(".name") and change.before != change.after:
        _say_what_stays(key.replace(".name", ".options"))


@app.command("unset", help="settings.command.unset")
def unset_setting(key: Key) -> None:
    from vtuber_cli import config, settings_file

    if not any(each.startswith(f"{key}.") for each in config.fields()):
        config.field(key)
    change = settings_file.remove(key)
    _say(key, "settings.not_there" if change.before is None else "settings.unset", change)
    _say_what_wins(key)


@app.command("explain", help="settings.command.explain")
def explain_setting(
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", show_default=False, help="settings.argument.explain")
    ] = None,
    as_json: Json = False,
) -> None:
    from vtuber_cli.cli import setting_page
    from vtuber_cli.cli.table import print_json

    pages = setting_page.pages(key, in_force({}))
    if as_json:
        print_json(pages[0] if key and len(pages) == 1 else pages)
    elif len(pages) == 1:
        setting_page.print_page(pages[0])
    else:
        setting_page.print_list(pages)


@app.command("edit", help="settings.command.edit")
def edit_settings() -> None:
    from vtuber_cli.cli import editing

    editing.edit()


def in_force(flags: Mapping[str, object]) -> Loaded:
    """The settings as a talk would have them, the character's wishes among them.

    A character that is missing or broken is said, and does without her wishes: the settings are what mends that.
    """
    from vtuber_cli import character, config, i18n
    from vtuber_cli.cli import show

    first = config.load(flags)
    i18n.set_language(first.settings.language)
    try:
        person = character.load(first.settings.character)
    except UsageError as error:
        show.error(error)
        return first
    return config.load(flags, person.settings(person.language(i18n.language())))


def shown(value: object) -> str:
    """A value as people write it in the file."""
    from vtuber_cli.yaml_edit import written

    if value is None or isinstance(value, str):
        return value or ""
    return written(value if isinstance(value, (bool, int, float, list, dict)) else str(value))  # pyright: ignore[reportUnknownArgumentType]


def values_of(loaded: Loaded) -> dict[str, object]:
    """Every setting's value by key, an engine's options one by one; secrets as dots."""
    from vtuber_cli import config

    found: dict[str, object] = {}
    for key in config.fields():
        value: Any = loaded.settings
        for part in key.split("."):
            value = getattr(value, part)
        if key.endswith(".options"):
            found |= {f"{key}.{name}": inner for name, inner in value.items()}
        else:
            found[key] = str(value) if isinstance(value, Path) else value
    return {key: _without_secrets(key, value) for key, value in found.items()}


def value_of(loaded: Loaded, key: str) -> tuple[object, str]:
    """A setting's value and where it comes from; None for an option that nobody set."""
    return values_of(loaded).get(key), loaded.source_of(key)


def _without_secrets(key: str, value: object) -> object:
    import re

    from vtuber_cli import config

    if config.is_secret(key) and value is not None:
        return SECRET
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        return {name: _without_secrets(f"{key}.{name}", inner) for name, inner in items}
    # Somebody's name and password in an address: http://me:secret@example
    # Whatever stands before the last @: a password may have a slash or an @ in it.
    return re.sub(r"(?<=://)\S+@", f"{SECRET}@", value) if isinstance(value, str) else value


def _options() -> dict[str, object]:
    """The options of the engines that would be used, by their defaults."""
    from vtuber_cli.cli import setting_page

    return {key: default for key, default in setting_page.option_defaults().items()}


def _ordered(values: Mapping[str, object]) -> list[str]:
    """The keys in the order of the settings, options behind their engine."""
    from vtuber_cli import config

    known = list(config.fields())
    return sorted(
        values, key=lambda key: known.index(key if key in known else key.partition(".options.")[0] + ".options")
    )


def _record(key: str, value: object, source: str) -> dict[str, object]:
    layer = (
        source if source in ("default", "character", "flag") else "variable" if source.startswith("VTUBER_") else "file"
    )
    return {"key": key, "value": value, "layer": layer, "source": source}


def source_words(source: str) -> str:
    """Where a value comes from, for people: the home folder as `~`."""
    if source in ("default", "character", "flag"):
        return t(f"settings.source.{source}")
    home = f"{Path.home()}{os.sep}"
    return f"~{os.sep}{source.removeprefix(home)}" if source.startswith(home) else source


def _say(key: str, words: str, change: Any) -> None:
    from vtuber_cli import config
    from vtuber_cli.cli.show import notice

    info = config.fields().get(key)
    default = info.get_default(call_default_factory=True) if info is not None else None
    before = _without_secrets(key, default if change.before is None else change.before)
    after = _without_secrets(key, change.after)
    none = t("settings.nothing")
    notice(
        t(words, name=key, before=shown(before) or none, after=shown(after) or none, place=source_words(change.place))
    )


def _say_what_wins(key: str) -> None:
    """Says so if something else decides what was just changed."""
    from vtuber_cli import config
    from vtuber_cli.cli.show import notice

    try:
        source = config.load().source_of(key)
    except VtuberError:
        return
    if source not in ("default", "flag") and not source.startswith(str(config.user_file())):
        notice(t("settings.overruled", name=key, source=source))


def _say_what_stays(key: str) -> None:
    """Says so if the file still has options that were meant for another engine."""
    from vtuber_cli import settings_file
    from vtuber_cli.cli.show import notice

    options = settings_file.says(key)
    if options and isinstance(options, dict):
        notice(t("settings.options_stay", names=", ".join(options)))
        notice(t("settings.options_stay_fix", name=key))

"""What may stand where the cursor is: commands, options, and the values that options and arguments take.

The words are walked here and not parsed by Typer: what is typed so far may be wrong, and nothing is to run for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from vtuber_cli.clean import one_line
from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.i18n import language, t

Answer: TypeAlias = "tuple[str, str]"
"""A value and its words."""

_FILE_NAMES = ("FILE", "DIR", "PATH", "FOLDER")


class Files(Exception):
    """The shell shall complete file names."""


@dataclass
class Line:
    """What has been typed, as far as it was understood."""

    command: Any
    path: tuple[str, ...] = ()
    values: list[str] = field(default_factory=list[str])
    """The arguments of the command so far."""
    used: set[str] = field(default_factory=set[str])
    waiting: Any = None
    """The option that wants its value next."""
    only_arguments: bool = False


def answer(words: Sequence[str], *, splits_at_equals: bool = False) -> list[Answer]:
    """What the last of the words may become.

    Args:
        words: what stands behind `vtuber`; the last is begun, and may be empty.
        splits_at_equals: bash gives `--set a=b` as four words, and wants only what is behind the last `=`.

    Raises:
        Files: file names.
    """
    from typer.main import get_group

    from vtuber_cli.cli.app import app

    typed = _rejoined(words) if splits_at_equals else list(words)
    begun = typed.pop() if typed else ""
    line = Line(get_group(app))
    for word in typed:
        _walk(line, word)
    found = [(value, one_line(help_)) for value, help_ in _candidates(line, begun) if value.startswith(begun)]
    if splits_at_equals and "=" in begun:
        behind = begun.rpartition("=")[0] + "="
        found = [(value.removeprefix(behind), help_) for value, help_ in found]
    return found


def _rejoined(words: Sequence[str]) -> list[str]:
    """`["--set", "a", "=", "b"]` as `["--set", "a=b"]`."""
    found: list[str] = []
    joins = False
    for word in words:
        if found and (word == "=" or joins):
            found[-1] += word
        else:
            found.append(word)
        joins = word == "="
    return found


def _walk(line: Line, word: str) -> None:
    """Understands one more whole word."""
    if line.waiting is not None:
        line.waiting = None
    elif word == "--" and not line.only_arguments:
        line.only_arguments = True
    elif word.startswith("-") and len(word) > 1 and not line.only_arguments:
        name, equals, _ = word.partition("=")
        option = _options(line).get(name)
        line.used.add(option.name if option is not None else name)
        if option is not None and not option.is_flag and not equals:
            line.waiting = option
    elif _is_group(line.command):
        command = line.command.get_command(None, word)
        if command is None:
            raise UsageError("cli.unknown_command", name=word)
        line.command, line.path = command, (*line.path, word)
    else:
        line.values.append(word)


def _candidates(line: Line, begun: str) -> Iterator[Answer]:
    if line.waiting is not None:
        yield from _values(line, line.waiting)
        return
    if begun.startswith("-") and not line.only_arguments:
        name, equals, _ = begun.partition("=")
        option = _options(line).get(name)
        if equals and option is not None:
            yield from ((f"{name}={value}", help_) for value, help_ in _values(line, option))
        else:
            yield from _option_names(line)
        return
    if _is_group(line.command):
        for _, rows in line.command.command_groups(None):
            yield from rows
        return
    arguments = [each for each in line.command.params if each.param_type_name == "argument"]
    at = len(line.values)
    argument = arguments[at] if at < len(arguments) else arguments[-1] if arguments else None
    if argument is not None and (at < len(arguments) or argument.nargs == -1):
        yield from _values(line, argument)
    elif not begun:
        yield from _option_names(line)


def _is_group(command: Any) -> bool:
    return hasattr(command, "command_groups")


def _options(line: Line) -> dict[str, Any]:
    return {
        name: each
        for each in line.command.params
        if each.param_type_name == "option"
        for name in (*each.opts, *each.secondary_opts)
    }


def _option_names(line: Line) -> Iterator[Answer]:
    for name, option in _options(line).items():
        if name.startswith("--") and not option.hidden and (option.multiple or option.name not in line.used):
            yield name, t(option.help or "")
    yield "--help", t("cli.option.help")


# --- values -----------------------------------------------------------------------------------------------------


def _values(line: Line, param: Any) -> Iterable[Answer]:
    """The values of an option or argument, by where it stands and by its name.

    Raises:
        Files: it takes a file.
    """
    metavar = str(param.metavar or "").strip("[].")
    known = _VALUES.get((*line.path, param.name)) or _VALUES.get((param.name,))
    if known is not None:
        try:
            found = list(known(line))
        except VtuberError:  # broken settings: nothing can be proposed, and this is no place to complain
            found = []
        if found or metavar not in _FILE_NAMES:
            return found
    if set(metavar.split("|")) & set(_FILE_NAMES):
        raise Files
    return [(each, "") for each in metavar.split("|")] if "|" in metavar and metavar.islower() else []


def _characters(_: Line) -> Iterator[Answer]:
    from vtuber_cli import character

    for name in character.list_characters():
        yield name, ""


def _engines(_: Line) -> Iterator[Answer]:
    from vtuber_cli.engines import registry

    found: dict[str, list[str]] = {}
    for kind in ("vad", "asr", "llm", "tts"):
        for name in registry.names(cast("Any", kind)):
            found.setdefault(name, []).append(kind)
    for name, kinds in sorted(found.items()):
        yield name, " ".join(kinds)


def _keys(_: Line) -> Iterator[Answer]:
    from vtuber_cli import config

    for key in config.fields():
        yield key, t(f"settings.of.{key}")


def _assignments(line: Line) -> Iterator[Answer]:
    for key, words in _keys(line):
        if not key.endswith(".options"):
            yield f"{key}=", words


def _key_values(line: Line) -> Iterator[Answer]:
    """For `config set KEY`: what the setting takes, where that can be listed."""
    from vtuber_cli import config

    key = line.values[0] if line.values else ""
    if key == "character":
        yield from _characters(line)
    elif key.startswith("engines.") and key.endswith(".name"):
        from vtuber_cli.engines import registry

        yield from ((name, "") for name in ("auto", *registry.names(cast("Any", key.split(".")[1]))))
    elif key == "models_dir":
        raise Files
    else:
        yield from ((value, "") for value in _choices(config.field(key).annotation))


def _choices(annotation: Any) -> list[str]:
    from typing import Literal, get_args, get_origin

    if annotation is bool:
        return ["true", "false"]
    return [str(each) for each in get_args(annotation)] if get_origin(annotation) is Literal else []


def _ways(_: Line) -> Iterator[Answer]:
    from typing import get_args

    from vtuber_cli.tui.picture.ways import Wish

    for way in get_args(Wish):
        yield way, t(f"picture.way.{way}")


def _models(_: Line) -> Iterator[Answer]:
    from vtuber_cli import i18n
    from vtuber_cli.weights import Weights

    for model in Weights().catalog.models:
        yield model.name, getattr(model.note, i18n.language())


def _talks(_: Line) -> Iterator[Answer]:
    from vtuber_cli import paths

    if not paths.database().exists():
        return
    from vtuber_cli.store.database import Database
    from vtuber_cli.store.history import History, short_ids

    history = History(Database(paths.database()))
    try:
        talks = history.list_talks(limit=30)
    finally:
        history.close()
    short = short_ids([one.id for one in talks])
    for one in talks:
        yield short[one.id], f"{one.character}: {one.first}"[:60]


def _schemas(_: Line) -> Iterator[Answer]:
    from vtuber_cli.cli.schema import SCHEMAS

    for name in SCHEMAS:
        yield name, t(f"schema.what.{name}")


def _places(_: Line) -> Iterator[Answer]:
    from vtuber_cli.cli.paths import places

    for name, path in places().items():
        yield name, str(path)


def _secrets(_: Line) -> Iterator[Answer]:
    from vtuber_cli import keys

    yield from keys.stored().items()


def _profiles(_: Line) -> Iterator[Answer]:
    from vtuber_cli.fortune import profiles

    for name in profiles.names():
        yield name, ""


def _days(_: Line) -> Iterator[Answer]:
    for word in ("today", "tomorrow", "yesterday") if language() == "en" else ("오늘", "내일", "어제"):
        yield word, ""


def _signs(line: Line) -> Iterator[Answer]:
    from vtuber_cli.fortune.content import content
    from vtuber_cli.fortune.signs import SIGNS

    words = content(language())
    if line.path[-1:] != ("zodiac",):
        yield from ((words.text(f"animal.{branch}"), "") for branch in range(12))
    if line.path[-1:] != ("tti",):
        yield from ((words.text(f"sign.{sign}"), "") for sign in SIGNS)


_VALUES: dict[tuple[str, ...], Callable[[Line], Iterable[Answer]]] = {
    ("also",): _profiles,
    ("avatar",): _ways,
    ("character",): _characters,
    ("character", "show", "name"): _characters,
    ("character", "check", "what"): _characters,
    ("character", "sheet", "name"): _characters,
    ("config", "get", "key"): _keys,
    ("config", "set", "key"): _keys,
    ("config", "set", "value"): _key_values,
    ("config", "unset", "key"): _keys,
    ("config", "explain", "key"): _keys,
    ("date",): _days,
    ("engine",): _engines,
    ("engines",): _engines,
    ("engines", "names"): _engines,
    ("key", "rm", "name"): _secrets,
    ("key", "set", "name"): _secrets,
    ("models", "get", "names"): _models,
    ("models", "rm", "names"): _models,
    ("models", "show", "name"): _models,
    ("models", "verify", "names"): _models,
    ("paths", "name"): _places,
    ("profile",): _profiles,
    ("schema", "name"): _schemas,
    ("settings",): _assignments,
    ("sign",): _signs,
    ("talk",): _talks,
}
"""By the way to a parameter, or by its name wherever it is."""

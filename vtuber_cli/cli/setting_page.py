"""What `vtuber config explain` says of a setting or an engine's option; and what `set` checks beyond the types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, cast

from vtuber_cli import i18n
from vtuber_cli.clean import one_line
from vtuber_cli.errors import ConfigError, EngineUnavailable, UsageError, VtuberError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from vtuber_cli.config import Loaded
    from vtuber_cli.events import EngineKind

_LABELS = ("takes", "default", "now", "set", "once", "variable", "also")


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine that a setting's options belong to."""

    kind: EngineKind
    name: str
    options: Mapping[str, FieldInfo]


def pages(key: str | None, loaded: Loaded) -> list[dict[str, Any]]:
    """A page for the setting, for each one of a section, or for every one; for an engine's options one an option.

    Raises:
        UsageError: there is no such setting, or the engine has no such option.
    """
    from vtuber_cli import config

    known = config.fields()
    if key is not None and key not in known and not any(each.startswith(f"{key}.") for each in known):
        config.field(key)  # raises, unless it is an engine's option
        engine = _engine(key)
        if engine is None:
            raise UsageError("settings.no_engine", name=key)
        return [_page(key, _option(key, engine), loaded, engine)]
    if key is not None and key.endswith(".options") and (engine := _engine(key)) is not None:
        return [_page(f"{key}.{name}", info, loaded, engine) for name, info in engine.options.items()]
    chosen = [each for each in known if key is None or each == key or each.startswith(f"{key}.")]
    return [_page(each, known[each], loaded) for each in chosen]


def check(key: str, value: object) -> None:
    """Refuses what the types allow and what would still not work: nobody of that name, no such engine or option.

    Raises:
        UsageError: names what there is.
    """
    from vtuber_cli import character, yaml_file
    from vtuber_cli.engines import registry

    if key == "character":
        character.load(str(value))
    elif key.startswith("engines.") and key.endswith(".name") and value != "auto":
        try:
            registry.load(cast("EngineKind", key.split(".")[1]), str(value))
        except EngineUnavailable as error:  # it may be installed later
            from vtuber_cli.cli import show

            show.error(error)
    elif ".options." in key and (engine := _engine(key)) is not None:
        info, name = _option(key, engine), key.rpartition(".")[2]
        from pydantic import TypeAdapter, ValidationError

        try:
            TypeAdapter[Any](_annotated(info)).validate_python(value)
        except ValidationError as error:
            words, params = yaml_file.reason(error.errors(include_url=False, include_input=False)[0])
            raise ConfigError(words, place=engine.name, name=name, **params) from None


def option_defaults() -> dict[str, object]:
    """Every option of the engines that would be used, by dotted key, with its default."""
    found: dict[str, object] = {}
    for kind in ("vad", "asr", "llm", "tts"):
        if engine := _engine(f"engines.{kind}.options"):
            found |= {f"engines.{kind}.options.{name}": _default(info) for name, info in engine.options.items()}
    return found


def print_page(page: Mapping[str, Any]) -> None:
    from vtuber_cli.card.cells import cells, wrap

    width = _width()
    print(page["key"])
    for line in wrap(page["description"], width, "  "):
        print(line)
    print()
    names = {label: t(f"settings.page.{label}") for label in _LABELS}
    column = max(map(cells, names.values())) + 2
    for label, name in names.items():
        if text := page[label]:
            print(f"  {name}{' ' * (column - cells(name))}{one_line(str(text))}")


def print_list(found: list[dict[str, Any]]) -> None:
    from vtuber_cli.cli.help import two_columns

    column = max((len(page["key"]) for page in found), default=0) + 2
    for line in two_columns([(page["key"], page["description"]) for page in found], _width(), column):
        print(line)


# --- what a page says -------------------------------------------------------------------------------------------


def _page(key: str, info: FieldInfo, loaded: Loaded, engine: Engine | None = None) -> dict[str, Any]:
    from pydantic import TypeAdapter

    from vtuber_cli.cli import config as command

    schema = TypeAdapter[Any](_annotated(info)).json_schema()
    default, example = _default(info), next(iter(info.examples or ()), None)
    value, source = command.value_of(loaded, key)
    text = command.shown(example if example is not None else default)
    return {
        "key": key,
        "description": _description(key, info, engine),
        "takes": _takes(schema),
        "default": command.shown(default) or t("settings.nothing"),
        "now": f"{command.shown(value) or t('settings.nothing')}  ({command.source_words(source)})"
        if source != "default"
        else "",
        "set": f"vtuber config set {key} {_quoted(text)}",
        "once": f"--set {_quoted(f'{key}={text}')}",
        "variable": f"VTUBER_{key.upper().replace('.', '__')}",
        "also": ", ".join(_others(key, example if example is not None else default)),
        "value": value,
        "source": source,
        "schema": schema,
    }


def _description(key: str, info: FieldInfo, engine: Engine | None) -> str:
    if engine is not None:
        words = i18n.words_of_option(engine.kind, engine.name, key.partition(".options.")[2])
        return words or one_line(info.description or "")
    return t(f"settings.of.{key}")


def _takes(schema: Mapping[str, Any]) -> str:
    """What values there are, in words."""
    variants: list[Mapping[str, Any]] = schema.get("anyOf", [schema])
    said = [_takes_one(each) for each in variants if each.get("type") != "null"]
    if len(said) < len(variants):
        said.append(t("settings.takes.null"))
    return f" {t('settings.takes.or')} ".join(said)


def _takes_one(schema: Mapping[str, Any]) -> str:
    if names := schema.get("enum", [schema["const"]] if "const" in schema else None):
        return t("settings.takes.one_of", names=", ".join(map(str, names)))
    kind = str(schema.get("type", "anything"))
    if kind == "string":
        kind = "path" if schema.get("format") == "path" else "name" if "pattern" in schema else "string"
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    words = t(f"settings.takes.{kind}")
    if least is not None and most is not None:
        return t("settings.takes.between", what=words, least=least, most=most)
    if least is not None or most is not None:
        return t(
            "settings.takes.at_least" if most is None else "settings.takes.at_most", what=words, least=least, most=most
        )
    return words


def _others(key: str, example: object) -> Iterator[str]:
    """The files besides the user's own that may set it."""
    from vtuber_cli import config
    from vtuber_cli.yaml_file import Document

    try:
        config.check_foreign(Document("example", config.nested(tuple(key.split(".")), cast("Any", example))))
    except ConfigError:
        return
    yield "./vtuber.yaml"
    if key.startswith(("engines.", "reply.")):
        yield t("settings.page.character")


def _quoted(text: str) -> str:
    from shlex import quote

    return text if text.startswith("~") else quote(text)


def _default(info: FieldInfo) -> object:
    from pathlib import Path

    default: object = None if info.is_required() else info.get_default(call_default_factory=True)
    return str(default) if isinstance(default, Path) else default


def _annotated(info: FieldInfo) -> Any:
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation  # pyright: ignore[reportInvalidTypeForm]


def _width() -> int:
    from shutil import get_terminal_size

    return min(get_terminal_size().columns, 100)


# --- engines ----------------------------------------------------------------------------------------------------


def _option(key: str, engine: Engine) -> FieldInfo:
    from difflib import get_close_matches

    name = key.partition(".options.")[2]
    if name not in engine.options:
        nearest = get_close_matches(name, engine.options, n=1, cutoff=0.5)
        words = "settings.unknown_option_nearest" if nearest else "settings.unknown_option"
        names = ", ".join(engine.options) or "-"
        raise UsageError(words, engine=engine.name, name=name, nearest="".join(nearest), names=names)
    return engine.options[name]


def _engine(key: str) -> Engine | None:
    """The engine whose options these are; None if it cannot be told, for want of its library or a whole file."""
    from vtuber_cli import bootstrap
    from vtuber_cli.cli.config import in_force
    from vtuber_cli.engines import registry

    kind = cast("EngineKind", key.split(".")[1])
    try:
        name = cast("str", getattr(in_force({}).settings.engines, kind).name)
        if name == "auto":
            plan = bootstrap.plan()
            chosen = plan.voices[plan.language] if kind == "tts" else plan.engines[kind]
            return Engine(kind, chosen.name, type(chosen.options).model_fields)
        return Engine(kind, name, registry.load(kind, name).Options.model_fields)
    except (VtuberError, KeyError):
        return None

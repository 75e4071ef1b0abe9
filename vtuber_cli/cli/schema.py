"""`vtuber schema`: JSON Schema of the files that people write and of what the program prints, for editors and tools.

The schemas come from the models that read those files. To add one: a line in `SCHEMAS`, and its one line of help as
`schema.what.<name>`; then `vtuber schema --write schemas`, which is what keeps the checkout's copies fresh.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

SCHEMAS = {
    "config": "vtuber_cli.cli.schema:config_schema",
    "character": "vtuber_cli.cli.schema:character_schema",
    "catalog": "vtuber_cli.weights.catalog:Catalog",
    "events": "vtuber_cli.tui.ndjson_schema:events_schema",
    "fortune": "vtuber_cli.cli.schema:fortune_schema",
    "rig": "vtuber_cli.avatar.rig_file:RigFile",
    "expressions": "vtuber_cli.avatar.expressions_file:ExpressionsFile",
    "protocol": "vtuber_cli.server.messages.schema:protocol_schema",
    "live2d": "vtuber_cli.live2d.map_file:MapFile",
}
"""By name, where it comes from: a pydantic model, or a function that makes the schema."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KINDS = ("vad", "asr", "llm", "tts")


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", show_default=False, help="schema.argument.name")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--write", metavar="DIR", show_default=False, help="schema.option.write")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="schema.option.json")] = False,
) -> None:
    names = list(SCHEMAS) if name is None else [_known(name)]
    if folder is not None:
        from vtuber_cli.cli.show import notice

        for each in names:
            notice(t("schema.written", file=write(each, folder)))
    elif name is not None:
        print(text(name), end="")
    else:
        from vtuber_cli.cli.table import print_json, print_rows

        found = [(each, t(f"schema.what.{each}")) for each in names]
        if as_json:
            print_json([{"name": each, "description": words} for each, words in found])
        else:
            print_rows(found, ("bold",))


def text(name: str) -> str:
    """The schema as the text of a file."""
    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"


def schema(name: str) -> dict[str, Any]:
    from importlib import import_module

    module, _, attribute = SCHEMAS[name].partition(":")
    source: Any = getattr(import_module(module), attribute)
    body = source.model_json_schema() if hasattr(source, "model_json_schema") else source()
    return {"$schema": _DIALECT, "title": f"vtuber {name}", **_tidied(body)}


def write(name: str, folder: Path) -> Path:
    """Writes `<folder>/<name>.json` if it says something else."""
    file, new = folder / f"{name}.json", text(name).encode()
    if not file.is_file() or file.read_bytes() != new:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{name}.{os.getpid()}.json")
        try:
            fresh.write_bytes(new)
            fresh.replace(file)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    return file


def modeline(name: str, file: Path) -> str:
    """The first line of a new YAML file, by which editors find the schema; puts that where the line says."""
    from vtuber_cli import paths

    written = write(name, paths.data_dir() / "schemas")
    try:
        place = Path(os.path.relpath(written, file.parent)).as_posix()
    except ValueError:  # another drive
        place = written.as_uri()
    return f"# yaml-language-server: $schema={place}"


def config_schema() -> dict[str, Any]:
    """The settings, with the options of the engines that come with the program."""
    from vtuber_cli.config import Settings

    body = Settings.model_json_schema()
    definitions = cast("dict[str, Any]", body["$defs"])
    choice = definitions.pop("EngineChoice")
    for kind in _KINDS:
        definitions[f"Engine.{kind}"] = _engine_choice(kind, choice, definitions)
        found = definitions["Engines"]["properties"][kind]
        definitions["Engines"]["properties"][kind] = {
            "description": found.get("description", ""),
            "$ref": f"#/$defs/Engine.{kind}",
        }
    return body


def character_schema() -> dict[str, Any]:
    """A character; of an engine's options only what a stranger's file may say."""
    from vtuber_cli.character import Character
    from vtuber_cli.config import FOREIGN_OPTIONS

    body = Character.model_json_schema()
    plain = {"type": ["string", "number", "boolean", "null"]}
    for name in ("EngineChoice", "Voice"):
        options = body["$defs"][name]["properties"]["options"]
        options |= {"type": ["object", "null"]} if name == "EngineChoice" else {}
        options |= {"propertyNames": {"enum": sorted(FOREIGN_OPTIONS)}, "additionalProperties": plain}
    return body


def fortune_schema() -> dict[str, Any]:
    """What `vtuber fortune --json` prints. It is written by hand: programs rely on it, and no class is behind it."""
    from vtuber_cli import fortune

    file = Path(fortune.__file__).with_name("result.schema.json")
    return cast("dict[str, Any]", json.loads(file.read_text(encoding="utf-8")))


def _engine_choice(kind: str, choice: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """`engines.<kind>` with the names of its engines, and the options of the one that is named."""
    found = _options(kind)
    for name, options in found.items():
        definitions |= options.pop("$defs", {})
        options["type"] = ["object", "null"]
        definitions[f"{kind}.{name}"] = options
    name_schema = dict(choice["properties"]["name"])
    shape = {"type": name_schema.pop("type"), "pattern": name_schema.pop("pattern")}
    return {
        **choice,
        "properties": {
            "name": {"anyOf": [{"enum": ["auto", *found]}, shape], **name_schema},
            "options": {**choice["properties"]["options"], "type": ["object", "null"]},
        },
        "allOf": [
            {
                "if": {"type": "object", "properties": {"name": {"const": name}}, "required": ["name"]},
                "then": {"properties": {"options": {"$ref": f"#/$defs/{kind}.{name}"}}},
            }
            for name in found
        ],
    }


def _options(kind: str) -> dict[str, dict[str, Any]]:
    """The schema of the options of each of our engines of a kind that can be loaded."""
    from vtuber_cli.engines import registry
    from vtuber_cli.errors import EngineUnavailable

    found: dict[str, dict[str, Any]] = {}
    for name in registry.names(cast("Any", kind)):
        try:
            engine = registry.load(cast("Any", kind), name)
        except EngineUnavailable:
            continue
        if engine.__module__.startswith("vtuber_cli."):
            found[name] = engine.Options.model_json_schema()
    return found


def _tidied(value: Any) -> Any:
    """Without the titles that pydantic makes of names, for `Hangover Ms` tells nobody anything; and closed: a mapping
    whose keys have a pattern has no other keys."""
    if isinstance(value, list):
        return [_tidied(each) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    items = cast("dict[str, Any]", value).items()
    found = {key: _tidied(inner) for key, inner in items if not (key == "title" and isinstance(inner, str))}
    return {**found, "additionalProperties": False} if "patternProperties" in found else found


def _known(name: str) -> str:
    from difflib import get_close_matches

    if name not in SCHEMAS:
        nearest = get_close_matches(name, SCHEMAS, n=1, cutoff=0.4)
        words = "schema.unknown_nearest" if nearest else "schema.unknown"
        raise UsageError(words, name=name, nearest="".join(nearest), names=", ".join(SCHEMAS))
    return name

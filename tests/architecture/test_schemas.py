"""`schemas/*.json`: as fresh as the models they come from, and they judge files as the models do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from vtuber_cli import yaml_file
from vtuber_cli.character import Character
from vtuber_cli.cli import schema
from vtuber_cli.config import Settings
from vtuber_cli.errors import ConfigError

CHECKOUT = Path(__file__).resolve().parent.parent.parent
TYPES: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
    "number": (int, float),
}  # fmt: skip
JUDGED = {
    "$ref", "additionalProperties", "allOf", "anyOf", "const", "enum", "exclusiveMaximum", "exclusiveMinimum", "if",
    "items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minimum", "not", "oneOf",
    "pattern", "patternProperties", "properties", "propertyNames", "required", "then", "type", "uniqueItems",
}  # fmt: skip
TOLD = {
    "$defs",
    "$id",
    "$schema",
    "default",
    "description",
    "discriminator",
    "examples",
    "format",
    "title",
    "writeOnly",
}


def faults(value: Any, rule: Any, root: dict[str, Any], at: str = "") -> Iterator[str]:
    """What is wrong with a value by draft 2020-12, as far as our schemas use it; a word we do not know is an error."""
    if isinstance(rule, bool):
        if not rule:
            yield f"{at}: not allowed"
        return
    assert set(rule) <= JUDGED | TOLD, set(rule) - JUDGED - TOLD
    if "$ref" in rule:
        yield from faults(value, root["$defs"][rule["$ref"].removeprefix("#/$defs/")], root, at)
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_a(value, kind) for kind in kinds):
        yield f"{at}: no {kinds}"
        return
    if value not in rule.get("enum", [value]) or value != rule.get("const", value):
        yield f"{at}: {value!r}"
    for name, fits in (("anyOf", any), ("oneOf", lambda found: sum(found) == 1)):
        if name in rule and not fits([not list(faults(value, each, root, at)) for each in rule[name]]):
            yield f"{at}: none of {name}"
    for each in rule.get("allOf", []):
        yield from faults(value, each, root, at)
    if "not" in rule and not list(faults(value, rule["not"], root, at)):
        yield f"{at}: what it must not be"
    if rule.get("uniqueItems") and isinstance(value, list) and len({repr(each) for each in value}) < len(value):
        yield f"{at}: something twice"
    if "if" in rule and not list(faults(value, rule["if"], root, at)):
        yield from faults(value, rule.get("then", True), root, at)
    yield from sizes(value, rule, at)
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from faults(each, rule.get("items", True), root, f"{at}[{number}]")
    if isinstance(value, dict):
        yield from (f"{at}.{name}: missing" for name in rule.get("required", []) if name not in value)
        for name, each in value.items():
            yield from faults(name, rule.get("propertyNames", True), root, f"{at}.{name}")
            by_pattern = [
                inner for pattern, inner in rule.get("patternProperties", {}).items() if re.search(pattern, name)
            ]
            inner = [rule["properties"][name]] if name in rule.get("properties", {}) else by_pattern
            for one in inner or [rule.get("additionalProperties", True)]:
                yield from faults(each, one, root, f"{at}.{name}")


def sizes(value: Any, rule: dict[str, Any], at: str) -> Iterator[str]:
    if isinstance(value, (str, list)):
        kind = "Length" if isinstance(value, str) else "Items"
        if not rule.get(f"min{kind}", 0) <= len(value) <= rule.get(f"max{kind}", 10**9):
            yield f"{at}: size"
    if isinstance(value, dict) and len(value) > rule.get("maxProperties", 10**9):
        yield f"{at}: size"
    if isinstance(value, str) and "pattern" in rule and not re.search(rule["pattern"], value):
        yield f"{at}: pattern"
    if is_a(value, "number") and not (
        rule.get("minimum", value) <= value <= rule.get("maximum", value)
        and rule.get("exclusiveMinimum", value - 1) < value < rule.get("exclusiveMaximum", value + 1)
    ):
        yield f"{at}: range"


def is_a(value: Any, kind: str) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def wrong(name: str, data: Any) -> list[str]:
    root = json.loads((CHECKOUT / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    return list(faults(data, root, root))


@pytest.mark.parametrize("name", schema.SCHEMAS)
def test_the_checkouts_copies_are_fresh(name: str) -> None:
    kept = (CHECKOUT / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    assert kept == schema.text(name), "run: vtuber schema --write schemas"


def test_nothing_else_lies_there() -> None:
    assert {file.stem for file in (CHECKOUT / "schemas").iterdir()} == set(schema.SCHEMAS)


@pytest.mark.parametrize("name", schema.SCHEMAS)
def test_every_word_of_a_schema_is_one_that_is_judged(name: str) -> None:
    found = schema.schema(name)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    def rules(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict) and not isinstance(value.get("$defs"), str):
            yield value
            for key in ("properties", "patternProperties", "$defs"):
                for each in value.get(key, {}).values():
                    yield from rules(each)
            for key in ("items", "additionalProperties", "propertyNames", "if", "then"):
                yield from rules(value.get(key))
            for key in ("anyOf", "oneOf", "allOf"):
                for each in value.get(key, []):
                    yield from rules(each)

    for rule in rules(found):
        assert set(rule) <= JUDGED | TOLD
        if "$ref" in rule:
            assert rule["$ref"].removeprefix("#/$defs/") in found["$defs"]


@pytest.mark.parametrize(
    "file", sorted((CHECKOUT / "characters").glob("*/character.yaml")), ids=lambda file: file.parent.name
)
def test_our_characters_are_right_by_the_schema(file: Path) -> None:
    assert wrong("character", yaml_file.load(file).data) == []


def test_our_catalogue_is_right_by_the_schema() -> None:
    assert wrong("catalog", yaml_file.load(CHECKOUT / "models" / "catalog.yaml").data) == []


CONFIGS = """
|talk:|talk: {hangover_ms: 500}|engines:\\n  llm:\\n    options:|audio: {input: 3}|audio: {input: USB}|reply: {seed: ~}
|engines: {llm: {name: llama, options: {context: 512}}}|engines: {llm: {name: somebodys, options: {a: [1]}}}
|engines: {llm: {name: llama, options: ~}}|models_dir: ~/x|language: ko
|talk: {hangover_ms: 5}|talk: {hangovr_ms: 500}|talk: 5|language: xx|character: ../x|reply: {temperature: 3}|extra: 1
|engines: {llm: {name: llama, optinos: {}}}|engines: {llm: {name: [a]}}|audio: {input: [1]}|reply: {seed: x}
""".replace("\n", "").split("|")[1:]  # fmt: skip
CHARACTER = """
id: x
languages: [en]
name: {en: X}
persona: {en: P}
"""
CHARACTERS = """
|greetings: {en: [Hi, {text: Ho, emotion: joy}]}|voices: {en: {engine: piper, options: {speed: 1.1}}, ko: ~}|theme:
|reply:|engines:\\n  llm:|theme: {accent: '#aabbcc'}|expressions: {joy: [yay]}|engines: {llm: {name: x, options: ~}}
|greetings: {en: [{txet: Hi}]}|greetings: {english: [Hi]}|theme: {accent: red}|extra: 1|voices: {en: {engin: x}}
|expressions: {happy: [yay]}|voices: {en: {engine: x, options: {base_url: x}}}|examples: {en: [{user: a}]}
|theme: {acent: 1}
|engines: {llm: {options: {api_key: x}}}
""".replace("\n", "").split("|")[1:]  # fmt: skip


@pytest.mark.parametrize("text", CONFIGS)
def test_config_schema_and_model_agree(text: str) -> None:
    text = text.replace("\\n", "\n")
    document = yaml_file.parse(text.encode(), Path("config.yaml"))
    assert bool(wrong("config", document.data)) == bool(yaml_file.problems(document, Settings)), text


@pytest.mark.parametrize("text", CHARACTERS)
def test_character_schema_and_model_agree(text: str, tmp_path: Path) -> None:
    from vtuber_cli import character

    file = tmp_path / "x.yaml"
    file.write_text(CHARACTER + text.replace("\\n", "\n"), encoding="utf-8")
    assert bool(wrong("character", yaml.safe_load(file.read_text()))) == bool(character.problems(file)), text


def test_an_engines_options_are_held_to_that_engine() -> None:
    assert wrong("config", {"engines": {"llm": {"name": "llama", "options": {"contxt": 5}}}})
    assert wrong("config", {"engines": {"llm": {"name": "llama", "options": {"context": "much"}}}})
    assert not wrong("config", {"engines": {"llm": {"name": "auto", "options": {"contxt": 5}}}})


def test_the_judge_judges() -> None:
    assert Character.model_validate(yaml.safe_load(CHARACTER)).id == "x"
    with pytest.raises(ConfigError):
        yaml_file.validate(yaml_file.parse(b"talk: 5", Path("x")), Settings)
    assert wrong("config", {"talk": 5})
    assert wrong("catalog", {"version": 2, "default": [], "models": []})

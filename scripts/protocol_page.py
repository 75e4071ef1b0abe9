"""Writes the messages into docs/protocol.md, from the classes that the wire is made of.

What stands there between its two marks is written anew; the rest of the page is written by hand.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if not __package__:
    sys.path.insert(0, str(ROOT))  # run as a script

from vtuber_cli.server.messages.base import Message  # noqa: E402
from vtuber_cli.server.messages.schema import SIDES, Side, protocol_schema  # noqa: E402

PAGE = ROOT / "docs" / "protocol.md"
BEGIN, END = "<!-- messages -->\n", "<!-- end of messages -->\n"
_PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$": "id",
    r"^([A-Za-z0-9][A-Za-z0-9_-]{0,79})?$": "id, or empty",
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}(\.ya?ml)?$": "id, perhaps with `.yaml`",
    r"^[A-Za-z0-9_-]{16,128}$": "token",
    r"^[a-z][a-z0-9_-]{0,39}$": "name in small letters",
    r"^[A-Za-z0-9+/]*={0,2}$": "base64",
}


def page(text: str) -> str:
    """The page with its messages written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "".join(messages()) + END + after


def messages() -> Iterator[str]:
    schema = protocol_schema()["$defs"]
    for side in SIDES:
        yield f"\n## `{side.socket}`: {'to' if side.is_client else 'from'} the server\n"
        for kind in side.says:
            yield from _message(side, kind, schema)
    yield "\n## Objects in messages\n"
    kinds = {kind.__name__ for side in SIDES for kind in side.says} | {side.name for side in SIDES}
    for name in sorted(set(schema) - kinds):
        yield f"\n### {name}\n\n{_words(schema[name])}"
        yield from _fields(schema[name], "needed")


def _message(side: Side, kind: type[Message], schema: dict[str, Any]) -> Iterator[str]:
    described = schema[kind.__name__]
    properties: dict[str, dict[str, Any]] = described["properties"]
    tag = properties.get("type") or properties.get("status") or {"const": "text"}
    yield f"\n### {tag['const']}\n\n"
    yield _words(described)
    yield "\n```json\n"
    config: Any = kind.model_config
    for example in config["json_schema_extra"]["examples"]:  # as they are written: the schema sorts the names
        yield json.dumps(example, ensure_ascii=False) + "\n"
    yield "```\n"
    yield from _fields(described, "needed" if side.is_client else "always")


def _words(described: dict[str, Any]) -> str:
    words = inspect.cleandoc(described.get("description", ""))
    return f"{words}\n" if words else ""


def _fields(described: dict[str, Any], column: str) -> Iterator[str]:
    needed = described.get("required", [])
    rows = [
        f"| `{name}` | {_shape(rule)} | {'yes' if name in needed else ''} | {_told(rule)} |\n"
        for name, rule in described["properties"].items()
        if "const" not in rule
    ]
    if rows:
        yield f"\n| field | | {column} | |\n|---|---|---|---|\n"
        yield from rows


def _told(rule: dict[str, Any]) -> str:
    return " ".join(rule.get("description", "").split()).replace("|", "\\|")


def _shape(rule: dict[str, Any]) -> str:
    """In a few words what a field may be."""
    if "$ref" in rule:
        return rule["$ref"].removeprefix("#/$defs/")
    if "anyOf" in rule:
        return " or ".join(_shape(each) for each in rule["anyOf"])
    if "enum" in rule:
        return ", ".join(f"`{each}`" if each else "nothing" for each in rule["enum"])
    match rule.get("type"):
        case "array":
            most = f", at most {rule['maxItems']}" if "maxItems" in rule else ""
            return f"list of {_shape(rule.get('items', {}))}{most}"
        case "string" if "pattern" in rule:
            return _PATTERNS.get(rule["pattern"]) or f"text, `{rule['pattern']}`".replace("|", "\\|")
        case "string" if "maxLength" in rule:
            return f"text, at most {rule['maxLength']} characters"
        case "number" | "integer" as kind:
            low, high = rule.get("minimum"), rule.get("maximum")
            return f"{kind}{f', {low} to {high}' if low is not None and high is not None and high < 10**9 else ''}"
        case "object" if isinstance(rule.get("additionalProperties"), dict):
            return f"object of {_shape(rule['additionalProperties'])}"
        case "string":
            return "text"
        case None:
            return "anything"
        case kind:
            return str(kind)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

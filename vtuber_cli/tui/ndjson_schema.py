"""The JSON Schema of `vtuber chat --events ndjson`, made from the dataclasses that its lines are made from."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from vtuber_cli.errors import VtuberError
from vtuber_cli.events import Notice
from vtuber_cli.tui.ndjson import Command, Line, name_of

_SIMPLE: dict[object, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    # What is no number, as the level of perfect silence, is null.
    float: {"type": ["number", "null"]},
    type(None): {"type": "null"},
}
_ERROR: dict[str, Any] = {
    "type": "object",
    "description": inspect.cleandoc(VtuberError.__doc__ or "").splitlines()[0],
    "properties": {
        "key": {"type": "string"},
        "message": {"type": "string"},
        "hint": {"type": "string"},
        "exit_code": {"type": "integer"},
    },
    "required": ["key", "message", "hint", "exit_code"],
}
_WORDS: dict[str, dict[str, Any]] = {
    "params": {"type": "object", "additionalProperties": {"type": "string"}},
    "message": {"type": "string"},
    "hint": {"type": "string"},
}


def events_schema() -> dict[str, Any]:
    """What a line on stdout is; what one on stdin may be is its definition `command`."""
    lines = _kinds(get_args(Line))
    commands = _kinds(get_args(Command))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of vtuber chat --events ndjson",
        "description": "One object a line. Readers ignore types and fields that they do not know.",
        "oneOf": [{"$ref": f"#/$defs/{name_of(kind)}"} for kind in lines],
        "$defs": {
            **{name_of(kind): _line(kind) for kind in lines},
            "command": {
                "description": "A line on stdin that begins with {; any other line is said to her.",
                "oneOf": [_command(kind) for kind in commands],
            },
        },
    }


def _kinds(members: Iterable[Any]) -> list[type[Any]]:
    """The classes of a union, those of unions in it too."""
    found: list[type[Any]] = []
    for member in members:
        found += [member] if isinstance(member, type) else _kinds(get_args(member))
    return found


def _line(kind: type[Any]) -> dict[str, Any]:
    described = _object(kind)
    properties = {
        "type": {"const": name_of(kind)},
        "at": {"type": "number", "description": "Seconds from the first line."},
        **described["properties"],
        **(_WORDS if kind is Notice else {}),
    }
    return {**described, "properties": properties, "required": list(properties)}


def _command(kind: type[Any]) -> dict[str, Any]:
    described = _object(kind)
    needed = [one.name for one in fields(kind) if one.default is MISSING]
    return {
        **described,
        "properties": {"type": {"const": name_of(kind)}, **described["properties"]},
        "required": ["type", *needed],
        "additionalProperties": False,
    }


def _object(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind, localns={"VtuberError": VtuberError, "Mapping": Mapping})
    properties = {one.name: _value(hints[one.name]) for one in fields(kind)}
    return {
        "type": "object",
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "properties": properties,
        "required": list(properties),
    }


def _value(hint: Any) -> dict[str, Any]:
    """The schema of a field.

    Raises:
        TypeError: a field of a kind that no line has had until now.
    """
    origin, members = get_origin(hint), get_args(hint)
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if hint is VtuberError:
        return _ERROR
    if is_dataclass(hint):
        return _object(cast("type[Any]", hint))
    if origin is Mapping:  # a document with a schema of its own
        return {"type": "object"}
    if origin is Literal:
        return {"enum": list(members)}
    if origin is tuple and members[1:] == (...,):
        return {"type": "array", "items": _value(members[0])}
    if origin is tuple:
        return {"type": "array", "prefixItems": [_value(one) for one in members], "items": False}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_value(one) for one in members]}
    raise TypeError(f"no schema for {hint}")

"""The schema judges frames as the wire does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from vtuber_cli.server import wire
from vtuber_cli.server.messages.schema import SIDES, protocol_schema

SCHEMA = protocol_schema()
IDS = st.sampled_from(["x", "mika", "mika.yaml", "../x", "", " x ", "x" * 81, "a_b-c", "e\u0301", "token-of-16-chars"])
SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(-2, 2) | IDS
    | st.sampled_from(["viewer", "talker", "en", "daily", "2026-02-28", "1999-01-02T03:04", "one"])
)  # fmt: skip
LISTS = st.lists(SCALARS, max_size=3)
OBJECTS = st.dictionaries(st.sampled_from(["text", "name", "avatar", "birth", "lunar", "tz", "sign", "x"]), SCALARS)


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


SOCKETS = (wire.CLIENT, wire.FORTUNE, wire.TTS)
FIELDS = {
    (socket.path, type_): (validator(kind.__name__), sorted({*kind.model_fields} - {"type", "images"}))
    for socket in SOCKETS
    for type_, kind in socket.kinds.items()
}


@given(st.data())
def test_what_the_wire_takes_is_right_by_the_schema_and_nothing_else(data: st.DataObject) -> None:
    path, type_ = data.draw(st.sampled_from(sorted(FIELDS)))
    judge, names = FIELDS[path, type_]
    socket = next(each for each in SOCKETS if each.path == path)
    fields = st.dictionaries(st.sampled_from(names), SCALARS | LISTS | OBJECTS) if names else st.just({})
    frame: dict[str, Any] = data.draw(fields)
    frame |= {"type": type_} if type_ else {}
    try:
        wire.read(json.dumps(frame), socket)
        taken = True
    except wire.Refused:
        taken = False
    assert judge.is_valid(frame) == taken, (frame, [error.message for error in judge.iter_errors(frame)])


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.name)
def test_examples_are_right_by_their_side(side: Any) -> None:
    judge = validator(side.name)
    for kind in side.says:
        for example in kind.model_config["json_schema_extra"]["examples"]:
            judge.validate(json.loads(wire.encode(kind.model_validate(example)).text or ""))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert not validator("ClientMessage").is_valid({"type": "no-such"})
    assert not validator("ServerMessage").is_valid({"type": "control", "text": "dance"})

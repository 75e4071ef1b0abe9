"""The JSON Schema of the wire, and who says which message where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast, get_args

from pydantic.json_schema import models_json_schema

from vtuber_cli.server.messages.base import Message
from vtuber_cli.server.messages.client import ClientMessage
from vtuber_cli.server.messages.fortune import FortuneAnswer, FortuneRequest
from vtuber_cli.server.messages.server import ServerMessage
from vtuber_cli.server.messages.speech import SpeechAnswer, SpeechRequest


@dataclass(frozen=True, slots=True)
class Side:
    """The messages that one end of a socket says."""

    name: str
    socket: str
    says: tuple[type[Message], ...]
    is_client: bool


def _kinds(union: Any) -> tuple[type[Message], ...]:
    return cast("tuple[type[Message], ...]", get_args(union) or (union,))


SIDES = (
    Side("ClientMessage", "/client-ws", _kinds(ClientMessage), True),
    Side("ServerMessage", "/client-ws", _kinds(ServerMessage), False),
    Side("SpeechRequests", "/tts-ws", _kinds(SpeechRequest), True),
    Side("SpeechAnswers", "/tts-ws", _kinds(SpeechAnswer), False),
    Side("FortuneRequests", "/fortune-ws", _kinds(FortuneRequest), True),
    Side("FortuneAnswers", "/fortune-ws", _kinds(FortuneAnswer), False),
)


_TAGS = {"type", "status"}


def protocol_schema() -> dict[str, Any]:
    """A text frame of either direction on any of the sockets; a definition a side says which they are there."""
    kinds = [kind for side in SIDES for kind in side.says]
    _, found = models_json_schema([(kind, "validation") for kind in kinds], ref_template="#/$defs/{model}")
    definitions = cast("dict[str, Any]", found["$defs"])
    for side in SIDES:
        for kind in side.says:
            described = definitions[kind.__name__]
            described["required"] = list(_always(kind, side.is_client))
            for name in _TAGS & described["properties"].keys():
                described["properties"][name].pop("default", None)
    sides: dict[str, Any] = {
        side.name: {
            "description": f"{side.socket}: {'from a client' if side.is_client else 'from the server'}.",
            "anyOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in side.says],
        }
        for side in SIDES
    }
    return {
        "description": (
            "A text frame of the protocol of vtuber serve: one JSON object. Fields that are not known are ignored."
        ),
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in sides],
        "$defs": {**sides, **definitions},
    }


def _always(kind: type[Message], from_client: bool) -> Iterator[str]:
    """The fields that are never missing: of a client's messages what tells them apart and what has no default; of ours
    all but those that are left out for being None."""
    for name, info in kind.model_fields.items():
        is_left_out = info.default is None and name not in kind.says_null
        if name in _TAGS or info.is_required() or not (from_client or is_left_out):
            yield info.alias or name

"""What the server says of the line itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vtuber_cli.server.messages.base import Id, Message, Name, Secret, Sentence, example


class HeartbeatAck(Message):
    """We are there."""

    model_config = example({"type": "heartbeat-ack"})
    type: Literal["heartbeat-ack"] = "heartbeat-ack"


class Pong(Message):
    """We are there."""

    model_config = example({"type": "pong", "t": 1732264000123.0})
    type: Literal["pong"] = "pong"
    t: float | None = None


class Error(Message):
    """Something did not work. It ends no turn by itself."""

    model_config = example(
        {
            "type": "error",
            "message": "text-input: text is missing",
            "code": "wire.missing",
            "hint": "docs/protocol.md shows every message with an example",
        }
    )
    type: Literal["error"] = "error"
    message: Sentence
    """In the server's language."""
    code: Name | None = None
    """For programs; it stays what it is when the words change."""
    hint: Sentence | None = None


class Welcome(Message):
    """Answers `hello`."""

    model_config = example(
        {
            "type": "welcome",
            "protocol": 1,
            "server": "vtuber 0.1.0",
            "features": ["binary-audio", "visemes"],
            "role": "talker",
            "client_uid": "8adc5937-5c0e-4f57-9c5b-8a2f4f1fbd5e",
            "resume": "kQ0v1s5m3J7Zk2pWn8dYxA",
            "resumed": False,
        }
    )
    type: Literal["welcome"] = "welcome"
    protocol: Annotated[int, Field(ge=1)] = 1
    """Grows when a message changes its meaning; new messages and fields come without."""
    server: Name
    features: Annotated[tuple[Name, ...], Field(strict=False, max_length=32)]
    """Those of the announced ones that we have."""
    role: Literal["talker", "viewer"]
    client_uid: Id
    resume: Secret | None = None
    """Say it in the `hello` of the next connection to go on with this talk. Viewers get none."""
    resumed: bool = False
    """Whether this is an earlier talk that goes on."""

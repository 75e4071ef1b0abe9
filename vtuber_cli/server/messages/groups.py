"""What the server says of groups."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vtuber_cli.server.messages.base import Id, Message, Sentence, example


class GroupUpdate(Message):
    """Who is in the group; nobody, if one is alone."""

    model_config = example({"type": "group-update", "members": [], "is_owner": False})
    type: Literal["group-update"] = "group-update"
    members: Annotated[tuple[Id, ...], Field(strict=False, max_length=1000)]
    """Each by its `client_uid`."""
    is_owner: bool


class GroupOperationResult(Message):
    """How an invitation went, or that somebody came or left."""

    model_config = example({"type": "group-operation-result", "success": False, "message": "There is no such client."})
    type: Literal["group-operation-result"] = "group-operation-result"
    success: bool
    message: Sentence


class GroupInterrupted(Message):
    """Somebody of the group interrupted her: stop playing, answer nothing."""

    model_config = example({"type": "interrupt-signal", "text": "conversation-interrupted"})
    type: Literal["interrupt-signal"] = "interrupt-signal"
    text: Sentence = "conversation-interrupted"

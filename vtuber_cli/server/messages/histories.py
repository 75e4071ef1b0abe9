"""What the server says of talks that were kept."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from vtuber_cli.server.messages.base import MOST_LISTED, Id, LongText, Message, Name, Part, example


class HistoryMessage(Part):
    """Something that was said."""

    role: Literal["human", "ai"]
    timestamp: Name
    content: LongText
    name: Name | None = None
    avatar: Name | None = None


class History(Part):
    """A talk that was kept, and the last that was said in it."""

    says_null: ClassVar[frozenset[str]] = frozenset({"latest_message", "timestamp"})
    uid: Id
    latest_message: HistoryMessage | None
    timestamp: Name | None


class HistoryList(Message):
    """The talks that were kept, the newest first."""

    model_config = example(
        {
            "type": "history-list",
            "histories": [
                {
                    "uid": "2026-11-22_08-11-52_81cc1ba6fe08",
                    "latest_message": {
                        "role": "ai",
                        "timestamp": "2026-11-22T08:11:54",
                        "content": "Hi.",
                        "name": "Mika",
                        "avatar": "mika.png",
                    },
                    "timestamp": "2026-11-22T08:11:54",
                }
            ],
        }
    )
    type: Literal["history-list"] = "history-list"
    histories: Annotated[tuple[History, ...], Field(strict=False, max_length=MOST_LISTED)]


class HistoryData(Message):
    """All that was said in a talk."""

    model_config = example(
        {
            "type": "history-data",
            "messages": [{"role": "human", "timestamp": "2026-11-22T08:11:52", "content": "remember me"}],
        }
    )
    type: Literal["history-data"] = "history-data"
    messages: Annotated[tuple[HistoryMessage, ...], Field(strict=False, max_length=MOST_LISTED)]


class NewHistoryCreated(Message):
    """A new talk has begun."""

    model_config = example({"type": "new-history-created", "history_uid": "2026-11-22_08-11-08_203b0437049d"})
    type: Literal["new-history-created"] = "new-history-created"
    history_uid: Id


class HistoryDeleted(Message):
    """Whether a talk was deleted."""

    model_config = example(
        {"type": "history-deleted", "success": True, "history_uid": "2026-11-22_08-11-08_203b0437049d"}
    )
    type: Literal["history-deleted"] = "history-deleted"
    success: bool
    history_uid: Id

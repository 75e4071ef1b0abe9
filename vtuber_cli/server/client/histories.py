"""What was said before, as clients list it and show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vtuber_cli.server.messages import History, HistoryMessage
from vtuber_cli.server.messages.base import LONGEST_HEARD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vtuber_cli.store.entry import Entry
    from vtuber_cli.store.history import History as Kept

MOST = 500
"""Talks of a list."""
MOST_MESSAGES = 5000
"""Of a talk; the last ones."""


class Face(NamedTuple):
    """Who a character is beside what she said."""

    name: str
    avatar: str | None
    """A file below `/avatars`."""


def listed(kept: Kept, who: str, faces: Mapping[str, Face]) -> tuple[History, ...]:
    """The talks with a character, the newest first.

    Args:
        kept: where they are.
        who: her id.
        faces: of the characters, by id.
    """
    talks = kept.list_talks(character=who, limit=MOST)
    last = kept.last_messages([talk.id for talk in talks])
    return tuple(
        History(
            uid=talk.id,
            latest_message=_message(last[talk.id], faces, talk.character) if talk.id in last else None,
            timestamp=talk.ended,
        )
        for talk in talks
    )


def messages(kept: Kept, talk: str, who: str, faces: Mapping[str, Face]) -> tuple[HistoryMessage, ...]:
    """All that was said in a talk (a whole id), the oldest first; nothing if there is none."""
    return tuple(_message(entry, faces, who) for entry in kept.messages(talk)[-MOST_MESSAGES:])


def _message(entry: Entry, faces: Mapping[str, Face], who: str) -> HistoryMessage:
    text = entry.text[:LONGEST_HEARD]
    if entry.role == "user":
        return HistoryMessage(role="human", timestamp=entry.at, content=text)
    speaker = entry.speaker or who
    name, avatar = faces.get(speaker, (speaker, None))
    return HistoryMessage(role="ai", timestamp=entry.at, content=text, name=name, avatar=avatar)


def where_to_go_on(kept: Kept, talk: str) -> tuple[str, bool]:
    """Where a client goes on that left a talk (a whole id): the talk, and whether the user said something in it yet."""
    if any(entry.role == "user" for entry in kept.messages(talk)):
        return talk, True
    # Of one that was opened and no more, as on a full disk, or in which only she spoke, the id is taken.
    return (kept.free_id() if talk in kept.ids() else talk), False


def removed(kept: Kept, talk: str) -> bool:
    """Forgets a talk (a whole id); whether there was one."""
    if talk not in kept.ids():
        return False
    kept.remove([talk])
    return True

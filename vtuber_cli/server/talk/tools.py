"""What a tool did in a turn, in words, for clients that know no card of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vtuber_cli.server.messages import ToolCallStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vtuber_cli.server.cast import Figure

FORTUNE = "fortune"


def fortune_told(figure: Figure, turn: int, result: Mapping[str, Any]) -> ToolCallStatus:
    """A fortune was told.

    Args:
        figure: who tells it.
        turn: in which turn of the talk.
        result: the document of the fortune.
    """
    return ToolCallStatus(
        tool_id=f"{FORTUNE}-{turn}",
        tool_name=FORTUNE,
        status="completed",
        content=_in_words(result),
        timestamp=datetime.now(UTC).isoformat(timespec="seconds"),
        name=figure.name,
    )


def _in_words(result: Mapping[str, Any]) -> str:
    from vtuber_cli.card import words

    if (notice := result.get("notice")) is not None:
        return notice["text"]
    return f"{result['title']['text']} ({words.grade(dict(result))})\n{result['summary']['text']}"

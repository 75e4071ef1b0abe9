"""Messages as a chat template wants them, and without what would let somebody speak in another's role."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from vtuber_cli.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vtuber_cli.engines.base import Message

ROLE_OPENERS = (
    "<|im_start|>",
    "<|start_header_id|>",
    "<|header_start|>",
    "<|start_of_role|>",
    "<start_of_turn>",
    "[INST]",
)
"""Tokens that open the next speaker's turn: a reply never writes one."""
_SPEAKERS = ("User", "Human", "Assistant", "System", "사용자")
RUNAWAY = tuple(f"\n{name}{colon}" for name in _SPEAKERS for colon in (":", " :"))
"""Where a small model begins to write the user's part too."""

_ANY_MARKER = re.compile(
    r"<[|｜][^<>|｜\s]{1,40}[|｜]>"
    r"|</?(?:s|bos|eos|pad|unk|think|thinking|tool_call|start_of_turn|end_of_turn)>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]"
    r"|<</?SYS>>",
    re.IGNORECASE,
)
"""How the chat formats of the usual models are marked, for a model that nobody here has seen."""


class Defuser:
    """Cuts markers of the chat format in messages in two, so that a model reads them as text.

    Args:
        markers: the model's own; those of all the usual models if it is not known which it has.
    """

    def __init__(self, markers: Iterable[str] | None = None) -> None:
        self._pattern: re.Pattern[str] | None = _ANY_MARKER
        if markers is not None:
            longest_first = sorted((marker for marker in markers if len(marker) > 1), key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def defuse(self, text: str) -> str:
        text = clean(text)
        return self._pattern.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text) if self._pattern else text

    def plain(self, messages: Sequence[Message]) -> list[dict[str, str]]:
        """Messages for a template: defused, and two of one role in a row joined, which some templates refuse."""
        return [{"role": message.role, "content": message.text} for message in self.joined(messages)]

    def joined(self, messages: Sequence[Message]) -> list[Message]:
        """As `plain`, with the images."""
        joined: list[Message] = []
        for message in messages:
            text, images = self.defuse(message.text), message.images
            if joined and joined[-1].role == message.role:
                before = joined.pop()
                text, images = f"{before.text}\n{text}", before.images + images
            joined.append(replace(message, text=text, images=images))
        return joined

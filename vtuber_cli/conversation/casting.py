"""Who could talk instead, and what changes when somebody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from vtuber_cli.conversation.crew import Engines
from vtuber_cli.conversation.manner import Manner
from vtuber_cli.conversation.reply import Style
from vtuber_cli.engines.base import Message


@dataclass(frozen=True, slots=True)
class Cast:
    """One character, ready to take over."""

    id: str
    name: str
    """Their display name."""
    language: str
    style: Style
    instructions: Sequence[Message]
    """What every prompt of a talk with them begins with."""
    greeting: tuple[str, str] | None
    """Text and emotion, or None to take over in silence."""
    engines: Engines
    """Those of them that serve now already are the same workers."""
    proactive: str | None = None
    """As `Manner` has it."""

    def manner(self, before: Manner, greeting: tuple[str, str] | None) -> Manner:
        """How they converse; what the user wants of it stays."""
        return replace(
            before,
            name=self.name,
            style=self.style,
            language=self.language,
            greeting=greeting,
            proactive=self.proactive,
        )


class Casting(Protocol):
    """Knows the characters."""

    async def names(self) -> Sequence[str]:
        """The ids of all characters."""
        ...

    async def cast(self, name: str) -> Cast:
        """The character of this id.

        Raises:
            UsageError: there is nobody of that name.
            ConfigError: their file is broken.
            EngineUnavailable: a voice or model they need has no library here.
        """
        ...

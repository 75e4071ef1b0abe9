"""What a built-in tool promises: it answers in the model's place what is its own business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from vtuber_cli.engines.base import Message
from vtuber_cli.events import Event

Arguments: TypeAlias = Mapping[str, object]
"""What a tool is called with, as in JSON; `asked` is what the user said."""


@dataclass(frozen=True, slots=True)
class Narration:
    """The same answer in the model's own words: what it is asked, and whether what it says may be said."""

    messages: tuple[Message, ...]
    """Beside the character's own instructions."""
    passes: Callable[[str], bool]
    seconds: float = 8.0
    """After which the template stands."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What she says, and what is shown with it."""

    opening: str
    """The first words; heard while a model narrates, if one does."""
    text: str
    """The rest of it, out of templates."""
    emotion: str
    announces: Callable[[int], Event]
    """For a turn's number, what is shown."""
    keep: Callable[[], None]
    """Keeps it, once it is certain that it was asked for; may block, never raises."""
    narration: Narration | None = None


class BuiltIn(Protocol):
    """A tool of ours. `asked` is pure and quick, `answer` may block."""

    name: str
    """By which a model calls it."""
    schema: Mapping[str, object]
    """For models that call tools, in OpenAI's form."""

    def asked(self, text: str) -> Arguments | None:
        """What it is called with if the user's words are its business; None if they are the model's.

        Raises:
            UsageError: they are a command to it that it does not understand.
        """
        ...

    def answer(self, arguments: Arguments, language: str) -> Answer:
        """The answer, in the language of the talk. Nothing of it has an effect before `keep`.

        Raises:
            VtuberError: there is none; its words say why.
        """
        ...

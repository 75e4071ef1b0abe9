"""How a character converses: what is hers, and what the user wants."""

from __future__ import annotations

from dataclasses import dataclass, field

from vtuber_cli.conversation.endpointer import Endpointing
from vtuber_cli.conversation.reply import Style
from vtuber_cli.events import EngineKind, Notice
from vtuber_cli.tools.base import BuiltIn


@dataclass(frozen=True, slots=True)
class Manner:
    """How she converses."""

    name: str
    """Her display name."""
    style: Style
    language: str | None = None
    """What the user speaks, or None to find out."""
    greeting: tuple[str, str] | None = None
    """Text and emotion, or None to wait in silence."""
    hello: str = "Hello!"
    """What the model is told that the greeting answers: templates want the user to begin."""
    greets_aloud: bool = False
    barge_in: bool = False
    """Speaking interrupts her; without it (loudspeakers) she is deaf from the question's end to the answer's."""
    hands_free: bool = True
    idle_seconds: float = 0.0
    """After so much silence she says something by herself, once; 0 is never."""
    proactive: str | None = None
    """What moves her to, in the place of `proactive.PROMPTS`."""
    endpointing: Endpointing = field(default_factory=Endpointing)
    advice: Notice | None = None
    """Said when everything is loaded."""
    judged: frozenset[EngineKind] = frozenset()
    """The engines of which it is known what they can do in this language; of others the talk says what they cannot."""
    tools: tuple[BuiltIn, ...] = ()
    """What may answer in the model's place."""
    ends_with_microphone: bool = False
    """The talk is over when the microphone (a file) is."""

"""Everything of hers that a turn uses."""

from __future__ import annotations

from dataclasses import dataclass

from vtuber_cli.audio.base import Speaker
from vtuber_cli.conversation.crew import Crew
from vtuber_cli.conversation.manner import Manner
from vtuber_cli.conversation.memory import Memory
from vtuber_cli.conversation.reply import NoModel, Replier
from vtuber_cli.conversation.seats import Seats
from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines.base import Asr
from vtuber_cli.engines.worker import Worker
from vtuber_cli.tools.base import BuiltIn


@dataclass(frozen=True, slots=True)
class Partner:
    """Who answers, with what, and where it is heard."""

    asr: Worker[Asr]
    language: str | None
    """What the user speaks, or None to find out."""
    replier: Replier
    voices: Voices
    speaker: Speaker
    memory: Memory
    tools: tuple[BuiltIn, ...] = ()
    """What may answer in the model's place."""
    seats: Seats | None = None
    """Of the engines, if they serve others too."""


def made(crew: Crew, manner: Manner, speaker: Speaker, memory: Memory, seats: Seats | None) -> Partner:
    """The engines of a crew, loaded or failed, as somebody to talk with."""
    engines, failure = crew.engines, crew.failures.get("llm")
    replier = NoModel(failure) if failure else Replier(engines.llm, manner.style)
    return Partner(engines.asr, manner.language, replier, engines.voices, speaker, memory, manner.tools, seats)

"""Engines that take known times, as `bench.serve` needs them: echo's, held back.

They stand in no list of engines: the bench's own server puts them where a plan has the chosen ones.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import BaseModel

from vtuber_cli.bootstrap import Chosen, Plan
from vtuber_cli.engines.echo import EchoAsr, EchoLlm, EchoTts, EchoVad

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.engines.base import ReplyDelta, ReplyRequest, Stop, WeightFiles
    from vtuber_cli.events import Samples, Speech, Transcript

HEARD = "I am glad that you asked me."
"""What the ear takes every sound for, and so what is answered to it."""


class Pace(BaseModel, extra="forbid", frozen=True):
    """Seconds."""

    hear: float = 0.2
    """For an utterance, however long."""
    first_token: float = 0.15
    token: float = 0.02
    """From one to the next. A token is a word with the space behind it."""
    speak: float = 0.1
    """For a sentence, however short."""
    speak_share: float = 0.05
    """More, for each second of its sound."""

    def thinking(self, tokens: int) -> float:
        """Until so many tokens have come."""
        return self.first_token + self.token * (tokens - 1)

    def speaking(self, seconds: float) -> float:
        """Until the sound of a sentence is there, which is so long."""
        return self.speak + self.speak_share * seconds


class PacedAsr(EchoAsr):
    class Options(EchoAsr.Options):
        pace: Pace = Pace()

    def __init__(self, options: PacedAsr.Options, weights: WeightFiles) -> None:
        super().__init__(options, weights)
        self._pace = options.pace

    def transcribe(self, samples: Samples, language: str | None, stop: Stop) -> Transcript:
        due = time.monotonic() + self._pace.hear
        found = super().transcribe(samples, language, stop)
        _wait(due, stop)
        return found


class PacedLlm(EchoLlm):
    class Options(EchoLlm.Options):
        pace: Pace = Pace()

    def __init__(self, options: PacedLlm.Options, weights: WeightFiles) -> None:
        super().__init__(options, weights)
        self._pace = options.pace

    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        due = time.monotonic() + self._pace.first_token
        for delta in super().reply(request, stop):
            if delta.text:
                _wait(due, stop)
                due += self._pace.token
            yield delta


class PacedTts(EchoTts):
    class Options(EchoTts.Options):
        pace: Pace = Pace()

    def __init__(self, options: PacedTts.Options, weights: WeightFiles) -> None:
        super().__init__(options, weights)
        self._pace = options.pace

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        began = time.monotonic()
        pieces = list(super().speak(text, stop))
        _wait(began + self._pace.speaking(sum(piece.seconds for piece in pieces)), stop)
        yield from pieces


def paced(plan: Plan, pace: Pace) -> Plan:
    """The plan with these engines in the place of its own, and a voice for its language only."""
    llm = Chosen("llm", "paced", PacedLlm, PacedLlm.Options(pace=pace))
    asr = Chosen("asr", "paced", PacedAsr, PacedAsr.Options(pace=pace, text=HEARD))
    tts = Chosen("tts", "paced", PacedTts, PacedTts.Options(pace=pace))
    vad = Chosen("vad", "echo", EchoVad, EchoVad.Options())
    return replace(plan, engines={"vad": vad, "asr": asr, "llm": llm}, voices={plan.language: tts})


def _wait(due: float, stop: Stop) -> None:
    """Until then, by the clock: what was done meanwhile is no part of the pace."""
    if (seconds := due - time.monotonic()) > 0:
        stop.wait(seconds)

"""How much later than its engines the first sound of a turn comes, at a client on a real socket."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from vtuber_cli.bench.paced import HEARD, Pace
from vtuber_cli.bench.serve_lines import Line, line, seconds_of
from vtuber_cli.conversation.endpointer import Endpointing
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from vtuber_cli.bench.serve_host import House
    from vtuber_cli.events import Samples

Manner: TypeAlias = Literal["text", "utterance", "microphone"]
MANNERS: tuple[Manner, ...] = ("text", "utterance", "microphone")

REPLY = f"{HEARD} And there is so much more to tell you about it."
"""Its first sentence is short and has no comma: what is spoken first is the whole of it."""
_BLOCK = 512
"""Samples that a microphone gives at a time: a frame of the VAD."""
_FRONT_END_BLOCK = 4096
_SPOKEN_BLOCKS = 32
"""About a second."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One turn."""

    manner: Manner
    text: str
    """Of the first piece that was heard."""
    speech_s: float
    """Its length."""
    first_audio_s: float
    """From the end of the user's words to its frame."""

    def ideal_s(self, pace: Pace) -> float:
        """The sum of the stages that nobody could begin earlier.

        At an open microphone the reply is made while we wait whether the user goes on, so only the longer of the
        two counts: the whole silence that ends a turn, or the first of it and then the stages.
        """
        made = pace.thinking(len(self.text.split())) + pace.speaking(self.speech_s)
        if self.manner == "text":
            return made
        if self.manner == "utterance":
            return pace.hear + made
        how = Endpointing()
        return max(_whole_frames(how.hangover), _whole_frames(how.pause) + pace.hear + made)

    def ratio(self, pace: Pace) -> float:
        return self.first_audio_s / self.ideal_s(pace)

    def record(self, pace: Pace) -> dict[str, Any]:
        return {
            "manner": self.manner,
            "first_audio_ms": round(1000 * self.first_audio_s, 1),
            "ideal_ms": round(1000 * self.ideal_s(pace), 1),
        }


async def answers(house: House, turns: int, tell: Callable[[int], None]) -> list[Answer]:
    """So many turns of each manner, by turns; one of each before, that counts for nothing."""
    asking: dict[Manner, Callable[[Line], Awaitable[float]]] = {
        "text": _by_text,
        "utterance": _by_utterance,
        "microphone": _by_microphone,
    }
    found: list[Answer] = []
    async with AsyncExitStack() as stack:
        lines = {manner: await stack.enter_async_context(line(house.url)) for manner in MANNERS}
        for number in range(turns + 1):
            if number:
                tell(number)
            for manner in MANNERS:
                one = lines[manner]
                ended, (audio, at) = await asyncio.gather(asking[manner](one), one.until("audio"))
                await one.hear_out()
                if number:
                    said = audio["display_text"]["text"].strip()
                    found.append(Answer(manner, said, seconds_of(audio), at - ended))
    return found


async def _by_text(one: Line) -> float:
    now = time.monotonic()
    await one.say("text-input", text=REPLY, images=[])
    return now


async def _by_utterance(one: Line) -> float:
    """As front ends send what was said: all at once, when it is over."""
    samples = voiced(_SPOKEN_BLOCKS * _BLOCK)
    now = time.monotonic()
    for at in range(0, len(samples), _FRONT_END_BLOCK):
        await one.say("mic-audio-data", audio=samples[at : at + _FRONT_END_BLOCK].tolist())
    await one.say("mic-audio-end", images=[])
    return now


async def _by_microphone(one: Line) -> float:
    """As it is heard, block by block, and then silence for longer than what is waited for."""
    sound = voiced(_SPOKEN_BLOCKS * _BLOCK)
    silence = round(1.25 * Endpointing().hangover * EAR_RATE / _BLOCK)
    began, ended = time.monotonic(), 0.0
    for number in range(_SPOKEN_BLOCKS + silence):
        at = number * _BLOCK
        block = sound[at : at + _BLOCK].tolist() if number < _SPOKEN_BLOCKS else [0.0] * _BLOCK
        due = began + (number + 1) * _BLOCK / EAR_RATE
        await asyncio.sleep(due - time.monotonic())
        await one.say("raw-audio-data", audio=block)
        ended = due if number < _SPOKEN_BLOCKS else ended
    return ended


def voiced(samples: int) -> Samples:
    """A tone that is loud enough to be taken for a voice, with all digits that a microphone's samples have."""
    import numpy as np

    return (0.3 * np.sin(np.arange(samples) * (2 * math.pi * 220 / EAR_RATE))).astype(np.float32)


def _whole_frames(seconds: float) -> float:
    """Silence is counted in frames of the VAD."""
    return math.ceil(seconds * EAR_RATE / _BLOCK - 1e-9) * _BLOCK / EAR_RATE

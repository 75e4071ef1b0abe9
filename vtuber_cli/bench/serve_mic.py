"""What a client's microphone costs the server: its process's own time, for sound that came over a real socket."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import orjson

from vtuber_cli.bench.serve_lines import Line, line
from vtuber_cli.events import EAR_RATE
from vtuber_cli.server import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_cli.bench.serve_host import Ask, House, Spent
    from vtuber_cli.events import Samples

Form: TypeAlias = Literal["binary", "json"]
BLOCK = 4096
"""Samples of a frame, as front ends send them."""
_QUIET = 0.002
"""Loudness of a room in which nobody speaks."""
_SETTLED = 0.005
"""Seconds of work in `_LOOK` that are none."""
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Sound:
    """How much is sent."""

    utterance_s: float = 30.0
    rounds: int = 3
    stream_s: float = 600.0
    """Into an open microphone, faster than anybody can speak."""
    step_s: float = 20.0
    """After so much of it we wait until it was listened to: what is not in 30 s is forgotten, and costs less."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds of the processor for a second of sound, and what a long stream costs."""

    binary_ms: float
    json_ms: float
    stream_ms: float
    """The same for an open microphone that is listened to, in binary."""
    linear: float
    """The stream's second half over its first, of each the median of its steps: other programs only ever add."""
    growth_mb: float | None
    """What it takes of memory at its worst, more than after its first step."""

    def record(self) -> dict[str, Any]:
        return {
            "mic_second_binary_ms": round(self.binary_ms, 3),
            "mic_second_json_ms": round(self.json_ms, 3),
            "mic_stream_second_ms": round(self.stream_ms, 3),
            "mic_linear": round(self.linear, 3),
            "mic_growth_mb": None if self.growth_mb is None else round(self.growth_mb, 1),
        }


async def costs(house: House, sound: Sound, tell: Callable[[int], None]) -> Costs:
    """Measures. The server has nothing else to do meanwhile."""
    found: dict[Form, list[float]] = {"binary": [], "json": []}
    for number in range(sound.rounds + 1):  # the first imports what it needs
        tell(number)
        for form, seen in found.items():
            taken = await _utterance(house, sound.utterance_s, form)
            if number:
                seen.append(1000 * taken / sound.utterance_s)
    steps, growth = await _stream(house, sound)
    half = len(steps) // 2
    linear = statistics.median(steps[half:]) / statistics.median(steps[:half])
    each = 1000 * statistics.median(steps) / sound.step_s
    return Costs(statistics.median(found["binary"]), statistics.median(found["json"]), each, linear, growth)


async def _utterance(house: House, seconds: float, form: Form) -> float:
    """Seconds of the processor for what somebody said, in one burst, as it is sent when they have finished."""
    frames = [_frame(block, form, wire.MIC) for block in blocks(seconds)]
    async with line(house.url) as one:
        before = await _settled(house.ask)
        await _send(one, frames)
        return (await house.ask()).cpu_s - before.cpu_s


async def _stream(house: House, sound: Sound) -> tuple[list[float], float | None]:
    """Seconds of the processor for each step of a long stream, and MiB."""
    frames = [_frame(block, "binary", wire.RAW) for block in blocks(sound.step_s)]
    async with line(house.url) as one:
        await _send(one, frames)  # the talk is opened, and the ear loaded
        begin = before = await _settled(house.ask)
        steps: list[float] = []
        memory: list[float] = []
        for _ in range(2 * max(1, round(sound.stream_s / sound.step_s / 2))):
            await _send(one, frames)
            full = await house.ask()
            now = await _settled(house.ask)
            steps.append(now.cpu_s - before.cpu_s)
            before = now
            memory += [most for most in (full.rss_mb, now.rss_mb) if most is not None]
        return steps, max(memory) - begin.rss_mb if memory and begin.rss_mb is not None else None


async def _send(one: Line, frames: Sequence[bytes | str]) -> None:
    for frame in frames:
        await one.socket.send(frame)
    await one.caught_up()


async def _settled(ask: Ask) -> Spent:
    """Until the server has nothing left to do, and what it has cost by then."""
    before = await ask()
    while True:
        await asyncio.sleep(_LOOK)
        now = await ask()
        if now.cpu_s - before.cpu_s < _SETTLED:
            return now
        before = now


def blocks(seconds: float) -> list[Samples]:
    """A room in which nobody speaks."""
    import numpy as np

    noise = np.random.default_rng(1).normal(0.0, _QUIET, round(seconds * EAR_RATE)).astype(np.float32)
    return [noise[at : at + BLOCK] for at in range(0, len(noise), BLOCK)]


def _frame(samples: Samples, form: Form, kind: int) -> bytes | str:
    if form == "binary":
        return wire.sound(samples, 0, kind).data or b""
    return orjson.dumps({"type": "mic-audio-data", "audio": samples.tolist()}).decode()

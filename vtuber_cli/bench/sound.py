"""Ears that hear a recording and a mouth that is recorded, both on the loop's clock."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from vtuber_cli.audio.silent import CaptionSpeaker, ClockedPlayback
from vtuber_cli.events import EAR_RATE, AudioFrame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from vtuber_cli.bench.utterances import Utterance
    from vtuber_cli.events import Samples, Speech

BLOCK = EAR_RATE // 100
"""Samples that come in at once, as from a device."""

AUDIBLE_DBFS = -45.0
LASTING_SECONDS = 0.05
"""Shorter sounds are clicks."""
_STEP = 0.01


class ReplayMicrophone:
    """A live microphone in front of which an utterance is said, once; then there is only the room.

    Time goes on whether somebody listens or not: a block is due when its last sample has been spoken.
    """

    waits = False

    def __init__(self, utterance: Utterance) -> None:
        self.name = utterance.name
        self.utterance = utterance
        self._began: float | None = None
        self._closed = False

    @property
    def ended_at(self) -> float:
        """The loop's time at which the user has said everything; infinite before anybody listens."""
        return float("inf") if self._began is None else self._began + self.utterance.ends

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        loop = asyncio.get_running_loop()
        self._began = began = loop.time()
        for number in count():
            at = number * BLOCK
            await asyncio.sleep(max(0.0, began + (at + BLOCK) / EAR_RATE - loop.time()))
            if self._closed:
                return
            yield AudioFrame(self._block(at), at / EAR_RATE)

    async def close(self) -> None:
        self._closed = True

    def _block(self, at: int) -> Samples:
        said = self.utterance.samples[at : at + BLOCK]
        if len(said) == BLOCK:
            return said
        room = self.utterance.room
        return np.concatenate([said, room[np.arange(at + len(said), at + BLOCK) % len(room)]])


class RecordingSpeaker(CaptionSpeaker):
    """Keeps what was played, and when; a device's own latency, the same for everybody, is not part of it."""

    def __init__(self) -> None:
        super().__init__()
        self._played: list[ClockedPlayback] = []

    def play(self, speech: Speech) -> ClockedPlayback:
        playback = super().play(speech)
        self._played.append(playback)
        return playback

    def onset(self) -> float | None:
        """The loop's time at which she began to be heard; None if she has not."""
        for playback in self._played:
            seconds = onset(playback.speech.samples, playback.speech.rate)
            if seconds is not None:
                return playback.begins + seconds
        return None


def onset(samples: Samples, rate: int) -> float | None:
    """Seconds to the first 10 ms frame of `AUDIBLE_DBFS` that is followed by others, for `LASTING_SECONDS` in all."""
    size = max(1, round(_STEP * rate))
    frames = len(samples) // size
    lasting = round(LASTING_SECONDS / _STEP)
    if frames < lasting:
        return None
    power = np.mean(np.square(samples[: frames * size].reshape(frames, size), dtype=np.float64), axis=1)
    audible = (power >= 10 ** (AUDIBLE_DBFS / 10)).astype(int)
    found = np.flatnonzero(np.convolve(audible, np.ones(lasting, int), mode="valid") == lasting)
    return float(found[0]) * size / rate if len(found) else None

"""A client as her ears: a stream that we listen to, and utterances whose end the client knows. Both have a limit."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from vtuber_cli.events import EAR_RATE, AudioFrame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from vtuber_cli.events import Samples

STREAM_SECONDS = 30
"""Of sound that nobody has listened to yet; then the oldest is forgotten."""
UTTERANCE_SECONDS = 60
_SILENT_SECONDS = 2.0
"""More than anybody pauses in a sentence."""


class ClientMicrophone:
    """`raw-audio-data` as an `audio.base.Microphone`: an open microphone, live."""

    name = "client"
    waits = False

    def __init__(self) -> None:
        self._blocks: deque[Samples] = deque()
        self._waiting = 0
        """Samples in the blocks."""
        self._position = 0
        self._changed = asyncio.Event()
        self._closed = False
        self.end_told = False
        """The client was told that what was being said is over: when it says so in its turn, that is no news."""

    def push(self, samples: Samples) -> None:
        if self._closed or not len(samples):
            return
        self._blocks.append(samples)
        self._waiting += len(samples)
        while self._waiting > STREAM_SECONDS * EAR_RATE and len(self._blocks) > 1:
            lost = len(self._blocks.popleft())
            self._waiting -= lost
            self._position += lost
        self._changed.set()

    def hush(self) -> None:
        """The client has closed its microphone: what is being said is over."""
        import numpy as np

        if self.end_told:
            self.end_told = False
        elif self._position or self._blocks:
            self.push(np.zeros(round(_SILENT_SECONDS * EAR_RATE), np.float32))

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        while not self._closed:
            while self._blocks:
                samples = self._blocks.popleft()
                self._waiting -= len(samples)
                at = self._position / EAR_RATE
                self._position += len(samples)
                yield AudioFrame(samples, at)
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        self._closed = True
        self._blocks.clear()
        self._changed.set()


class Utterance:
    """`mic-audio-data` until `mic-audio-end`."""

    def __init__(self) -> None:
        self._blocks: list[Samples] = []
        self._length = 0
        self._cut = False

    def add(self, samples: Samples) -> bool:
        """False: it has become too long, and the rest of it is lost, of which nothing more is said."""
        room = UTTERANCE_SECONDS * EAR_RATE - self._length
        if len(samples) and room > 0:
            self._blocks.append(samples[:room])
            self._length += len(self._blocks[-1])
        cut, self._cut = self._cut, self._cut or len(samples) > room
        return cut == self._cut

    def take(self) -> Samples | None:
        """All of it; None if there is nothing."""
        import numpy as np

        blocks, self._blocks, self._length, self._cut = self._blocks, [], 0, False
        return np.concatenate(blocks) if blocks else None

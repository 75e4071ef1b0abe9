"""PortAudio's output ring while it runs: how much is in it, how much has left it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vtuber_cli.audio import pcm

if TYPE_CHECKING:
    import sounddevice

AHEAD_SECONDS = 0.12
"""What is kept in the ring: two busy Python threads can hold up ours for 30 ms and more."""

REQUESTED_LATENCY = 0.2
"""Makes the ring larger than what we keep in it, so that no write blocks (it would, for a quarter of the ring)."""

BLOCK_SECONDS = 0.01
_CATCH_UP = 4
"""Blocks written at once when the ring runs low."""


class Ring:
    """One run of a stream, from `start` to `abort`. Positions are frames since the start.

    Args:
        stream: an int16 output stream, opened and stopped.
    """

    def __init__(self, stream: sounddevice.RawOutputStream) -> None:
        self._stream = stream
        self.rate = round(stream.samplerate)
        self.channels = int(stream.channels)
        self.frame_bytes = pcm.BYTES_A_SAMPLE * self.channels
        self._block = round(BLOCK_SECONDS * self.rate)
        self._target = round(AHEAD_SECONDS * self.rate)
        self._capacity = stream.write_available
        self.written = 0
        self.underruns = 0
        stream.start()
        self._began = time.monotonic()

    def room(self) -> int:
        """Frames to write now: none, or between one block and four."""
        room = self._target - self._ahead()
        return 0 if room < self._block else min(room, _CATCH_UP * self._block)

    def write(self, frames: bytes | memoryview) -> None:
        """Interleaved int16."""
        if self._stream.write(frames):
            self.underruns += 1
        self.written += len(frames) // self.frame_bytes

    def played(self) -> int:
        """Frames that have left the ring; never more than there was time for (sound servers fetch ahead)."""
        return min(self.written - self._ahead(), int((time.monotonic() - self._began) * self.rate))

    def _ahead(self) -> int:
        return min(self.written, max(0, self._capacity - self._stream.write_available))

"""An output stream's ring while it runs: how much it wants, how much has left it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vtuber_cli.audio import pcm
from vtuber_cli.audio.library import BLOCK_SECONDS

if TYPE_CHECKING:
    from vtuber_cli.audio.library import OutputStream

AHEAD_SECONDS = 0.25
"""Speech kept in the ring: busy Python threads and a busy machine can hold up ours for long. It costs nothing: a run
starts with an empty ring, and a stop empties it."""

STEP_SECONDS = 0.12
"""How coarsely sound servers tell what they took (seen: up to 118 ms)."""

SILENCE_AHEAD_SECONDS = 0.12
"""What is kept in the ring when there is no more speech: a step."""


class Ring:
    """One run of a stream, from `start` to `abort`. Positions are frames since the start.

    Args:
        stream: an int16 output stream, opened and stopped.
    """

    def __init__(self, stream: OutputStream) -> None:
        self._stream = stream
        self.rate = round(stream.samplerate)
        self.channels = int(stream.channels)
        self.frame_bytes = pcm.BYTES_A_SAMPLE * self.channels
        self._block = round(BLOCK_SECONDS * self.rate)
        self._step = round(STEP_SECONDS * self.rate)
        self.written = 0
        self.played = 0
        """Frames that have left the ring; -1 until the device begins."""
        self.ahead = 0
        """Frames that are still in it."""
        self.underruns = 0
        self._capacity = 0
        self._began = 0.0

    def start(self) -> None:
        """The ring is empty and running from here on: have something to write."""
        self._stream.start()
        self._capacity = self._stream.write_available  # a stopped stream still counts what it has dropped
        self._began = time.monotonic()

    def look(self) -> None:
        """Brings `played` and `ahead` up to date; one call to the device, since each may cost us the GIL.

        Raises:
            OSError: the device is gone.
        """
        available = self._stream.write_available
        if available < 0:
            raise OSError(f"PortAudio error {available}")
        self.ahead = min(self.written, max(0, self._capacity - available))
        # A sound server takes, and tells that it took, in steps; in between the clock knows better, but not alone:
        # it also runs while the device is starved.
        taken = self.written - self.ahead
        late = self._stream.late
        elapsed = -1 if late is None else int((time.monotonic() - self._began - late) * self.rate)
        self.played = min(elapsed, taken + self._step, self.written)

    def room(self, ahead_seconds: float) -> int:
        """Frames to write now, to have so much in the ring; less than a block is none."""
        room = round(ahead_seconds * self.rate) - self.ahead
        return room if room >= self._block else 0

    def write(self, frames: bytes | memoryview) -> None:
        """Interleaved int16, no more than there is room for, so that it does not block."""
        if self._stream.write(frames):
            self.underruns += 1
        count = len(frames) // self.frame_bytes
        self.written += count
        self.ahead += count

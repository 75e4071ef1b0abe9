"""A pipe as a mouth: a WAV that is heard by another program while it is made."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from vtuber_cli.audio import pcm
from vtuber_cli.audio.playback import SpeechPlayback
from vtuber_cli.audio.resample import resample
from vtuber_cli.audio.wav_header import LARGEST, header

if TYPE_CHECKING:
    from vtuber_cli.events import Speech

_EMPTY_RATE = 24_000


class WavPipe:
    """Writes what is said to a file descriptor as a mono int16 WAV, at the rate of the first voice, at once.

    The sizes in its header say that they are unknown; where the descriptor is a plain file (`> hello.wav`) they are
    put right in the end.
    """

    name = "-"

    def __init__(self, descriptor: int) -> None:
        self._out = descriptor
        self._rate = 0
        self._bytes = 0
        self._origin = _position(descriptor)

    async def open(self) -> None:
        """Open since it was made."""

    def play(self, speech: Speech) -> SpeechPlayback:
        self._begin(speech.rate)
        data = pcm.to_int16(resample(speech.samples, speech.rate, self._rate))
        self._bytes += len(data)
        self._put(data)
        playback = SpeechPlayback(speech)
        playback.hear(speech.seconds)
        playback.settle()
        return playback

    def stop(self) -> None:
        """What was written is heard."""

    async def close(self) -> None:
        self._begin(_EMPTY_RATE)
        if self._origin is not None and self._bytes <= LARGEST:
            os.lseek(self._out, self._origin, os.SEEK_SET)
            self._put(header(self._rate, self._bytes))
            os.lseek(self._out, 0, os.SEEK_END)

    def _begin(self, rate: int) -> None:
        if not self._rate:
            self._rate = rate
            self._put(header(self._rate, None))

    def _put(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._out, rest) :]


def _position(descriptor: int) -> int | None:
    """Where in a plain file writing begins; None in what cannot be gone back in."""
    try:
        plain = stat.S_ISREG(os.fstat(descriptor).st_mode)
        return os.lseek(descriptor, 0, os.SEEK_CUR) if plain and not _appends(descriptor) else None
    except OSError:
        return None


def _appends(descriptor: int) -> bool:
    """Whether everything goes to the end (`>> hello.wav`)."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    return bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND)

"""A sound file as a mouth."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from vtuber_cli.audio import pcm
from vtuber_cli.audio.playback import SpeechPlayback
from vtuber_cli.audio.resample import resample
from vtuber_cli.audio.silent import CaptionSpeaker
from vtuber_cli.audio.wav import why
from vtuber_cli.audio.wav_header import LENGTH, header
from vtuber_cli.errors import AudioUnavailable, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.events import Speech

EMPTY_RATE = 24_000
"""Rate of a file into which nothing was said."""


class WavSpeaker:
    """Writes what is heard to a mono int16 WAV, at the rate of the first voice.

    The file appears, whole, at `close`; until then, and if the program is killed, it is `NAME.part` (a valid WAV at
    any time), and an older file of that name stays as it was.

    Args:
        path: of the file.
        fast: everything is heard at once, instead of in the time it takes to say it.

    Raises:
        UsageError: the file cannot be made there.
    """

    def __init__(self, path: Path, *, fast: bool = False) -> None:
        self.name = path.name
        self._file = _Recording(path)
        self._fast = fast
        self._clock = CaptionSpeaker(heard=self._heard)
        self._failure: AudioUnavailable | None = None

    async def open(self) -> None:
        """Open since it was made."""

    def play(self, speech: Speech) -> SpeechPlayback:
        if not self._fast:
            return self._clock.play(speech)
        playback = SpeechPlayback(speech)
        playback.hear(speech.seconds)
        try:
            self._heard(speech, speech.seconds)
        except AudioUnavailable as error:
            playback.settle(error)
        playback.settle()
        return playback

    def stop(self) -> None:
        self._clock.stop()

    async def close(self) -> None:
        """Completes the file.

        Raises:
            AudioUnavailable: it could not be completed, or not all that was said is in it; what was written is in
                `NAME.part`.
        """
        self._clock.stop()
        if self._file.closed:
            return
        if self._failure is not None:
            self._file.abandon()
            raise self._failure
        self._file.complete()

    def _heard(self, speech: Speech, seconds: float) -> None:
        if self._failure is not None:  # a full disk: nothing behind a hole
            raise self._failure
        heard = speech.samples[: round(seconds * speech.rate)]
        rate = self._file.begin(speech.rate)
        try:
            self._file.append(pcm.to_int16(resample(heard, speech.rate, rate)))
        except AudioUnavailable as error:
            self._failure = error
            raise


class _Recording:
    """A WAV that grows; a valid file after every step, in its place only when complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rate = 0
        self._bytes = 0
        try:
            if not path.name or path.is_dir():
                raise UsageError("audio.out_is_folder", file=path)
            # The finished file takes the place of what is there: never that of a device or a pipe.
            if path.exists() and not path.is_file():
                raise UsageError("audio.out_not_a_file", file=path)
            self._part = path.with_name(path.name + ".part")
            self._file = self._part.open("wb", buffering=0)
        except (OSError, ValueError) as error:
            raise UsageError("audio.out_denied", file=path, reason=why(error)) from error

    def begin(self, rate: int) -> int:
        """The file's rate: the first one asked for."""
        self._rate = self._rate or rate
        return self._rate

    def append(self, data: bytes) -> None:
        """Raises `AudioUnavailable`, and the file is as it was before."""
        before = self._bytes
        end = LENGTH + before
        try:
            self._put(end, data)
            self._bytes += len(data)
            self._put(0, header(self._rate, self._bytes))
        except OSError as error:
            self._bytes = before
            with suppress(OSError):
                self._file.truncate(end)
            raise self._failed(error) from error

    @property
    def closed(self) -> bool:
        return self._file.closed

    def abandon(self) -> None:
        """What was written stays in `NAME.part`."""
        self._file.close()

    def complete(self) -> None:
        self.begin(EMPTY_RATE)
        try:
            self._put(0, header(self._rate, self._bytes))
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._path)
        except OSError as error:
            with suppress(OSError):
                self._file.close()
            raise self._failed(error) from error

    def _put(self, at: int, data: bytes) -> None:
        self._file.seek(at)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]

    def _failed(self, error: OSError) -> AudioUnavailable:
        return AudioUnavailable("audio.out_failed", file=self._path, reason=why(error))

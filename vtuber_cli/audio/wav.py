"""Sound files as ears: with `recording`, what makes everything scriptable, and testable without a sound card."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

from vtuber_cli.audio import pcm
from vtuber_cli.audio.resample import Resampler
from vtuber_cli.errors import AudioUnavailable, UsageError
from vtuber_cli.events import EAR_RATE, AudioFrame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from pathlib import Path

    import soundfile

    from vtuber_cli.events import Samples

FRAME = 320
"""Samples at `EAR_RATE` that `WavMicrophone` hands over at once: 20 ms."""

TRAILING_SECONDS = 1.5
"""Silence behind a file, so that its last words are understood to be over."""

READ_SECONDS = 600.0
"""The longest file that `read` takes into memory."""

_BLOCK_SECONDS = 0.25
_RATES = range(4_000, 384_001)
_MOST_CHANNELS = 64
_LATE = 0.25
"""Seconds that a reader may be late before the file's time stands still for it."""


class WavMicrophone:
    """Hears a sound file: any rate, any channels, whatever libsndfile reads.

    Args:
        path: of the file.
        fast: as fast as it is read, instead of in the time it takes to say it.

    Raises:
        UsageError: missing, a folder, not allowed, no audio, empty.
    """

    waits = True

    def __init__(self, path: Path, *, fast: bool = False) -> None:
        self.name = path.name
        self._path = path
        self._fast = fast
        self._file: soundfile.SoundFile | None = _opened(path)
        self._frames = _in_frames(_with_silence(_at_ear_rate(self._file, path)))
        self._position = 0

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Goes on where it was left, if called again.

        In real time a frame comes when its last sample would have been spoken. If the reader stays away, so does
        time: nothing is lost and nothing is rushed.
        """
        loop = asyncio.get_running_loop()
        origin = loop.time() - self._position / EAR_RATE
        for samples in self._frames:
            at = self._position / EAR_RATE
            self._position += len(samples)
            due = origin + self._position / EAR_RATE
            late = loop.time() - due
            if self._fast:
                await asyncio.sleep(0)
            elif late > _LATE:
                origin += late
            else:
                await asyncio.sleep(max(0.0, -late))
            yield AudioFrame(samples, at)

    async def close(self) -> None:
        if self._file is not None:
            self._frames = iter(())
            self._file.close()
            self._file = None


def read(path: Path, *, longest: float = READ_SECONDS) -> Samples:
    """All of a sound file at `EAR_RATE`.

    Raises:
        UsageError: missing, a folder, not allowed, no audio, empty, or longer than `longest` seconds.
        AudioUnavailable: damaged further on.
    """
    import numpy as np

    with closing(_opened(path)) as file:
        blocks: list[Samples] = []
        seconds = 0.0
        for block in _at_ear_rate(file, path):
            blocks.append(block)
            seconds += len(block) / EAR_RATE
            if seconds > longest:
                raise UsageError("audio.file_too_long", file=path, seconds=round(longest))
    if not seconds:  # a header that promised more than there was
        raise UsageError("audio.file_empty", file=path)
    return np.concatenate(blocks)


def _opened(path: Path) -> soundfile.SoundFile:
    import soundfile

    _look_at(path)
    try:
        file = soundfile.SoundFile(str(path))
    except (soundfile.SoundFileError, TypeError) as error:  # TypeError: a name such as x.raw wants to be explained
        raise UsageError("audio.file_not_audio", file=path) from error
    except UnicodeError as error:  # a name that is no text, which libsndfile cannot be told
        raise UsageError("audio.file_unreadable", file=path, reason=why(error)) from error
    reason = ""
    if file.samplerate not in _RATES:
        reason = "audio.file_odd_rate"
    elif file.channels > _MOST_CHANNELS:
        reason = "audio.file_odd_channels"
    elif not file.frames:
        reason = "audio.file_empty"
    if reason:
        file.close()
        raise UsageError(reason, file=path, rate=file.samplerate, channels=file.channels)
    return file


def _look_at(path: Path) -> None:
    """What libsndfile would only call a system error; a pipe would make it wait forever."""
    try:
        if path.exists() and not path.is_file():
            raise UsageError("audio.file_is_folder" if path.is_dir() else "audio.file_not_audio", file=path)
        path.open("rb").close()
    except FileNotFoundError:
        raise UsageError("audio.file_missing", file=path) from None
    except PermissionError:
        raise UsageError("audio.file_denied", file=path) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UsageError("audio.file_unreadable", file=path, reason=why(error)) from error


def _at_ear_rate(file: soundfile.SoundFile, path: Path) -> Iterator[Samples]:
    """The file, block by block: a long one never fits into memory."""
    import soundfile

    resampler = Resampler(file.samplerate, EAR_RATE)
    size = round(_BLOCK_SECONDS * file.samplerate)
    while True:
        try:
            block = file.read(size, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise AudioUnavailable("audio.file_damaged", file=path) from error
        last = len(block) < size
        yield resampler.feed(pcm.mono(pcm.sane(block)), last=last)
        if last:
            return


def _with_silence(blocks: Iterator[Samples]) -> Iterator[Samples]:
    import numpy as np

    yield from blocks
    yield np.zeros(round(TRAILING_SECONDS * EAR_RATE), dtype=np.float32)


def _in_frames(blocks: Iterator[Samples]) -> Iterator[Samples]:
    """The same samples, `FRAME` at a time; the last one may be shorter."""
    import numpy as np

    rest = np.zeros(0, dtype=np.float32)
    for block in blocks:
        rest = np.concatenate((rest, block))
        whole = len(rest) - len(rest) % FRAME
        yield from np.split(rest[:whole], whole // FRAME) if whole else ()
        rest = rest[whole:]
    if len(rest):
        yield rest


def why(error: Exception) -> str:
    """Why a file cannot be had, in the system's own words where it has any."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)

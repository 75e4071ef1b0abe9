"""Sound files as ears: with `recording`, what makes everything scriptable, and testable without a sound card.

libsndfile reads what it can (WAV, FLAC, OGG, MP3, AIFF, ...), `riff` the WAV files that it refuses.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from vtuber_cli.audio import pcm
from vtuber_cli.audio.resample import Resampler
from vtuber_cli.audio.riff import Riff, RiffError
from vtuber_cli.errors import AudioUnavailable, UsageError
from vtuber_cli.events import EAR_RATE, AudioFrame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    import soundfile

    from vtuber_cli.audio.riff import Frames
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
    """Hears a sound file: any rate, any channels.

    Args:
        path: of the file.
        fast: as fast as it is read, instead of in the time it takes to say it.

    Raises:
        UsageError: missing, a folder, not allowed, no audio, empty; says what is wrong with it.
    """

    waits = True

    def __init__(self, path: Path, *, fast: bool = False) -> None:
        self.name = path.name
        self._fast = fast
        self._file: Sound | None = opened(path)
        self._frames = in_frames(_with_silence(at_ear_rate(self._file, path)))
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
    with closing(opened(path)) as file:
        return whole(file, path, longest=longest)


def whole(file: Sound, called: object, *, longest: float) -> Samples:
    """All of an open sound file at `EAR_RATE`.

    Raises:
        UsageError: empty, or longer than `longest` seconds.
        AudioUnavailable: damaged further on.
    """
    import numpy as np

    blocks: list[Samples] = []
    seconds = 0.0
    for block in at_ear_rate(file, called):
        blocks.append(block)
        seconds += len(block) / EAR_RATE
        if seconds > longest:
            raise UsageError("audio.file_too_long", file=called, seconds=round(longest))
    if not seconds:  # a header that promised more than there was
        raise UsageError("audio.file_empty", file=called)
    return np.concatenate(blocks)


class Sound(Protocol):
    """A sound file that is open."""

    samplerate: int
    channels: int

    @property
    def frames(self) -> int | None:
        """How many are left; None if nobody knows."""
        ...

    def read(self, frames: int, /) -> Frames:
        """So many, or fewer at the end; shape (frames, channels).

        Raises:
            ValueError: it is damaged from here on.
        """
        ...

    def close(self) -> None: ...


class _Decoded:
    """What libsndfile reads."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._file = file
        self.samplerate, self.channels, self.frames = file.samplerate, file.channels, file.frames

    def read(self, frames: int, /) -> Frames:
        import soundfile

        try:
            return self._file.read(frames, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise ValueError(str(error)) from error

    def close(self) -> None:
        self._file.close()


def opened(source: Path | BinaryIO, name: object = None) -> Sound:
    """A sound file, looked at as far as its header.

    Args:
        source: where it is, or the file itself, which can be sought in.
        name: what it is called in errors; by default its path.

    Raises:
        UsageError: see `WavMicrophone`.
    """
    called = source if name is None else name
    if isinstance(source, Path):
        _look_at(source)
    file = _decoded(source, called)
    if file is None or not file.frames:
        file = _by_hand(source, called, empty=file is not None)
    return checked(file, called)


def checked(file: Sound, called: object) -> Sound:
    """The same, if it can be right.

    Raises:
        UsageError: no sample rate or number of channels of this world, or no sound; the file is closed.
    """
    key = ""
    if file.samplerate not in _RATES:
        key = "audio.file_odd_rate"
    elif file.channels not in range(1, _MOST_CHANNELS + 1):
        key = "audio.file_odd_channels"
    elif file.frames == 0:
        key = "audio.file_empty"
    if key:
        file.close()
        raise UsageError(key, file=called, rate=file.samplerate, channels=file.channels)
    return file


def _decoded(source: Path | BinaryIO, called: object) -> Sound | None:
    """As libsndfile reads it; None if it does not."""
    import soundfile

    try:
        return _Decoded(_reader()(str(source) if isinstance(source, Path) else source))
    except (soundfile.SoundFileError, TypeError):  # TypeError: a name such as x.raw wants to be explained
        return None
    except UnicodeError as error:  # a name that is no text, which libsndfile cannot be told
        raise UsageError("audio.file_unreadable", file=called, reason=why(error)) from error


@cache
def _reader() -> type[soundfile.SoundFile]:
    import soundfile

    class Reader(soundfile.SoundFile):
        """From front to back. The library's own seeks after every block, which an MP3 decoder takes for a new
        beginning: it forgets what it needs of the last frame, and what comes is garbled."""

        def seekable(self) -> bool:
            return False

    return Reader


def _by_hand(source: Path | BinaryIO, called: object, *, empty: bool) -> Sound:
    file = source.open("rb") if isinstance(source, Path) else source
    try:
        file.seek(0)
        return Riff(file)
    except RiffError as error:
        file.close()
        if empty:
            raise UsageError("audio.file_empty", file=called) from error
        raise UsageError(f"audio.{error.key}", hint=None, file=called, **error.params) from error


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


def at_ear_rate(file: Sound, called: object) -> Iterator[Samples]:
    """The file, block by block: a long one never fits into memory.

    Raises:
        AudioUnavailable: it is damaged from here on.
    """
    resampler = Resampler(file.samplerate, EAR_RATE)
    size = round(_BLOCK_SECONDS * file.samplerate)
    while True:
        try:
            block = file.read(size)
        except (ValueError, OSError) as error:
            raise AudioUnavailable("audio.file_damaged", file=called) from error
        last = len(block) < size
        yield resampler.feed(pcm.mono(pcm.sane(block)), last=last)
        if last:
            return


def _with_silence(blocks: Iterator[Samples]) -> Iterator[Samples]:
    import numpy as np

    yield from blocks
    yield np.zeros(round(TRAILING_SECONDS * EAR_RATE), dtype=np.float32)


def in_frames(blocks: Iterator[Samples]) -> Iterator[Samples]:
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

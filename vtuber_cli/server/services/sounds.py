"""Speech that clients fetch by HTTP: files under names that nobody can guess, for a while, and never too many.

Each server has a folder of its own in the user's cache, and holds a lock beside it: what nobody holds was left by a
server that was killed, and goes when the next one starts. A client's name for a file is looked up, never joined.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli import disk, paths
from vtuber_cli.audio import pcm
from vtuber_cli.audio.wav_header import header
from vtuber_cli.errors import EngineFailed

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from vtuber_cli.events import Speech

ENDING = ".wav"
_NAME_BYTES = 20
"""Of chance: 160 bits."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is kept at most; the oldest goes first."""

    files: int = 1024
    bytes: int = 256 * 2**20
    seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class _Kept:
    file: Path
    bytes: int
    since: float


class Sounds:
    """See the module. `put`, `sweep` and `close` block; all of it may be called from any thread.

    Args:
        folder: of all servers of this user; need not be there.
        bounds: of what one server keeps.
        clock: seconds.
    """

    def __init__(
        self, folder: Path | None = None, bounds: Bounds | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._all = folder or paths.cache_dir() / "sounds"
        self._bounds = bounds or Bounds()
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0
        self._own: Path | None = None
        self._lock: BaseFileLock | None = None
        self._guard = threading.Lock()
        self._closed = False

    def put(self, speech: Speech) -> str:
        """Keeps speech as a plain WAV file; the name that it is fetched by.

        Raises:
            EngineFailed: it cannot be written.
        """
        data = pcm.to_int16(speech.samples)
        name = secrets.token_hex(_NAME_BYTES) + ENDING
        try:
            with self._guard:
                file = self._folder() / name
            _write(file, header(speech.rate, len(data)) + data)  # without the lock: who looks for one need not wait
            with self._guard:
                self._keep(name, _Kept(file, len(data), self._clock()))
        except OSError as error:
            raise EngineFailed("server.sound_unwritable", reason=error.strerror or str(error)) from error
        return name

    def find(self, name: str) -> Path | None:
        """Where the sound of this name is; None if there is none, or none any more."""
        with self._guard:
            self._drop_old()
            found = self._kept.get(name)
        return found.file if found is not None and found.file.is_file() else None

    @property
    def count(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        return self._bytes

    def sweep(self) -> None:
        """Takes away what servers that are no more have left."""
        from filelock import FileLock, Timeout

        with suppress(OSError):
            for mark in sorted(self._all.glob("*.lock")):
                if mark.is_symlink():
                    continue
                try:
                    with FileLock(mark, timeout=0):
                        disk.remove(mark.with_suffix(""))
                except Timeout:  # its server runs
                    continue
                with suppress(OSError):
                    mark.unlink(missing_ok=True)

    def close(self) -> None:
        """Takes all of it away."""
        with self._guard:
            self._closed = True
            self._kept.clear()
            self._bytes = 0
            own, lock = self._own, self._lock
            self._own = self._lock = None
        if own is None or lock is None:
            return
        try:
            disk.remove(own)
        except OSError:
            _LOG.warning("sounds could not be taken away; the next server will", exc_info=True)
            lock.release()
        else:
            lock.release()
            with suppress(OSError):
                own.with_name(f"{own.name}.lock").unlink(missing_ok=True)

    def _keep(self, name: str, sound: _Kept) -> None:
        if self._closed:  # meanwhile
            sound.file.unlink(missing_ok=True)
            raise OSError("the server ends")
        self._kept[name] = sound
        self._bytes += sound.bytes
        self._drop_old()

    def _folder(self) -> Path:
        """Ours, made with the first sound.

        Raises:
            OSError: it cannot be made.
        """
        if self._closed:
            raise OSError("the server ends")
        if self._own is None:
            from filelock import FileLock

            self._all.mkdir(parents=True, exist_ok=True, mode=0o700)
            own = self._all / secrets.token_hex(8)
            lock = FileLock(own.with_name(f"{own.name}.lock"))
            lock.acquire(timeout=0)
            own.mkdir(mode=0o700)
            self._own, self._lock = own, lock
        elif not self._own.is_dir():  # somebody has cleaned up
            self._own.mkdir(parents=True, mode=0o700)
        return self._own

    def _drop_old(self) -> None:
        bounds, now = self._bounds, self._clock()
        while self._kept:
            name, oldest = next(iter(self._kept.items()))
            too_much = len(self._kept) > bounds.files or self._bytes > bounds.bytes
            if not too_much and now - oldest.since < bounds.seconds:
                return
            del self._kept[name]
            self._bytes -= oldest.bytes
            with suppress(OSError):  # Windows: it is being sent
                oldest.file.unlink(missing_ok=True)


def _write(file: Path, data: bytes) -> None:
    """For its owner only, and whole or not at all.

    Raises:
        OSError: it cannot be.
    """
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:  # noqa: PTH123
        try:
            stream.write(data)
            stream.flush()
        except OSError:
            file.unlink(missing_ok=True)
            raise

"""Where one model's files wait until all of them are whole: `<models folder>/.partial/<name>`.

A part carries its hash as its name, so whoever goes on with it, perhaps from another source, knows what it shall be;
and nobody trusts it before it is hashed, as a whole, from the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli.errors import WeightsError
from vtuber_cli.weights.checksums import BLOCK

if TYPE_CHECKING:
    from vtuber_cli.weights.catalog import File, Model


class Staging:
    """The unfinished files of one model, and the only way from there into the model's own folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / ".partial" / name
        self._target = folder / name

    def part(self, file: File) -> Path:
        """Where `file` waits, whole or begun."""
        return self.path / f"{file.sha256}.part"

    def begun(self, files: Iterable[File]) -> int:
        """The bytes of `files` that are here already."""
        return sum(self.size(file) for file in files)

    def size(self, file: File) -> int:
        """The bytes of one file that are here already."""
        try:
            return self.part(file).stat().st_size
        except FileNotFoundError:
            return 0

    def write(self, file: File, blocks: Iterable[bytes], tell: Callable[[int], None]) -> None:
        """Writes a file anew, telling the bytes written so far.

        Returns only if size and hash are the catalogue's; otherwise nothing of the file is left.

        Raises:
            WeightsError: wrong_size, wrong_hash; and whatever `blocks` and `tell` raise.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        part = self.part(file)
        try:
            _write(part, file, blocks, tell)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def verify(self, file: File, tell: Callable[[int], None]) -> None:
        """Hashes a part that was fetched, telling the bytes hashed so far. A wrong one is deleted.

        Raises:
            WeightsError: wrong_size, wrong_hash.
        """
        part = self.part(file)
        digest = hashlib.sha256()
        done = 0
        with part.open("rb") as stream:
            while block := stream.read(BLOCK):
                done += len(block)
                digest.update(block)
                tell(done)
        try:
            _compare(file, done, digest.hexdigest())
        except WeightsError:
            part.unlink(missing_ok=True)
            raise

    def place(self, files: Sequence[File]) -> None:
        """Moves verified parts into the model's folder."""
        for file in files:
            place = self._target / file.path
            place.parent.mkdir(parents=True, exist_ok=True)
            self.part(file).replace(place)
        _sync_folder(self._target)

    def tidy(self) -> None:
        """Removes what is empty."""
        for folder in (*self.path.glob("*"), self.path):
            with contextlib.suppress(OSError):  # a file, not empty, or not there
                folder.rmdir()

    def drop(self) -> None:
        """Deletes everything unfinished."""
        shutil.rmtree(self.path, ignore_errors=True)


def remove(model: Model, folder: Path) -> bool:
    """Deletes a model's files, and what waits of them, from a models folder; False if there was nothing.

    Only the catalogue's files go: whatever else lies in the model's folder is somebody's own.
    """
    target, staging = folder / model.name, Staging(folder, model.name).path
    found = False
    for file in model.files:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (target / file.path).unlink()
            found = True
    below = {parent for file in model.files for parent in (target / file.path).parents if target in parent.parents}
    for place in (*sorted(below, reverse=True), target):
        with contextlib.suppress(OSError):  # not empty, or not there
            place.rmdir()
    if staging.is_dir():
        shutil.rmtree(staging)
        found = True
    return found


def _write(part: Path, file: File, blocks: Iterable[bytes], tell: Callable[[int], None]) -> None:
    digest = hashlib.sha256()
    done = 0
    with part.open("wb") as stream:
        for block in blocks:
            done += len(block)
            if done > file.size:
                raise WeightsError("weights.wrong_size", file=file.path, expected=file.size, actual=f"> {file.size}")
            digest.update(block)
            stream.write(block)
            tell(done)
        stream.flush()
        os.fsync(stream.fileno())
    _compare(file, done, digest.hexdigest())


def _compare(file: File, size: int, sha256: str) -> None:
    if size != file.size:
        raise WeightsError("weights.wrong_size", file=file.path, expected=file.size, actual=size)
    if sha256 != file.sha256:
        raise WeightsError("weights.wrong_hash", file=file.path, expected=file.sha256, actual=sha256)


def _sync_folder(folder: Path) -> None:
    """Makes the renames durable where the system can open a folder (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

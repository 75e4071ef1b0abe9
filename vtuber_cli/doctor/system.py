"""The computer, the program, and the folders it writes to."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli import __version__, paths
from vtuber_cli.doctor.finding import Finding, finding, of_error
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import StoreError
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from vtuber_cli.bootstrap import Plan

OLDEST, NEWEST = (3, 11), (3, 14)
_GIB = 1 << 30
_ENOUGH_MEMORY = 1.5
"""GiB that should be free: a talk takes 0.9."""
_ENOUGH_DISK = 1.0
"""GiB; the models of a first run take 0.3."""


def examine(patient: Patient) -> Iterator[Finding]:
    yield _python()
    yield _processor()
    yield from _memory()
    yield from _folders(patient.plan)
    yield from _history()


def _python() -> Finding:
    facts = {
        "version": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    supported = OLDEST <= sys.version_info[:2] <= NEWEST
    return finding("system.python", "ok" if supported else "fail", "" if supported else "unsupported", **facts)


def _processor() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if _lacks_avx2():
        return finding("system.processor", "limit", "old", cores=cores)
    return finding("system.processor", "ok" if cores > 1 else "limit", "" if cores > 1 else "one", cores=cores)


def _lacks_avx2() -> bool:
    """Only Linux on x86 tells without asking the processor itself; elsewhere it is not lacking as far as we know."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").partition("\nflags")[2]
    except OSError:
        return False
    return bool(flags) and "avx2" not in flags.partition("\n")[0].split()


def _memory() -> Iterator[Finding]:
    available = _available_memory()
    if available is not None:
        enough = available >= _ENOUGH_MEMORY
        yield finding("system.memory", "ok" if enough else "limit", "" if enough else "low", gib=round(available, 1))


def _available_memory() -> float | None:
    """GiB that programs can still have; None where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024 / _GIB
    except (OSError, IndexError, ValueError):
        pass
    return None


def _folders(plan: Plan | None) -> Iterator[Finding]:
    told: set[Path] = set()
    for check, folder in (
        ("system.data", paths.data_dir()),
        ("system.models", Weights(plan.settings.models_dir if plan else None).folder),
        ("system.log", paths.log_dir()),
    ):
        there = _nearest_existing(folder)
        if not os.access(there, os.W_OK | os.X_OK):
            if there not in told:
                yield finding(check, "fail" if check == "system.data" else "limit", "read_only", folder=str(there))
            told.add(there)
        elif check == "system.data":
            yield _room(folder, shutil.disk_usage(there).free / _GIB)


def _room(folder: Path, free: float) -> Finding:
    enough = free >= _ENOUGH_DISK
    return finding(
        "system.data", "ok" if enough else "limit", "" if enough else "full", folder=str(folder), gib=round(free, 1)
    )


def _nearest_existing(folder: Path) -> Path:
    return next((place for place in (folder, *folder.parents) if place.exists()), Path("/"))


def _history() -> Iterator[Finding]:
    """Opened as a talk would open it, if there is one; SQLite looks through all of it."""
    from vtuber_cli import bootstrap

    if not paths.database().exists():
        yield finding("system.history", "ok", "none")
        return
    try:
        kept = bootstrap.history()
    except StoreError as error:
        yield of_error("system.history", error)
        return
    try:
        talks = len(kept.list_talks())
        size = round(paths.database().stat().st_size / (1 << 20), 1)
        yield finding("system.history", "ok", talks=talks, mib=size)
    except StoreError as error:
        yield of_error("system.history", error)
    finally:
        kept.close()

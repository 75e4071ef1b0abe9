"""Keys, and what might have become of them. Names are told, values never."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from vtuber_cli import keys, log, paths
from vtuber_cli.doctor.finding import Finding, finding, of_error
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import VtuberError


def examine(patient: Patient) -> Iterator[Finding]:
    wanted = _wanted(patient)
    try:
        stored = keys.stored()
        found = [key for name in sorted(stored.keys() | wanted) if (key := keys.find(name)) is not None]
    except VtuberError as error:
        yield of_error("secrets.keys", error)
        return
    if stored or not wanted:
        yield finding("secrets.keys", "ok", "" if stored else "none", count=len(stored), names=", ".join(stored))
    here = {key.name: key.place for key in found}
    for name in sorted(stored.keys() - here.keys()):
        yield finding("secrets.keys", "fail", "lost", name=name)
    for name in sorted(wanted - stored.keys()):
        state = ("ok", here[name]) if name in here else ("fail", "missing")
        yield finding("secrets.keys", *state, name=name)
    values = [key.value.get_secret_value().encode() for key in found]
    for file in (*sorted(log.file().parent.glob(f"{log.file().name}*")), log.native_file()):
        if any(value in _bytes(file) for value in values):
            yield finding("secrets.log", "fail", "key", file=str(file))
    yield from _exposed()


def _wanted(patient: Patient) -> set[str]:
    """The names of keys that an engine of a talk would ask for."""
    chosen = patient.plan.engines.values() if patient.plan is not None else ()
    names = (getattr(one.options, "key", None) for one in chosen)
    return {name for name in names if isinstance(name, str) and keys.is_name(name)}


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _exposed() -> Iterator[Finding]:
    """What others on this computer can read of talks and settings."""
    if os.name == "nt":  # the user's profile is private by its own rules
        return
    for file in (paths.database(), log.file()):
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
        except OSError:
            continue
        if mode & 0o077:
            yield finding("secrets.files", "limit", "exposed", file=str(file))

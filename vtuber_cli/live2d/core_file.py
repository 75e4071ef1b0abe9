"""Live2D's Cubism Core for browsers: the user's own copy, taken from a file and never fetched or shipped.

The page in the browser draws real models with it. Core 6 gave the order of drawing another name, and the libraries that
the page is made of find nothing under the old one; so it is told which it is by the functions that the script names.
"""

from __future__ import annotations

import contextlib
import os
import re
import zipfile
import zlib
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, NamedTuple

from vtuber_cli import paths
from vtuber_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "live2dcubismcore.min.js"
MAX_BYTES = 8 * 1024 * 1024
_MAX_ENTRIES = 20_000
_MAX_RATIO = 100
"""By how much a script may have been compressed: four is usual."""

_NAMESPACE, _VERSION = b"Live2DCubismCore", b"csmGetVersion"
_OLD_ORDERS, _NEW_ORDERS = b"csmGetDrawableRenderOrders", b"csmGetRenderOrders"
_OF_FIVE = b"MocVersion_50"
_WRITTEN = re.compile(rb"Cubism(?:\s*SDK)?\s*Core\W{0,4}(?:Version)?\W{0,4}0{0,2}(\d{1,2})\.(\d{1,3})(?:\.(\d{1,5}))?")


class Core(NamedTuple):
    """A Cubism Core that the page can use."""

    major: str
    """Its first number, as far as it tells."""
    script: bytes


def installed() -> Path | None:
    """The copy that the user installed, if any."""
    file = place()
    return file if file.is_file() else None


def place() -> Path:
    """Where the installed copy is, or would be."""
    return paths.data_dir() / "live2d" / NAME


def read(file: Path) -> Core:
    """The Core in this script, or in the zip of Live2D's SDK for Web.

    Raises:
        UsageError: it is not there, not Live2D's Core, or one that the page cannot use.
    """
    try:
        if not file.is_file():
            raise UsageError("live2d.core_missing", file=file)
        with file.open("rb") as stream:
            head = stream.read(4)
        if head == b"PK\x03\x04":
            return _judged(file, _out_of_zip(file))
        with file.open("rb") as stream:
            script = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError("live2d.core_unreadable", file=file, reason=reason) from None
    if len(script) > MAX_BYTES:
        raise UsageError("live2d.core_big", file=file, limit=MAX_BYTES // (1024 * 1024))
    return _judged(file, script)


def install(file: Path) -> tuple[Path, Core]:
    """Copies the Core in `file` to where the page looks for it: whole or not at all, for this user only.

    Raises:
        UsageError: as `read`.
        OSError: it cannot be written.
    """
    core = read(file)
    return put(place(), core.script), core


def put(goal: Path, script: bytes) -> Path:
    """Writes a script of the user's: whole or not at all, for this user only.

    Raises:
        OSError: it cannot be written.
    """
    goal.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = mkstemp(prefix=".core-", dir=goal.parent)  # readable for its owner only
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(script)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(goal)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    return goal


def _judged(file: Path, script: bytes) -> Core:
    if _NAMESPACE not in script or _VERSION not in script:
        raise UsageError("live2d.no_core", file=file)
    written = _WRITTEN.search(script)
    if written is not None:
        major = str(int(written[1]))
    elif _OLD_ORDERS not in script:
        major = "6"
    else:
        major = "5" if _OF_FIVE in script else "4"
    if int(major) >= 6 or (_NEW_ORDERS in script and _OLD_ORDERS not in script):
        raise UsageError("live2d.core_new", file=file, version=major)
    if int(major) < 4:
        raise UsageError("live2d.core_old", file=file, version=major)
    return Core(major, script)


# --- out of a zip -------------------------------------------------------------------------------------------------


def _out_of_zip(file: Path) -> bytes:
    try:
        with zipfile.ZipFile(file) as archive:
            return _entry(file, archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        # RuntimeError: encrypted; NotImplementedError: a compression that nobody uses
        raise UsageError("live2d.core_zip", file=file, reason=str(error)) from None


def _entry(file: Path, archive: zipfile.ZipFile) -> bytes:
    entries = archive.infolist()
    if len(entries) > _MAX_ENTRIES:
        raise UsageError("live2d.core_zip", file=file, reason=f"{len(entries)} > {_MAX_ENTRIES}")
    found = [one for one in entries if one.filename.rpartition("/")[2] == NAME and _is_plain(one.filename)]
    if not found:
        raise UsageError("live2d.core_not_inside", file=file, name=NAME)
    if len(found) > 1:
        raise UsageError("live2d.core_twice", file=file, names=_names(found))
    entry = found[0]
    if entry.file_size > MAX_BYTES or entry.file_size > _MAX_RATIO * max(entry.compress_size, 1):
        raise UsageError("live2d.core_big", file=file, limit=MAX_BYTES // (1024 * 1024))
    with archive.open(entry) as stream:  # what an entry says of its size need not be true
        script = stream.read(MAX_BYTES + 1)
    if len(script) > MAX_BYTES:
        raise UsageError("live2d.core_big", file=file, limit=MAX_BYTES // (1024 * 1024))
    return script


def _is_plain(name: str) -> bool:
    """Whether a path in a zip is an ordinary one: no hidden folder, none that leads elsewhere, no Mac's shadow."""
    parts = name.split("/")
    odd = "\\" in name or ":" in name or not name.isprintable() or name.startswith("/")
    return not odd and not any(part.startswith((".", "__MACOSX")) or not part for part in parts)


def _names(entries: Sequence[zipfile.ZipInfo]) -> str:
    return ", ".join(one.filename[:100] for one in entries[:4])

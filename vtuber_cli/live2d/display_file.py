"""The library by which the page in the browser draws Live2D models: the user's own copy, out of its npm package.

It is `cubism4.min.js` of pixi-live2d-display-lipsyncpatch. Live2D's framework is compiled into it, so it is as little
ours to pass on as Live2D's Core, beside which it is put.
"""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from pathlib import Path
from typing import IO, NamedTuple

from vtuber_cli.errors import UsageError
from vtuber_cli.live2d import core_file

NAME = "cubism4.min.js"
PACKAGE = "pixi-live2d-display-lipsyncpatch"
VERSION = "0.5.0-ls-8"
"""The one that was tried."""
MAX_BYTES = 4 * 1024 * 1024
_TRIED = "5c1e60ba95183dd1a811aafbb6cfa952433d93a96460f396a36a498d8ec778b8"
_GZIP = b"\x1f\x8b"
_MAX_UNPACKED = 128 * 1024 * 1024
_MAX_ENTRIES = 5_000
_OURS, _CUBISM_4, _CUBISM_2 = b"PIXI.live2d", b"Cubism4ModelSettings", b"Cubism2ModelSettings"


class Display(NamedTuple):
    """A library that the page can use."""

    tried: bool
    """It is the one that was tried."""
    script: bytes


def installed() -> Path | None:
    """The copy that the user installed, if any."""
    file = place()
    return file if file.is_file() else None


def place() -> Path:
    """Where the installed copy is, or would be."""
    return core_file.place().with_name(NAME)


def is_meant(file: Path) -> bool:
    """Whether it is this library, or its package, and not Live2D's Core; False as well for what cannot be read."""
    try:
        with file.open("rb") as stream:
            head = stream.read(len(_GZIP))
            script = head + stream.read(MAX_BYTES)
            return head == _GZIP or any(mark in script for mark in (_OURS, _CUBISM_4, _CUBISM_2))
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return False


def read(file: Path) -> Display:
    """The library in this script, or in the package that `npm pack` fetches.

    Raises:
        UsageError: it is not there, or not one that the page can use.
    """
    try:
        with file.open("rb") as stream:
            packed = stream.read(len(_GZIP)) == _GZIP
        script = _out_of_package(file) if packed else _bounded(file, file.open("rb"))
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError("live2d.core_unreadable", file=file, reason=reason) from None
    return _judged(file, script)


def install(file: Path) -> tuple[Path, Display]:
    """Copies the library in `file` to where the page looks for it: whole or not at all, for this user only.

    Raises:
        UsageError: as `read`.
        OSError: it cannot be written.
    """
    display = read(file)
    return core_file.put(place(), display.script), display


def _bounded(file: Path, stream: IO[bytes]) -> bytes:
    with stream:
        script = stream.read(MAX_BYTES + 1)
    if len(script) > MAX_BYTES:
        raise UsageError("live2d.core_big", file=file, limit=MAX_BYTES // (1024 * 1024))
    return script


def _out_of_package(file: Path) -> bytes:
    """Read as a stream, and only as far as a package reaches: what it says of its sizes need not be true."""
    with tarfile.open(file, "r|gz") as package:
        for count, entry in enumerate(package):
            if count >= _MAX_ENTRIES or entry.offset_data + entry.size > _MAX_UNPACKED:
                raise UsageError("live2d.core_big", file=file, limit=_MAX_UNPACKED // (1024 * 1024))
            if entry.isreg() and entry.name.rpartition("/")[2] == NAME:
                stream = package.extractfile(entry)
                assert stream is not None
                return _bounded(file, stream)
    raise UsageError("live2d.display_not_inside", file=file, name=NAME, package=PACKAGE, version=VERSION)


def _judged(file: Path, script: bytes) -> Display:
    if _OURS not in script or _CUBISM_4 not in script or _CUBISM_2 in script:
        raise UsageError("live2d.no_display", file=file, name=NAME, package=PACKAGE, version=VERSION)
    return Display(hashlib.sha256(script).hexdigest() == _TRIED, script)

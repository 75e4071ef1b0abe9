"""How much room things take, and to take them away, without ever following a link."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path


def size(path: Path) -> int | None:
    """The bytes of a file, or of everything in a folder; None if there is nothing. A link counts as itself."""
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode):
        return status.st_size
    # A file with two names here (uv's cache and the packages made of it) takes its room once.
    found = {(one.st_dev, one.st_ino): one.st_size for one in _files(path)}
    return sum(found.values())


def remove(path: Path) -> None:
    """Deletes a file, or a folder with everything in it; of a link the link, and not what it leads to.

    Raises:
        OSError: something could not be deleted.
    """
    try:
        is_folder = stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if is_folder:
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[os.stat_result]:
    try:
        entries = list(os.scandir(folder))
    except OSError:  # not ours to read; it counts for nothing
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            else:
                yield Path(entry.path).lstat() if os.name == "nt" else entry.stat(follow_symlinks=False)
        except OSError:
            continue

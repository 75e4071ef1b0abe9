"""Whether a model's files are what the catalogue says, without hashing 150 MB at every start.

A hash once computed is remembered with the file's size and times, in one small file in the user's data folder (a
models folder may be shared and read-only); a file whose size or times have changed is hashed again. Native libraries
crash on damaged files, so nothing reaches them unchecked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from vtuber_cli import paths

if TYPE_CHECKING:
    from vtuber_cli.weights.catalog import File, Model

BLOCK = 1 << 20

FaultKind: TypeAlias = Literal["absent", "size", "hash", "unreadable"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file; `expected` and `actual` are byte counts, hashes or a reason, by kind."""

    kind: FaultKind
    path: Path
    expected: str = ""
    actual: str = ""


class Checksums:
    """Remembered hashes of files."""

    def __init__(self, record: Path | None = None) -> None:
        self._record = record or paths.data_dir() / "models" / ".checked.json"
        self._known: dict[str, list[object]] | None = None

    def faults(self, folder: Path, model: Model, *, hashing: bool = True, again: bool = False) -> list[Fault]:
        """What is wrong with `model` in `folder`, nothing if it is whole.

        Args:
            hashing: False looks only at sizes and at what is remembered (fast, for lists).
            again: hash even what is remembered.
        """
        found = [self._fault(folder / file.path, file, hashing, again) for file in model.files]
        return [fault for fault in found if fault is not None]

    def known(self, folder: Path, model: Model) -> bool:
        """Whether the remembered hashes say that every file is right and unchanged."""
        try:
            return all(self._remembered(folder / f.path, (folder / f.path).stat()) == f.sha256 for f in model.files)
        except OSError:
            return False

    def remember(self, file: Path, sha256: str) -> None:
        """Notes the hash of a file that was just written and hashed."""
        with contextlib.suppress(OSError):
            self._remember(file, file.stat(), sha256)

    def _fault(self, path: Path, file: File, hashing: bool, again: bool) -> Fault | None:
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return Fault("absent", path)
        except OSError as error:
            return Fault("unreadable", path, actual=error.strerror or str(error))
        if not stat.S_ISREG(found.st_mode):
            return Fault("absent", path)
        if found.st_size != file.size:
            return Fault("size", path, str(file.size), str(found.st_size))
        actual = None if again else self._remembered(path, found)
        if actual is None:
            if not hashing:
                return None
            try:
                actual = sha256(path)
            except OSError as error:
                return Fault("unreadable", path, actual=error.strerror or str(error))
            self._remember(path, found, actual)
        return None if actual == file.sha256 else Fault("hash", path, file.sha256, actual)

    def _remembered(self, path: Path, found: os.stat_result) -> str | None:
        entry = self._load().get(_key(path))
        return str(entry[-1]) if entry is not None and entry[:-1] == _stamp(found) else None

    def _remember(self, path: Path, found: os.stat_result, actual: str) -> None:
        known = self._read()  # another process may have added to it
        known[_key(path)] = [*_stamp(found), actual]
        self._known = known
        self._save(known)

    def _load(self) -> dict[str, list[object]]:
        known = self._known
        if known is None:
            known = self._known = self._read()
        return known

    def _read(self) -> dict[str, list[object]]:
        # A record that cannot be read costs a second hash, nothing else.
        with contextlib.suppress(OSError, ValueError, RecursionError):
            data: object = json.loads(self._record.read_bytes())
            if isinstance(data, dict):
                entries = cast("dict[str, object]", data)
                lists = {key: cast("list[object]", value) for key, value in entries.items() if isinstance(value, list)}
                return {key: value for key, value in lists.items() if len(value) == 4}
        return {}

    def _save(self, known: dict[str, list[object]]) -> None:
        # Two processes may lose each other's entry: again only a second hash. Entries of files that are gone go too.
        known = {key: entry for key, entry in known.items() if Path(key).is_file()}
        with contextlib.suppress(OSError):
            self._record.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".checked-", dir=self._record.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    json.dump(known, stream, indent=0)
                Path(name).replace(self._record)
            except BaseException:
                Path(name).unlink()
                raise


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _key(path: Path) -> str:
    return os.path.realpath(path)


def _stamp(found: os.stat_result) -> list[object]:
    # The change time cannot be set back by `touch -r` or a copy that keeps times, the modification time can.
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns]

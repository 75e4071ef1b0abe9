"""What the program leaves on the disk: what is rubbish, what can be had again, and what is the user's own.

Looked for by name, in our own folders and among what is ours in the system's temporary one, and never through a link.
What a running program holds is no rubbish.
"""

from __future__ import annotations

import os
import re
import socket
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from vtuber_cli import config, disk, log, paths
from vtuber_cli.errors import ConfigError
from vtuber_cli.weights import Weights

Kind: TypeAlias = Literal["download", "log", "temporary", "draft", "model", "package", "record", "talk", "mine"]

RUBBISH: tuple[Kind, ...] = ("download", "log", "temporary", "draft")
"""What nobody misses."""
REMADE: tuple[Kind, ...] = ("model", "record", "package")
"""What can be fetched or measured again."""
OWN: tuple[Kind, ...] = ("talk", "mine")
"""What nothing brings back."""

_QUIET = 3600
"""Seconds after which a folder without a socket, or a draft, is nobody's any more."""
_STARTING = 60
"""Seconds that a server may take between making its socket and answering."""
_DRAFT = re.compile(r"\.(config|keys|checked)-[A-Za-z0-9_]{6,12}")


@dataclass(frozen=True, slots=True)
class Leftover:
    kind: Kind
    path: Path
    bytes: int


def find(kinds: Iterable[Kind]) -> list[Leftover]:
    """What there is of these kinds, each path once."""
    found: dict[Path, Leftover] = {}
    for kind in kinds:
        for path in _LOOKED[kind]():
            taken = disk.size(path)
            if taken is not None and path not in found:
                found[path] = Leftover(kind, path, taken)
    return list(found.values())


def remove(leftover: Leftover) -> bool:
    """Takes one away; False if somebody is using it after all.

    Raises:
        OSError: it could not be deleted.
    """
    match leftover.kind:
        case "download":
            return _remove_download(leftover.path)
        case "temporary" if _in_use(leftover.path):
            return False
        case "model":
            # The catalogue's files only: whatever else lies in the folder is somebody's own.
            _weights().remove(leftover.path.name)
        case _:
            disk.remove(leftover.path)
    return True


def packages() -> list[Path]:
    """What set-up put into a checkout; nothing elsewhere, where pip put it."""
    checkout = paths.checkout()
    return [checkout / name for name in (".cache", ".uv-cache", ".boot", ".venv")] if checkout else []


def beside_packages() -> list[Path]:
    """Small things that go with a checkout's packages: what Python compiled, and set-up's lock."""
    if (checkout := paths.checkout()) is None:
        return []
    found = [each for each in (checkout / "vtuber_cli").rglob("__pycache__") if not each.is_symlink()]
    return [*found, checkout / ".set-up.lock"]


def _weights() -> Weights:
    try:
        return Weights(config.load().settings.models_dir)
    except ConfigError:
        return Weights()


def _model_folders() -> list[Path]:
    checkout = paths.checkout()
    own = _weights().folder
    return [own] if checkout is None else [own, checkout / "models"]


def _downloads() -> Iterator[Path]:
    for folder in _model_folders():
        yield from (each for each in _inside(folder / ".partial") if each.suffix != ".lock")


def _remove_download(path: Path) -> bool:
    from filelock import FileLock, Timeout

    try:
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=0):
            disk.remove(path)
    except Timeout:  # it is being fetched
        return False
    return True


def _logs() -> Iterator[Path]:
    """The old ones; the two that are written to stay."""
    return (each for each in _inside(log.file().parent) if each not in (log.file(), log.native_file()))


def _drafts() -> Iterator[Path]:
    """What a program that was killed left of a file it was writing."""
    for folder in (paths.config_dir(), paths.data_dir() / "models"):
        yield from (each for each in _inside(folder) if _DRAFT.fullmatch(each.name) and _age(each) > _QUIET)


def _temporary() -> Iterator[Path]:
    yield from (each for each in _inside(paths.cache_dir() / "sounds") if _is_folder(each) and not _in_use(each))
    if not hasattr(os, "getuid"):  # Windows: whose a folder is cannot be told so
        return
    for path in _inside(Path(tempfile.gettempdir())):
        if not path.name.startswith("vtuber-"):
            continue
        with suppress(OSError):
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not _in_use(path):
                yield path


def _in_use(folder: Path) -> bool:
    """Whether a program holds the lock beside it, or still answers at a socket in it; without either, whether it is
    young."""
    if (lock := folder.with_name(f"{folder.name}.lock")).is_file():
        return _held(lock)
    sockets = [each for each in _inside(folder) if each.is_socket()]
    if not sockets or _age(folder) < _STARTING:
        return _age(folder) < _QUIET
    return any(_answers(each) for each in sockets)


def _held(lock: Path) -> bool:
    from filelock import FileLock, Timeout

    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(1)
        try:
            line.connect(str(path))
        except ConnectionRefusedError:
            return False
        except OSError:  # it is there, and busy; or its name is too long to ask
            return True
    return True


def _age(path: Path) -> float:
    """Seconds since it was changed; a clock that was put back makes it young."""
    return datetime.now(UTC).timestamp() - path.lstat().st_mtime


def _models() -> Iterator[Path]:
    names = {model.name for model in _weights().catalog.models}
    for folder in _model_folders():
        yield from (each for each in _inside(folder) if each.name in names and _is_folder(each))


def _records() -> Iterator[Path]:
    data = paths.data_dir()
    yield from (
        data / "speeds.json",
        data / "advice.json",
        data / "schemas",
        data / "models" / ".checked.json",
        data / "models" / ".tried",
    )


def _talks() -> Iterator[Path]:
    database = paths.database()
    yield from (each for each in _inside(database.parent) if each.name.startswith(database.name))


def _mine() -> Iterator[Path]:
    yield paths.data_dir() / "characters"
    yield paths.data_dir() / "live2d"
    yield from _inside(paths.config_dir())
    yield from (log.file(), log.native_file())


def _inside(folder: Path) -> list[Path]:
    """What is in a folder; nothing of one that is a link, or not there."""
    try:
        return [] if folder.is_symlink() else sorted(folder.iterdir())
    except OSError:
        return []


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


_LOOKED: dict[Kind, Callable[[], Iterable[Path]]] = {
    "download": _downloads,
    "log": _logs,
    "temporary": _temporary,
    "draft": _drafts,
    "model": _models,
    "record": _records,
    "package": packages,
    "talk": _talks,
    "mine": _mine,
}

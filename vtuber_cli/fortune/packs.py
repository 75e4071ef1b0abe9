"""Packs: texts of the user's own, or of a stranger's, laid over the shipped ones. One is taken whole or not at all.

A pack is a folder or a .zip with `pack.json` (`{"format": "vtuber-fortune-pack-1", "name": "sea", "version": "1"}`) and
`<locale>/<file>.json` like `content/`. It replaces texts and pools of keys that there are, the same in every locale it
has; every rule of `lint` holds for it. Nothing of it is unpacked to a place before all of it has been looked at.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

from vtuber_cli import disk, paths
from vtuber_cli.errors import ContentError, UsageError
from vtuber_cli.fortune import content, lint
from vtuber_cli.fortune.content import LOCALES, file_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = "vtuber-fortune-pack-1"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,20}")
_MOST_FILES = 40
_LARGEST = 4 * 1024 * 1024
"""Bytes, unpacked."""
_RATIO = 100
"""How much larger a zip may become."""
_MOST_TEXTS = 10_000
"""Of a pack; four times what is shipped."""
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_TEXT_FILE = re.compile(rf"({'|'.join(LOCALES)})/[a-z_]{{1,30}}\.json")
_LITTER = re.compile(r"(.*/)?(__MACOSX(/.*)?|\.DS_Store|Thumbs\.db|desktop\.ini)", re.DOTALL)
"""What systems leave in folders; it is passed over, unopened."""


class Pack(NamedTuple):
    name: str
    version: str
    entries: dict[str, dict[str, str | list[str]]]
    """By locale, all texts by their keys."""
    files: dict[str, bytes]
    """By their paths in the pack."""


def read(path: Path) -> Pack:
    """A pack as it is, its texts not judged yet.

    Raises:
        UsageError: there is nothing of that name.
        ContentError: it is no pack; says which file of it is wrong.
    """
    if not path.exists():
        raise UsageError("fortune.pack_missing", file=path)
    files = dict(_unzipped(path) if path.is_file() else _in_folder(path))
    if "pack.json" not in files:
        raise ContentError("fortune.pack_none", file=path)
    about = _object("pack.json", files["pack.json"])
    name, version = about.get("name"), about.get("version")
    if about.get("format") != FORMAT or not isinstance(name, str) or not isinstance(version, str):
        raise ContentError("fortune.pack_format", file=path, format=FORMAT)
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise ContentError("fortune.pack_format", file=path, format=FORMAT)
    entries: dict[str, dict[str, str | list[str]]] = {}
    for file, raw in files.items():
        if file == "pack.json":
            continue
        locale, _, rest = file.partition("/")
        for key, value in _object(file, raw).items():
            if file_of(key) != rest.removesuffix(".json") or not _is_text(value):
                raise ContentError("fortune.pack_entry", file=file, name=key)
            entries.setdefault(locale, {})[key] = value
    if sum(1 if isinstance(one, str) else len(one) for own in entries.values() for one in own.values()) > _MOST_TEXTS:
        raise ContentError("fortune.pack_large", file=path)
    return Pack(name, version, entries, files)


def check(path: Path) -> list[lint.Problem]:
    """Everything that is wrong with a pack's texts; empty if it may be installed. Raises as `read` does."""
    return _problems(read(path))


def install(path: Path) -> Path:
    """Takes a pack in, in place of an older one of its name; returns its folder.

    Raises:
        UsageError: there is nothing of that name.
        ContentError: something of it is wrong, and nothing was taken.
        OSError: it cannot be written here.
    """
    pack = read(path)
    if found := _problems(pack):
        first = found[0]
        raise ContentError("fortune.pack_refused", file=path, count=len(found), name=first.key, locale=first.locale)
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh, old = (folder / f".{pack.name}.{state}.{os.getpid()}" for state in ("new", "old"))
    disk.remove(fresh)  # of an installation that was killed
    try:
        for file, raw in pack.files.items():
            (fresh / file).parent.mkdir(parents=True, exist_ok=True)
            (fresh / file).write_bytes(raw)
        _exchange(folder / pack.name, fresh, old)
    finally:
        with suppress(OSError):
            disk.remove(fresh)
    return folder / pack.name


def _exchange(here: Path, fresh: Path, old: Path) -> None:
    """Puts what is fresh in the place of what is there, or leaves that where it is."""
    if os.path.lexists(here):
        here.rename(old)
    try:
        fresh.rename(here)
    except OSError:
        if os.path.lexists(old):
            old.rename(here)
        raise
    with suppress(OSError):
        disk.remove(old)


def _problems(pack: Pack) -> list[lint.Problem]:
    return lint.problems_over(pack.entries, lint.shipped())


def installed() -> dict[str, str]:
    """The versions of the packs that are there, by name; of a damaged one "?"."""
    found: dict[str, str] = {}
    for folder in content.installed():
        try:
            found[folder.name] = read(folder).version
        except (ContentError, UsageError, OSError):
            found[folder.name] = "?"
    return found


def remove(name: str) -> None:
    """Deletes a pack.

    Raises:
        UsageError: there is none of that name.
        OSError: it cannot be deleted.
    """
    if name not in installed():
        raise UsageError("fortune.pack_unknown", name=name[:40], names=", ".join(installed()) or "-")
    disk.remove(_folder() / name)


def _folder() -> Path:
    return paths.data_dir() / "fortune" / "packs"


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    room = _LARGEST
    for count, file in enumerate(_files(folder), 1):
        name = file.relative_to(folder).as_posix()
        _judge(name, count)
        if file.is_symlink() or not file.is_file():
            raise ContentError("fortune.pack_file", file=name)
        with file.open("rb") as stream:
            raw = stream.read(room + 1)
        room -= len(raw)
        if room < 0:
            raise ContentError("fortune.pack_large", file=folder)
        yield name, raw


def _files(folder: Path) -> Iterator[Path]:
    """Everything in a folder that is no folder, links to folders included; one by one, for it may be a whole disk."""
    for where, folders, files in os.walk(folder):
        folders.sort()
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        found = (Path(where) / name for name in sorted([*files, *links]))
        yield from (one for one in found if not _LITTER.fullmatch(one.name))


def _unzipped(file: Path) -> Iterator[tuple[str, bytes]]:
    """Read one by one and never more than what is allowed, whatever the zip says of itself."""
    if file.stat().st_size > _LARGEST:
        raise ContentError("fortune.pack_large", file=file)
    try:
        with zipfile.ZipFile(file) as archive:
            room = min(_LARGEST, file.stat().st_size * _RATIO)
            seen: set[str] = set()
            inside = [one for one in archive.infolist() if not _LITTER.fullmatch(one.filename)]
            top = _top([one.filename for one in inside])
            inside = [one for one in inside if not _is_folder(one.filename.removeprefix(top))]
            for count, info in enumerate(inside, 1):
                name = info.filename.removeprefix(top)
                _judge(name, count)
                is_link = info.external_attr >> 16 & 0o170000 == 0o120000
                if is_link or name.casefold() in seen or info.compress_type not in _PACKED:
                    raise ContentError("fortune.pack_file", file=info.filename)
                seen.add(name.casefold())
                with archive.open(info) as stream:
                    raw = stream.read(room + 1)
                room -= len(raw)
                if room < 0:
                    raise ContentError("fortune.pack_large", file=file)
                yield name, raw
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise ContentError("fortune.pack_none", file=file) from error


def _top(names: list[str]) -> str:
    """The folder, slash included, that all of a zip is in: so it is when somebody has zipped a folder; else ""."""
    top = next(
        (name.removesuffix("pack.json") for name in names if re.fullmatch(r"[\w-][\w .-]*/pack\.json", name)), ""
    )
    return top if all(name.startswith(top) for name in names) else ""


def _is_folder(name: str) -> bool:
    """Whether an entry of a zip is one of the folders that a pack has, which need no looking at."""
    return name in {"", *(f"{locale}/" for locale in LOCALES)}


def _judge(name: str, count: int) -> None:
    """Refuses a file that a pack has no place for, before it is opened."""
    if count > _MOST_FILES or not (name == "pack.json" or _TEXT_FILE.fullmatch(name)):
        raise ContentError("fortune.pack_file", file=name)


def _object(file: str, raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise ContentError("fortune.pack_json", file=file) from None
    if not isinstance(found, dict):
        raise ContentError("fortune.pack_json", file=file)
    return cast("dict[str, Any]", found)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _is_text(value: object) -> bool:
    texts = cast("list[object]", value) if isinstance(value, list) else [value]
    return bool(texts) and all(isinstance(one, str) for one in texts)

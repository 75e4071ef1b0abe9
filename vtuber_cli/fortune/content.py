"""The fortunes' words: `content/<locale>/<file>.json`, and the user's packs laid over them.

A file is one flat object; a value is a text or a pool of texts. A key's first part says which file has it, and a file
is read when one of its keys is first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

from vtuber_cli import paths
from vtuber_cli.errors import ContentError

VERSION = "2026.11"
"""Of the shipped texts; grows when one of them changes. A pack's name and version are appended."""
LOCALES = ("ko", "en")
FOLDER = Path(__file__).parent / "content"

Entries: TypeAlias = "Mapping[str, str | list[str]]"

_FILES = {
    **dict.fromkeys(("daily", "tarot", "zodiac", "saju", "tti"), ""),
    **dict.fromkeys(("color", "notice", "contact", "narration", "lucky", "about", "disclaimer", "basis"), "common"),
}
"""Where the keys of an area are; "" is a file of the area's own name, and `names.json` has all others."""
_MINORS = ("tarot.card.wands.", "tarot.card.cups.", "tarot.card.swords.", "tarot.card.pentacles.")


def file_of(key: str) -> str:
    """The name of the file, without its ending, that has this key."""
    if key.startswith(_MINORS):
        return "tarot_minor"
    area = key.partition(".")[0]
    return _FILES.get(area, "names") or area


class Content:
    """The texts of one locale.

    Args:
        locale: of `LOCALES`.
        packs: folders laid over the shipped texts, in order; each has `<locale>/<file>.json` for what it replaces.
    """

    def __init__(self, locale: str, packs: Iterable[Path] = ()) -> None:
        self.locale = locale
        self._folders = (FOLDER / locale, *(pack / locale for pack in packs))
        self._files: dict[str, dict[str, str | list[str]]] = {}

    def entry(self, key: str) -> str | list[str]:
        """The text or the pool of a key.

        Raises:
            ContentError: there is none, or its file is not what it should be.
        """
        name = file_of(key)
        if name not in self._files:
            self._files[name] = self._read(name)
        try:
            return self._files[name][key]
        except KeyError:
            raise ContentError("fortune.text_missing", name=key, locale=self.locale) from None

    def has(self, key: str) -> bool:
        try:
            self.entry(key)
        except ContentError:
            return False
        return True

    def text(self, key: str) -> str:
        """The single text of a key, its placeholders unfilled; of a pool its first."""
        entry = self.entry(key)
        return entry if isinstance(entry, str) else entry[0]

    def _read(self, name: str) -> dict[str, str | list[str]]:
        found: dict[str, str | list[str]] = {}
        for folder in self._folders:
            file = folder / f"{name}.json"
            if folder.parent == FOLDER:
                found |= _texts(file)
            elif file.exists():
                with _of_pack(folder.parent):
                    found |= _texts(file)
        return found


def _texts(file: Path) -> dict[str, str | list[str]]:
    found = read_json(file)
    for key, value in found.items():
        texts = cast("list[object]", value) if isinstance(value, list) else [value]
        if not texts or not all(isinstance(one, str) for one in texts):
            raise ContentError("fortune.content_corrupt", file=file, reason=key)
    return cast("dict[str, str | list[str]]", found)


def read_json(file: Path) -> dict[str, Any]:
    """A content file as it is.

    Raises:
        ContentError: it is not there, not to be read, or no JSON object.
    """
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        key = "fortune.content_missing" if isinstance(error, FileNotFoundError) else "fortune.content_corrupt"
        raise ContentError(key, file=file, reason=reason or "?") from error
    if not isinstance(found, dict):
        raise ContentError("fortune.content_corrupt", file=file, reason="?")
    return cast("dict[str, Any]", found)


@cache
def content(locale: str) -> Content:
    """The texts of a locale with the user's packs, read once a process."""
    return Content(locale, installed())


def installed() -> tuple[Path, ...]:
    """The folders of the user's packs, in the order of their names; what is being taken in begins with a dot."""
    folder = paths.data_dir() / "fortune" / "packs"
    try:
        return tuple(sorted(one for one in folder.iterdir() if not one.name.startswith(".")))
    except OSError:
        return ()


@cache
def version() -> str:
    """Of everything that is read: the shipped texts and each pack."""
    return "+".join([VERSION, *(f"{pack.name}-{_version_of(pack)}" for pack in installed())])


def _version_of(pack: Path) -> str:
    with _of_pack(pack):
        file = pack / "pack.json"
        found = read_json(file).get("version")
        if not isinstance(found, str):
            raise ContentError("fortune.content_corrupt", file=file, reason="version")
        return found


@contextmanager
def _of_pack(pack: Path) -> Generator[None]:
    """Says which pack is damaged and how to be rid of it, where a shipped file would say to install anew."""
    try:
        yield
    except ContentError as error:
        file, reason = error.params.get("file"), error.params.get("reason")
        raise ContentError("fortune.pack_damaged", name=pack.name, file=file, reason=reason) from error


@cache
def colors() -> Mapping[str, str]:
    """The lucky colours: id to `#rrggbb`."""
    return cast("Mapping[str, str]", read_json(FOLDER / "colors.json"))

"""People for whom fortunes are told: `profiles/<name>.json` in the data folder, readable by their owner only.

A profile's seed is drawn once (a uuid4) and names its draws from then on: whoever takes it to another machine is told
the same there. What is in a profile stands in no message, no log and no prompt. A file is written whole or not at all,
and a broken one is refused and never written over.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from typing import Any, NamedTuple, cast

from vtuber_cli import paths
from vtuber_cli.errors import StoreError, UsageError
from vtuber_cli.fortune.request import CATEGORIES, Person

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.fortune.birth import Birth

FORMAT = "vtuber-profile-1"
DEFAULT = "me"
LOCALES = ("ko", "en")
LONGEST_NAME = 40
"""Letters of a profile's name, and of what a person is called."""

_LARGEST = 64 * 1024
_HEX = frozenset("0123456789abcdef")
_NO_FILE_NAMES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
"""Names that Windows keeps for devices."""


class Profile(NamedTuple):
    """What somebody told of themselves; everything but the seed may be missing."""

    seed: str
    name: str = ""
    """What they are called."""
    birth: str = ""
    """YYYY-MM-DD or YYYY-MM-DDTHH:MM, in the calendar that `lunar` says."""
    lunar: bool = False
    leap: bool = False
    """Whether a lunar birth is in a leap month."""
    place: str = ""
    """As it was given."""
    zone: str = ""
    """Of the place: an IANA name."""
    longitude: float | None = None
    """Of the place, in degrees east."""
    interests: tuple[str, ...] = ()
    """Of `request.CATEGORIES`."""
    locale: str = ""
    """In which language fortunes are told; empty for that of the program."""

    def born(self, zone: str) -> Birth | None:
        """The birth; `zone` stands in for a place that is not known.

        Raises:
            UsageError: there was no such day or time; says nothing of it.
        """
        if not self.birth:
            return None
        from vtuber_cli.fortune.birth import parse_birth

        return parse_birth(self.birth, self.zone or zone, lunar=self.lunar, leap=self.leap, longitude=self.longitude)

    def person(self, zone: str) -> Person:
        """For a request. Raises as `born` does."""
        return Person(seed=self.seed, birth=self.born(zone), interests=self.interests)


def new_seed() -> str:
    from uuid import uuid4

    return str(uuid4())


def is_name(name: str) -> bool:
    """Whether a profile can be called so: letters and digits of any language, `-` and `_`."""
    letters = name.replace("-", "").replace("_", "")
    return 0 < len(name) <= LONGEST_NAME and letters.isalnum() and name.casefold() not in _NO_FILE_NAMES


def file(name: str) -> Path:
    """Where the profile of this name is, or will be.

    Raises:
        UsageError: no profile can be called so.
    """
    if not is_name(name):
        raise UsageError("profile.bad_name", longest=LONGEST_NAME)
    return _folder() / f"{_folded(name)}.json"


def names() -> list[str]:
    """Of all profiles, sorted, the default one first."""
    try:
        found = [one.stem for one in _folder().iterdir() if one.suffix == ".json" and is_name(one.stem)]
    except OSError:
        return []
    return sorted(found, key=lambda name: (name != DEFAULT, name))


def read(name: str) -> Profile | None:
    """The profile of this name; None if there is none.

    Raises:
        UsageError: it is damaged, or not to be read.
    """
    path = file(name)
    try:
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:  # noqa: PTH123
            whole = stream.read(_LARGEST + 1) if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) else b""
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError("profile.unreadable", file=path, reason=error.strerror or "?") from None
    return parsed(whole, path)


def parsed(raw: bytes, path: Path | str) -> Profile:
    """A profile out of a file's bytes.

    Args:
        raw: what the file says.
        path: named in the complaint.

    Raises:
        UsageError: it is no profile; says which part of it is wrong, and not what it says.
    """
    try:
        found = json.loads(raw) if len(raw) <= _LARGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError("profile.damaged", file=path)
    data = cast("dict[str, Any]", found)
    if data.get("format") != FORMAT:
        raise UsageError("profile.other_format", file=path)
    for key, value in data.items():
        if key != "format" and not (key in _CHECKS and _CHECKS[key](value)):
            raise UsageError("profile.damaged_part", file=path, name=key[:LONGEST_NAME])
    if "seed_id" not in data:
        raise UsageError("profile.damaged_part", file=path, name="seed_id")
    fields: dict[str, Any] = {_FIELDS.get(key, key): value for key, value in data.items() if key != "format"}
    fields["interests"] = tuple(fields.get("interests", ()))
    return Profile(**fields)


def encoded(profile: Profile) -> bytes:
    """A profile as a file, with what is known only."""
    keys = {field: key for key, field in _FIELDS.items()}
    said = {keys.get(field, field): value for field, value in profile._asdict().items()}
    known = {key: value for key, value in said.items() if value not in ("", None, ()) and value is not False}
    return json.dumps({"format": FORMAT, **known}, ensure_ascii=False, indent=2).encode() + b"\n"


def write(name: str, profile: Profile) -> Path:
    """Keeps a profile, in place of one of that name; returns where.

    Raises:
        UsageError: no profile can be called so.
        StoreError: it cannot be written here.
    """
    path = file(name)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name != "nt":
            path.parent.chmod(0o700)
        with suppress(FileNotFoundError):
            part.unlink()
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:  # noqa: PTH123
            stream.write(encoded(profile))
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StoreError("profile.unwritable", folder=path.parent, reason=error.strerror or "?") from None
    return path


def put_aside(name: str) -> Path | None:
    """Renames the file of a profile, whatever it says, to one that nothing has; None if there is no file.

    Raises:
        StoreError: it cannot be renamed.
    """
    path = file(name)
    if not os.path.lexists(path):
        return None
    aside, number = path.with_name(f"{path.name}.bak"), 1
    while os.path.lexists(aside):
        number += 1
        aside = path.with_name(f"{path.name}.bak{number}")
    try:
        path.rename(aside)
    except OSError as error:
        raise StoreError("profile.unwritable", folder=path.parent, reason=error.strerror or "?") from None
    return aside


def remove(name: str) -> bool:
    """Deletes a profile; False if there is none.

    Raises:
        UsageError: no profile can be called so.
        StoreError: it cannot be deleted.
    """
    path = file(name)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError("profile.unwritable", folder=path.parent, reason=error.strerror or "?") from None
    return True


def _folder() -> Path:
    return paths.data_dir() / "profiles"


def _folded(name: str) -> str:
    """One name for what a person takes for one: `Me` and `me`, and Korean letters however they are composed."""
    if name.isascii():
        return name.lower()
    from unicodedata import normalize

    return normalize("NFC", normalize("NFC", name).casefold())


# --- what a file may say ----------------------------------------------------------------------------------------

_FIELDS = {"seed_id": "seed"}
"""Keys of the file that are called otherwise here."""


def is_seed(value: object) -> bool:
    """Whether this is a uuid as it is written: 36 characters, small letters."""
    if not isinstance(value, str) or len(value) != 36:
        return False
    parts = value.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and _HEX.issuperset("".join(parts))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_NAME and (value.isprintable() or value == "")


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_longitude(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and -180 <= value <= 180)


def _are_interests(value: object) -> bool:
    return isinstance(value, list) and all(one in CATEGORIES for one in cast("list[object]", value))


def _is_locale(value: object) -> bool:
    return value in ("", *LOCALES)


_CHECKS = {
    "seed_id": is_seed,
    "name": _is_text,
    "birth": _is_text,
    "lunar": _is_flag,
    "leap": _is_flag,
    "place": _is_text,
    "zone": _is_text,
    "longitude": _is_longitude,
    "interests": _are_interests,
    "locale": _is_locale,
}

"""API keys: where they are kept, and how they are found by name. A value is a `SecretStr` and is shown nowhere.

A key has a name in capitals, like `OPENAI_API_KEY`, and settings hold only that name. It is looked for in the
environment, then in `keys.json` in the configuration folder (mode 0600, refused if anybody else can read it), then in
the system's keyring, if the package `keyring` is installed and has a place to keep things. A keyring cannot be listed,
so the file also names, with null, what is in the keyring.
"""

from __future__ import annotations

import json
import logging
import os
import re
import stat
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from pydantic import SecretStr

from vtuber_cli import paths, redact
from vtuber_cli.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Place: TypeAlias = Literal["environment", "file", "keyring"]

_LOG = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
"""Capitals only: a key that was written where its name belongs is then nearly always refused, and never repeated."""
_VALUE = re.compile(r"[\x21-\x7e]{1,8192}")
"""What can stand in an HTTP header without being misunderstood."""
_LARGEST_FILE = 256 * 1024
_SERVICE = "vtuber"
_KEYRING_SECONDS = 5.0
"""A keyring may ask to be unlocked in a window that nobody sees."""


@dataclass(frozen=True, slots=True)
class Key:
    name: str
    value: SecretStr
    place: Place

    def __post_init__(self) -> None:
        redact.hide(self.value.get_secret_value())


def file() -> Path:
    return paths.config_dir() / "keys.json"


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def find(name: str) -> Key | None:
    """The key of that name, from the first place that has it.

    Raises:
        UsageError: the file that keeps keys can be read by others, or is damaged, or the key is none.
    """
    _check_name(name)
    if value := os.environ.get(name):
        return Key(name, _checked(name, value), "environment")
    if value := _read().get(name):
        return Key(name, _checked(name, value), "file")
    if value := _in_keyring("get", name):
        return Key(name, _checked(name, value), "keyring")
    return None


def stored() -> dict[str, Place]:
    """The names of the keys that `put` has stored, sorted, and where they are."""
    return {name: "keyring" if value is None else "file" for name, value in sorted(_read().items())}


def put(name: str, value: str, *, in_file: bool = False) -> Place:
    """Stores a key: in the keyring if there is one that works, else in the file.

    Args:
        name: its name.
        value: white space around it is dropped.
        in_file: do not try the keyring.

    Raises:
        UsageError: no name, no key, or a file that others can read.
        StoreError: the file cannot be written.
    """
    _check_name(name)
    secret = _checked(name, value.strip()).get_secret_value()
    kept = _read()
    in_keyring = not in_file and _in_keyring("set", name, secret) is not None
    kept[name] = None if in_keyring else secret
    _write(kept)
    return "keyring" if in_keyring else "file"


def remove(name: str) -> Place | None:
    """Forgets a stored key; the place it was in, or None if there was none.

    Raises:
        UsageError: no name, or a file that others can read.
        StoreError: the file cannot be written, or the keyring does not let go of the key.
    """
    _check_name(name)
    kept = _read()
    if name not in kept:
        return None
    place: Place = "file" if kept.pop(name) else "keyring"
    if place == "keyring" and _in_keyring("delete", name) is None and _in_keyring("get", name):
        raise StoreError("keys.stays", name=name)
    _write(kept)
    return place


def _check_name(name: str) -> None:
    if not is_name(name):
        raise UsageError("keys.bad_name")  # without it: it may be the key itself


def _checked(name: str, value: str) -> SecretStr:
    if not _VALUE.fullmatch(value):
        raise UsageError("keys.bad_value", name=name)
    return SecretStr(value)


# --- the file ---------------------------------------------------------------------------------------------------


def _read() -> dict[str, str | None]:
    """What the file says. Its rights are those of the open file, so that nobody can exchange it in between."""
    path = file()
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError("keys.unreadable", path=path, reason=error.strerror) from error
    with os.fdopen(descriptor, "rb") as stream:
        _check_private(path, os.fstat(stream.fileno()))
        try:
            data: Any = json.loads(stream.read(_LARGEST_FILE))
        except (ValueError, RecursionError, OSError):
            data = None
    if not isinstance(data, dict):
        raise UsageError("keys.damaged", path=path) from None
    items = cast("dict[str, Any]", data).items()
    if not all(is_name(name) and (value is None or isinstance(value, str)) for name, value in items):
        raise UsageError("keys.damaged", path=path)
    return dict(items)


def _check_private(path: Path, status: os.stat_result) -> None:
    if os.name == "nt":  # the user's profile is private by its own rules, which the mode does not show
        return
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid():
        raise UsageError("keys.not_yours", path=path)
    if status.st_mode & 0o077:
        raise UsageError("keys.exposed", path=path)


def _write(kept: Mapping[str, str | None]) -> None:
    path = Path(os.path.realpath(file()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(prefix=".keys-", dir=path.parent)  # mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(dict(sorted(kept.items())), stream, indent=2)
                stream.write("\n")
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise StoreError("keys.unwritable", path=path, reason=error.strerror) from error


# --- the keyring ------------------------------------------------------------------------------------------------


def _in_keyring(action: Literal["get", "set", "delete"], name: str, value: str = "") -> str | None:
    """What the keyring answered ("" for done); None if there is none, it has nothing, or it takes too long."""

    def act() -> str | None:
        try:
            import keyring  # pyright: ignore[reportMissingModuleSource] - an extra
        except ImportError:
            return None
        if action == "get":
            return keyring.get_password(_SERVICE, name)
        if action == "set":
            keyring.set_password(_SERVICE, name, value)
        else:
            keyring.delete_password(_SERVICE, name)
        return ""

    return _patiently(act)


def _patiently(act: Callable[[], str | None]) -> str | None:
    answers: list[str | None] = []

    def work() -> None:
        try:
            answers.append(act())
        except Exception as error:  # noqa: BLE001 - backends raise what they like; its text may hold the key
            _LOG.debug("the keyring failed: %s", type(error).__name__)

    thread = threading.Thread(target=work, name="vtuber-keyring", daemon=True)
    thread.start()
    thread.join(_KEYRING_SECONDS)
    if thread.is_alive():
        _LOG.warning("the keyring did not answer in %s s", _KEYRING_SECONDS)
    return answers[0] if answers else None

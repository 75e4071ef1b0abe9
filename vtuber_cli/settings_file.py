"""The user's own settings file, changed by the program: what a person wrote in it stays as it is.

A change is made under a lock, read back and checked as a whole, and moved into place in one step, so that whatever
happens there is the old file or the new one. The file before stands beside it as `config.yaml.bak`. A file that is a
link stays one: what it leads to is changed. Rights are kept; a new file is its owner's only.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from vtuber_cli import config, yaml_edit, yaml_file
from vtuber_cli.errors import ConfigError, UsageError
from vtuber_cli.yaml_file import Document, Key, Value

_PATIENCE = 10
"""Seconds to wait for another program that changes the file."""


@dataclass(frozen=True, slots=True)
class Change:
    """What the file said of a setting and says now; None if it says nothing."""

    before: Value
    after: Value
    place: str
    """The file, and the line if the setting is in it."""


def typed(key: str, text: str) -> Value:
    """What somebody typed, as a value of the setting: of `audio.input`, `3` is a name; `null` is none.

    Raises:
        UsageError: there is no such setting.
        ConfigError: the setting cannot have this value.
    """
    config.field(key)
    parts = tuple(key.split("."))
    if ".options." in key:
        return _free(text)
    if text in ("null", "~", ""):
        with suppress(ConfigError):
            _checked(parts, None)
            return None
    value = _checked(parts, text)
    if key == "models_dir":
        return text if text.startswith("~") else str(Path(text).absolute())
    return value


def put(key: str, value: Value) -> Change:
    """Writes a setting.

    Raises:
        ConfigError: the file is broken, here or elsewhere, or would be; it is left as it was.
        UsageError: somebody else holds the file.
    """
    with _held():
        text, before = _read()
        parts = tuple(key.split("."))
        after = yaml_edit.put(text, parts, value, config.user_file())
        return _changed(parts, before, text, after)


def remove(key: str) -> Change:
    """Takes a setting, or a section, out of the file. Raises as `put` does."""
    with _held():
        text, before = _read()
        parts = tuple(key.split("."))
        return _changed(parts, before, text, yaml_edit.remove(text, parts, config.user_file()))


def install(text: str) -> None:
    """Puts a whole new text in the file's place; the caller has checked it."""
    with _held():
        _write(text)


def problems(text: str) -> list[ConfigError]:
    """Everything that is wrong with a text as the user's settings, by line."""
    try:
        document = yaml_file.parse(text.encode("utf-8", "surrogateescape"), config.user_file())
    except ConfigError as error:
        return [error]
    return yaml_file.problems(document, config.Settings)


def read() -> str:
    """The file's text as it is, line ends and all; empty if there is no file.

    Raises:
        ConfigError: it is no file, or no text.
    """
    path = config.user_file()
    if not os.path.lexists(path):
        return ""
    yaml_file.load(path)  # whether it is a file that we read
    return path.read_bytes().decode("utf-8")


def says(key: str) -> Value:
    """What the file says of a setting or a section; None if nothing. Raises ConfigError as `read` does."""
    return _at(_read()[1], tuple(key.split(".")))


def _free(text: str) -> Value:
    """A value of an option, of which only its engine knows the type: a word, or a list or mapping on one line."""
    if text[:1] in ("[", "{"):
        return yaml_file.parse(f"value: {text}".encode("utf-8", "surrogateescape"), Path("value")).data["value"]
    return yaml_file.scalar(text)


def _checked(key: Key, value: Value) -> Value:
    """The value as the settings take it."""
    given = Document("config set", config.nested(key, value))
    found = yaml_file.validate(given, config.Settings).model_dump(mode="json", exclude_unset=True)
    for part in key:
        found = found[str(part)]
    return cast("Value", found)


def _read() -> tuple[str, Document]:
    text = read()
    return text, yaml_file.parse(text.encode(), config.user_file())


def _changed(key: Key, before: Document, text: str, after: str) -> Change:
    document = yaml_file.parse(after.encode(), config.user_file())
    yaml_file.validate(document, config.Settings)
    if after != text:
        _write(after)
    path = config.user_file()
    place = document.place(key) if document.has(key) else str(path)
    return Change(_at(before, key), _at(document, key), place)


def _at(document: Document, key: Key) -> Value:
    value: Value = document.data
    for part in key:
        if not isinstance(value, dict):
            return None
        value = value.get(str(part))
    return value


# --- the disk ---------------------------------------------------------------------------------------------------


@contextmanager
def _held() -> Generator[None]:
    from filelock import FileLock, Timeout

    path = config.user_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with FileLock(path.with_name(".config.lock"), timeout=_PATIENCE):
            yield
    except Timeout:
        raise UsageError("settings.locked", file=path) from None


def _write(text: str) -> None:
    path = config.user_file()
    target = Path(os.path.realpath(path))
    try:
        status = target.stat()
        before = target.read_bytes()
    except FileNotFoundError:
        status = before = None
    mode = status.st_mode & 0o7777 if status else 0o600
    if before is not None:
        _replace(path.with_name(f"{path.name}.bak"), before, mode)
    _replace(target, text.encode(), mode, status)


def _replace(path: Path, content: bytes, mode: int, owner: os.stat_result | None = None) -> None:
    """Writes a file beside `path` and moves it there once it is on the disk."""
    descriptor, name = tempfile.mkstemp(prefix=".config-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        if owner is not None and hasattr(os, "chown"):
            with suppress(OSError):  # root, changing somebody's file: it stays theirs
                os.chown(name, owner.st_uid, owner.st_gid)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    if os.name != "nt":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

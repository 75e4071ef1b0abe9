"""JSON files from strangers, read strictly.

Live2D's editor writes JSON with tabs, a byte order mark now and then, and megabytes of motion: more than `yaml_file`
takes. The rules are the same: a limit in bytes, UTF-8, an object at the root, keys that are unique, finite numbers, no
depths, no half characters.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeVar, cast

from vtuber_cli import yaml_file
from vtuber_cli.errors import ConfigError
from vtuber_cli.yaml_file import Document

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

    M = TypeVar("M", bound=BaseModel)

MAX_DEPTH = 24

KB = 1024
MB = 1024 * KB


class _Refused(Exception):
    def __init__(self, words: str, **params: object) -> None:
        super().__init__(words)
        self.words = words
        self.params = params


def load(file: Path, limit: int) -> Document:
    """Reads a JSON file of at most `limit` bytes.

    Raises:
        ConfigError: not there, not a file, not readable, too big, or not what the module's head allows.
    """
    raw = read(file, limit)
    try:
        data = json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_constant, parse_float=_number
        )
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError("config.not_utf8", file=file, line=line, place=f"{file}:{line}") from None
    except json.JSONDecodeError as error:
        raise _refusal(file, error.lineno, "config.not_json", reason=error.msg) from None
    except _Refused as error:
        raise _refusal(file, 1, error.words, **error.params) from None
    except RecursionError:
        raise _refusal(file, 1, "live2d.too_deep", limit=MAX_DEPTH) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise _refusal(file, 1, "config.not_json", reason=type(error).__name__) from None
    if not isinstance(data, dict):
        raise _refusal(file, 1, "live2d.no_object")
    document = Document(str(file), cast("dict[str, Any]", data))
    _check(document, data, ())
    return document


def read(file: Path, limit: int) -> bytes:
    """The bytes of a file of at most `limit`. Raises ConfigError."""
    try:
        if not file.is_file():
            raise ConfigError("config.not_a_file" if file.exists() else "config.missing", file=file)
        with file.open("rb") as stream:
            raw = stream.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError("config.unreadable", file=file, reason=reason) from None
    if len(raw) > limit:
        raise ConfigError("config.too_big", file=file, limit=limit // KB)
    return raw


def load_as(file: Path, limit: int, model: type[M]) -> tuple[Document, M]:
    """The file, and what it says as a `model`. Raises ConfigError, which names file and place."""
    document = load(file, limit)
    return document, yaml_file.validate(document, model)


def _refusal(file: Path, line: int, words: str, **params: Any) -> ConfigError:
    return ConfigError(words, file=file, line=line, place=f"{file}:{line}", **params)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise _Refused("live2d.key_twice", name=twice[:60])
    return found


def _constant(word: str) -> float:
    raise _Refused("live2d.no_number", word=word)


def _number(word: str) -> float:
    number = float(word)
    if not isfinite(number):
        raise _Refused("live2d.no_number", word=word[:20])
    return number


def _check(document: Document, value: Any, key: yaml_file.Key) -> None:
    """Depth, and text that is no text: half a surrogate pair can be neither shown nor a file's name."""
    if len(key) > MAX_DEPTH:
        raise ConfigError("live2d.too_deep", file=document.path, line=1, place=str(document.path), limit=MAX_DEPTH)
    if isinstance(value, str):
        _check_text(document, value, key)
    elif isinstance(value, list):
        for index, one in enumerate(cast("list[Any]", value)):
            if not isinstance(one, (int, float)):  # motions are long lists of numbers
                _check(document, one, (*key, index))
    elif isinstance(value, dict):
        for name, one in cast("dict[str, Any]", value).items():
            _check_text(document, name, key)
            _check(document, one, (*key, name))


def _check_text(document: Document, text: str, key: yaml_file.Key) -> None:
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise document.refusal("config.control", key)

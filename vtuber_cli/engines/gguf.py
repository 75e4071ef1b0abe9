"""The header of a GGUF file: what a language model says about itself, read without loading it.

Layout: magic, version, the counts of tensors and of keys; then per key a string, a type and a value, all little-endian.
A 100 MB model's header is 1 MB, nearly all of it vocabulary, and reads in 50 ms.
"""

from __future__ import annotations

import mmap
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from vtuber_cli.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Value: TypeAlias = "int | float | bool | str | list[Value]"

_MAGIC = b"GGUF"
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Numbers of the value types that have a fixed size, as `struct` spells them."""
_STRING, _ARRAY = 8, 9
_DEEPEST = 4
"""Arrays in arrays; real files have none."""
_MOST_NUMBERS = 1 << 22
"""Longer arrays of numbers are passed over: no vocabulary has so many tokens."""
_CONTROL, _USER_DEFINED = 3, 4
"""Token types that a tokenizer may find in plain text and turn into one token."""
_BRACKETS = ("<", "["), (">", "]")
_NOT_MODELS = frozenset({"clip", "mmproj"})
"""Architectures of GGUF files that lie beside a model and are none."""


@dataclass(frozen=True, slots=True)
class Header:
    architecture: str
    languages: frozenset[str]
    """ISO 639-1 codes; empty if the file does not say."""
    context: int
    """Tokens that the model was trained to see at once; 0 if the file does not say."""
    markers: Mapping[str, int]
    """Texts that stand for one token of the chat format (`<|im_start|>`), and its number."""
    ends: frozenset[int]
    """Tokens that end a reply."""


def find(path: Path) -> Path:
    """The model's file: `path` itself, or the one in it; of a split model its first part."""
    if not path.is_dir():
        return path
    files = sorted(file for file in path.glob("*.gguf") if not re.search(r"-(?!00001)\d{5}-of-\d{5}\.gguf$", file.name))
    if len(files) != 1:
        raise WeightsError("thinking.not_one", path=path, count=len(files))
    return files[0]


def read_model(file: Path) -> Header:
    """The header of a file that can talk.

    Raises:
        WeightsError: as `read_header`, or it belongs to another model.
    """
    header = read_header(file)
    if header.architecture in _NOT_MODELS:
        raise WeightsError("thinking.not_a_model", path=file, architecture=header.architecture)
    return header


def read_header(file: Path) -> Header:
    """Reads what is before the tensors.

    Raises:
        WeightsError: missing, not GGUF, or cut off within the header.
    """
    try:
        if not file.is_file():  # opening a pipe would wait for ever
            raise WeightsError("thinking.not_gguf", path=file)
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if data[:4] != _MAGIC:
                raise WeightsError("thinking.not_gguf", path=file)
            return _header(_Reader(data).keys())
    except OSError as error:
        raise WeightsError("thinking.unreadable", path=file, reason=error.strerror or error) from error
    except (ValueError, struct.error) as error:  # an empty file, a file that ends too early, numbers out of range
        raise WeightsError("thinking.damaged", path=file, reason=error) from error


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = len(_MAGIC)

    def keys(self) -> dict[str, Value]:
        self._number("I")
        self._number("Q")
        return {self._string(): self._value(self._number("I")) for _ in range(self._number("Q"))}

    def _value(self, kind: int, depth: int = 0) -> Value:
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY and depth < _DEEPEST:
            return self._array(self._number("I"), self._number("Q"), depth + 1)
        if kind not in _SCALARS:
            raise ValueError(f"value type {kind}")
        return self._number(_SCALARS[kind])

    def _array(self, kind: int, count: int, depth: int) -> list[Value]:
        if count > len(self._data) - self._at:  # no element is smaller than a byte
            raise ValueError(f"array of {count}")
        if kind in _SCALARS:
            layout = struct.Struct(f"<{count}{_SCALARS[kind]}")
            start, self._at = self._at, self._at + layout.size
            return list(layout.unpack_from(self._data, start)) if count <= _MOST_NUMBERS else []
        return [self._value(kind, depth) for _ in range(count)]

    def _string(self) -> str:
        length = self._number("Q")
        start, end = self._at, self._at + length
        if end > len(self._data):
            raise ValueError(f"string of {length} bytes")
        self._at = end
        return self._data[start:end].decode("utf-8", "replace")

    def _number(self, letter: str) -> int:
        layout = _LAYOUTS[letter]
        start, self._at = self._at, self._at + layout.size
        return cast("int", layout.unpack_from(self._data, start)[0])


_LAYOUTS = {letter: struct.Struct(f"<{letter}") for letter in _SCALARS.values()}


def _header(keys: dict[str, Value]) -> Header:
    architecture = str(keys.get("general.architecture", ""))
    context = keys.get(f"{architecture}.context_length", 0)
    tokens = _strings(keys.get("tokenizer.ggml.tokens"))
    types = keys.get("tokenizer.ggml.token_type")
    markers = {
        token: number
        for number, (token, kind) in enumerate(zip(tokens, types if isinstance(types, list) else (), strict=False))
        if kind == _CONTROL or (kind == _USER_DEFINED and _looks_like_marker(token))
    }
    ends = [keys.get(f"tokenizer.ggml.{name}_token_id") for name in ("eos", "eot", "eom")]
    return Header(
        architecture,
        frozenset(_strings(keys.get("general.languages"))),
        context if isinstance(context, int) else 0,
        markers,
        frozenset(end for end in ends if isinstance(end, int)),
    )


def _strings(value: Value | None) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _looks_like_marker(token: str) -> bool:
    """User-defined tokens are also runs of spaces and newlines, which are no part of a chat's format."""
    opening, closing = _BRACKETS
    return len(token) > 2 and token.startswith(opening) and token.endswith(closing)

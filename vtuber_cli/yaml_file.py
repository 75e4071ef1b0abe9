"""YAML files that people write, and that may come from a stranger: read safely, with the line of every key.

The parser's events are read one by one and the tree is built here, so that every limit holds before anything is
built: at most 256 KB of UTF-8, 32 levels, one document, a mapping at the root, keys that are text and unique, and no
anchors, aliases or tags. Plain words mean what YAML 1.2's core schema says: `no`, `on` and `yes` are text, only
`true` and `false` are booleans, dates stay text. Nothing is ever expanded. The same checks stand above libyaml's
parser and above PyYAML's own, so the fast one is used where it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast, get_args, get_origin

from vtuber_cli.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    M = TypeVar("M", bound=BaseModel)

Key: TypeAlias = tuple[str | int, ...]
"""The way from the root to a value: ("talk", "hangover_ms"), ("greetings", "en", 0)."""
Value: TypeAlias = "None | bool | int | float | str | list[Value] | dict[str, Value]"

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,40}")
_OCTAL = re.compile(r"0o[0-7]{1,40}")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,3})?")

_WORDS = {
    "missing": "config.needed",
    "literal_error": "config.choice",
    "bool_": "config.boolean",
    "int_": "config.integer",
    "float_": "config.number",
    "finite_number": "config.number",
    "string_type": "config.text",
    "string_unicode": "config.control",
    "path_type": "config.text",
    "string_too_long": "config.too_long",
    "too_long": "config.too_many",
    "too_short": "config.too_few",
    "dict_type": "config.mapping",
    "model_type": "config.mapping",
    "model_attributes_type": "config.mapping",
    "list_type": "config.list",
    "greater_than_equal": "config.too_small",
    "less_than_equal": "config.too_large",
}
"""Pydantic's error types, by their beginnings, and the words for them."""

_PATTERNS = {
    "^[A-Za-z0-9:": "config.address",
    "^[A-Za-z0-9]": "config.plain_name",
    "^[a-z]": "config.language_code",
    "^#": "config.colour",
    "^(null|": "config.origin",
    "^(\\[": "config.host_name",
}
"""The patterns that our models ask of text, by their beginnings, and the words for them."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where it says it. An empty file says nothing: `data` is {}."""

    path: Path | str
    """The file; or, of what comes from elsewhere in the same shape, a name to show, like that of a variable."""
    data: dict[str, Value]
    lines: Mapping[Key, int] = field(default_factory=dict[Key, int])
    """The line, from 1, of every key and every list item; no lines if this is not from a file."""

    def line(self, key: Key) -> int:
        """The line of `key`, or of the nearest thing around it that is in the file."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def place(self, key: Key) -> str:
        """Where `key` is, for messages: `file:line`, or the name if there is no file."""
        return self.path if isinstance(self.path, str) else f"{self.path}:{self.line(key)}"

    def has(self, key: Key) -> bool:
        value: Value = self.data
        for part in key:
            if isinstance(value, dict) and part in value:
                value = value[str(part)]
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return False
        return True

    def refusal(self, words: str, key: Key, **params: Any) -> ConfigError:
        """A ConfigError about `key` of this document."""
        name = dotted(key)
        return ConfigError(words, file=self.path, line=self.line(key), place=self.place(key), name=name, **params)


def load(path: Path) -> Document:
    """Reads a file.

    Raises:
        ConfigError: not there, not a file, not readable, too big, or not what the module's head allows.
    """
    try:
        if not path.is_file():
            raise ConfigError("config.not_a_file" if path.exists() else "config.missing", file=path)
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError("config.unreadable", file=path, reason=reason) from error
    return parse(raw, path)


def parse(raw: bytes, path: Path) -> Document:
    """Reads the bytes of a file; `path` is only for messages. Raises ConfigError as `load` does."""
    import yaml

    if len(raw) > MAX_BYTES:
        raise ConfigError("config.too_big", file=path, limit=MAX_BYTES // 1024)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError("config.not_utf8", file=path, line=line, place=f"{path}:{line}") from error
    loader = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        return _Reader(path, cast("Iterator[Any]", yaml.parse(text, Loader=loader))).document()  # pyright: ignore[reportUnknownMemberType]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        place = f"{path}:{line}"
        lines = text.splitlines()
        if line <= len(lines) and lines[line - 1].lstrip(" ").startswith("\t"):
            raise ConfigError("config.tab", file=path, line=line, place=place) from error
        raise ConfigError("config.not_yaml", file=path, line=line, place=place, reason=error.problem or "?") from error
    except yaml.YAMLError as error:  # the reader's: a character that YAML has no place for
        position = int(getattr(error, "position", 0))
        line = text.count("\n", 0, position) + 1
        raise ConfigError("config.control", file=path, line=line, place=f"{path}:{line}") from error


def scalar(text: str) -> None | bool | int | float | str:
    """What an unquoted word means in YAML 1.2's core schema; infinities and not-a-number stay text."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and abs(number := float(text)) != float("inf"):
        return number
    return text


class _Reader:
    """Builds the tree from the parser's events, refusing as soon as there is something to refuse."""

    def __init__(self, path: Path, events: Iterator[Any]) -> None:
        self._path = path
        self._events = events
        self._lines: dict[Key, int] = {}

    def document(self) -> Document:
        import yaml

        data: Value = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refusal("config.many_documents", event)
                first = next(self._events)
                data = self._value(first, ())
                if data is not None and not isinstance(data, dict):
                    raise self._refusal("config.not_a_mapping", first)
        return Document(self._path, data or {}, self._lines)

    def _value(self, event: Any, key: Key) -> Value:
        import yaml

        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refusal("config.alias", event)
        if event.tag is not None:
            raise self._refusal("config.tag", event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(key) >= MAX_DEPTH:
            raise self._refusal("config.too_deep", event, limit=MAX_DEPTH)
        return self._mapping(key) if isinstance(event, yaml.MappingStartEvent) else self._list(key)

    def _scalar(self, event: Any) -> Value:
        text = cast("str", event.value)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise self._refusal("config.control", event)
        return text if event.style else scalar(text)

    def _mapping(self, key: Key) -> dict[str, Value]:
        import yaml

        found: dict[str, Value] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refusal("config.key_not_text", event)
            self._value(event, key)  # a key may carry no anchor or tag either
            name = cast("str", event.value)
            place = (*key, name)
            if name in found:
                raise self._refusal("config.duplicate", event, name=dotted(place), first=self._lines[place])
            self._lines[place] = event.start_mark.line + 1
            found[name] = self._value(next(self._events), place)
        return found

    def _list(self, key: Key) -> list[Value]:
        import yaml

        found: list[Value] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            place = (*key, len(found))
            self._lines[place] = event.start_mark.line + 1
            found.append(self._value(event, place))
        return found

    def _refusal(self, key: str, event: Any, **params: Any) -> ConfigError:
        line = event.start_mark.line + 1
        return ConfigError(key, file=self._path, line=line, place=f"{self._path}:{line}", **params)


# --- against a model --------------------------------------------------------------------------------------------


def validate(document: Document, model: type[M]) -> M:
    """The document as a `model`.

    Raises:
        ConfigError: the first thing wrong, with its line; for an unknown key the nearest known one.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise refusal(error, document, model) from None


def problems(document: Document, model: type[BaseModel]) -> list[ConfigError]:
    """Everything that is wrong with the document as a `model`, from top to bottom; empty if nothing is."""
    from pydantic import ValidationError

    try:
        model.model_validate(document.data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        found = {_told(one, document): _refusal(one, document, model) for one in reversed(details)}
        return sorted(found.values(), key=lambda one: cast("int", one.params["line"]))
    return []


def refusal(error: Any, document: Document, model: type[BaseModel]) -> ConfigError:
    """One error for the user out of pydantic's many: an unknown key first, for it often explains the others."""
    details = cast("list[ErrorDetails]", error.errors(include_url=False, include_input=False))
    detail = min(details, key=lambda one: (one["type"] != "extra_forbidden", document.line(_place(one, document))))
    return _refusal(detail, document, model)


def _told(detail: ErrorDetails, document: Document) -> tuple[Key, bool]:
    """What tells one problem from another: of several things wrong with one value, one is said."""
    return _place(detail, document), detail["type"] == "extra_forbidden"


def _refusal(detail: ErrorDetails, document: Document, model: type[BaseModel]) -> ConfigError:
    key = _place(detail, document)
    if detail["type"] != "extra_forbidden":
        words, params = reason(detail)
        return document.refusal(words, key, **params)
    known = sorted(_keys_at(model, key[:-1]))
    nearest = get_close_matches(str(key[-1]), known, n=1, cutoff=0.4)
    if nearest:
        return document.refusal("config.unknown_key_nearest", key, nearest=nearest[0])
    return document.refusal("config.unknown_key", key, names=", ".join(known))


def reason(detail: ErrorDetails) -> tuple[str, dict[str, Any]]:
    """The message key and the parameters for what pydantic found: our own words for what people get wrong."""
    kind = detail["type"]
    params: dict[str, Any] = {name: value for name, value in detail.get("ctx", {}).items() if name != "error"}
    if kind == "literal_error":  # 'auto', 'en' or 'ko': an English sentence
        expected = str(params["expected"])
        params["expected"] = ", ".join(re.findall(r"'([^']*)'", expected)) or expected
    for prefix, words in _WORDS.items():
        if kind.startswith(prefix):
            return words, params
    for prefix, words in _PATTERNS.items():
        if str(params.get("pattern", "")).startswith(prefix):
            return words, params
    return "config.invalid", {"reason": detail["msg"].removeprefix("Value error, ")}


def dotted(key: Key) -> str:
    """("greetings", "en", 0) as people write it: `greetings.en[0]`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "."


def _place(detail: ErrorDetails, document: Document) -> Key:
    """The detail's place as far as it is in the file, plus a missing key's name: pydantic adds parts of its own."""
    key = tuple(detail["loc"])
    known = key
    while not document.has(known):
        known = known[:-1]
    return (*known, key[len(known)]) if detail["type"] == "missing" and len(known) < len(key) else known


def _keys_at(model: type[BaseModel], key: Key) -> set[str]:
    """The keys that the model knows in the mapping at `key`."""
    return {name for found in _models_at(model, key) for name in found.model_fields}


def _models_at(annotation: Any, key: Key) -> list[type[BaseModel]]:
    from pydantic import BaseModel

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not key:
            return [annotation]
        inner = annotation.model_fields.get(str(key[0]))
        return _models_at(inner.annotation, key[1:]) if inner else []
    arguments = get_args(annotation)
    origin = get_origin(annotation)
    if origin in (dict, list, Mapping) and arguments:
        return _models_at(arguments[-1], key[1:]) if key else []
    return [found for argument in arguments for found in _models_at(argument, key)]

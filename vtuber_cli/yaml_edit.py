"""Changes one value in a YAML text and leaves every other byte as it is: comments, order, indentation, line ends.

The place of the value comes from the parser's marks; what is around it is never written anew. The result is read back
and compared with what was meant, so that an unusual file is refused and never spoilt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

from vtuber_cli import yaml_file
from vtuber_cli.errors import ConfigError
from vtuber_cli.yaml_file import Document, Value

_PLAIN = re.compile(r"[A-Za-z_./~가-힣][\w./+@~가-힣-]*( [\w./+@~가-힣-]+)*")
_STEP = 2
"""Spaces that a new level is indented by."""


def put(text: str, key: Sequence[str], value: Value, path: Path) -> str:
    """The text with `value` at `key`, which may be new; `path` is only for messages.

    Raises:
        ConfigError: the text is no YAML that we read, or the value has no place in it that can be found safely.
    """
    before = yaml_file.parse(text.encode(), path)
    after = _Edit(text).put(list(key), value)
    wanted = deepcopy(before.data)
    inner = wanted
    for part in key[:-1]:
        if not isinstance(inner.get(part), dict):
            inner[part] = {}
        inner = cast("dict[str, Value]", inner[part])
    inner[key[-1]] = value
    return _checked(after, wanted, before, key)


def remove(text: str, key: Sequence[str], path: Path) -> str:
    """The text without `key`. Raises ConfigError as `put` does."""
    before = yaml_file.parse(text.encode(), path)
    if not before.has(tuple(key)):
        return text
    after = _Edit(text).remove(list(key))
    wanted = deepcopy(before.data)
    inner = wanted
    for part in key[:-1]:
        inner = cast("dict[str, Value]", inner[part])
    del inner[key[-1]]
    return _checked(after, wanted, before, key)


def written(value: Value) -> str:
    """The value as YAML on one line: plain where that is safe, in double quotes where it is not."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(name)}: {written(inner)}" for name, inner in value.items()) + "}"
    if _PLAIN.fullmatch(value) and isinstance(yaml_file.scalar(value), str):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in quoted)


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _checked(after: str, wanted: dict[str, Value], before: Document, key: Sequence[str]) -> str:
    try:
        found = yaml_file.parse(after.encode(), Path(str(before.path))).data
    except (ConfigError, UnicodeEncodeError):
        found = None
    if found is None or _pruned(found) != _pruned(wanted):
        raise before.refusal("config.cannot_edit", tuple(key))
    return after


def _pruned(data: Value) -> Value:
    """Without mappings that say nothing: a section that lost its last line may stay or go."""
    if not isinstance(data, dict):
        return data
    kept = {name: _pruned(value) for name, value in data.items()}
    return {name: value for name, value in kept.items() if value is not None and value != {}} or None


class _Edit:
    """One change of one text, by the marks of its nodes."""

    def __init__(self, text: str) -> None:
        import yaml

        self._text = text
        self._break = "\r\n" if "\r\n" in text else "\n"
        # The slower of the two parsers, because its marks count letters on every platform.
        self._root: Any = yaml.compose(text, Loader=yaml.SafeLoader)  # pyright: ignore[reportUnknownMemberType]

    def put(self, key: list[str], value: Value) -> str:
        node = self._root
        if node is None or _is_empty(node):
            return self._appended(key, value)
        for depth, part in enumerate(key):
            pair = _pair(node, part)
            if pair is None:
                return self._inserted(node, key[depth:], value)
            found, last = pair[1], depth == len(key) - 1
            if last:
                return self._replaced(pair, written(value))
            if not _is_mapping(found):
                return self._opened(node, pair, key[depth + 1 :], value)
            node = found
        return self._text

    def remove(self, key: list[str]) -> str:
        node, chain = self._root, cast("list[tuple[Any, Any]]", [])
        for part in key:
            pair = cast("tuple[Any, Any]", _pair(node, part))
            chain.append((node, pair))
            node = pair[1]
        # A section that would be left without a line goes too, unless somebody wrote a comment into it.
        while len(chain) > 1 and len(chain[-1][0].value) == 1:
            start, end = chain[-2][1][0].end_mark.index, self._end(chain[-1][1][1])
            if "#" in self._text[start:end]:
                break
            chain.pop()
        return self._without(*chain[-1])

    # --- where things are ---------------------------------------------------------------------------------------

    def _end(self, node: Any) -> int:
        """Where the node's last letter ends: a block's own mark stands behind the comments that follow it."""
        if _is_block(node):
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        end = cast("int", node.end_mark.index)
        start = cast("int", node.start_mark.index)
        if getattr(node, "style", None) in ("|", ">"):
            return start + len(self._text[start:end].rstrip())
        return end

    def _line_end(self, index: int) -> int:
        """Behind the line break of the line with `index`, or the end of the text."""
        found = self._text.find("\n", index)
        return len(self._text) if found < 0 else found + 1

    def _line_start(self, index: int) -> int:
        return self._text.rfind("\n", 0, index) + 1

    # --- changes ------------------------------------------------------------------------------------------------

    def _spliced(self, start: int, end: int, new: str) -> str:
        return self._text[:start] + new + self._text[end:]

    def _lines(self, indent: int, key: list[str], value: Value) -> str:
        """New lines for a value: `talk:` and, indented below it, `hangover_ms: 500`."""
        lines = [f"{' ' * (indent + _STEP * depth)}{written(part)}:" for depth, part in enumerate(key)]
        return self._break.join(lines) + f" {written(value)}" + self._break

    def _at_line(self, index: int, new: str) -> str:
        """`new` as lines of their own at `index`, which is the start of a line or the end of the text."""
        lead = self._break if index and not self._text[:index].endswith("\n") else ""
        return self._spliced(index, index, lead + new)

    def _appended(self, key: list[str], value: Value) -> str:
        """A value for a text that says nothing yet; comments stay above it."""
        place = self._commented(0, key[0], 0) if len(key) == 1 else None
        return self._at_line(len(self._text) if place is None else place[0], self._lines(0, key, value))

    def _replaced(self, pair: tuple[Any, Any], new: str) -> str:
        name, node = pair
        start, end = node.start_mark.index, self._end(node)
        if start == end or _is_block(node):
            start = self._text.index(":", name.end_mark.index) + 1
            return self._spliced(start, max(start, end), f" {new}")
        return self._spliced(start, end, new)

    def _opened(self, node: Any, pair: tuple[Any, Any], key: list[str], value: Value) -> str:
        """A value below a key that says nothing yet (`talk:`)."""
        name = pair[0]
        if node.flow_style:
            return self._replaced(pair, _flow(key, value))
        colon = self._text.index(":", name.end_mark.index) + 1
        end = max(self._end(pair[1]), colon)
        if self._text[colon:end].strip():
            # `talk: null  # mine`: the word goes, the comment stays.
            return _Edit(self._spliced(colon, end, "")).put([*_way(self._root, name), *key], value)
        column = cast("int", name.start_mark.column)
        below = self._line_end(colon)
        place = self._commented(below, key[0], column + 1) if len(key) == 1 else None
        index, indent = place or (below, column + _STEP)
        return self._at_line(index, self._lines(indent, key, value))

    def _inserted(self, node: Any, key: list[str], value: Value) -> str:
        """A new key in a mapping, behind its last one, or below the comment that keeps its place."""
        if node.flow_style:
            if not node.value:
                return self._spliced(node.start_mark.index, node.end_mark.index, _flow(key, value))
            end = self._end(node.value[-1][1]) or node.value[-1][0].end_mark.index
            return self._spliced(end, end, ", " + _flow(key, value)[1:-1])
        indent = cast("int", node.value[0][0].start_mark.column)
        ends = [max(self._end(inner), self._text.index(":", name.end_mark.index)) for name, inner in node.value]
        # A comment may keep its place above any of them.
        starts = [self._line_start(node.value[0][0].start_mark.index), *map(self._line_end, ends)]
        for start in starts if len(key) == 1 else ():
            place = self._commented(start, key[0], indent)
            if place and place[1] == indent:
                return self._at_line(place[0], self._lines(indent, key, value))
        return self._at_line(starts[-1], self._lines(indent, key, value))

    def _commented(self, start: int, key: str, least: int) -> tuple[int, int] | None:
        """Below a comment `# hangover_ms: 600` among the comments from `start` on, and how far it is indented."""
        wanted = re.compile(rf"( *)# ?{re.escape(key)}:( .*)?")
        for line, index in _comments(self._text, start):
            match = wanted.fullmatch(line)
            if match and len(match[1]) >= least:
                return self._line_end(index), len(match[1])
        return None

    def _without(self, node: Any, pair: tuple[Any, Any]) -> str:
        name, value = pair
        at = node.value.index(pair)
        end = max(self._end(value), self._text.index(":", name.end_mark.index) + 1)
        if not node.flow_style:
            return self._spliced(self._line_start(name.start_mark.index), self._line_end(end), "")
        if at + 1 < len(node.value):
            return self._spliced(name.start_mark.index, node.value[at + 1][0].start_mark.index, "")
        if at:
            before = node.value[at - 1]
            return self._spliced(max(self._end(before[1]), before[0].end_mark.index), end, "")
        return self._spliced(name.start_mark.index, end, "")


def _comments(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The lines from `start` on, each with its place, as long as they are comments or empty."""
    index = start
    while index < len(text):
        end = text.find("\n", index)
        line = text[index : len(text) if end < 0 else end].rstrip()
        if line and not line.lstrip(" ").startswith("#"):
            return
        yield line, index
        if end < 0:
            return
        index = end + 1


def _flow(key: list[str], value: Value) -> str:
    for part in reversed(key):
        value = {part: value}
    return written(value)


def _pair(node: Any, name: str) -> tuple[Any, Any] | None:
    return next((pair for pair in node.value if pair[0].value == name), None) if _is_mapping(node) else None


def _way(node: Any, key: Any) -> list[str]:
    """The names from the root to a key's node."""
    for name, value in node.value if _is_mapping(node) else ():
        if name is key:
            return [name.value]
        if found := _way(value, key):
            return [name.value, *found]
    return []


def _is_mapping(node: Any) -> bool:
    return node is not None and node.id == "mapping"


def _is_block(node: Any) -> bool:
    return node.id != "scalar" and not node.flow_style and bool(node.value)


def _is_empty(node: Any) -> bool:
    return node.id == "scalar" and node.value == ""

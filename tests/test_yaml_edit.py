"""One value changes, and nothing else: not a comment, not a blank, not the order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli import yaml_edit, yaml_file
from vtuber_cli.errors import ConfigError

FILE = Path("x.yaml")


def put(text: str, key: str, value: Any) -> str:
    return yaml_edit.put(text, key.split("."), value, FILE)


def removed(text: str, key: str) -> str:
    return yaml_edit.remove(text, key.split("."), FILE)


def data(text: str) -> Any:
    return yaml_file.parse(text.encode(), FILE).data


@pytest.mark.parametrize(
    ("text", "key", "value", "after"),
    [
        ("", "a", 1, "a: 1\n"),
        ("", "a.b", 1, "a:\n  b: 1\n"),
        ("# c", "a", True, "# c\na: true\n"),
        ("a:   600   # ms\n", "a", 5, "a:   5   # ms\n"),
        ("a: 'x'\nb: 2", "a", "y", "a: y\nb: 2"),
        ("a:\nb: 2\n", "a", 1, "a: 1\nb: 2\n"),
        ("a: # c\nb: 2\n", "a", 1, "a: 1 # c\nb: 2\n"),
        ("a:\n    b: 1 # x\n\n# end\n", "a.c", 2, "a:\n    b: 1 # x\n    c: 2\n\n# end\n"),
        ("a: 1\r\nb: 2\r\n", "c", 3, "a: 1\r\nb: 2\r\nc: 3\r\n"),
        ("a: 1", "b", 2, "a: 1\nb: 2\n"),
        ("a: {b: 1}\n", "a.c", 2, "a: {b: 1, c: 2}\n"),
        ("a: {}\n", "a.c.d", 2, "a: {c: {d: 2}}\n"),
        ("a: {b: }\n", "a.b.c", 2, "a: {b: {c: 2} }\n"),
        ("a: ~ # c\n", "a.b", 2, "a: # c\n  b: 2\n"),
        ("a:\n  # b: 1\n  # c: 2\n\nd:\n", "a.c", 3, "a:\n  # b: 1\n  # c: 2\n  c: 3\n\nd:\n"),
        ("# a: 1\n\n# b: 2\n", "a", 3, "# a: 1\na: 3\n\n# b: 2\n"),
        ("a:\n  b: 1\n  # c: 2\n  d: 3\n", "a.c", 4, "a:\n  b: 1\n  # c: 2\n  c: 4\n  d: 3\n"),
        ("a: |\n  x\n  y\n\nb: 1\n", "a", "z", "a: z\n\nb: 1\n"),
        ("a:\n- 1\n- 2\n# c\nb: 1\n", "a", [3], "a: [3]\n# c\nb: 1\n"),
        ("---\na: 1\n...\n", "b", 2, "---\na: 1\nb: 2\n...\n"),
        ("미카: 별\n", "미카", "달", "미카: 달\n"),
    ],
)
def test_only_the_value_changes(text: str, key: str, value: Any, after: str) -> None:
    assert put(text, key, value) == after


@pytest.mark.parametrize(
    ("text", "key", "after"),
    [
        ("a: 1\nb: 2 # x\nc: 3\n", "b", "a: 1\nc: 3\n"),
        ("# of a\na:\n  b: 1\n", "a.b", "# of a\n"),
        ("a:\n  # stays\n  b: 1\nc: 2\n", "a.b", "a:\n  # stays\nc: 2\n"),
        ("a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n"),
        ("a: {b: 1, c: 2}\n", "a.c", "a: {b: 1}\n"),
        ("a:\n  b:\n    c:\n      d: 1\nx: 1\n", "a.b.c.d", "x: 1\n"),
        ("a:\n  b:\n    c: 1\n  d: 2\n", "a.b", "a:\n  d: 2\n"),
        ("a: 1\n", "nothing", "a: 1\n"),
    ],
)
def test_only_the_line_goes(text: str, key: str, after: str) -> None:
    assert removed(text, key) == after


@pytest.mark.parametrize("text", ["a: &x 1\n", "a: 1\na: 2\n", "- a\n", "a: !!python/none\n", "a: [\n", "\tb: 1\n"])
def test_what_we_do_not_read_we_do_not_change(text: str) -> None:
    with pytest.raises(ConfigError):
        put(text, "b", 1)


@pytest.mark.parametrize("text", ["a: 1\n", "a: [1]\n", "a: >-\n  text\n"])
def test_a_value_where_a_section_would_have_to_be_is_refused(text: str) -> None:
    try:
        after = put(text, "a.b", 1)
    except ConfigError:
        return
    assert data(after) == {"a": {"b": 1}}


NAMES = st.sampled_from(["a", "b", "talk", "미카", "x-y"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
TREES = st.dictionaries(
    NAMES, st.recursive(SCALARS, lambda inner: st.dictionaries(NAMES, inner, max_size=3)), max_size=4
)


@given(SCALARS)
def test_a_value_is_read_as_it_was_written(value: Any) -> None:
    written = yaml_edit.written(value)
    assert "\n" not in written
    found = data(f"x: {written}\ny: [{written}]\n")
    assert found == {"x": value, "y": [value]}
    assert type(found["x"]) is type(value)


@given(TREES, st.lists(NAMES, min_size=1, max_size=3), VALUES, st.sampled_from([None, True, False]), st.booleans())
def test_any_value_anywhere(tree: Any, key: list[str], value: Any, flow: bool | None, windows: bool) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow, sort_keys=False) if tree else ""
    lines = [f"{line}  # {number}" if not line.rstrip().endswith(("|", ">")) and '"' not in line and "'" not in line
             else line for number, line in enumerate(text.splitlines())]  # fmt: skip
    text = ("\r\n" if windows else "\n").join(["# first", *lines, "# last", ""])
    try:
        before = data(text)
    except ConfigError:
        return  # the comment fell into a text of several lines
    after = yaml_edit.put(text, key, value, FILE)
    inner = data(after)
    for part in key:
        inner = inner[part]
    assert inner == value
    assert after.startswith("# first") and "# last" in after
    assert ("\n" in after.replace("\r\n", "")) is (not windows)
    others = {name: kept for name, kept in before.items() if name != key[0]}
    assert {name: kept for name, kept in data(after).items() if name != key[0]} == others
    gone = yaml_edit.remove(after, key, FILE)
    assert not yaml_file.parse(gone.encode(), FILE).has(tuple(key))

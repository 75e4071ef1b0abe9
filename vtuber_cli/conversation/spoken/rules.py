"""Ordered replacements: how each language is told what to say for what is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

Rule: TypeAlias = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
"""What is written, and what to say for it: a template for `re.sub`, or a function of the match."""


def compiled(table: Iterable[tuple[str, str]]) -> tuple[Rule, ...]:
    """The rules of a table of (pattern, template)."""
    return tuple((re.compile(written), said) for written, said in table)


def apply(rules: Iterable[Rule], text: str) -> str:
    """`text` after each rule in turn."""
    for written, said in rules:
        text = written.sub(said, text)
    return text


def any_of(names: Iterable[str]) -> str:
    """A pattern for one of `names`, the longest that fits."""
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))

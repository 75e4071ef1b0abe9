"""A talk as Markdown, for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vtuber_cli.clean import clean
from vtuber_cli.store.entry import Entry

CUT = " —"
"""Ends a reply that was interrupted."""


def markdown(title: str, entries: Sequence[Entry], head: Callable[[Entry], str]) -> str:
    """A heading and, for each message, who said it and, quoted, what: Markdown in it stays inside it.

    Args:
        title: a line.
        entries: the messages.
        head: who said it and when, in a line of Markdown.
    """
    parts = [f"# {title}\n"]
    for entry in entries:
        text = clean(entry.text).strip() + (CUT if entry.interrupted else "")
        parts.append(f"\n{head(entry)}\n\n{quoted(text)}\n")
    return "".join(parts)


def quoted(text: str) -> str:
    """As a block quote: whatever headings, lists or fences are in it end with it."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())

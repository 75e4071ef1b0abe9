"""What a reading says, for tests that want every word of it."""

from __future__ import annotations

from collections.abc import Iterator

from vtuber_cli.fortune.content import Content
from vtuber_cli.fortune.reading import Reading, Text


def texts(reading: Reading) -> Iterator[Text]:
    """Every text of a reading, those that fill another's placeholders too."""
    told = [reading.title, reading.summary, reading.advice, reading.lucky.item]
    told += [one.text for one in (*reading.categories, *reading.cards, *reading.basis)]
    while told:
        text = told.pop()
        yield text
        told += [one for one in text.params.values() if isinstance(one, Text)]


def entries(content: Content, key: str) -> list[str]:
    """All that may be said for a key."""
    entry = content.entry(key)
    return entry if isinstance(entry, list) else [entry]

"""Rows on stdout: aligned and coloured on a terminal, cut to its width; into a pipe one line a row, tabs between."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

from vtuber_cli.card.cells import cells
from vtuber_cli.clean import clean, one_line

_GAP = 2
_LEAST = 8
"""No column is cut to fewer cells than this."""


def print_json(value: object) -> None:
    """JSON that people can read; what a terminal would act on is escaped, wherever it came from."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    lines = (line if clean(line) == line else "".join(map(_escaped, line)) for line in text.split("\n"))
    print("\n".join(lines))


def _escaped(letter: str) -> str:
    return letter if clean(letter) == letter else json.dumps(letter)[1:-1]


def print_rows(rows: Iterable[Sequence[str]], styles: Sequence[str] = (), faint: Sequence[bool] = ()) -> None:
    """Prints rows of equal length; every cell is foreign and is cleaned.

    Args:
        rows: the cells.
        styles: Rich's style of each column.
        faint: which rows are of little interest.
    """
    table = [[one_line(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in table:
            print("\t".join(row))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    widths = fitted(
        [max(cells(row[at]) for row in table) for at in range(len(table[0]))] if table else [], console.width
    )
    for number, row in enumerate(table):
        line = Text()
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            text = Text(cell, style=styles[at] if at < len(styles) else "")
            text.truncate(width, overflow="ellipsis", pad=at < len(row) - 1)
            line.append_text(text).append(" " * _GAP if at < len(row) - 1 else "")
        line.rstrip()
        if number < len(faint) and faint[number]:
            line.stylize("dim")
        console.print(line, no_wrap=True, crop=False)


def fitted(widths: Sequence[int], room: int) -> list[int]:
    """The columns' widths, the widest made narrower until they fit beside each other."""
    found = list(widths)
    while found and sum(found) + _GAP * (len(found) - 1) > room and max(found) > _LEAST:
        found[found.index(max(found))] -= 1
    return found

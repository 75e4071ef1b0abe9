"""A fortune as a card in the transcript: the same that `vtuber fortune` prints, laid out for the room there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from textual import events
from textual.widgets import Static

from vtuber_cli.card import fortune, sheet
from vtuber_cli.tui.symbols import Symbols

_NARROWEST = 20


class FortuneCard(Static):
    """Drawn anew when its room changes. Its colours are those of the night, whatever the theme: a card is a card.

    Args:
        result: the document of `schemas/fortune_result.json`.
        symbols: which signs the terminal has.
        accent: the character's colour as `#rrggbb`.
    """

    def __init__(self, result: Mapping[str, Any], symbols: Symbols, accent: str) -> None:
        super().__init__("")
        self._result = dict(result)
        self._symbols = symbols
        self._accent = accent
        self._columns = 0

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._columns:
            self._columns = event.size.width
            self.update(self._drawn(max(_NARROWEST, self._columns)))

    def _drawn(self, columns: int) -> Text:
        signs = sheet.ASCII if self._symbols.ascii else sheet.FINE
        depth = "none" if self._symbols.ascii else "true"  # Textual takes away the colours that the terminal lacks
        pen = sheet.Pen(depth, signs, self._accent, ground=columns >= fortune.FRAMED_FROM)
        # The card's texts are clean of a terminal's codes; the only ones in these lines are the pen's own.
        return Text("\n").join(Text.from_ansi(line) for line in fortune.card(self._result, fortune.Look(columns), pen))

"""How loud the microphone is, as a few bars that move from right to left."""

from __future__ import annotations

import math
from collections import deque
from typing import ClassVar

from textual.content import Content
from textual.widgets import Static

from vtuber_cli.events import Level
from vtuber_cli.tui.symbols import Symbols

_FLOOR_DBFS = -52.0
_TOP_DBFS = -8.0
_SPEECH = 0.5
_MISSED = 3
"""Ticks without a reading that are only the machine's jitter."""


class Meter(Static):
    """Drawn only when its bars change: a silent room costs nothing."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"meter--speech"}

    def __init__(self, symbols: Symbols, bars: int = 12) -> None:
        super().__init__("")
        self._symbols = symbols
        self._bars: deque[tuple[int, bool]] = deque([(0, False)] * bars, maxlen=bars)
        self._loudest: Level | None = None
        self._missed = 0
        self._drawn: Content | None = None

    def hear(self, level: Level) -> None:
        """Takes a reading; the loudest between two ticks is the one shown."""
        if not math.isnan(level.dbfs) and (self._loudest is None or level.dbfs > self._loudest.dbfs):
            self._loudest = level

    def tick(self) -> None:
        """Moves on by one bar if there was a reading, and runs empty when they stop (she does not listen)."""
        if self._loudest is not None:
            self._bars.append((self._height(self._loudest.dbfs), self._loudest.speech >= _SPEECH))
            self._loudest, self._missed = None, 0
        elif self._missed < _MISSED:
            self._missed += 1
        else:
            self._bars.append((0, False))
        bars = Content.assemble(
            *((self._symbols.levels[height], ".meter--speech" if speech else "") for height, speech in self._bars)
        )
        if self._drawn is None or not bars.is_same(self._drawn):
            self._drawn = bars
            self.update(bars, layout=False)

    def _height(self, dbfs: float) -> int:
        share = (dbfs - _FLOOR_DBFS) / (_TOP_DBFS - _FLOOR_DBFS)
        highest = len(self._symbols.levels) - 1
        return round(min(1.0, max(0.0, share)) * highest)

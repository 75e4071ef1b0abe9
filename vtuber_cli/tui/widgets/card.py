"""The card at the top of a talk: her name among stars, and what she is made of as it loads."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from vtuber_cli.events import EngineChanged, EngineKind
from vtuber_cli.i18n import t
from vtuber_cli.tui.symbols import Symbols

_ORDER: tuple[EngineKind, ...] = ("vad", "asr", "llm", "tts")
_CELLS_PER_STAR = 13
_ROOMY = 90
"""Columns from which a card has room for the engines' seconds."""
_BRIGHTNESS = (1, 2, 2, 6, 4)
"""How often each of `Symbols.stars` appears: bright ones are rare."""


class Sky(Widget):
    """A name among stars; the same name has the same sky at every start."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"sky--name", "sky--tagline", "sky--bright", "sky--faint"}

    def __init__(self, name: str, tagline: str, symbols: Symbols) -> None:
        super().__init__()
        self._shown_name = name
        self._tagline = tagline
        self._symbols = symbols

    def render(self) -> Content:
        width, height = self.content_size
        return Content("\n").join(self._rows(width, height))

    def _rows(self, width: int, height: int) -> list[Content]:
        texts: Mapping[int, tuple[str, str]] = {
            (height - 1) // 2: (self._spaced(width), "sky--name"),
            (height - 1) // 2 + 1: (self._tagline, "sky--tagline"),
        }
        chance = random.Random(self._shown_name)  # noqa: S311 - stars, not secrets
        return [self._row(width, *texts.get(row, ("", "")), chance) for row in range(height)]

    def _spaced(self, width: int) -> str:
        spaced = " ".join(self._shown_name)
        return spaced if cell_len(spaced) < width - 8 else self._shown_name

    def _row(self, width: int, text: str, style: str, chance: random.Random) -> Content:
        content = Content.styled(text, f".{style}").truncate(width - 2, ellipsis=True) if text else Content("")
        left = (width - content.cell_length) // 2
        right = width - content.cell_length - left
        margin = 3 if text else 0
        return Content.assemble(
            self._stars(left - margin, chance), " " * min(margin, left), content,
            " " * min(margin, right), self._stars(right - margin, chance),
        )  # fmt: skip

    def _stars(self, width: int, chance: random.Random) -> Content:
        cells = [Content(" ")] * max(0, width)
        for _ in range(round(len(cells) / _CELLS_PER_STAR)):
            star = chance.choices(range(len(_BRIGHTNESS)), _BRIGHTNESS)[0]
            style = ".sky--bright" if star < 2 else ".sky--faint"
            cells[chance.randrange(len(cells))] = Content.styled(self._symbols.stars[star], style)
        return Content("").join(cells)


class Engines(Static):
    """A line for each engine: what it is for, its name, and whether it is ready."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"engines--ready", "engines--loading", "engines--failed", "engines--dim"}

    def __init__(self, symbols: Symbols) -> None:
        super().__init__("")
        self._symbols = symbols
        self._states: dict[EngineKind, EngineChanged] = {}
        self._roomy = False

    def change(self, event: EngineChanged) -> None:
        self._states[event.kind] = event
        self.add_class("-some")
        self._draw()

    def fit(self, width: int) -> None:
        """Leaves out the seconds where a screen of `width` has no room for them."""
        if self._roomy != (width >= _ROOMY):
            self._roomy = not self._roomy
            self._draw()

    def _draw(self) -> None:
        self.update(Content("\n").join(self._line(self._states[kind]) for kind in _ORDER if kind in self._states))

    def _news(self, event: EngineChanged) -> str:
        if event.state == "failed" or (event.state == "loading" and self._roomy):
            return self._symbols.words(t(f"chat.engine.{event.state}"))
        return f"{event.seconds:.1f} s" if self._roomy else ""

    def _line(self, event: EngineChanged) -> Content:
        rest = self._news(event)
        role = t(f"chat.engine.{event.kind}")
        widest = max(cell_len(t(f"chat.engine.{kind}")) for kind in _ORDER)
        return Content.assemble(
            (self._symbols.engines[event.state], f".engines--{event.state}"), " ",
            (role + " " * (widest - cell_len(role)), ".engines--dim"), "  ",
            Content(event.name).truncate(16, ellipsis=True), "  " if rest else "",
            (rest, ".engines--dim"),
        )  # fmt: skip


class Card(Horizontal):
    """`Sky` and `Engines`, side by side where there is room."""

    def __init__(self, name: str, tagline: str, symbols: Symbols) -> None:
        super().__init__()
        self._sky = Sky(name, tagline, symbols)
        self.engines = Engines(symbols)

    def compose(self) -> ComposeResult:
        yield self._sky
        yield self.engines

    def on_resize(self, event: events.Resize) -> None:
        self.engines.fit(event.size.width)

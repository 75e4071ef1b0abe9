"""Textual's command palette, in signs that the terminal has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.command import CommandPalette, SearchIcon

if TYPE_CHECKING:
    from textual.command import Provider

    from vtuber_cli.tui.symbols import Symbols


class Palette(CommandPalette):
    """Offers what `providers` know, or the app's own commands."""

    DEFAULT_CSS = """
    Palette.-ascii {
        #--input { border: ascii $border; }
        #--input.--list-visible { border-bottom: none; }
        CommandList { border-top: none; border-bottom: ascii $border; scrollbar-visibility: hidden; }
    }
    """

    def __init__(self, symbols: Symbols, prompt: str, providers: Sequence[type[Provider]] | None = None) -> None:
        super().__init__(
            list(providers) if providers else None,
            placeholder=symbols.words(prompt),
            classes="-ascii" if symbols.ascii else "",
        )
        self._ascii = symbols.ascii

    def on_mount(self) -> None:
        if self._ascii:
            self.query_one(SearchIcon).icon = ">"

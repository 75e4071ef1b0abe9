"""The keys, on one sheet."""

from __future__ import annotations

import sys
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from vtuber_cli.i18n import t
from vtuber_cli.tui.symbols import Symbols

_KEYS = (
    ("enter", "send"),
    ("ctrl+t", "talk"),
    ("esc", "interrupt"),
    ("↑ ↓", "recall"),
    ("pgup pgdn", "scroll"),
    ("ctrl+p", "palette"),
    ("f1", "help"),
    *(() if sys.platform == "win32" else (("ctrl+z", "suspend"),)),
    ("ctrl+q", "quit"),
)
_COMMANDS = (
    ("/fortune", "fortune"),
    ("/character", "character"),
    ("/stop", "interrupt"),
    ("/help", "help"),
    ("/quit", "quit"),
)


class KeyTable(Static):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"help--key", "help--head"}


class HelpScreen(ModalScreen[None]):
    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss", show=False)]

    def __init__(self, symbols: Symbols) -> None:
        super().__init__(classes="-ascii" if symbols.ascii else "")
        self._symbols = symbols

    def compose(self) -> ComposeResult:
        sheet = VerticalScroll(KeyTable(self._table()), id="sheet")
        sheet.border_title = t("chat.help.title")
        sheet.border_subtitle = self._symbols.words(t("chat.help.close"))
        yield sheet

    def _table(self) -> Content:
        rows = [self._row(key, word) for key, word in _KEYS]
        typed = [self._row(command, word) for command, word in _COMMANDS]
        head = Content.styled(t("chat.help.typed"), ".help--head")
        return Content("\n").join([*rows, Content(""), head, *typed])

    def _row(self, key: str, word: str) -> Content:
        key = self._symbols.words(key)
        return Content.assemble((key, ".help--key"), " " * (12 - cell_len(key)), t(f"chat.help.{word}"))

"""The keys, at the bottom; as many as fit, and each can be clicked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widgets import Static

from vtuber_cli.i18n import t


@dataclass(frozen=True, slots=True)
class _Key:
    key: str
    word: str
    action: str
    dispensable: int
    """The highest goes first where there is no room for all."""

    @property
    def label(self) -> str:
        return t(f"chat.key.{self.word}")

    @property
    def cells(self) -> int:
        return cell_len(f"{self.key} {self.label}")


_KEYS = (
    _Key("^t", "talk", "app.talk", 0),
    _Key("esc", "interrupt", "app.interrupt", 0),
    _Key("f1", "help", "app.help", 1),
    _Key("^p", "palette", "app.command_palette", 3),
    _Key("^q", "quit", "app.quit", 2),
)


class KeyHints(Static):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key"}

    def __init__(self) -> None:
        super().__init__("")
        self._keys = list(_KEYS)
        self._shown: list[_Key] = []
        self._gap = 1

    def microphone(self, there: bool) -> None:
        """Leaves out the talk key where there is nothing to talk to."""
        self._keys = [key for key in _KEYS if there or key.word != "talk"]
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        self._shown, self._gap = self._fitting(self.content_size.width)
        pieces = [Content.assemble((key.key, ".keys--key"), " ", key.label) for key in self._shown]
        self.update(Content(" " * self._gap).join(pieces))

    def _fitting(self, width: int) -> tuple[list[_Key], int]:
        keys = sorted(self._keys, key=lambda key: key.dispensable)
        while keys:
            for gap in (2, 1):
                if sum(key.cells + gap for key in keys) - gap <= width:
                    return [key for key in self._keys if key in keys], gap
            keys.pop()
        return [], 1

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        left = self.gutter.left
        for key in self._shown:
            if left <= event.x < left + key.cells:
                await self.run_action(key.action)
                return
            left += key.cells + self._gap

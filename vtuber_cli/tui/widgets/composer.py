"""Where the user types."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from vtuber_cli.tui.feed import safe_line

_REMEMBERED = 100


class Composer(Input):
    """A line of text; up and down bring back what was sent before. Pasted lines become one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
    ]

    class Sent(Message):
        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(select_on_focus=False)
        self.cursor_blink = False  # on this screen, only what sounds moves
        self._sent: list[str] = []
        self._at = 0

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = safe_line(event.value)
        self.value = ""
        if not text:
            return
        if self._sent[-1:] != [text]:
            self._sent = [*self._sent, text][-_REMEMBERED:]
        self._at = len(self._sent)
        self.post_message(self.Sent(text))

    def begin(self, text: str) -> None:
        """The beginning of something, for the user to go on with."""
        self.value = text
        self.cursor_position = len(text)
        self.focus()

    def action_recall(self, step: int) -> None:
        self._at = min(max(self._at + step, 0), len(self._sent))
        self.begin(self._sent[self._at] if self._at < len(self._sent) else "")

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        text = safe_line(event.text)
        if text:
            self.replace(text, *sorted(self.selection))

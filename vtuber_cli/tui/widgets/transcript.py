"""The talk so far, newest at the bottom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.scrollbar import ScrollBarRender
from textual.widget import Widget

from vtuber_cli.i18n import t
from vtuber_cli.tui.feed import Reveal, emotion_word
from vtuber_cli.tui.symbols import Symbols
from vtuber_cli.tui.widgets.entry import Entry, Note

_KEPT = 120
"""Entries that stay on the screen; older ones are in the history."""


class Transcript(VerticalScroll, can_focus=False):
    """Entries, and the reply that is being heard. Times of day come as text; `now` is in seconds of one clock."""

    def __init__(self, her: str, card: Widget, symbols: Symbols) -> None:
        super().__init__()
        self._her = her
        # An anchored container hangs short content from its bottom; this one is never shorter than the container.
        self._entries = Vertical(card, id="entries")
        self._symbols = symbols
        self._hearing: Entry | None = None
        self._pending: list[Entry] = []
        self._reply: _Reply | None = None

    def compose(self) -> ComposeResult:
        yield self._entries

    def on_mount(self) -> None:
        if self._symbols.ascii:
            # Textual reads it from the bar itself, and has no other way to draw one bar unlike the others.
            self.vertical_scrollbar.renderer = _AsciiBar  # pyright: ignore[reportAttributeAccessIssue]
        self.anchor()

    # --- the user ---------------------------------------------------------------------------------------------------

    def past(self, hers: bool, text: str, name: str = "") -> None:
        """Something from an earlier talk; `name` if it was somebody else."""
        entry = self._add(hers=hers, name=name)
        entry.know(t("chat.earlier"))
        entry.show(text)
        if hers:
            entry.render_markdown()

    def typed(self, text: str) -> None:
        """Sent, not yet taken up: shown at once, dim until it is."""
        entry = self._add(hers=False)
        entry.know(self._symbols.words(t("chat.sent")))
        entry.waiting(text)
        self._pending.append(entry)

    def hearing(self) -> None:
        """The user speaks; what, is not known yet."""
        if self._hearing is None:
            self._hearing = self._add(hers=False)
            self._hearing.know(self._symbols.words(t("chat.hearing")))
            self._hearing.waiting(self._symbols.more)

    def hearing_ended(self) -> None:
        """Nothing was said after all, or it has been shown."""
        if self._hearing is not None:
            self._hearing.remove()
            self._hearing = None

    def said(self, text: str, *, voice: bool, at: str) -> None:
        """The user's words, as the conversation took them."""
        entry = self._hearing if voice else self._take_pending(text)
        if voice:
            self._hearing = None
        if entry is None:
            entry = self._add(hers=False)
        entry.know(at, t("chat.voice") if voice else "")
        entry.show(text)

    def _take_pending(self, text: str) -> Entry | None:
        """The entry of this typed text; what was typed before it was never taken up and stays dim."""
        for index, entry in enumerate(self._pending):
            if entry.text.strip() == text.strip():
                del self._pending[: index + 1]
                return entry
        return self._pending.pop(0) if self._pending else None

    def become(self, name: str) -> None:
        """Somebody else talks from here on; what was said stays whose it was."""
        self._her = name
        self.note(t("chat.taken_over", name=name))

    # --- her --------------------------------------------------------------------------------------------------------

    def greeted(self, text: str, emotion: str, at: str) -> None:
        entry = self._add(hers=True)
        entry.know(at, self._face(emotion))
        entry.show(text)
        entry.render_markdown()

    def reply_started(self, emotion: str, at: str) -> None:
        self._reply = _Reply(self._add(hers=True), at, self._face(emotion))
        self._reply.tell()
        self._reply.entry.waiting(self._symbols.more)

    def sentence(self, shown: str, seconds: float, emotion: str, *, at: str, now: float) -> None:
        if self._reply is None:
            self.reply_started(emotion, at)
        assert self._reply is not None
        self._reply.reveal.begin(shown, seconds, now)
        self._reply.face = self._face(emotion) or self._reply.face
        self._reply.tell()
        self.tick(now)

    def first_audio(self, took: str) -> None:
        if self._reply is not None:
            self._reply.took = took
            self._reply.tell()

    def reply_ended(self, heard: str, *, interrupted: bool) -> None:
        """The reply stands: whole, or as far as it was heard."""
        reply, self._reply = self._reply, None
        if reply is None:
            return
        text = heard if interrupted else reply.reveal.whole or heard
        if not text.strip() and not interrupted:
            reply.entry.remove()
            return
        reply.entry.show(text.strip(), cut=interrupted)
        reply.entry.render_markdown()

    def tick(self, now: float) -> None:
        """Shows the words that have been heard by `now`; draws only if there are new ones."""
        if self._reply is not None and self._reply.reveal.whole:
            # The commonest marks of Markdown stay out of sight; their meaning shows when the reply is complete.
            visible = self._reply.reveal.visible(now).replace("**", "").strip()
            if visible:
                self._reply.entry.show(visible)

    def fortune(self, result: Mapping[str, Any], accent: str) -> None:
        """The card that she is about to tell of."""
        from vtuber_cli.tui.widgets.fortune import FortuneCard

        self._mount(FortuneCard(result, self._symbols, accent))

    # --- news -------------------------------------------------------------------------------------------------------

    def note(self, text: str, hint: str = "", *, severity: str = "info") -> None:
        sign = self._symbols.info if severity == "info" else self._symbols.warning
        self._mount(Note(sign, self._symbols.words(text), self._symbols.words(hint), severity=severity))

    # ----------------------------------------------------------------------------------------------------------------

    def _face(self, emotion: str) -> str:
        word = emotion_word(emotion)
        return f"{self._symbols.note} {word}" if word else ""

    def _add(self, *, hers: bool, name: str = "") -> Entry:
        entry = Entry(name or (self._her if hers else t("chat.you")), self._symbols, hers=hers)
        self._mount(entry)
        return entry

    def _mount(self, widget: Widget) -> None:
        self._entries.mount(widget)
        surplus = len(self._entries.children) - _KEPT
        if surplus > 0:
            self._entries.remove_children(self._entries.children[:surplus])


class _AsciiBar(ScrollBarRender):
    """A bar of whole cells: coloured blanks."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8


class _Reply:
    """The reply that is being heard."""

    def __init__(self, entry: Entry, at: str, face: str) -> None:
        self.entry = entry
        self.reveal = Reveal()
        self.face = face
        self.took = ""
        self._at = at

    def tell(self) -> None:
        self.entry.know(self._at, self.took, self.face)

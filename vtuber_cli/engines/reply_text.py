"""What a model writes, made fit to be read: clean, whole characters, no white space in front, no thoughts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vtuber_cli.clean import Cleaner

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPEN = re.compile(r"\s*<(think|thinking|thought|reasoning)>")
_OPENERS = tuple(f"<{name}>" for name in ("think", "thinking", "thought", "reasoning"))


class ReplyText:
    """A reply's text as it comes."""

    def __init__(self) -> None:
        self._cleaner = Cleaner()
        self._begun = False

    def feed(self, delta: str) -> str:
        # Engines wait for whole characters; a replacement stands for bytes that are none.
        text = self._cleaner.feed(delta.replace("\N{REPLACEMENT CHARACTER}", ""))
        if not self._begun:
            text = text.lstrip()
            self._begun = bool(text)
        return text


class Thoughts:
    """Leaves out what a model thinks aloud, between `<think>` and `</think>`, before it replies.

    Only in front of the reply: further on such a tag is something that is talked about.
    """

    def __init__(self) -> None:
        self._held = ""
        self._close = ""
        """The tag that ends the thought that is open."""
        self._replies = False
        self.any = False
        """Whether there was a thought."""

    def feed(self, delta: str) -> str:
        """What of it belongs to the reply; the beginning is held back while it may yet be a tag."""
        if self._replies:
            return delta
        self._held += delta
        while True:
            if self._close:
                _, close, behind = self._held.partition(self._close)
                if not close:
                    self._held = self._held[-len(self._close) :]
                    return ""
                self._held, self._close = behind, ""
            elif opened := _OPEN.match(self._held):
                self.any, self._close = True, f"</{opened[1]}>"
                self._held = self._held[opened.end() :]
            elif any(opener.startswith(self._held.lstrip()) for opener in _OPENERS):
                return ""
            else:
                self._replies = True
                return self.finish()

    def finish(self) -> str:
        """What was held back, unless it is a thought."""
        held, self._held = self._held, ""
        return "" if self._close else held


class Ending:
    """Ends a reply where one of `marks` begins, wherever the pieces are cut."""

    def __init__(self, marks: Sequence[str]) -> None:
        self._marks = marks
        self._held = ""
        self.over = False

    def feed(self, delta: str) -> str:
        """What is certain to be before the end."""
        if self.over:
            return ""
        text, self._held = self._held + delta, ""
        ends = [at for mark in self._marks if (at := text.find(mark)) >= 0]
        if ends:
            self.over = True
            return text[: min(ends)]
        longest = max(map(len, self._marks), default=0)
        for start in range(max(0, len(text) - longest), len(text)):
            if any(mark.startswith(text[start:]) for mark in self._marks):
                text, self._held = text[:start], text[start:]
                break
        return text

    def finish(self) -> str:
        """What was held back, as it was no end after all."""
        held, self._held = self._held, ""
        return held

"""One thing that was said, or one line of news, in the transcript."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from vtuber_cli.tui.symbols import Symbols

_SHOWN_AT_MOST = 20_000
"""Characters of one entry on the screen. History keeps it all."""

_MARKDOWN = re.compile(
    r"^\s{0,3}(?:#{1,6} |[-*+] |\d{1,3}[.)] |> |```|~~~|\|.+\|)"
    r"|\*\*\S|__\S|`[^`\n]+`|(?<![*\w])\*[^\s*][^*\n]*\*(?![*\w])",
    re.MULTILINE,
)


def holds_markdown(text: str) -> bool:
    """Whether rendering this as Markdown would show something else than its letters."""
    return _MARKDOWN.search(text) is not None


class Meta(Static):
    """`Mika  14:02 - 730 ms`: who, and dim what there is to know."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"meta--name"}

    def show(self, name: str, facts: list[str], symbols: Symbols) -> None:
        self.update(
            Content.assemble((name, ".meta--name"), "  ", f" {symbols.dot} ".join(fact for fact in facts if fact))
        )


class Entry(Vertical):
    """What somebody said. Its text is foreign: it is only ever a `Content`, never markup.

    Args:
        name: of the speaker.
        hers: whether the character speaks.
    """

    def __init__(self, name: str, symbols: Symbols, *, hers: bool) -> None:
        super().__init__(classes="-her" if hers else "-you")
        self._speaker = name
        self._symbols = symbols
        self._meta = Meta("")
        self._body = Static("", classes="body")
        self._text: str | None = None
        self.draft = ""
        """Text shown by `waiting`."""

    def compose(self) -> ComposeResult:
        yield self._meta
        yield self._body

    def know(self, *facts: str) -> None:
        """Says when, how, how fast: the line above the text."""
        self._meta.show(self._speaker, list(facts), self._symbols)

    def waiting(self, text: str) -> None:
        """Shows text that is not final: what is being heard, or the sign that she thinks."""
        self._text, self.draft = None, text
        self._body.add_class("-waiting")
        self._body.update(Content(text))

    def show(self, text: str, *, cut: bool = False) -> None:
        """Shows this text; `cut` marks it as interrupted. Draws nothing if it is shown already."""
        if cut:
            text = f"{text.rstrip()} {self._symbols.cut}".lstrip()
        if len(text) > _SHOWN_AT_MOST:
            text = text[:_SHOWN_AT_MOST].rstrip() + self._symbols.more
        if text == self._text:
            return
        self._text = text
        self._body.remove_class("-waiting")
        self._body.update(Content(text))

    def render_markdown(self) -> None:
        """Replaces the letters by what they mean, if they mean something; once, when a reply is complete."""
        if self._text is None or not holds_markdown(self._text):
            return
        from textual.widgets import Markdown

        self._body.remove()
        # A link of hers is text: nothing that a model writes opens anything.
        # A line break of hers is a line break, which in Markdown takes two spaces before it.
        lines = re.sub(r"(?<=\S)\n(?=\S)", "  \n", self._text)
        self.mount(Markdown(lines, open_links=False, classes="body"))

    @property
    def text(self) -> str:
        return self._text or ""


class Note(Static):
    """News about the program itself: a notice, a failure with its advice."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"note--sign", "note--hint"}

    def __init__(self, sign: str, text: str, hint: str = "", *, severity: str) -> None:
        lines = [Content.assemble((sign, ".note--sign"), " ", text)]
        if hint:
            lines.append(Content.assemble("  ", (hint, ".note--hint")))
        super().__init__(Content("\n").join(lines), classes=f"-{severity}")

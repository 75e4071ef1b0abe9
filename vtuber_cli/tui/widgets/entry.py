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

_LONGEST_NAME = 40

_MARKDOWN = re.compile(
    r"^\s{0,3}(?:#{1,6} |[-*+] |\d{1,3}[.)] |> |```|~~~|\|.+\|)"
    r"|\*\*\S|__\S|`[^`\n]+`|(?<![*\w])\*[^\s*][^*\n]*\*(?![*\w])",
    re.MULTILINE,
)


def holds_markdown(text: str) -> bool:
    """Whether rendering this as Markdown would show something else than its letters."""
    return _MARKDOWN.search(text) is not None


class Words(Static):
    """`Mika  14:02 - 730 ms`, dim but for the name, and under it what was said."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"words--name", "words--facts", "words--waiting"}

    def show(self, content: Content) -> None:
        """Lays the screen out anew only if the height changes: a streaming reply is mostly the same lines."""
        width, height = self.content_size
        self.update(content, layout=not width or content.get_height({}, width) != height)


class Entry(Vertical):
    """What somebody said. Its text is foreign: it is only ever a `Content`, never markup.

    Args:
        name: of the speaker.
        hers: whether the character speaks.
    """

    def __init__(self, name: str, symbols: Symbols, *, hers: bool) -> None:
        super().__init__(classes="-her" if hers else "-you")
        self._speaker = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + symbols.more
        self._symbols = symbols
        self._words = Words("")
        self._facts: list[str] = []
        self._draft = True
        self._rendered = False
        self.text: str = ""

    def compose(self) -> ComposeResult:
        yield self._words

    def know(self, *facts: str) -> None:
        """Says when, how, how fast: the line above the text."""
        self._facts = [fact for fact in facts if fact]
        self._draw()

    def waiting(self, text: str) -> None:
        """Shows text that is not final: what is being heard, or the sign that she thinks."""
        self._draft, self.text = True, self._short(text)
        self._draw()

    def show(self, text: str, *, cut: bool = False) -> None:
        """Shows this text; `cut` marks it as interrupted. Draws nothing if it is shown already."""
        if cut:
            text = f"{text.rstrip()} {self._symbols.cut}".lstrip()
        text = self._short(text)
        if self._draft or text != self.text:
            self._draft, self.text = False, text
            self._draw()

    def render_markdown(self) -> None:
        """Replaces the letters by what they mean, if they mean something; once, when a reply is complete."""
        if self._draft or not holds_markdown(self.text):
            return
        self.call_after_refresh(self._mount_markdown)

    async def _mount_markdown(self) -> None:
        from textual.widgets import Markdown

        if not self.is_attached:  # the screen is being closed
            return
        # A line break of hers is a line break, which in Markdown takes two spaces before it.
        lines = re.sub(r"(?<=\S)\n(?=\S)", "  \n", self.text)
        # A link of hers is text: nothing that a model writes opens anything.
        rendered = Markdown(lines, open_links=False)
        rendered.display = False
        await self.mount(rendered)
        self._rendered = True
        self._draw()
        rendered.display = True

    def _short(self, text: str) -> str:
        return text if len(text) <= _SHOWN_AT_MOST else text[:_SHOWN_AT_MOST].rstrip() + self._symbols.more

    def _heading(self) -> Content:
        facts = f" {self._symbols.dot} ".join(self._facts)
        return Content.assemble((self._speaker, ".words--name"), "  ", (facts, ".words--facts"))

    def _draw(self) -> None:
        if self._rendered or not self.text:
            self._words.show(self._heading())
            return
        text = (self.text, ".words--waiting" if self._draft else "")
        self._words.show(Content.assemble(self._heading(), "\n", text))


class Note(Static):
    """News about the program itself: a notice, a failure with its advice."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"note--sign", "note--hint"}

    def __init__(self, sign: str, text: str, hint: str = "", *, severity: str) -> None:
        lines = [Content.assemble((sign, ".note--sign"), " ", text)]
        if hint:
            lines.append(Content.assemble("  ", (hint, ".note--hint")))
        super().__init__(Content("\n").join(lines), classes=f"-{severity}")

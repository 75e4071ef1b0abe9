"""Help pages in the reader's language: plain text without Rich, the words looked up when the page is printed.

Typer's headings are English, its boxes cost an import of Rich, and its columns count a Korean letter as one cell wide;
these classes write the page themselves. Every `help=` is a locale key (a text that is no key is shown as it is). Typer
keeps its Click private, hence the `Any`s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any
from unicodedata import east_asian_width

from typer.core import TyperCommand, TyperGroup

from vtuber_cli.i18n import t

_NAMES = 26
"""The widest first column; a longer name stands alone on its line."""


class _Page:
    """Writes the page of the command or group it is mixed into."""

    def format_help(self: Any, ctx: Any, formatter: Any) -> None:
        width = formatter.width
        usage = " ".join([ctx.command_path, *self.collect_usage_pieces(ctx)])
        lines = [f"{t('cli.heading.usage')}: {usage}"]
        if self.help:
            lines += ["", *wrap(t(self.help), width, "  ")]
        for kind in ("argument", "option"):
            rows = [row for param in self.get_params(ctx) if param.param_type_name == kind for row in _row(param, ctx)]
            lines += _section(f"cli.heading.{kind}s", rows, width)
        if isinstance(self, HelpfulGroup):
            lines += _section("cli.heading.commands", list(self.summaries(ctx)), width)
        if self.epilog:
            lines += ["", *wrap(t(self.epilog), width)]
        formatter.write("\n".join(lines) + "\n")


class HelpfulCommand(_Page, TyperCommand):
    """A command whose help page is in the interface's language."""


class HelpfulGroup(_Page, TyperGroup):
    """A group whose help page is in the interface's language."""

    def summaries(self, ctx: Any) -> Iterable[tuple[str, str]]:
        """Each shown command's name and its line of help."""
        for name, command in self.commands.items():
            if not command.hidden:
                yield name, t(command.short_help or command.help or "")


def wrap(text: str, width: int, indent: str = "") -> Iterator[str]:
    """The text in lines of at most `width` terminal cells, broken at spaces; its own line breaks stay."""
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            if line and cells(indent + line) + 1 + cells(word) > width:
                yield indent + line
                line = ""
            line = f"{line} {word}" if line else word
        yield indent + line


def cells(text: str) -> int:
    """How wide the text is in a terminal: a Korean letter takes two cells."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _row(param: Any, ctx: Any) -> Iterator[tuple[str, str]]:
    """The two columns of one parameter; none if it is hidden."""
    shown = copy(param)
    # "--help" itself comes from Typer, in English.
    shown.help = t("cli.option.help") if "--help" in param.opts else t(param.help or "")
    if row := shown.get_help_record(ctx):
        name, text = row
        # An argument's name says what it is; Typer's "<list[str]>" is for programmers.
        yield name.partition(" <")[0] if param.param_type_name == "argument" else name, text


def _section(heading: str, rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    if not rows:
        return
    yield from ("", f"{t(heading)}:")
    column = max((cells(name) for name, _ in rows if cells(name) <= _NAMES), default=_NAMES) + 2
    for name, text in rows:
        lines = list(wrap(text, width - column - 2)) or [""]
        if cells(name) > column - 2:
            yield f"  {name}"
            name = ""
        yield f"  {name}{' ' * (column - cells(name))}{lines[0]}".rstrip()
        yield from (f"  {' ' * column}{line}" for line in lines[1:])

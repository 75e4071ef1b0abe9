"""Help pages in the reader's language: plain text without Rich, the words looked up when the page is printed.

Typer's headings are English and its boxes cost an import of Rich; these classes write the page themselves. Every
`help=` is a locale key (a text that is no key is shown as it is). Typer keeps its Click private, hence the `Any`s.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any

from typer.core import TyperCommand, TyperGroup

from vtuber_cli.i18n import t


class _Page:
    """Writes the page of the command or group it is mixed into."""

    def format_help(self: Any, ctx: Any, formatter: Any) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), t("cli.heading.usage") + ": ")
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(t(self.help))
        for kind in ("argument", "option"):
            rows = [row for param in self.get_params(ctx) if param.param_type_name == kind for row in _row(param, ctx)]
            _section(formatter, f"cli.heading.{kind}s", rows)
        if isinstance(self, HelpfulGroup):
            _section(formatter, "cli.heading.commands", self.summaries(ctx))
        if self.epilog:
            formatter.write_paragraph()
            formatter.write_text(t(self.epilog))


class HelpfulCommand(_Page, TyperCommand):
    """A command whose help page is in the interface's language."""


class HelpfulGroup(_Page, TyperGroup):
    """A group whose help page is in the interface's language."""

    def summaries(self, ctx: Any) -> Iterable[tuple[str, str]]:
        """Each shown command's name and its line of help."""
        for name, command in self.commands.items():
            if not command.hidden:
                yield name, t(command.short_help or command.help or "")


def _row(param: Any, ctx: Any) -> Iterable[tuple[str, str]]:
    """The two columns of one parameter; none if it is hidden."""
    shown = copy(param)
    # "--help" itself comes from Typer, in English.
    shown.help = t("cli.option.help") if "--help" in param.opts else t(param.help or "")
    if row := shown.get_help_record(ctx):
        yield row


def _section(formatter: Any, heading: str, rows: Iterable[tuple[str, str]]) -> None:
    if rows := list(rows):
        with formatter.section(t(heading)):
            formatter.write_dl(rows)

"""Help pages in the reader's language: plain text without Rich, the words looked up when the page is printed.

Typer's headings are English, its boxes cost an import of Rich, and its columns count a Korean letter as one cell wide;
these classes write the page themselves. Every `help=` is a locale key (a text that is no key is shown as it is). Typer
keeps its Click private, hence the `Any`s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any, cast

from typer import TyperException
from typer.core import TyperCommand, TyperGroup

from vtuber_cli.card.cells import cells, wrap
from vtuber_cli.i18n import t

_NAMES = 26
"""The widest first column; a longer name stands alone on its line."""
_REMARKS = (
    (re.compile(r"default: (?P<value>.*)"), "cli.remark.default"),
    (re.compile(r"required"), "cli.remark.required"),
    (re.compile(r"(?P<least>[^<>=]+)<=x<=(?P<most>[^<>=]+)"), "cli.remark.between"),
    (re.compile(r"x>=(?P<least>[^<>=]+)"), "cli.remark.at_least"),
    (re.compile(r"x<=(?P<most>[^<>=]+)"), "cli.remark.at_most"),
)
"""What Typer remarks on an option, and the words for it."""


class _Page:
    """Writes the page of the command or group it is mixed into."""

    def parse_args(self: Any, ctx: Any, args: list[str]) -> list[str]:
        """Typer forgets to say whose option was used wrongly."""
        try:
            return cast("Any", super()).parse_args(ctx, args)
        except TyperException as error:
            if getattr(error, "ctx", ctx) is None:
                cast("Any", error).ctx = ctx
            raise

    def format_help(self: Any, ctx: Any, formatter: Any) -> None:
        width = formatter.width
        lines = [f"{t('cli.heading.usage')}: {usage(self, ctx)}"]
        if self.help:
            lines += ["", *wrap(t(self.help), width, "  ")]
        if isinstance(self, HelpfulGroup):
            groups = [(heading, list(rows)) for heading, rows in self.command_groups(ctx)]
            column = _column(row for _, rows in groups for row in rows)
            lines += [line for heading, rows in groups for line in _section(heading, rows, width, column)]
        for kind in ("argument", "option"):
            rows = [row for param in self.get_params(ctx) if param.param_type_name == kind for row in _row(param, ctx)]
            lines += _section(f"cli.heading.{kind}s", rows, width)
        if self.epilog:
            lines += ["", *wrap(t(self.epilog), width)]
        formatter.write("\n".join(lines) + "\n")


class HelpfulCommand(_Page, TyperCommand):
    """A command whose help page is in the interface's language."""


class HelpfulGroup(_Page, TyperGroup):
    """A group whose help page is in the interface's language."""

    def command_groups(self, ctx: Any) -> Iterable[tuple[str, Iterable[tuple[str, str]]]]:
        """The commands under their headings: each shown command's name and its line of help."""
        shown = [(name, command) for name, command in self.commands.items() if not command.hidden]
        yield "cli.heading.commands", [(name, t(each.short_help or each.help or "")) for name, each in shown]


def _row(param: Any, ctx: Any) -> Iterator[tuple[str, str]]:
    """The two columns of one parameter; none if it is hidden."""
    shown = copy(param)
    # "--help" itself comes from Typer, in English.
    words = t("cli.option.help") if "--help" in param.opts else t(param.help or "")
    shown.help = ""
    if row := shown.get_help_record(ctx):
        name, remarks = row
        # An argument's name says what it is; Typer's "<list[str]>" is for programmers.
        name = name.partition(" <")[0] if param.param_type_name == "argument" else name
        yield name, f"{words} {_translated(remarks)}".strip()


def usage(command: Any, ctx: Any) -> str:
    """The line of usage: the command, and what it takes."""
    return " ".join([ctx.command_path, *map(_piece, command.collect_usage_pieces(ctx))])


def _piece(piece: str) -> str:
    """A piece of the line of usage, Typer's own words in the reader's language; `{KEY}` is KEY, `[[ID]]` [ID]."""
    words = {"[OPTIONS]": t("cli.usage.options"), "COMMAND [ARGS]...": t("cli.usage.command")}
    if piece in words:
        return words[piece]
    core = piece.removesuffix("...")
    if core.startswith(("{", "[[")):
        core = core[1:-1]
    return f"{core}..." if piece.endswith("...") and not core.endswith("...") else core


def _translated(remarks: str) -> str:
    """Typer's "[default: 100; x>=1]" in the reader's language."""
    said: list[str] = []
    for remark in remarks.strip("[]").split("; ") if remarks else []:
        found = ((pattern.fullmatch(remark), key) for pattern, key in _REMARKS)
        said.append(next((t(key, **match.groupdict()) for match, key in found if match), remark))
    return f"[{', '.join(said)}]" if said else ""


def _column(rows: Iterable[tuple[str, str]]) -> int:
    """The width of the first column."""
    return max((cells(name) for name, _ in rows if cells(name) <= _NAMES), default=_NAMES) + 2


def _section(heading: str, rows: list[tuple[str, str]], width: int, column: int = 0) -> Iterator[str]:
    if rows:
        yield from ("", f"{t(heading)}:")
        yield from two_columns(rows, width, column or _column(rows))


def two_columns(rows: Iterable[tuple[str, str]], width: int, column: int) -> Iterator[str]:
    """The rows as lines: the first cell, and the second wrapped beside it from `column` on, both indented by two."""
    for name, text in rows:
        lines = list(wrap(text, width - column - 2)) or [""]
        if cells(name) > column - 2:
            yield f"  {name}"
            name = ""
        yield f"  {name}{' ' * (column - cells(name))}{lines[0]}".rstrip()
        yield from (f"  {' ' * column}{line}" for line in lines[1:])

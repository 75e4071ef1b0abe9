"""The command line's top: `vtuber [--lang ko] COMMAND ...`. Nothing of a command is imported before it runs.

To add a command `sing`:

1. add its name to a group of `GROUPS` below, and its one line of help to `locales/*/cli.json` as `command.sing`;
2. write `vtuber_cli/cli/sing.py` with either
   - `def command(...) -> None`: a single command; its parameters are Typer's (`Annotated[Path, typer.Option(...)]`), or
   - `app = typer.Typer()`: a group, its commands added by `@app.command()`; run alone it shows its help.

Every `help=` (options, arguments, a group's commands) is a locale key of the command's own area, as in
`typer.Option(help="say.option.wav")`; the words are looked up when the page is printed.

A command ends by returning (exit code 0), by `raise typer.Exit(code)`, or by raising a `VtuberError`, which is shown in
one line with its hint and ends with its class's exit code. Data goes to stdout; talk goes to stderr by
`cli.show.notice`. At module level it imports `typer`, `clean`, `errors` and `i18n` of ours and the standard library;
everything else inside its functions.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Annotated, Any, cast

import typer
from typer.main import get_command as build_command
from typer.main import get_group as build_group

from vtuber_cli import __version__, i18n
from vtuber_cli.cli import language
from vtuber_cli.cli.help import HelpfulCommand, HelpfulGroup
from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

_GARBAGE_AFTER = 100_000
"""Objects, net, after which Python looks for circular garbage. By its own 700 it does so a hundred times before the
first frame, a twelfth of the time, and finds nothing: what is made while a program starts stays."""

GROUPS: dict[str, tuple[str, ...]] = {
    "talk": ("chat", "serve", "say", "listen"),
    "fortune": ("fortune", "profile"),
    "set_up": ("character", "live2d", "config", "devices", "models", "engines", "key", "completion"),
    "look_back": ("history", "stats", "logs"),
    "look_after": ("doctor", "bench", "paths", "clean", "schema"),
}
"""The commands as the help page shows them; a group's heading is `cli.heading.<group>`."""
COMMANDS = tuple(name for names in GROUPS.values() for name in names)


class LazyGroup(HelpfulGroup):
    """Knows its commands by name; imports one when it is to run."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["--help"])

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def command_groups(self, ctx: Any) -> Iterable[tuple[str, Iterable[tuple[str, str]]]]:
        for group, names in GROUPS.items():
            yield f"cli.heading.{group}", [(name, t(f"cli.command.{name}")) for name in names]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return build(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            raise _unknown("cli.unknown_command", args[0], COMMANDS)
        return super().resolve_command(ctx, args)


class Subgroup(HelpfulGroup):
    """A command group: shows its help when run alone, knows the nearest name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands and not ctx.resilient_parsing:
            raise _unknown("cli.unknown_subcommand", args[0], self.commands, group=ctx.command_path)
        return super().resolve_command(ctx, args)


def build(name: str) -> Any:
    """Imports a command's module and makes its Typer command."""
    module = import_module(f"vtuber_cli.cli.{name}")
    group = cast("typer.Typer | None", getattr(module, "app", None))
    if group is None:
        single = typer.Typer(rich_markup_mode=None, add_completion=False)
        single.command(name, cls=HelpfulCommand, help=f"cli.command.{name}")(module.command)
        return build_command(single)
    group.rich_markup_mode = None
    group.info.name, group.info.help = name, f"cli.command.{name}"
    group.info.cls = cast("type[Subgroup]", getattr(module, "Group", Subgroup))
    for info in group.registered_commands:
        info.cls = HelpfulCommand
    return build_group(group)


def _unknown(key: str, name: str, known: Iterable[str], group: str = "vtuber") -> UsageError:
    nearest = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return UsageError(f"{key}_nearest" if nearest else key, name=name, nearest="".join(nearest), group=group)


def _choose_language(value: str | None) -> str | None:
    if value is not None:
        language.choose(value)
    return value


def _show_version(value: bool) -> None:
    if value:
        print(f"vtuber {__version__}")
        raise typer.Exit


app = typer.Typer(cls=LazyGroup, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True, help="cli.about", epilog="cli.epilog")
def top(
    context: typer.Context,
    lang: Annotated[
        str | None,
        typer.Option(
            metavar="en|ko|auto",
            envvar=language.VARIABLE,
            show_envvar=False,
            is_eager=True,
            callback=_choose_language,
            help="cli.option.lang",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="cli.option.version")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:  # `vtuber --lang ko`
        print(context.get_help())
        return
    from vtuber_cli import log

    log.start()


def run(args: Sequence[str]) -> int:
    """Runs one command line and returns its exit code; errors come out as they were raised."""
    gc.set_threshold(_GARBAGE_AFTER)
    i18n.set_language(language.written())
    if len(args) >= 4 and (*args[:2], args[3]) == ("completion", "words", "--"):
        from vtuber_cli.cli.completion import reply

        return reply(args[2], args[4:])
    result = build_group(app).main(list(args), prog_name="vtuber", standalone_mode=False)
    return result if isinstance(result, int) else 0

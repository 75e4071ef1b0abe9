"""`vtuber fortune`: the day, the cards, the stars, the pillars. Most lines never get here: see `fortune_fast`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer

from vtuber_cli.cli.app import Subgroup
from vtuber_cli.cli.fortune_options import DEFAULT, Option, options_of
from vtuber_cli.fortune.engines import ENGINES


class Group(Subgroup):
    """Tells today's fortune when it is run alone, or with options only."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        told = not args or (args[0].startswith("-") and args[0] != "--help")
        return super().parse_args(ctx, [DEFAULT, *args] if told else args)

    def command_groups(self, ctx: Any) -> Iterable[tuple[str, Iterable[tuple[str, str]]]]:
        rows = {name: row for _, group in super().command_groups(ctx) for name, *row in group}
        yield "fortune.heading.tell", [(name, rows[name][0]) for name in ENGINES]
        others = [(name, words) for name, (words,) in rows.items() if name not in ENGINES]
        if others:
            yield "fortune.heading.more", others


app = typer.Typer(epilog="fortune.epilog")


def _parameter(option: Option) -> Parameter:
    taken = typer.Option(
        *option.flags,
        help=f"fortune.option.{option.name}",
        metavar=option.metavar or None,
        count=option.counts,
        show_default=False,
    )
    kind, default = (str | None, None) if option.metavar else (int, 0) if option.counts else (bool, False)
    return Parameter(option.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, taken])


def _command(engine: str) -> Callable[..., None]:
    """A Typer command with the parameters that the table of options has for this engine."""

    def tell(**given: str | int | None) -> None:
        from vtuber_cli.cli.fortune_ask import ask

        raise typer.Exit(ask(engine, {name: int(one) if isinstance(one, bool) else one for name, one in given.items()}))

    vars(tell)["__signature__"] = Signature([_parameter(option) for option in options_of(engine)])
    return tell


for _engine in ENGINES:
    app.command(_engine, help=f"fortune.command.{_engine}")(_command(_engine))

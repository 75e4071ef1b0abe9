"""`vtuber fortune`: the day, the cards, the stars, the pillars. Most lines never get here: see `fortune_fast`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer

from vtuber_cli.cli.app import Subgroup
from vtuber_cli.cli.fortune_content import content
from vtuber_cli.cli.fortune_options import DEFAULT, Option, options_of
from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.engines import ENGINES
from vtuber_cli.fortune.past import GUESTS

_MOST_DAYS = 366
"""How far `history` looks back."""


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


@app.command(help="fortune.command.almanac")
def almanac(
    date: Annotated[
        str, typer.Option("--date", "-d", metavar="DAY", show_default=False, help="fortune.option.date")
    ] = "today",
    at: Annotated[str | None, typer.Option(metavar="HH:MM", show_default=False, help="fortune.option.at")] = None,
    tz: Annotated[str | None, typer.Option(metavar="PLACE", show_default=False, help="fortune.option.tz")] = None,
    locale: Annotated[str, typer.Option(metavar="ko|en", show_default=False, help="fortune.option.locale")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="fortune.option.json")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="fortune.option.plain")] = False,
) -> None:
    from vtuber_cli.cli import almanac_page, fortune_request
    from vtuber_cli.fortune import profiles
    from vtuber_cli.fortune.birth import parse_clock

    profile = profiles.read(profiles.DEFAULT)
    zone = fortune_request.place_of(tz, profile).zone
    almanac_page.show(
        fortune_request.day(date, zone),
        None if at is None else parse_clock(at),
        zone,
        fortune_request.locale_of(locale, profile),
        as_json=as_json,
        plain=plain,
    )


@app.command(help="fortune.command.history")
def history(
    days: Annotated[int, typer.Option(metavar="N", help="fortune.option.days")] = 7,
    profile: Annotated[
        str, typer.Option("--profile", metavar="NAME", show_default=False, help="fortune.option.profile")
    ] = "",
    locale: Annotated[str, typer.Option(metavar="ko|en", show_default=False, help="fortune.option.locale")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="fortune.option.json")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="fortune.option.plain")] = False,
) -> None:
    from vtuber_cli import i18n
    from vtuber_cli.cli import fortune_history, fortune_request

    if not 1 <= days <= _MOST_DAYS:
        raise UsageError("fortune.days_range", most=_MOST_DAYS)
    person = fortune_request.profile_of(profile or None)
    i18n.set_language("ko" if fortune_request.locale_of(locale, person) == "ko" else "en")
    fortune_history.show(
        (person.seed,) if person else GUESTS,
        person.name if person else "",
        fortune_request.today(fortune_request.place_of(None, person).zone),
        days,
        as_json=as_json,
        plain=plain,
    )


@app.command(help="fortune.command.about")
def about(
    locale: Annotated[str, typer.Option(metavar="ko|en", show_default=False, help="fortune.option.locale")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="fortune.option.json")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="fortune.option.plain")] = False,
) -> None:
    from vtuber_cli.cli import fortune_about, fortune_request
    from vtuber_cli.fortune import profiles

    told_in = fortune_request.locale_of(locale, profiles.read(profiles.DEFAULT))
    fortune_about.show(told_in, as_json=as_json, plain=plain)


app.command(help="fortune.command.content")(content)

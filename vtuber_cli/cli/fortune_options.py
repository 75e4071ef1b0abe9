"""What `vtuber fortune daily|tarot|zodiac|saju|tti` take: one table for Typer and for the lane that does without it."""

from __future__ import annotations

from typing import NamedTuple

from vtuber_cli.fortune.engines import ENGINES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    Given: TypeAlias = Mapping[str, str | int | None]
    """The options by name: a text or None, and of flags and counts how often they were given."""

DEFAULT = "daily"
"""What `vtuber fortune` alone tells."""


class Option(NamedTuple):
    name: str
    """Of the value; its words are `fortune.option.<name>`."""
    flags: tuple[str, ...]
    metavar: str = ""
    """Empty for an option without a value."""
    engines: tuple[str, ...] = ENGINES
    counts: bool = False
    """Whether giving it several times means more; it takes no value."""


_TAROT = ("tarot",)
_SAJU = ("saju",)

OPTIONS = (
    Option("date", ("--date", "-d"), "DAY"),
    Option("profile", ("--profile",), "NAME"),
    Option("sign", ("--sign",), "SIGN", ("daily", "tarot", "zodiac", "tti")),
    Option("birth", ("--birth",), "BIRTH"),
    Option("lunar", ("--lunar",)),
    Option("leap", ("--leap",)),
    Option("tz", ("--tz",), "PLACE"),
    Option("longitude", ("--longitude",), "DEGREES", _SAJU),
    Option("zi_rule", ("--zi-rule",), "midnight|jasi|split", _SAJU),
    Option("solar_time", ("--solar-time",), "", _SAJU),
    Option("question", ("--question", "-q"), "TEXT", _TAROT),
    Option("spread", ("--spread",), "one|three|situation|relationship|celtic|yesno", _TAROT),
    Option("reshuffle", ("--reshuffle",), "", _TAROT, counts=True),
    Option("no_reversed", ("--no-reversed",), "", _TAROT),
    Option("deck", ("--deck",), "FOLDER", _TAROT),
    Option("locale", ("--locale",), "ko|en"),
    Option("json", ("--json",)),
    Option("plain", ("--plain",)),
    Option("short", ("--short",)),
    Option("explain", ("--explain",)),
    Option("speak", ("--speak",)),
    Option("no_cache", ("--no-cache",)),
)


def options_of(engine: str) -> list[Option]:
    return [option for option in OPTIONS if engine in option.engines]


def understood(args: Sequence[str]) -> tuple[str, Given] | None:
    """The engine and the options of a well-formed line, the words behind `vtuber fortune`; None for any other line.

    What is not understood here is Typer's, to act on or to complain of: help, other commands, wrong options, values
    that begin with a dash.
    """
    words = list(args)
    engine = words.pop(0) if words and not words[0].startswith("-") else DEFAULT
    if engine not in ENGINES:
        return None
    known = {flag: option for option in options_of(engine) for flag in option.flags}
    given: dict[str, str | int | None] = {one.name: None if one.metavar else 0 for one in options_of(engine)}
    while words:
        flag, equals, value = words.pop(0).partition("=")
        option = known.get(flag)
        if option is None or (equals and not (option.metavar and flag.startswith("--"))):
            return None
        if not option.metavar:
            given[option.name] = int(given[option.name] or 0) + 1 if option.counts else 1
            continue
        if not equals and (not words or (value := words.pop(0)).startswith("-")):
            return None
        given[option.name] = value
    return engine, given

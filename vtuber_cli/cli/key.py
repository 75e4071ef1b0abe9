"""`vtuber key`: the keys of endpoints, stored under names. A key is read without echo and never shown."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer()

Name = Annotated[str, typer.Argument(metavar="NAME", help="keys.argument.name")]

_LONGEST = 16_384
"""Bytes read from a pipe."""


@app.command("set", help="keys.command.set")
def set_key(
    name: Name,
    in_file: Annotated[bool, typer.Option("--file", help="keys.option.file")] = False,
) -> None:
    from vtuber_cli import keys
    from vtuber_cli.cli.show import notice

    if not keys.is_name(name):
        raise UsageError("keys.bad_name")
    place = keys.put(name, _read(name), in_file=in_file)
    notice(t("keys.set", name=name, place=_words(name, place)))
    if os.environ.get(name):
        notice(t("keys.set_shadowed", name=name))


@app.command("list", help="keys.command.list")
def list_keys(as_json: Annotated[bool, typer.Option("--json", help="keys.option.json")] = False) -> None:
    from vtuber_cli.cli.show import notice

    found = dict(_all())
    if as_json:
        print(json.dumps([{"name": name, "place": place} for name, place in found.items()], indent=2))
        return
    if not found:
        notice(t("keys.none"))
    width = max(map(len, found), default=0)
    for name, place in found.items():
        print(f"{name:{width}}  {_words(name, place)}")


@app.command("rm", help="keys.command.rm")
def remove_key(name: Name) -> None:
    from vtuber_cli import keys
    from vtuber_cli.cli.show import notice

    place = keys.remove(name)
    if place is None:
        raise UsageError("keys.not_there", name=name)
    notice(t("keys.removed", name=name, place=_words(name, place)))


def _read(name: str) -> str:
    """The key: asked for without echo on a terminal, else the first line of what is piped in."""
    if sys.stdin is None:
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.buffer.readline(_LONGEST).decode("utf-8-sig", "replace")
    from getpass import getpass

    try:
        return getpass(t("keys.prompt", name=name), sys.stderr)
    except EOFError:
        return ""


def _all() -> Iterator[tuple[str, str | None]]:
    """What is stored, and the key that the settings name; each with the place that is looked at first, or None."""
    from vtuber_cli import config, keys

    stored = keys.stored()
    named = config.load().settings.engines.llm.options.get("key")
    wanted = {named} if isinstance(named, str) and keys.is_name(named) else set[str]()
    for name in sorted(stored.keys() | wanted):
        place = "environment" if os.environ.get(name) else stored.get(name)
        if place is None and (key := keys.find(name)):
            place = key.place
        yield name, place


def _words(name: str, place: str | None) -> str:
    from vtuber_cli import keys

    return t(f"keys.place.{place or 'nowhere'}", name=name, path=keys.file())

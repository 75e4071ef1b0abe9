"""`vtuber fortune content`: packs of texts: looked at, taken in, listed, removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.errors import ContentError, UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.fortune.lint import Problem

_ACTIONS = ("list", "check", "update", "remove")


def content(
    action: Annotated[str, typer.Argument(metavar="list|check|update|remove", help="fortune.argument.action")] = "list",
    pack: Annotated[
        str | None, typer.Argument(metavar="[PACK]", show_default=False, help="fortune.argument.pack")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="fortune.option.json")] = False,
) -> None:
    from vtuber_cli.fortune import packs

    if action not in _ACTIONS:
        raise UsageError("fortune.content_action", name=action[:40], names=", ".join(_ACTIONS))
    if (pack is None) != (action == "list"):
        raise UsageError("fortune.content_pack", name=action)
    if action == "list":
        _list(packs.installed(), as_json=as_json)
    elif action == "check":
        _check(Path(str(pack)), as_json=as_json)
    elif action == "update":
        _update(Path(str(pack)))
    else:
        packs.remove(str(pack))
        _say(t("fortune.content_removed", name=str(pack)))


def _list(found: dict[str, str], *, as_json: bool) -> None:
    from vtuber_cli.cli.table import print_json, print_rows
    from vtuber_cli.fortune.content import VERSION

    rows = [("vtuber", VERSION), *found.items()]
    if as_json:
        print_json([{"name": name, "version": version} for name, version in rows])
    else:
        print_rows(rows, ("bold",))


def _check(path: Path, *, as_json: bool) -> None:
    from vtuber_cli.cli.table import print_json
    from vtuber_cli.fortune import packs

    found = packs.check(path)
    if as_json:
        print_json(
            [{"file": one.file, "key": one.key, "rule": one.rule, "why": _why(one), "text": one.text} for one in found]
        )
    elif found:
        _print(found)
    else:
        _say(t("fortune.content_sound", file=path))
    if found:
        raise typer.Exit(ContentError.exit_code)


def _update(path: Path) -> None:
    from vtuber_cli.fortune import packs

    _print(packs.check(path))
    folder = packs.install(path)  # says no to the same ones
    _say(t("fortune.content_taken", name=folder.name, version=packs.installed()[folder.name]))


def _print(found: list[Problem]) -> None:
    from vtuber_cli.cli.table import print_rows

    print_rows([(one.file, one.key, _why(one), one.text) for one in found], ("", "bold"))


def _why(problem: Problem) -> str:
    return t(f"fortune.lint.{problem.rule}")


def _say(text: str) -> None:
    from vtuber_cli.cli.show import notice

    notice(text)

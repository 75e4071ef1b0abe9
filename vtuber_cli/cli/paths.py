"""`vtuber paths`: where everything is, whether it is there, and how big it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from pathlib import Path


_MANY_FILES = ("program", "packages", "cache")
"""What takes too long to be weighed by a command that shall answer at once; `vtuber clean --all` does it."""


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", show_default=False, help="paths.argument.name")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="paths.option.json")] = False,
) -> None:
    from vtuber_cli.cli.table import print_json, print_rows

    known = places()
    if name is not None and name not in known:
        raise UsageError("paths.unknown", name=name, names=", ".join(known))
    if name is not None and not as_json:
        print(known[name])
        return
    found = [(each, path, path.exists(), _size(each, path)) for each, path in known.items() if name in (None, each)]
    if as_json:
        keys = ("name", "path", "exists", "size")
        print_json(
            [dict(zip(keys, (each, str(path), there, taken), strict=True)) for each, path, there, taken in found]
        )
        return
    rows = [(each, str(path), _told(there, taken)) for each, path, there, taken in found]
    print_rows(rows, ("bold", "", "cyan"), [not there for _, _, there, _ in found])


def _size(name: str, path: Path) -> int | None:
    from vtuber_cli.disk import size

    return None if name in _MANY_FILES else size(path)


def _told(there: bool, taken: int | None) -> str:
    from vtuber_cli.weights.room import human

    return t("paths.absent") if not there else "" if taken is None else human(taken)


def places() -> dict[str, Path]:
    """Every place by name: the user's first, then what ships with the program."""
    from vtuber_cli import config, log, paths
    from vtuber_cli.errors import ConfigError

    try:
        models = config.load().settings.models_dir
    except ConfigError:  # the settings are what one may be looking for
        models = None
    checkout = paths.checkout()
    return {
        "config": config.user_file(),
        "project": config.project_file().absolute(),
        "characters": paths.data_dir() / "characters",
        "models": models or paths.data_dir() / "models",
        "database": paths.database(),
        "logs": log.file().parent,
        "program": paths.shipped("characters").parent,
        **({"packages": checkout / ".venv", "cache": checkout / ".uv-cache"} if checkout else {}),
    }

"""`vtuber models`: what models there are, and to fetch, check and delete them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli import i18n
from vtuber_cli.cli import options
from vtuber_cli.errors import UsageError, WeightsError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from vtuber_cli.weights import Catalog, Installed, Weights

app = typer.Typer()


@app.command("list", help="weights.command.list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="weights.option.json")] = False,
    models_dir: options.ModelsDir = None,
) -> None:
    weights = _weights(models_dir)
    found = weights.survey()
    if as_json:
        print(json.dumps([_record(one, weights.catalog) for one in found], ensure_ascii=False, indent=2))
        return
    for line in _table(found, weights.catalog):
        print(line)


@app.command("get", help="weights.command.get")
def get_models(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="weights.argument.get")] = None,
    models_dir: options.ModelsDir = None,
) -> None:
    from vtuber_cli.cli.downloads import announce, shown
    from vtuber_cli.cli.show import INTERRUPTED, notice

    weights = _weights(models_dir)
    wanted = _known(weights.catalog, names or weights.catalog.default)
    plan = weights.plan(wanted)
    for name in wanted:
        if name not in {model.name for model in plan.models}:
            notice(t("weights.already_there", name=name, folder=weights.path(name)))
    if not plan.models:
        return
    announce(plan)
    try:
        with shown(plan) as report:
            weights.ensure(wanted, report)
    except KeyboardInterrupt:
        notice(t("weights.stopped"))
        raise typer.Exit(INTERRUPTED) from None
    notice(t("weights.next"))


@app.command("verify", help="weights.command.verify")
def verify_models(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="weights.argument.verify")] = None,
    models_dir: options.ModelsDir = None,
) -> None:
    from vtuber_cli.cli import show

    weights = _weights(models_dir)
    present = [one.model.name for one in weights.survey() if one.state != "absent"]
    code = 0
    for name in _known(weights.catalog, names or present):
        try:
            print(t("weights.verified", name=name, folder=weights.verify(name)))
        except WeightsError as error:
            show.error(error)
            code = error.exit_code
    raise typer.Exit(code)


@app.command("rm", help="weights.command.rm")
def remove_models(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="weights.argument.rm")],
    models_dir: options.ModelsDir = None,
) -> None:
    from vtuber_cli.cli.show import notice

    weights = _weights(models_dir)
    for name in _known(weights.catalog, names):
        folders = weights.remove(name)
        for folder in folders:
            notice(t("weights.removed", name=name, folder=folder))
        if not folders:
            notice(t("weights.nothing_there", name=name))


def _weights(models_dir: Path | None) -> Weights:
    """The models where a talk would look for them, too.

    Raises:
        ConfigError: the settings are broken, and no folder was given.
    """
    from vtuber_cli import config
    from vtuber_cli.weights import Weights

    return Weights(models_dir or config.load().settings.models_dir)


def _known(catalog: Catalog, names: Iterable[str]) -> list[str]:
    """The names once each, in order; the first unknown one is a wrong argument."""
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if catalog.find(name) is None:
            nearest = catalog.nearest(name)
            raise UsageError("weights.unknown_nearest" if nearest else "weights.unknown", name=name, nearest=nearest)
    return wanted


def _record(one: Installed, catalog: Catalog) -> dict[str, object]:
    model = one.model
    return {
        "name": model.name,
        "title": model.title,
        "kind": model.kind,
        "languages": list(model.languages),
        "size": model.size,
        "download": model.download,
        "licence": model.licence,
        "note": getattr(model.note, i18n.language()),
        "default": model.name in catalog.default,
        "state": one.state,
        "verified": one.verified,
        "folder": str(one.folder) if one.folder else None,
    }


def _table(found: list[Installed], catalog: Catalog) -> Iterable[str]:
    """Three lines a model: what and whether, the note, the licence and the place."""
    from vtuber_cli.weights import human

    for one in found:
        model = one.model
        cells = (
            (model.name, 16),
            (t(f"weights.state.{one.state}"), 14),
            (t(f"weights.kind.{model.kind}"), 12),
            (human(model.size), 9),
            (" ".join(model.languages) or t("weights.any_language"), 16),
            (t("weights.default") if model.name in catalog.default else "", 0),
        )
        yield "".join(_cell(text, width) for text, width in cells).rstrip()
        yield f"    {getattr(model.note, i18n.language())}"
        yield f"    {model.licence}" + (f" · {one.folder}" if one.folder else "")


def _cell(text: str, width: int) -> str:
    """The text, filled up to `width` terminal columns: Korean letters take two."""
    from unicodedata import east_asian_width

    taken = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(width - taken, 1)

"""`vtuber models`: what models there are, and to fetch, check and delete them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.cli import options
from vtuber_cli.errors import UsageError, WeightsError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vtuber_cli.weights import Catalog, Weights
    from vtuber_cli.weights.shelf import Shelf

app = typer.Typer()
_Json = Annotated[bool, typer.Option("--json", help="weights.option.json")]


@app.command("list", help="weights.command.list")
def list_models(as_json: _Json = False, models_dir: options.ModelsDir = None) -> None:
    from vtuber_cli.cli import model_page
    from vtuber_cli.cli.show import notice

    weights = _weights(models_dir)
    found = weights.survey()
    if as_json:
        _print_json([model_page.record(one, weights.catalog) for one in found])
        return
    for line in model_page.listed(found, weights.catalog):
        print(line)
    notice(t("weights.list.more"))


@app.command("show", help="weights.command.show")
def show_model(
    name: Annotated[str, typer.Argument(metavar="NAME", help="weights.argument.show")],
    as_json: _Json = False,
    models_dir: options.ModelsDir = None,
) -> None:
    from vtuber_cli.cli import model_page

    weights = _weights(models_dir)
    (wanted,) = _known(weights.catalog, [name])
    (found,) = [one for one in weights.survey() if one.model.name == wanted]
    if as_json:
        _print_json(model_page.full_record(found, weights.catalog))
        return
    for line in model_page.page(found):
        print(line)


@app.command("get", help="weights.command.get")
def get_models(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="weights.argument.get")] = None,
    from_dir: Annotated[
        Path | None, typer.Option("--from-dir", metavar="DIR", help="weights.option.from_dir", show_default=False)
    ] = None,
    models_dir: options.ModelsDir = None,
) -> None:
    from vtuber_cli.cli.downloads import announce, shown
    from vtuber_cli.cli.show import INTERRUPTED, notice

    weights = _weights(models_dir)
    try:
        shelf = _shelf(from_dir)
        wanted = _wanted(weights.catalog, names, shelf)
        plan = weights.plan(wanted)
        for name in wanted:
            if name not in {model.name for model in plan.models}:
                notice(t("weights.already_there", name=name, folder=weights.path(name)))
        if plan.models:
            announce(plan, shelf)
            with shown(plan) as report:
                weights.ensure(wanted, report, shelf)
            notice(t("weights.next"))
    except KeyboardInterrupt:
        notice(t("weights.stopped"))
        raise typer.Exit(INTERRUPTED) from None
    if shelf is not None and not names:
        _say_what_is_missing(weights, shelf)


def _shelf(folder: Path | None) -> Shelf | None:
    if folder is None:
        return None
    from vtuber_cli.cli.show import notice
    from vtuber_cli.weights.shelf import Shelf

    place = folder.expanduser()
    if place.is_dir():
        notice(t("weights.searching", folder=place))  # a home with many files takes its time
    return Shelf(place)


def _wanted(catalog: Catalog, names: Sequence[str] | None, shelf: Shelf | None) -> list[str]:
    """The models named; else all that the folder holds; else the default ones.

    Raises:
        UsageError: there is no such model.
        WeightsError: the folder holds none at all.
    """
    if names or shelf is None:
        return _known(catalog, names or catalog.default)
    held = [model.name for model in catalog.models if shelf.holds(model)]
    if not held:
        raise WeightsError("weights.shelf_empty", folder=shelf.folder)
    return held


def _say_what_is_missing(weights: Weights, shelf: Shelf) -> None:
    """Names the default models that are neither here nor in the folder."""
    from vtuber_cli.cli.show import notice

    if missing := weights.missing(weights.catalog.default):
        names = " ".join(model.name for model in missing)
        notice(t("weights.still_missing", folder=shelf.folder, names=names))
        notice(f"{t('cli.hint')}: {t('weights.still_missing.hint', names=names)}")


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
    """The models of these names or titles, once each, in order; the first unknown one is a wrong argument."""
    wanted: list[str] = []
    for name in names:
        model = catalog.named(name)
        if model is None:
            raise _unknown(catalog, name)
        if model.name not in wanted:
            wanted.append(model.name)
    return wanted


def _unknown(catalog: Catalog, name: str) -> UsageError:
    kinds = {word.casefold(): one.kind for one in catalog.models for word in (one.kind, t(f"weights.kind.{one.kind}"))}
    if kind := kinds.get(name.strip().casefold()):
        names = ", ".join(one.name for one in catalog.models if one.kind == kind)
        return UsageError("weights.is_kind", name=name, names=names)
    nearest = catalog.nearest(name)
    return UsageError("weights.unknown_nearest" if nearest else "weights.unknown", name=name, nearest=nearest)


def _print_json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))

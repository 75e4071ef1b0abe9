"""`vtuber live2d`: what is in a Live2D model of the user's own, what it means, and Live2D's Core for the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.live2d.model_file import Model

app = typer.Typer()

Place = Annotated[str, typer.Argument(metavar="MODEL", help="live2d.argument.model")]


@app.command("inspect", help="live2d.command.inspect")
def inspect_model(
    model: Place,
    as_json: Annotated[bool, typer.Option("--json", help="live2d.option.json")] = False,
) -> None:
    from vtuber_cli.cli import live2d_page
    from vtuber_cli.cli.table import print_json

    found = _model(model)
    if as_json:
        print_json(live2d_page.record(found))
    else:
        live2d_page.print_page(found)


@app.command("map", help="live2d.command.map")
def propose_map(model: Place) -> None:
    from vtuber_cli.cli.show import notice
    from vtuber_cli.events import EMOTIONS
    from vtuber_cli.live2d import guess, map_file

    found = _model(model)
    print(map_file.text(map_file.proposal(found)), end="")
    guesses = guess.emotions(found)
    if unsure := [name for name, one in guesses.items() if not one.sure]:
        notice(t("live2d.map_unsure", names=", ".join(unsure)))
    if missing := [name for name in EMOTIONS if name not in guesses and name != "neutral"]:
        notice(t("live2d.map_missing", names=", ".join(missing)))


def _model(place: str) -> Model:
    from vtuber_cli.live2d import model_file

    path = Path(place).expanduser() if place.startswith("~") else Path(place)
    return model_file.read(model_file.find(path))

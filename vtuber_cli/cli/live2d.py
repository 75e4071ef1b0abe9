"""`vtuber live2d`: what is in a Live2D model of the user's own, what it means, and Live2D's Core for the browser."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.cli import options
from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.live2d.map_file import Cast
    from vtuber_cli.live2d.painter import Live2dPainter

app = typer.Typer()

Place = Annotated[str, typer.Argument(metavar="FILE|FOLDER|ID", help="live2d.argument.model")]


@app.command("inspect", help="live2d.command.inspect")
def inspect_model(
    model: Place,
    as_json: Annotated[bool, typer.Option("--json", help="live2d.option.json")] = False,
    picture: Annotated[
        Path | None, typer.Option("--png", metavar="FILE", show_default=False, help="live2d.option.png")
    ] = None,
) -> None:
    from vtuber_cli.cli import live2d_page, show
    from vtuber_cli.cli.table import print_json

    cast = _cast(model)
    painter = None
    try:
        painter = _painter(cast)
    except VtuberError as error:
        if picture is not None:
            raise
        show.notice(t("live2d.not_drawn", message=show.message(error)))
        if advice := show.hint(error):
            show.notice(f"{t('cli.hint')}: {advice}")
    try:
        if as_json:
            print_json(live2d_page.record(cast, painter))
        else:
            live2d_page.print_page(cast, painter)
            _tell_map(model)
        if painter is not None:
            _show(cast, painter, picture, quietly=as_json)
    finally:
        if painter is not None:
            painter.close()


@app.command("map", help="live2d.command.map")
def propose_map(model: Place) -> None:
    from vtuber_cli.cli.show import notice
    from vtuber_cli.events import EMOTIONS
    from vtuber_cli.live2d import guess, map_file, model_file

    # Not what an older map says: the shell has emptied that file already, if this is written over it.
    found = model_file.read(_find(model)[0])
    print(map_file.text(map_file.proposal(found)), end="")
    guesses = guess.emotions(found)
    if unsure := [name for name, one in guesses.items() if not one.sure]:
        notice(t("live2d.map_unsure", names=", ".join(unsure)))
    if missing := [name for name in EMOTIONS if name not in guesses and name != "neutral"]:
        notice(t("live2d.map_missing", names=", ".join(missing)))


@app.command("register", help="live2d.command.register")
def register_model(
    model: Annotated[str, typer.Argument(metavar="FILE|FOLDER", help="live2d.argument.registered")],
    who: options.Character = None,
) -> None:
    from vtuber_cli import config
    from vtuber_cli.cli.show import notice
    from vtuber_cli.live2d import registration

    done = registration.register(who or config.load().settings.character, _path(model))
    print(done.file)
    name = done.file.parent.name
    notice(t("live2d.registered", id=name, file=done.model))
    if done.copied:
        notice(t("live2d.registered_copy", folder=done.file.parent))
    notice(t("live2d.registered_next", id=name))


@app.command("install-core", help="live2d.command.install-core")
def install_core(files: Annotated[list[str], typer.Argument(metavar="FILE...", help="live2d.argument.core")]) -> None:
    from vtuber_cli.cli.show import notice
    from vtuber_cli.live2d import core_file, display_file

    for file in map(_path, files):
        if display_file.is_meant(file):
            place, display = display_file.install(file)
            print(place)
            notice(t("live2d.display_installed", package=display_file.PACKAGE))
            if not display.tried:
                notice(t("live2d.display_untried", version=display_file.VERSION))
        else:
            place, core = core_file.install(file)
            print(place)
            notice(t("live2d.core_installed", version=core.major))
            if core.major == "4":
                notice(t("live2d.core_for_four"))
    if core_file.installed() is None:
        notice(t("live2d.core_wanted"))
    if display_file.installed() is None:
        what = {"package": display_file.PACKAGE, "version": display_file.VERSION}
        notice(t("live2d.display_wanted", name=display_file.NAME, **what))


def _tell_map(place: str) -> None:
    """Says where what is guessed can be changed, or that a character's own map goes before it."""
    from vtuber_cli.cli.show import notice
    from vtuber_cli.live2d import map_file

    _, folder = _find(place)
    written = Path(map_file.FILE) if folder is None else folder / map_file.FILE
    if folder is not None and written.is_file():
        notice(t("live2d.own_map", file=written))
    else:
        notice(t("live2d.map_hint", model=shlex.quote(place), file=shlex.quote(str(written))))


def _cast(place: str) -> Cast:
    """The model that is meant and what it shows."""
    from vtuber_cli.live2d import figure, map_file, model_file

    file, folder = _find(place)
    return map_file.guessed(model_file.read(file)) if folder is None else figure.cast(folder, file)


def _find(place: str) -> tuple[Path, Path | None]:
    """The `.model3.json` that is meant: a file, a folder, or that of a character, whose folder comes with it."""
    from vtuber_cli import character
    from vtuber_cli.live2d import figure, model_file

    path = _path(place)
    folder = character.list_characters().get(place)
    if folder is None or path.exists():
        return model_file.find(path), None
    model = figure.find(folder, character.read(folder).avatar.live2d)
    if model is None:
        raise UsageError("live2d.no_character_model", id=place)
    return model, folder


def _path(place: str) -> Path:
    return Path(os.path.expanduser(place))  # noqa: PTH111 - which takes an unknown ~user as it is


def _painter(cast: Cast) -> Live2dPainter:
    """A painter for stills: no motion begins by itself."""
    from vtuber_cli.live2d.painter import Live2dPainter

    return Live2dPainter(cast._replace(motions={}))


def _show(cast: Cast, painter: Live2dPainter, picture: Path | None, *, quietly: bool) -> None:
    from vtuber_cli.cli.show import notice
    from vtuber_cli.live2d import stills

    shown = stills.poses(cast.model, painter.extra)
    if picture is not None:
        try:
            picture.write_bytes(stills.sheet(painter, shown))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            reason = getattr(error, "strerror", None) or error
            raise UsageError("live2d.unwritable", file=picture, reason=reason) from error
        notice(str(picture))
    elif sys.stdout.isatty() and not quietly:
        from vtuber_cli.cli.live2d_pictures import print_pictures

        print_pictures(painter, shown)
    notice(t("live2d.drawn_by", gl=painter.drawn_by, seconds=f"{painter.seconds:.1f}"))

"""A character whom a Live2D model plays: where it is, what it shows, and what draws it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli.avatar.figure import Figure

if TYPE_CHECKING:
    from vtuber_cli.live2d.map_file import Cast

FOLDER = "live2d"
"""In a character's folder: her model, if her file names none."""


def find(folder: Path, told: str | None) -> Path | None:
    """The `.model3.json` of the character in `folder`; None if she has no model.

    Args:
        told: what her file says, relative to her folder, absolute, or from the user's own (`~`).

    Raises:
        UsageError: there is none where it should be.
    """
    from vtuber_cli.live2d import model_file

    if told:
        return model_file.find(folder / os.path.expanduser(told))  # noqa: PTH111 - which takes an unknown ~user as it is
    own = folder / FOLDER
    return model_file.find(own) if own.is_dir() else None


def cast(folder: Path, model: Path) -> Cast:
    """A character's model and what it shows, by her own map or as it is guessed.

    Raises:
        ConfigError: the model or the map is broken; names file and place.
    """
    from vtuber_cli.live2d import map_file, model_file

    found = model_file.read(model)
    written = folder / map_file.FILE
    return map_file.read(written, found) if written.is_file() else map_file.guessed(found)


def modelled(folder: Path, model: Path) -> Figure:
    """The figure that a character's Live2D model is; loading takes seconds.

    Raises:
        ConfigError: the model or the map is broken.
        EngineUnavailable: nothing here can draw it; the hint says what to install.
        EngineFailed: Live2D's library refuses it.
    """
    from vtuber_cli.live2d import map_file
    from vtuber_cli.live2d.painter import Live2dPainter

    found = cast(folder, model)
    painter = Live2dPainter(found)
    if not (folder / map_file.FILE).is_file():
        # Now it is known what the moc has: faces can be made of standard parameters that no file speaks of.
        found = map_file.guessed(found.model, painter.parameters)
    named = found.extra()
    extra = {name: value for name, value in painter.extra.items() if name in named}
    return Figure(painter, found.expressions, extra, painter.tell, painter.close)

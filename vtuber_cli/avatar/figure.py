"""What is needed to put a character on the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.avatar.expressions import Expressions
    from vtuber_cli.avatar.painter import Painter


class Figure(NamedTuple):
    painter: Painter
    expressions: Expressions


def drawn(folder: Path) -> Figure | None:
    """The figure that the character's own files draw; None if she has no rig.

    Raises:
        ConfigError: the rig or the expressions are broken.
    """
    from vtuber_cli.avatar import expressions_file, rig_file

    if not (folder / rig_file.FILE).is_file():
        return None
    from vtuber_cli.avatar.raster import Raster
    from vtuber_cli.avatar.rig import load

    faces = folder / expressions_file.FILE
    return Figure(Raster(load(folder)), expressions_file.read(faces) if faces.is_file() else {})

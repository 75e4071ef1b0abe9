"""What is needed to put a character on the stage."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vtuber_cli.avatar.expressions import Expressions
    from vtuber_cli.avatar.painter import Painter
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.errors import VtuberError
    from vtuber_cli.events import Event


class Figure(NamedTuple):
    painter: Painter
    expressions: Expressions
    extra: Pose = MappingProxyType({})
    """Parameters besides the standard ones that the expressions change, and their values at rest."""
    tell: Callable[[Event], None] | None = None
    """What the painter wants to know of the talk, if it has motions of its own."""
    close: Callable[[], None] | None = None
    """Ends what the painter holds; quick."""
    instead: VtuberError | None = None
    """Why this is not the figure that the character asks for."""


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

"""How a character is drawn: by her Live2D model if she has one that can be drawn, else by her rig."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtuber_cli import character
from vtuber_cli.errors import VtuberError

if TYPE_CHECKING:
    from vtuber_cli.avatar.figure import Figure


def figure(name: str) -> Figure | None:
    """The figure of the character of this id; None if there is nothing to draw.

    Raises:
        VtuberError: what she is drawn from is broken, and there is nothing else.
    """
    from vtuber_cli.avatar.figure import drawn

    folder = character.list_characters().get(name)
    if folder is None:
        return None
    try:
        from vtuber_cli.live2d import figure as live2d

        if (model := live2d.find(folder, character.read(folder).avatar.live2d)) is not None:
            return live2d.modelled(folder, model)
    except VtuberError as error:
        if (instead := drawn(folder)) is None:
            raise
        return instead._replace(instead=error)
    return drawn(folder)

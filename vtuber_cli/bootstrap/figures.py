"""How a character is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtuber_cli import character

if TYPE_CHECKING:
    from vtuber_cli.avatar.figure import Figure


def figure(name: str) -> Figure | None:
    """The figure of the character of this id; None if there is nothing to draw.

    Raises:
        ConfigError: what she is drawn from is broken.
    """
    from vtuber_cli.avatar.figure import drawn

    folder = character.list_characters().get(name)
    return None if folder is None else drawn(folder)

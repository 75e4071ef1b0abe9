"""What a download tells while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["waiting", "fetching", "unpacking", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the installation of one model stands.

    `waiting`: another process installs it. `fetching`: from the source, `done` of `total` bytes. `unpacking`: the
    files are taken out, hashed and written. `done` comes once, last.
    """

    model: str
    stage: Stage
    done: int
    total: int


Report: TypeAlias = Callable[[Progress], None]
"""Called several times a second, in the caller's thread. To cancel a download, raise from it."""


def silent(progress: Progress) -> None:
    """A report for callers who show nothing."""

"""What a source is asked for: the files of one model that have to come, and whom to tell how it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import room
from vtuber_cli.weights.progress import Progress, Report, Stage

if TYPE_CHECKING:
    from vtuber_cli.weights.catalog import File, Model
    from vtuber_cli.weights.staging import Staging


class Unreachable(WeightsError):
    """A source did not answer, or not to the end: what came so far is worth keeping."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A source leaves every file of `wanted` in `staging`, verified, or raises."""

    model: Model
    wanted: Sequence[File]
    staging: Staging
    report: Report

    @property
    def size(self) -> int:
        return sum(file.size for file in self.wanted)

    def telling(self, stage: Stage, total: int, before: int = 0) -> Callable[[int], None]:
        """A function that takes bytes done, adds those `before`, reports them, and stops a disk from filling up."""

        def tell(done: int) -> None:
            room.keep(self.staging.path)
            self.report(Progress(self.model.name, stage, before + done, total))

        return tell

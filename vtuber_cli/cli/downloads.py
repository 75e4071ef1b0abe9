"""How a download looks on the command line: a bar on a terminal, a few plain lines elsewhere. All of it on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vtuber_cli.clean import one_line
from vtuber_cli.cli.show import message, notice
from vtuber_cli.errors import WeightsError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli import bootstrap
    from vtuber_cli.weights import Plan, Progress, Report
    from vtuber_cli.weights.shelf import Shelf

_STEP = 25
"""Percent between two plain lines."""
_NETWORK = frozenset(
    f"weights.{name}"
    for name in (
        *("unreachable", "not_offered", "fetch_failed", "offline", "nowhere"),
        *("hub_unreachable", "hub_broken", "hub_busy", "hub_offline", "hub_lacks", "hub_odd"),
    )
)
"""What trying again may mend; the advice of the others (a full disk, a wrong hash) is their own."""


def announce(plan: Plan, shelf: Shelf | None = None) -> None:
    """Says what will be fetched, how big it is, under which licences, where to, and how much room there is.

    What is here and damaged is fetched anew, and it is said what is wrong with it.
    """
    from vtuber_cli.weights import human

    for damage in plan.damage:
        notice(t("weights.anew", reason=message(damage)))
    total = {"count": len(plan.models), "download": human(plan.download), "size": human(plan.size)}
    if shelf:
        notice(t("weights.plan.copy", folder=shelf.folder, **total))
    else:
        notice(t("weights.plan.total", **total))
    for model in plan.models:
        params = {"name": model.name, "kind": t(f"weights.kind.{model.kind}"), "size": human(model.size)}
        notice(t("weights.plan.model", licence=model.licence, **params))
    notice(t("weights.plan.folder", folder=plan.folder, free=human(plan.free)))


def fetch(plan: bootstrap.Plan, models: Sequence[str]) -> None:
    """Brings what is missing of a talk's models, with a progress bar; nothing is asked.

    Raises:
        WeightsError: they cannot be had; if the network is to blame the hint names a way to talk all the same.
    """
    names = [model.name for model in plan.weights.missing(models)]
    if not names:
        return
    needed = plan.weights.plan(names)
    announce(needed)
    try:
        with shown(needed) as report:
            plan.weights.ensure(names, report)
    except WeightsError as error:
        if error.key not in _NETWORK:
            raise
        raise WeightsError(error.key, hint=t("chat.without_weights"), **error.params) from error


@contextmanager
def shown(plan: Plan) -> Generator[Report, None, None]:
    """Draws the downloads of `plan` while the block runs; the value is the report for `Weights.ensure`."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") in ("dumb", "unknown"):
        yield _Lines()
        return
    bars = _Bars(plan)
    with bars.progress:
        yield bars


class _Lines:
    """A line when a model begins, at every quarter, when a source fails, and when it is ready."""

    def __init__(self) -> None:
        self._said: object = None

    def __call__(self, progress: Progress) -> None:
        counted = progress.stage in ("fetching", "copying")
        percent = progress.done * 100 // max(progress.total, 1) // _STEP * _STEP if counted else 0
        now = (progress.model, progress.stage, percent)
        if now != self._said:
            self._said = now
            notice(words(progress, percent))


def words(progress: Progress, percent: int) -> str:
    """One plain sentence about a download."""
    from vtuber_cli.weights import human

    params = {"name": progress.model, "percent": percent, "size": human(progress.total)}
    reason = message(progress.reason) if progress.reason else ""
    return t(f"weights.progress.{progress.stage}", reason=reason, **params)


class _Bars:
    """One bar for each model."""

    def __init__(self, plan: Plan) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.fields[model]:<22}", markup=False),
            BarColumn(bar_width=24),
            DownloadColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.description}", markup=False),
        )
        self.progress = Progress(*columns, console=Console(stderr=True))
        self._tasks: dict[str, Any] = {
            model.name: self.progress.add_task("", total=model.download, start=False, model=model.name)
            for model in plan.models
        }

    def __call__(self, progress: Progress) -> None:
        task = self._tasks[progress.model]
        if progress.stage == "elsewhere":
            self.progress.console.print(one_line(words(progress, 0)), markup=False, highlight=False, soft_wrap=True)
        if progress.stage in ("fetching", "copying"):
            self.progress.start_task(task)
        stage = "connecting" if progress.stage == "fetching" and not progress.done else progress.stage
        description = t(f"weights.stage.{stage}")
        self.progress.update(task, completed=progress.done, total=progress.total, description=description)

"""Looking back on what was told: the days, the cards, and for how long somebody has come by every day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from vtuber_cli.fortune import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vtuber_cli.fortune.localise import Result

GUESTS = ("guest",)


class Streak(NamedTuple):
    now: int
    """Days on end with a fortune, up to today, or to yesterday while today's was not asked for yet."""
    longest: int
    days: int
    """All days with a fortune."""


def told(subjects: Iterable[str], first: date, last: date) -> list[Result]:
    """What was told for the days from `first` to `last`, by date; each draw once, in whatever language."""
    found: dict[tuple[str, str, str], Result] = {}
    for subject in subjects:
        for result in cache.told(subject):
            if first.isoformat() <= result["date"] <= last.isoformat() and result.get("grade"):
                seed = result["provenance"]["seed"]
                found[result["date"], result["type"], seed] = result
    return [found[key] for key in sorted(found)]


def streak(days: Iterable[date], today: date) -> Streak:
    """How regularly somebody came by; days after today do not count."""
    known = sorted({day for day in days if day <= today})
    longest = run = 0
    before: date | None = None
    for day in known:
        run = run + 1 if before is not None and day - before == timedelta(days=1) else 1
        longest = max(longest, run)
        before = day
    current = run if before is not None and today - before <= timedelta(days=1) else 0
    return Streak(current, longest, len(known))

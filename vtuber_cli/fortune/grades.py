"""How good a day it is: from a score to a grade, and from a grade to a face."""

from __future__ import annotations

from datetime import timedelta

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from vtuber_cli.fortune.draw import Draw

GRADES = ("excellent", "good", "normal", "bad", "warning")
CUTS = (("warning", 24), ("bad", 36), ("normal", 53), ("good", 72), ("excellent", 101))
"""A score below the number has the grade; of all draws 5.5, 13.5, 35, 34 and 12 % by design."""
NEGATIVE = frozenset({"bad", "warning"})

EMOTIONS = {
    "excellent": ("joy", 5),
    "good": ("joy", 3),
    "normal": ("neutral", 2),
    "bad": ("sadness", 3),
    "warning": ("fear", 4),
}
"""The face that goes with a grade, and how strongly, 0 to 5."""
UNKNOWN = ("neutral", 1)
"""The face where there is no grade."""

_SPREAD = 37
_FLOOR = {"bad": 24, "normal": 36}


def grade_of(score: int) -> str:
    return next(grade for grade, cut in CUTS if score < cut)


def scored(draw: Draw, effect: int) -> int:
    """50, moved by what was computed and by chance: u(0..36) - u(0..36); 0 to 100."""
    return clamped(50 + effect + noise(draw))


def noise(draw: Draw) -> int:
    """What chance does to a score: -36 to 36, and most often little."""
    stream = draw.stream("noise")
    return stream.below(_SPREAD) - stream.below(_SPREAD)


def clamped(score: int) -> int:
    return max(0, min(100, score))


def softened(day: date, raw: Callable[[date], int]) -> int:
    """The day's score so that nobody has three bad days on end, nor two warnings: what is too much is lifted a grade.

    Nothing is stored: the days before are computed back to the last one that was not bad by itself.

    Args:
        day: the local date.
        raw: a date's score as drawn.
    """
    scores = [raw(day)]
    if grade_of(scores[0]) not in NEGATIVE:
        return scores[0]
    before = day
    while grade_of(scores[-1]) in NEGATIVE:
        before -= timedelta(days=1)
        scores.append(raw(before))
    final: list[int] = []
    for score in reversed(scores):
        final.append(_lifted(score, [grade_of(one) for one in final[-2:]]))
    return final[-1]


def _lifted(score: int, before: list[str]) -> int:
    grade = grade_of(score)
    if grade in NEGATIVE and len(before) == 2 and NEGATIVE.issuperset(before):
        return _FLOOR["normal"] + score % 17  # still one of many scores, and the same one each time
    if grade == "warning" and before and before[-1] == "warning":
        return _FLOOR["bad"] + score % 12
    return score

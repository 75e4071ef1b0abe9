"""From scores to grades: the odds that are published, and the rule that softens them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.fortune.draw import Draw
from vtuber_cli.fortune.engines.daily import raw_score
from vtuber_cli.fortune.grades import CUTS, EMOTIONS, GRADES, NEGATIVE, grade_of, scored, softened

DAY = date(2026, 11, 23)
ODDS = {"excellent": 12, "good": 34, "normal": 35, "bad": 13.5, "warning": 5.5}
"""Per cent, before softening."""


def test_every_score_has_one_grade() -> None:
    assert [grade_of(score) for score in (0, 23, 24, 35, 36, 52, 53, 71, 72, 100)] == [
        "warning", "warning", "bad", "bad", "normal", "normal", "good", "good", "excellent", "excellent",
    ]  # fmt: skip
    assert {grade for grade, _ in CUTS} == set(GRADES) == set(EMOTIONS)
    assert EMOTIONS["excellent"] == ("joy", 5) and EMOTIONS["warning"] == ("fear", 4)


@given(st.text(max_size=30), st.integers(-60, 60))
def test_a_score_is_a_score(subject: str, effect: int) -> None:
    assert 0 <= scored(Draw("daily", subject, DAY), effect) <= 100


def test_the_odds_are_the_ones_that_are_published() -> None:
    """Over 100,000 draws, before softening, within a point."""
    counts: Counter[str] = Counter()
    for number in range(100_000):
        animal = None if number % 13 == 12 else number % 13
        draw = Draw("daily", f"somebody {number}", DAY + timedelta(days=number % 720))
        counts[grade_of(raw_score(draw, animal))] += 1
    for grade, percent in ODDS.items():
        assert abs(counts[grade] / 1000 - percent) <= 1, (grade, counts[grade] / 1000)


@given(st.dictionaries(st.integers(0, 40), st.integers(0, 100), min_size=41, max_size=41))
def test_no_third_bad_day_and_no_second_warning(scores: dict[int, int]) -> None:
    def raw(day: date) -> int:
        return scores.get((day - DAY).days, 50)

    final = [softened(DAY + timedelta(days=number), raw) for number in range(41)]
    grades = [grade_of(score) for score in final]
    assert not any(set(three) <= NEGATIVE for three in zip(grades, grades[1:], grades[2:], strict=False))
    assert not any(two == ("warning", "warning") for two in pairwise(grades))
    for number, score in enumerate(final):
        assert score >= scores[number]
        if grade_of(scores[number]) not in NEGATIVE:
            assert score == scores[number]


def test_softening_in_a_row_of_the_worst_days() -> None:
    grades = [
        grade_of(softened(DAY + timedelta(days=number), lambda day: 5 if day >= DAY else 90)) for number in range(6)
    ]
    assert grades == ["warning", "bad", "normal", "warning", "bad", "normal"]

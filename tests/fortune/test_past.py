"""Looking back on what was told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.fortune import cache
from vtuber_cli.fortune.past import Streak, streak, told

TODAY = date(2026, 11, 23)


def days(*back: int) -> list[date]:
    return [TODAY - timedelta(days=one) for one in back]


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ([], Streak(0, 0, 0)),
        ([0], Streak(1, 1, 1)),
        ([1], Streak(1, 1, 1)),
        ([2], Streak(0, 1, 1)),
        ([0, 1, 2, 4, 5, 6, 7], Streak(3, 4, 7)),
        ([1, 2, 2, 1], Streak(2, 2, 2)),
        ([-1, 0], Streak(1, 1, 1)),
    ],
)
def test_a_streak_ends_where_a_day_is_missing(back: list[int], expected: Streak) -> None:
    assert streak(days(*back), TODAY) == expected


@given(st.sets(st.integers(0, 60)))
def test_a_streak_is_as_long_as_its_days(back: set[int]) -> None:
    found = streak(days(*back), TODAY)
    start = min(back, default=99)
    assert found.days == len(back) and found.now <= found.longest <= len(back)
    assert found.now == (0 if start > 1 else next(n for n in range(1, 99) if start + n not in back))


def a_result(day: date, seed: str, kind: str = "daily", locale: str = "ko") -> dict[str, object]:
    return {
        "schema": "vtuber.fortune/1", "type": kind, "date": day.isoformat(), "locale": locale, "grade": "good",
        "disclaimer": "-", "provenance": {"seed": seed},
    }  # fmt: skip


def test_each_draw_is_told_of_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path))
    kept = [a_result(TODAY, "a"), a_result(TODAY, "a", locale="en"), a_result(TODAY, "b"), a_result(days(9)[0], "c")]
    for number, result in enumerate(kept):
        assert cache.write(cache.folder("guest") / f"{result['date']}-daily-{number}.json", result)
    (cache.folder("guest") / f"{TODAY}-daily-bad.json").write_text("{")
    found = told(["guest", "nobody"], TODAY - timedelta(days=7), TODAY)
    assert [one["provenance"]["seed"] for one in found] == ["a", "b"]

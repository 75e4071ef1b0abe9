"""Chance that can be checked: the same numbers on every machine and in every release."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.fortune.draw import Draw, Stream, rotation

ORACLES = json.loads((Path(__file__).parent.parent / "data" / "fortune_oracles.json").read_text(encoding="utf-8"))
GOLDEN = ORACLES["prng_golden"]["rows"]
DAY = date(2026, 11, 23)


@pytest.mark.parametrize(("name", "row"), [(name, row) for name, row in GOLDEN.items() if "first10" in row])
def test_a_shuffled_deck_is_the_one_that_was_published(name: str, row: dict[str, object]) -> None:
    stream = Stream(name)
    assert stream.shuffled(78)[:10] == row["first10"]
    assert stream.below(100) == row["next_below100"]


def test_the_numbers_are_the_ones_that_were_published() -> None:
    stream = Stream("abc")
    assert [stream.u32() for _ in range(4)] == GOLDEN["abc"]["u32x4"]


def test_names_of_draws_never_change() -> None:
    """A changed name is another fortune for everybody: these lines stay as they are."""
    draw = Draw("tarot", "6f1c2a9e-11d4-4b7a-a35f-0c2a9e11d4b7", DAY, "이직할까요")
    assert draw.key == "vtf1|tarot|6f1c2a9e-11d4-4b7a-a35f-0c2a9e11d4b7|2026-11-23|이직할까요"
    assert draw.on(date(2026, 11, 24)).key.endswith("|2026-11-24|이직할까요")
    assert draw.stream("cards").shuffled(78)[:5] == Stream(f"{draw.key}|cards").shuffled(78)[:5]
    assert Draw("daily", "guest", DAY).stream("noise").shuffled(10) == [4, 8, 9, 5, 7, 3, 1, 6, 2, 0]
    draws = [Draw("daily", "guest", date.fromordinal(day)) for day in range(739_943, 739_953)]
    assert [draw.turn("daily.title.good", 12) for draw in draws] == [2, 4, 7, 8, 3, 10, 6, 0, 5, 2]


@given(st.text(max_size=40), st.integers(1, 500))
def test_a_number_is_below_its_bound(name: str, n: int) -> None:
    stream = Stream(name)
    assert all(0 <= stream.below(n) < n for _ in range(20))


@given(st.text(max_size=20), st.integers(1, 100))
def test_a_shuffle_loses_nothing(name: str, n: int) -> None:
    assert sorted(Stream(name).shuffled(n)) == list(range(n))


def test_all_numbers_are_equally_likely() -> None:
    stream = Stream("fair")
    counts = Counter(stream.below(6) for _ in range(60_000))
    assert all(abs(count - 10_000) < 400 for count in counts.values())  # more than four standard deviations


@given(st.text(max_size=20), st.integers(3, 90), st.integers(0, 800_000))
def test_nothing_comes_again_soon(name: str, size: int, first: int) -> None:
    """Two thirds of an epoch lie between two showings of a thing; and an epoch shows everything."""
    begin = first - first % size
    shown = [rotation(name, size, day) for day in range(begin, begin + 3 * size)]
    for epoch in range(3):
        assert sorted(shown[epoch * size : (epoch + 1) * size]) == list(range(size))
    last: dict[int, int] = {}
    for day, one in enumerate(shown):
        assert day - last.get(one, -size) >= size - -(-size // 3) + 1
        last[one] = day


def test_a_card_of_the_day_stays_away_for_53_days() -> None:
    draw = Draw("tarot", "guest", DAY)
    last: dict[int, int] = {}
    gaps: list[int] = []
    for day in range(739_000, 739_000 + 78 * 8):
        card = draw.on(date.fromordinal(day)).turn("cards", 78)
        if card in last:
            gaps.append(day - last[card])
        last[card] = day
    assert min(gaps) == 53

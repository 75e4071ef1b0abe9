"""The relations of the branches, as any Korean almanac prints them."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

from vtuber_cli.fortune.content import LOCALES, Content
from vtuber_cli.fortune.relations import EFFECTS, relation

RAT = ("same", "yukhap", None, "hyeong", "samhap", None, "chung", "wonjin", "samhap", "pa", None, None)
"""Of the rat with each of the twelve, from itself on."""
OTHERS = {
    ("ox", "goat"): "chung",
    ("tiger", "pig"): "yukhap",
    ("tiger", "snake"): "hae",
    ("tiger", "rooster"): "wonjin",
    ("tiger", "monkey"): "chung",
    ("rabbit", "dragon"): "hae",
    ("rabbit", "horse"): "pa",
    ("dragon", "rooster"): "yukhap",
    ("dragon", "dragon"): "same",
    ("snake", "monkey"): "yukhap",
    ("snake", "dog"): "wonjin",
    ("goat", "dog"): "hyeong",
    ("rooster", "dog"): "hae",
    ("pig", "goat"): "samhap",
}
ANIMALS = "rat ox tiger rabbit dragon snake horse goat monkey rooster dog pig".split()


def test_the_rat_with_everybody() -> None:
    assert tuple(relation(0, other) for other in range(12)) == RAT


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_well_known_pairs(one: str, other: str) -> None:
    assert relation(ANIMALS.index(one), ANIMALS.index(other)) == OTHERS[one, other]


def test_a_relation_goes_both_ways() -> None:
    assert all(relation(one, other) == relation(other, one) for one, other in product(range(12), repeat=2))


def test_how_often_each_comes() -> None:
    """The odds of the daily fortune rest on it."""
    found = Counter(relation(one, other) for one, other in product(range(12), repeat=2))
    expected = {"samhap": 24, "wonjin": 12, "hae": 8, "hyeong": 6, "pa": 6, None: 52}
    assert found == {"same": 12, "yukhap": 12, "chung": 12, **expected}


@pytest.mark.parametrize("locale", LOCALES)
def test_each_has_a_name(locale: str) -> None:
    assert all(Content(locale).text(f"relation.{name}") for name in (*EFFECTS, "none"))

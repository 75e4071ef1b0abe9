"""Aspects and whole-sign houses: geometry on a circle."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.fortune.aspects import ANGLES, ORBS, aspect, aspect_to_sign, house

LONGITUDES = st.floats(0, 360, exclude_max=True)
SIGNS = st.integers(0, 11)


@given(LONGITUDES, LONGITUDES)
def test_an_aspect_is_mutual_and_turns_with_the_circle(first: float, second: float) -> None:
    found = aspect(first, second)
    back, turned = aspect(second, first), aspect((first + 90) % 360, (second + 90) % 360)
    if found is None or found.strength < 1e-6:
        return
    for one in (back, turned):
        assert one is not None and one.kind == found.kind
        assert one.strength == pytest.approx(found.strength, abs=1e-6)


@given(LONGITUDES, st.sampled_from(sorted(ANGLES)), st.floats(0, 1))
def test_an_aspect_holds_as_far_as_its_orb(at: float, kind: str, share: float) -> None:
    found = aspect(at, (at + ANGLES[kind] + share * 0.99 * ORBS[kind]) % 360)
    assert found is not None and found.kind == kind
    assert found.strength == pytest.approx(1 - share * 0.99, abs=1e-6)


def test_no_two_aspects_hold_at_once() -> None:
    ends = sorted((angle - ORBS[kind], angle + ORBS[kind]) for kind, angle in ANGLES.items())
    assert all(before[1] < after[0] for before, after in pairwise(ends))


def test_the_first_house_is_the_sign_itself() -> None:
    assert house(125.0, 4) == 1
    assert house(0.0, 4) == 9
    assert house(359.9, 0) == 12


@given(LONGITUDES, SIGNS)
def test_a_sign_sees_the_signs_at_an_aspects_distance(longitude: float, sign: int) -> None:
    between = (int(longitude // 30) - sign) % 12 * 30
    angle = min(between, 360 - between)
    found = aspect_to_sign(longitude, sign)
    if angle in (30, 150):
        assert found is None
    else:
        assert found is not None and ANGLES[found.kind] == angle
        assert 0 <= found.strength <= 1


def test_an_aspect_to_a_sign_is_strongest_in_the_middle() -> None:
    strengths = [one.strength for degree in (121, 130, 135, 140, 149) if (one := aspect_to_sign(degree, 0))]
    assert max(strengths) == strengths[2] == 1

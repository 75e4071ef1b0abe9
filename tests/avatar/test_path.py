"""SVG path data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.avatar.path import MAX_NUMBERS, PathError, Shape, parse, template


def test_relative_is_absolute_in_the_end() -> None:
    assert parse("m10 20 l5 0 h5 v-5 z") == parse("M10,20L15,20H20V15Z")


def test_numbers_after_a_move_are_lines_and_may_touch() -> None:
    assert parse("M0 0 10 .5.5-3") == Shape("MLL", ((0, 0), (10, 0.5), (0.5, -3)))


def test_smooth_curves_reflect_the_handle_before() -> None:
    assert parse("M0 0 C0 10 10 10 10 0 S20 -10 20 0").points[4] == (10, -10)
    assert parse("M0 0 L10 0 S20 -10 20 0").points[2] == (10, 0)
    assert parse("M0 0 Q5 10 10 0 T20 0") == parse("M0 0 Q5 10 10 0 Q15 -10 20 0")


def test_after_closing_the_pen_is_where_it_began() -> None:
    assert parse("M5 5 L9 9 Z l1 1").points[-1] == (6, 6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "rig.path_empty"),
        ("   ", "rig.path_empty"),
        ("10 20", "rig.path_number"),
        ("L10 20", "rig.path_begin"),
        ("M10", "rig.path_numbers"),
        ("M10 20 C1 2 3 4 5", "rig.path_numbers"),
        ("M0 0 Z 5 5", "rig.path_number"),
        ("M0 0 A5 5 0 0 1 10 10", "rig.path_token"),
        ("M0 0 Lnan inf", "rig.path_token"),
        ("M0 0 L1e99 0", "rig.path_far"),
        ("M0 0 L-20000 0", "rig.path_far"),
        ("M0 0" + " 1 1" * MAX_NUMBERS, "rig.path_long"),
        ("javascript:alert(1)", "rig.path_token"),
        ('M0 0"/><script>', "rig.path_token"),
    ],
)
def test_what_is_no_path_is_refused(text: str, words: str) -> None:
    with pytest.raises(PathError) as error:
        parse(text)
    assert error.value.words == words


@given(st.text(alphabet="MLCQSTHVZmlz0123456789.-+e, \n", max_size=60))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        shape = parse(text)
    except PathError:
        return
    assert shape.commands[0] == "M"
    assert template(shape.commands).count("%s") == 2 * len(shape.points)
    numbers = tuple(number for point in shape.points for number in point)
    assert parse(template(shape.commands) % numbers) == shape

"""Few pictures for much movement."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from tests.avatar.talk import Told, grid, performer, played, sentence, talks, words
from vtuber_cli.avatar.coarse import Coarse
from vtuber_cli.avatar.parameters import PARAMETERS
from vtuber_cli.bench.pose import pose_ms
from vtuber_cli.events import PhaseChanged


def coarse(talk: list[Told], seconds: float, fps: float) -> list[tuple[float, ...]]:
    steps = Coarse()
    return [tuple(steps.pose(pose).values()) for pose in played(talk, grid(seconds, fps), 3, 1 / fps)]


def known(poses: list[tuple[float, ...]]) -> float:
    """The share of poses that were there before."""
    return 1 - len(set(poses)) / len(poses)


def test_idle_pictures_come_again_and_mostly_stay() -> None:
    poses = coarse([], 300, 4)
    assert known(poses) > 0.93
    assert sum(before == after for before, after in pairwise(poses)) / len(poses) > 0.6
    assert len(set(poses)) > 5, "she is not frozen"


def test_nine_of_ten_pictures_of_speech_come_again() -> None:
    talk: list[Told] = [(0.0, PhaseChanged("speaking"))]
    talk += [(start * 3.5, sentence(words(3), "joy")) for start in range(40)]
    assert known(coarse(talk, 120, 12)) > 0.83


@settings(max_examples=20, deadline=None)
@given(talks)
def test_a_coarse_pose_is_whole_in_range_and_near(talk: list[Told]) -> None:
    steps = Coarse()
    for pose in played(talk, grid(9, 12)):
        near = steps.pose(pose)
        assert near.keys() == PARAMETERS.keys()
        for name, (low, high, *_) in PARAMETERS.items():
            assert low <= near[name] <= high
        assert abs(near["ParamMouthOpenY"] - pose["ParamMouthOpenY"]) <= 1 / 6 + 1e-9
        assert abs(near["ParamAngleX"] - pose["ParamAngleX"]) <= 0.75 * 9 + 1e-9


def test_lips_that_touch_and_lids_that_fall_are_kept() -> None:
    steps, one = Coarse(), performer()
    shut = one.pose(0.0) | {"ParamMouthOpenY": 0.0, "ParamEyeLOpen": 0.0}
    steps.pose(shut | {"ParamMouthOpenY": 1.0, "ParamEyeLOpen": 1.0})
    assert steps.pose(shut)["ParamMouthOpenY"] == steps.pose(shut)["ParamEyeLOpen"] == 0


def test_a_value_at_a_border_does_not_flicker() -> None:
    steps = Coarse()
    assert {steps.pose({"ParamAngleX": 4.4 + 0.3 * (frame % 2)})["ParamAngleX"] for frame in range(20)} == {0.0}


def test_the_measure_counts_poses_by_the_clock_it_is_given() -> None:
    ticks = iter([1.0, 1.6])
    assert pose_ms({}, fps=10, seconds=6, clock=lambda: next(ticks)) == pytest.approx(10)

"""Live2D's curves, evaluated by us."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.live2d.models import motion3
from vtuber_cli.errors import ConfigError
from vtuber_cli.live2d import motion_file
from vtuber_cli.live2d.motion_file import Motion


def motion(numbers: list[float], folder: Path, **meta: Any) -> Motion:
    file = folder / "m.motion3.json"
    file.write_text(json.dumps(motion3({"P": numbers}, **meta)))
    return motion_file.read(file)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([0, 3], {0: 3, 1: 3, 9: 3}),
        ([0, 0, 0, 1, 10], {-1: 0, 0: 0, 0.25: 2.5, 1: 10, 9: 10}),
        ([0, 1, 2, 1, 5], {0: 1, 0.99: 1, 1: 5}),
        ([0, 1, 3, 1, 5], {0: 1, 0.01: 5, 1: 5}),
        ([0, 0, 0, 1, 10, 2, 2, 4, 3, 3, 8], {0.5: 5, 1.5: 10, 1.99: 10, 2: 8, 2.5: 8, 4: 8}),
        # Through the points at thirds a curve is as straight as they are.
        ([0, 0, 1, 1, 1, 2, 2, 3, 3], {1: 1, 1.5: 1.5, 3: 3}),
        ([0, 0, 1, 1, 0, 2, 3, 3, 3], {1.5: 1.5, 0.75: 0.46875}),
    ],
)
@pytest.mark.parametrize("restricted", [True, False])
def test_segments(numbers: list[float], expected: dict[float, float], restricted: bool, tmp_path: Path) -> None:
    found = motion(numbers, tmp_path, duration=5.0, AreBeziersRestricted=restricted)
    for t, value in expected.items():
        assert found.at(t)["P"] == pytest.approx(value, abs=1e-4), t


def test_a_free_curve_is_read_by_its_time(tmp_path: Path) -> None:
    """Handles far to the right hold the value back: by the share of time alone it would be 0.5 in the middle."""
    numbers = [0, 0, 1, 0.9, 0, 0.9, 0, 1, 1]
    free, bound = (motion(numbers, tmp_path, AreBeziersRestricted=one).at(0.5)["P"] for one in (False, True))
    assert bound == pytest.approx(0.125)
    # t(s) = 2.7 s (1-s)^2 + 2.7 s^2 (1-s) + s^3 = 2.7 s - 2.7 s^2 + s^3 = 0.5 at s = 0.236
    assert free == pytest.approx(0.236**3, abs=1e-3)


def test_loops(tmp_path: Path) -> None:
    found = motion([0, 0, 0, 2, 10], tmp_path, Loop=True)
    assert [found.at(t)["P"] for t in (0.5, 2.5, 102.5)] == pytest.approx([2.5, 2.5, 2.5])


def test_only_parameters_are_values_and_notes_are_clean(tmp_path: Path) -> None:
    told = motion3({"P": [0, 1]})
    told["Curves"] += [
        {"Target": "Model", "Id": "Opacity", "Segments": [0, 1]},
        {"Target": "PartOpacity", "Id": "Arm", "Segments": [0, 1]},
    ]
    told["UserData"] = [{"Time": 0.5, "Value": "hi\x1b[2J"}]
    file = tmp_path / "m.motion3.json"
    file.write_text(json.dumps(told))
    found = motion_file.read(file)
    assert found.at(0) == {"P": 1} and found.parameters() == ["P"] and len(found.curves) == 3
    assert found.notes == ((0.5, "hi"),)


@pytest.mark.parametrize(
    ("numbers", "key"),
    [
        ([0, 0, 4, 1, 1], "live2d.segment_kind"),
        ([0, 0, 0.5, 1, 1], "live2d.segment_kind"),
        ([0, 0, -1, 1, 1], "live2d.segment_kind"),
        ([0, 0, 0, 1], "live2d.segment_short"),
        ([0, 0, 1, 1, 1, 1, 1, 1], "live2d.segment_short"),
        ([0, 0, 0], "live2d.segment_short"),
        ([1, 0, 0, 0.5, 0], "live2d.segment_back"),
        ([0], "config.too_few"),
        ([0, 1e9], "config.too_large"),
        (["0", True], "config.number"),
    ],
)
def test_broken_curves(numbers: list[Any], key: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        motion(numbers, tmp_path)
    assert error.value.key == key
    assert "Curves[0].Segments" in str(error.value.params["name"])


@pytest.mark.parametrize("duration", [0, -1, 1e9])
def test_a_motion_lasts(duration: float, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        motion([0, 0], tmp_path, duration=duration)


value = st.floats(-100, 100, allow_nan=False)
step = st.floats(0.01, 2)


@given(
    first=value,
    segments=st.lists(st.tuples(st.integers(0, 3), step, value, value, value), max_size=8),
    times=st.lists(st.floats(-1, 30), min_size=1, max_size=20),
    restricted=st.booleans(),
)
def test_a_value_is_never_beyond_its_points(
    first: float, segments: list[Any], times: list[float], restricted: bool, tmp_path_factory: Any
) -> None:
    t, numbers, seen = 0.0, [0.0, first], [first]
    for kind, lasts, a, b, end in segments:
        handles = [t + lasts / 3, a, t + 2 * lasts / 3, b] if kind == 1 else []
        numbers += [kind, *handles, t + lasts, end]
        seen += [end, *([a, b] if kind == 1 else [])]
        t += lasts
    found = motion(numbers, tmp_path_factory.getbasetemp(), AreBeziersRestricted=restricted)
    for time in times:
        one = found.at(time)["P"]
        assert isfinite(one) and min(seen) - 1e-6 <= one <= max(seen) + 1e-6
    assert found.at(t + 1)["P"] == pytest.approx(seen[-1] if not segments or segments[-1][0] != 1 else segments[-1][4])

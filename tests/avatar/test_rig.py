"""A pose becomes shapes: finite, continuous, and the ones that were drawn."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.avatar.rigs import CHARACTERS, small, write
from vtuber_cli.avatar.parameters import PARAMETERS, Pose
from vtuber_cli.avatar.rig import TENTHS, Drawing, Gradient, Rig, load
from vtuber_cli.avatar.rig_file import RigFile

OURS = {who: load(CHARACTERS / who) for who in ("mika", "jun")}
BOTH = pytest.mark.parametrize("rig", OURS.values(), ids=OURS)

poses = st.fixed_dictionaries(
    {}, optional={name: st.floats(one.low, one.high, width=32) for name, one in PARAMETERS.items()}
)


def shape(drawing: Drawing, part: str) -> list[float]:
    outline = next(one.outline for one in drawing.drawables if one.part == part)
    return [number / TENTHS for number in outline.numbers]


def outlines(rig: Rig, pose: Pose) -> dict[str, np.ndarray]:
    return {one.part: np.array(one.outline.numbers) / TENTHS for one in rig.draw(pose).drawables}


@pytest.fixture
def rig() -> Rig:
    return Rig(RigFile.model_validate(small()))


def test_at_rest_it_is_as_drawn(rig: Rig) -> None:
    drawing = rig.draw({})
    assert [one.part for one in drawing.drawables] == ["face", "mouth", "whiteL", "whiteR", "irisL", "irisR"]
    assert shape(drawing, "face") == [20, 20, 80, 20, 80, 80, 20, 80]
    assert drawing.drawables[0].fill == "#ffe0d0"


def test_forms_blend_over_two_parameters(rig: Rig) -> None:
    assert shape(rig.draw({"ParamMouthForm": -1, "ParamMouthOpenY": 1}), "mouth") == [45, 60, 55, 60, 55, 75, 45, 75]
    assert shape(rig.draw({"ParamMouthOpenY": 0.5}), "mouth") == [42.5, 62.5, 57.5, 62.5, 57.5, 70, 42.5, 70]


def test_a_further_parameter_adds_its_difference_from_rest(rig: Rig) -> None:
    # At rest the mouth's left corner is at 42.5, and the wry form's at 55.
    assert shape(rig.draw({"ParamMouthX": 1}), "mouth")[0] == 55
    assert shape(rig.draw({"ParamMouthX": 1, "ParamMouthForm": 1}), "mouth")[0] == 52.5
    assert shape(rig.draw({"ParamMouthX": 0.5}), "mouth")[0] == pytest.approx(48.75, abs=0.06)


def test_a_mirror_image_looks_the_same_way_and_frowns_the_other(rig: Rig) -> None:
    looking = rig.draw({"ParamEyeBallX": 1})
    assert shape(looking, "irisL")[0] - 62 == 5 == shape(looking, "irisR")[0] - 38
    left, right = rig.draw({"ParamBrowLAngle": 1}), rig.draw({"ParamBrowRAngle": 1})
    assert shape(left, "irisR") == shape(rig.draw({}), "irisR")
    mirrored = [100 - number if place % 2 == 0 else number for place, number in enumerate(shape(left, "irisL"))]
    assert shape(right, "irisR") == pytest.approx(mirrored)


def test_a_mirror_image_is_bounded_and_fades_on_its_own_side(rig: Rig) -> None:
    drawing = rig.draw({"ParamEyeLOpen": 0})
    assert [one.part for one in drawing.drawables if one.clip] == ["irisR"]
    assert drawing.drawables[-1].clip == "whiteR"
    assert set(drawing.clips) == {"whiteL", "whiteR"}


def test_gradients_move_with_their_part(rig: Rig) -> None:
    fill = rig.draw({"ParamEyeBallX": 1}).drawables[4].fill
    assert isinstance(fill, Gradient)
    assert (fill.x1, fill.y1, fill.x2, fill.y2) == (700, 360, 700, 440)
    assert fill.stops == ((0, "#000000", 1), (1, "#ffe0d0", 0.5))


def test_groups_turn_around_their_pivot() -> None:
    document = small()
    document["groups"][0]["drives"][0]["keys"] = [[0, 0], [30, 90]]
    found = shape(Rig(RigFile.model_validate(document)).draw({"ParamAngleZ": 30}), "face")
    assert found == [90, 30, 90, 90, 30, 90, 30, 30]


def test_hair_bends_more_towards_its_tip() -> None:
    document = small()
    document["groups"][0]["bends"] = [
        {"by": "ParamHairFront", "root": [50, 20], "tip": [50, 80], "keys": [[-1, -12], [1, 12]]}
    ]
    document["parts"] = [{"id": "hair", "group": "head", "path": "M50 10 L50 20 L50 50 L50 80"}]
    found = shape(Rig(RigFile.model_validate(document)).draw({"ParamHairFront": 1}), "hair")
    assert found[::2] == [50, 50, 53, 62]


def test_a_ball_shows_more_of_the_near_side() -> None:
    document = small()
    document["groups"][0]["ball"] = {
        "center": [50, 50], "radius": [40, 40], "x": {"by": "ParamAngleX", "keys": [[-30, -20], [30, 20]]},
    }  # fmt: skip
    document["parts"] = [{"id": "line", "group": "head", "path": "M20 50 L35 50 L50 50 L65 50 L80 50"}]
    ball = Rig(RigFile.model_validate(document))
    left, near_left, middle, near_right, right = shape(ball.draw({"ParamAngleX": 30}), "line")[::2]
    assert middle > 60
    assert near_left - left > right - near_right
    assert shape(ball.draw({"ParamAngleX": -30}), "line")[::2] == pytest.approx(
        [100 - number for number in (right, near_right, middle, near_left, left)], abs=0.11
    )


@BOTH
@settings(max_examples=40, deadline=None)
@given(pose=poses)
def test_any_pose_gives_finite_shapes(rig: Rig, pose: dict[str, float]) -> None:
    for one in rig.draw(pose).drawables:
        assert all(math.isfinite(number) and abs(number) < 2000 * TENTHS for number in one.outline.numbers)
        assert 0 < one.opacity <= 1


@BOTH
@settings(max_examples=40, deadline=None)
@given(pose=poses, name=st.sampled_from(sorted(PARAMETERS)), share=st.floats(0, 0.98))
def test_a_small_change_moves_everything_a_little(rig: Rig, pose: dict[str, float], name: str, share: float) -> None:
    parameter = PARAMETERS[name]
    step = (parameter.high - parameter.low) * 0.01
    before = parameter.low + share * (parameter.high - parameter.low)
    here, there = rig.draw({**pose, name: before}), rig.draw({**pose, name: before + step})
    now = {one.part: one for one in there.drawables}
    for one in here.drawables:
        if one.part not in now:
            assert one.opacity < 0.35, f"{one.part} vanishes"
            continue
        far = np.abs(np.array(one.outline.numbers) - np.array(now[one.part].outline.numbers)).max() / TENTHS
        assert far < 12, f"{one.part} jumps by {far:.1f} units"
        assert abs(one.opacity - now[one.part].opacity) < 0.35


@BOTH
def test_nothing_but_numbers_in_range_has_an_effect(rig: Rig) -> None:
    assert rig.draw({"ParamMouthOpenY": math.nan, "Whatever": 1.0}) == rig.draw({})
    assert rig.draw({"ParamMouthOpenY": 99.0}) == rig.draw({"ParamMouthOpenY": 1.0})


@BOTH
def test_they_listen_to_what_a_face_needs(rig: Rig) -> None:
    unused = set(PARAMETERS) - set(rig.parameters)
    assert unused == {"ParamA", "ParamI", "ParamU", "ParamE", "ParamO"}


@BOTH
def test_the_mouth_opens_and_its_lips_meet(rig: Rig) -> None:
    def area(pose: Pose) -> float:
        points = outlines(rig, pose)["mouth"].reshape(-1, 2)[::3]  # the points on the curve
        x, y = points[:, 0], points[:, 1]
        return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2

    for form in (-1.0, 0.0, 1.0):
        areas = [area({"ParamMouthForm": form, "ParamMouthOpenY": tenth / 10}) for tenth in range(11)]
        assert areas[0] < 3
        assert all(here < after for here, after in pairwise(areas))
        assert areas[-1] > 300


@BOTH
def test_closed_eyes_show_no_eyeball(rig: Rig) -> None:
    for smile in (0.0, 1.0):
        for angle in (-1.0, 0.0, 1.0):
            pose = {"ParamEyeLOpen": 0.0, "ParamEyeLSmile": smile, "ParamBrowLAngle": angle}
            eye = outlines(rig, pose)["eyeL"].reshape(-1, 2)[::3]
            x, y = eye[:, 0], eye[:, 1]
            assert abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2 < 12


@BOTH
def test_hands_and_cards_come_only_when_raised(rig: Rig) -> None:
    quiet = {one.part for one in rig.draw({}).drawables}
    raised = {one.part for one in rig.draw({"ParamArmL": 1, "ParamArmR": 1, "ParamHandCard": 1}).drawables}
    assert {"handL"} <= raised - quiet
    assert any("card" in part.lower() for part in raised - quiet)
    assert not any("hand" in part for part in quiet)


def test_reading_from_a_folder(tmp_path: Path) -> None:
    write(small(), tmp_path)
    assert load(tmp_path).draw({}) == Rig(RigFile.model_validate(small())).draw({})

"""How a pose reaches a model, and pixels leave it: with a library that only writes down what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.avatar.parameters import rest
from vtuber_cli.live2d import framing
from vtuber_cli.live2d.framing import Square
from vtuber_cli.live2d.ids import links, standard
from vtuber_cli.live2d.scene import Scene, straight


class Library:
    def clearBuffer(self, *_: float) -> None: ...


class Model:
    """Values and calls; `motion` is what its motion says."""

    def __init__(self, ranges: Mapping[str, tuple[float, float, float]], motion: Mapping[str, float] = {}) -> None:
        self.ranges = dict(ranges)
        self.motion = motion
        self.values = {name: one[2] for name, one in ranges.items()}
        self.saved = dict(self.values)
        self.calls: list[str] = []
        self.started: list[tuple[str, int, int]] = []
        self.busy = False
        self.view: tuple[float, float, float] = (1.0, 0.0, 0.0)
        self.steps: list[float] = []

    def GetParamIds(self) -> list[str]:
        return list(self.ranges)

    def GetParamMinByIndex(self, index: int) -> float:
        return list(self.ranges.values())[index][0]

    def GetParamMaxByIndex(self, index: int) -> float:
        return list(self.ranges.values())[index][1]

    def GetParamDefaultByIndex(self, index: int) -> float:
        return list(self.ranges.values())[index][2]

    def GetParamValueByIndex(self, index: int) -> float:
        return self.values[list(self.ranges)[index]]

    def SetParamByIndex(self, index: int, value: float) -> None:
        self.values[list(self.ranges)[index]] = value

    def LoadParameters(self) -> None:
        self.calls.append("load")
        self.values = dict(self.saved)

    def UpdateMotion(self, seconds: float) -> bool:
        self.calls.append("motion")
        self.steps.append(seconds)
        self.values.update(self.motion)
        return True

    def SaveParameters(self) -> None:
        self.calls.append("save")
        self.saved = dict(self.values)

    def ResetAllParameters(self) -> None:
        self.values = {name: one[2] for name, one in self.ranges.items()}

    def UpdatePhysics(self, seconds: float) -> None:
        self.calls.append("physics")

    def UpdatePose(self, seconds: float) -> None:
        self.calls.append("pose")

    def StartMotion(self, group: str, number: int, priority: int) -> None:
        self.started.append((group, number, priority))
        self.busy = True

    def IsMotionFinished(self) -> bool:
        return not self.busy

    def GetCanvasSize(self) -> tuple[float, float]:
        return 1.0, 2.0

    def Resize(self, width: int, height: int) -> None: ...

    def SetScale(self, scale: float) -> None:
        self.view = (scale, *self.view[1:])

    def SetOffset(self, x: float, y: float) -> None:
        self.view = (self.view[0], x, y)

    def Draw(self) -> None:
        self.calls.append("draw")


class Canvas:
    side = 0

    def use(self, side: int) -> None:
        self.side = side

    def read(self, left: int, bottom: int, width: int, height: int) -> bytes:
        assert left >= 0 and left + width <= self.side and bottom >= 0 and bottom + height <= self.side
        return bytes(width * height * 4)


USUAL = {
    "ParamAngleX": (-30.0, 30.0, 0.0),
    "PARAM_EYE_L_OPEN": (0.0, 1.5, 1.0),
    "ParamMouthOpenY": (0.0, 1.0, 0.0),
    "ParamHairFront": (-1.0, 1.0, 0.0),
    "Param59": (0.0, 1.0, 0.25),
}


def scene(model: Model, **given: Any) -> Scene:
    return Scene(Library(), model, Canvas(), **{"motions": {}, "boxes": {}, **given})


def struck(pose: Mapping[str, float], motion: Mapping[str, float] = {}, **given: Any) -> dict[str, float]:
    model = Model(USUAL, motion)
    scene(model, **given).draw({**rest(), "Param59": 0.25, **pose}, 80, 80, "bust", 0.1)
    return model.values


def test_a_pose_at_rest_leaves_the_motion_alone_but_for_the_lips() -> None:
    motion = {"ParamAngleX": 10.0, "PARAM_EYE_L_OPEN": 0.5, "ParamMouthOpenY": 0.7, "Param59": 0.9}
    assert struck({}, motion) == {**motion, "ParamMouthOpenY": 0.0, "ParamHairFront": 0.0}


def test_a_pose_goes_onto_the_motion() -> None:
    motion = {"ParamAngleX": 10.0, "PARAM_EYE_L_OPEN": 0.5, "Param59": 0.25}
    found = struck({"ParamAngleX": 5.0, "ParamEyeLOpen": 0.5, "ParamMouthOpenY": 0.6, "Param59": 1.0}, motion)
    assert found["ParamAngleX"] == 15.0 and found["PARAM_EYE_L_OPEN"] == 0.25
    assert found["ParamMouthOpenY"] == 0.6 and found["Param59"] == 1.0


def test_hair_is_left_to_physics_where_there_is_any() -> None:
    assert struck({"ParamHairFront": 0.5})["ParamHairFront"] == 0.5
    assert struck({"ParamHairFront": 0.5}, physics=True)["ParamHairFront"] == 0.0


def test_frames_do_not_add_up() -> None:
    model = Model(USUAL)
    found = scene(model)
    for _ in range(5):
        found.draw({**rest(), "ParamAngleX": 7.0}, 80, 80, "bust", 0.1)
    assert model.values["ParamAngleX"] == 7.0
    assert model.calls[-6:] == ["load", "motion", "save", "physics", "pose", "draw"]


def test_time_goes_on_in_steps() -> None:
    model = Model(USUAL)
    found = scene(model)
    for seconds in (0.1, 30.0, -1.0):
        found.draw(rest(), 80, 80, "face", seconds)
    assert model.steps == [0.1, 0.25, 0.0]


def test_motions_by_occasion() -> None:
    model = Model(USUAL)
    found = scene(model, motions={"idle": [("Idle", 0), ("Idle", 1)], "talk": [], "tap": [("", 2)]})
    for busy in (False, True, False):
        model.busy = busy
        found.draw(rest(), 80, 80, "bust", 0.1)
    found.play("talk")
    found.play("tap")
    assert model.started == [("Idle", 0, 1), ("Idle", 1, 1), ("", 2, 3)]


@pytest.mark.parametrize(
    ("width", "height", "view"),
    [(80, 80, (2.0, -0.1, -1.0)), (160, 40, (0.5, -0.025, -0.25)), (40, 80, (1.0, -0.05, -0.5))],
)
def test_what_is_shown_fits_into_the_shorter_side(width: int, height: int, view: tuple[float, ...]) -> None:
    """The canvas is 1 x 2; a box of half its height in its upper middle is a square of half 0.5 at (0.05, 0.5)."""
    model = Model(USUAL)
    found = scene(model, boxes={"face": (0.35, 0.0, 0.4, 0.5)})
    assert len(found.draw(rest(), width, height, "face", 0.1)) == width * height * 4
    assert model.view == pytest.approx(view)


def test_parameters_are_told() -> None:
    assert scene(Model(USUAL)).parameters["PARAM_EYE_L_OPEN"] == (0.0, 1.5, 1.0)


# --- ids ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ("ParamMouthOpenY", "ParamMouthOpenY"), ("PARAM_MOUTH_OPEN_Y", "ParamMouthOpenY"), ("PARAM_TERE", "ParamCheek"),
        ("PARAM_EYE_BALL_X", "ParamEyeBallX"), ("PARAM_BODY_ANGLE_Z", "ParamBodyAngleZ"),
        ("param_breath", "ParamBreath"),
        ("Param59", "Param59"), ("", ""), ("ParamAngle", "ParamAngle"),
    ],
)  # fmt: skip
def test_standard_names(identity: str, name: str) -> None:
    assert standard(identity) == name


def test_lips() -> None:
    assert links(["ParamA", "X"], ["ParamA"]) == {"ParamA": "ParamMouthOpenY", "X": "X"}
    assert links(["Jaw"], ["Jaw", "ParamMouthOpenY"]) == {"Jaw": "ParamMouthOpenY"}
    vowels = [f"Param{one}" for one in "AIUEO"]
    assert links([*vowels, "PARAM_MOUTH_OPEN_Y"], ["ParamA"]) == {
        **{one: one for one in vowels}, "PARAM_MOUTH_OPEN_Y": "ParamMouthOpenY",
    }  # fmt: skip


# --- pixels -------------------------------------------------------------------------------------------------------


def test_pixels_are_no_longer_premultiplied() -> None:
    found = straight(np.array([[[128, 64, 0, 128], [0, 0, 0, 0], [255, 0, 9, 255]]], np.uint8))
    assert found.tolist() == [[[255, 127, 0, 128], [0, 0, 0, 0], [255, 0, 9, 255]]]


def test_smaller_pictures_are_averages_of_what_is_seen() -> None:
    """A red pixel beside three transparent ones is red, a quarter seen: not a dark red."""
    large = np.zeros((2, 2, 4), np.uint8)
    large[0, 0] = (255, 0, 0, 255)
    assert straight(large, 2).tolist() == [[[255, 0, 0, 64]]]


# --- her face -----------------------------------------------------------------------------------------------------

SIDE = 256


def doll(x: float, top: float, scale: float, *, eyes: bool = True, mouth: bool = True) -> list[Any]:
    """Pictures of a doll at rest, with shut eyes and with an open mouth."""

    def picture(lids: bool, lips: bool) -> Any:
        found = np.zeros((SIDE, SIDE, 4), np.uint8)

        def fill(left: float, right: float, high: float, low: float, colour: int) -> None:
            columns = [round((x + one * scale + 1) * SIDE / 2) for one in (left, right)]
            rows = [round((1 - top + one * scale) * SIDE / 2) for one in (high, low)]
            found[max(rows[0], 0) : rows[1], max(columns[0], 0) : columns[1]] = (colour, colour, colour, 255)

        fill(-0.5, 0.5, 0.0, 3.0, 90)
        if lids and eyes:
            fill(-0.3, -0.1, 0.5, 0.6, 255)
            fill(0.1, 0.3, 0.5, 0.6, 255)
        if lips and mouth:
            fill(-0.1, 0.1, 0.75, 0.85, 0)
        return found

    return [picture(True, False), picture(False, False), picture(True, True)]


@given(x=st.floats(-0.3, 0.3), top=st.floats(0.2, 0.95), scale=st.floats(0.3, 0.8))
def test_her_face_is_found(x: float, top: float, scale: float) -> None:
    found = framing.squares(*doll(x, top, scale))
    face, bust = found["face"], found["bust"]
    assert face.x == pytest.approx(x, abs=0.03) and face.half < bust.half
    eyes, chin = top - 0.55 * scale, top - 1.0 * scale
    assert face.y - face.half < chin and face.y + face.half > eyes + 0.4 * scale
    assert bust.y - bust.half < chin - 0.4 * scale


@pytest.mark.parametrize("what", ["mouth", "eyes", "both"])
def test_without_eyes_or_a_mouth_that_move(what: str) -> None:
    found = framing.squares(*doll(0.1, 0.9, 0.5, eyes=what == "mouth", mouth=what == "eyes"))
    assert found["face"].x == pytest.approx(0.1, abs=0.05)
    assert found["face"].y > 0 and 0.05 < found["face"].half < found["bust"].half <= 1.2


def test_an_empty_picture() -> None:
    nothing = np.zeros((SIDE, SIDE, 4), np.uint8)
    assert framing.squares(nothing, nothing, nothing) == {"bust": framing.WHOLE, "face": framing.WHOLE}


def test_boxes() -> None:
    assert framing.of_box((0, 0, 1, 1), 1.0) == Square(0.0, 0.0, 1.0)
    assert framing.of_box((0, 0, 1, 0.5), 0.5) == Square(0.0, 0.5, 0.5)

"""`live2d.json`: what it may say, and what becomes of it with a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live2d import models
from vtuber_cli.avatar.expressions import STRONGEST
from vtuber_cli.avatar.parameters import rest
from vtuber_cli.avatar.pose import Performer
from vtuber_cli.cli import show
from vtuber_cli.errors import ConfigError
from vtuber_cli.events import ReplyStarted
from vtuber_cli.live2d import map_file, model_file, stills
from vtuber_cli.live2d.map_file import Cast
from vtuber_cli.live2d.model_file import Model


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return model_file.read(models.write(tmp_path / "mia"))


def read(told: dict[str, Any], model: Model, folder: Path) -> Cast:
    file = folder / map_file.FILE
    file.write_text(json.dumps({"format": "vtuber-live2d", "version": 1, **told}, ensure_ascii=False), "utf-8")
    return map_file.read(file, model)


def test_an_expression_and_what_goes_before_it(model: Model, tmp_path: Path) -> None:
    told = {
        "emotions": {"joy": {"expression": "F01", "add": {"PARAM_MOUTH_FORM": [0, 0, 0.5, 0.5, 0.5]}, "fade_in": 0.1}}
    }
    joy = read(told, model, tmp_path).expressions["joy"]
    assert set(joy.effects) == {"ParamMouthForm", "ParamEyeLSmile", "ParamEyeRSmile"}
    assert joy.effects["ParamMouthForm"].at(3).added == 0.5
    assert (joy.fade_in, joy.fade_out) == (0.1, 1.0)


@pytest.mark.parametrize(("intensity", "shown"), [(0, 0.0), (1, 0.5), (2, 0.8), (3, 1.0), (5, 1.0)])
def test_a_model_s_expression_is_whole_at_the_usual_intensity(
    intensity: float, shown: float, model: Model, tmp_path: Path
) -> None:
    found = read({"emotions": {"joy": {"expression": "F01"}, "sadness": {"expression": "exp_05"}}}, model, tmp_path)
    assert found.expressions["joy"].at(intensity)["ParamMouthForm"].added == pytest.approx(shown)
    put = found.expressions["sadness"].at(intensity)["Param59"]
    assert put.put * put.weight == pytest.approx(min(1.0, intensity))  # a switch is on or off
    assert found.extra() == {"Param59"}


WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("live2d.unknown_nearest", "emotions.joy.expression", {"emotions": {"joy": {"expression": "F02"}}}),
    ("live2d.unknown", "emotions.joy.expression", {"emotions": {"joy": {"expression": "zzz"}}}),
    ("live2d.unknown_nearest", "motions.idle[0].group", {"motions": {"idle": [{"group": "idle"}]}}),
    ("live2d.motion_index", "motions.tap[0].index", {"motions": {"tap": [{"group": "Idle", "index": 1}]}}),
    ("live2d.changed_twice", "emotions.joy.multiply.PARAM_CHEEK",
     {"emotions": {"joy": {"add": {"ParamCheek": 1}, "multiply": {"PARAM_CHEEK": 1}}}}),
    ("live2d.empty_view", "views.face", {"views": {"face": [0.5, 0.5, 0, 0.2]}}),
    ("config.too_large", "views.face[2]", {"views": {"face": [0.5, 0.5, 2, 0.2]}}),
    ("config.choice", "emotions.hapy", {"emotions": {"hapy": {}}}),
    ("config.unknown_key_nearest", "emotions.joy.expresion", {"emotions": {"joy": {"expresion": "F01"}}}),
    ("config.choice", "format", {"format": "vtuber-rig"}),
    ("config.too_large", "emotions.joy.add.X", {"emotions": {"joy": {"add": {"X": 1000}}}}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "name", "told"), WRONG, ids=[one[1] for one in WRONG])
def test_wrong_ones(key: str, name: str, told: dict[str, Any], model: Model, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        read(told, model, tmp_path)
    assert (error.value.key, error.value.params["name"]) == (key, name)
    assert f"{tmp_path / map_file.FILE}:" in show.message(error.value)


def test_motions_lips_and_views(model: Model, tmp_path: Path) -> None:
    found = read(
        {"motions": {"idle": [{"group": ""}]}, "lips": ["Jaw"], "views": {"face": [0, 0, 1, 0.5]}}, model, tmp_path
    )
    assert [(one.group, one.number) for one in found.motions["idle"]] == [("", 0)] and found.motions["tap"] == ()
    assert found.lips == ("Jaw",) and found.views == {"face": (0, 0, 1, 0.5)}
    found = read({}, model, tmp_path)
    assert [one.group for one in found.motions["idle"]] == ["Idle"] and found.lips == ("ParamMouthOpenY",)
    assert read({"lips": []}, model, tmp_path).lips == ()


def test_a_proposal_is_a_map(model: Model, tmp_path: Path) -> None:
    text = map_file.text(map_file.proposal(model))
    file = tmp_path / map_file.FILE
    file.write_text(text, "utf-8")
    assert map_file.read(file, model) == map_file.guessed(model)
    assert '    "anger": {"expression": "怒り"},\n' in text


def test_a_proposal_for_a_model_of_which_nothing_is_known(tmp_path: Path) -> None:
    model = model_file.read(models.write(tmp_path, Expressions=None, Motions=None, DisplayInfo=None))
    text = map_file.text(map_file.proposal(model))
    assert json.loads(text) == map_file.proposal(model)
    assert map_file.guessed(model).motions == {"idle": (), "tap": (), "talk": ()}


def test_stills(model: Model) -> None:
    shown = dict(stills.poses(model, {"Param59": 0.25}))
    assert shown["-"] == {**rest(), "Param59": 0.25}
    assert shown["exp_05"]["Param59"] == 1.0 and shown["F01"]["ParamMouthForm"] == 1.0
    assert list(shown) == ["-", "F01", "怒り", "exp_05"]
    assert model.expressions["F01"].expression.at(STRONGEST)["ParamMouthForm"].added == 1.0


def test_a_performer_knows_the_model_s_own_parameters(model: Model) -> None:
    """Param59 rests at 0.25; sadness puts 1 in its place, and goes again. Untold, it is unknown."""
    expressions = map_file.guessed(model).expressions
    performer, other = Performer(expressions, extra={"Param59": 0.25}), Performer(expressions)
    for one in (performer, other):
        one.tell(ReplyStarted(1, "sadness"), 1.0)
        one.tell(ReplyStarted(2, "anger"), 6.0)
    found = [performer.pose(t)["Param59"] for t in (0.5, 3.0, 10.0)]
    assert found == pytest.approx([0.25, 1.0, 0.25])
    assert "Param59" not in other.pose(3.0)

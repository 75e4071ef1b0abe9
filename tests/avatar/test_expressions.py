"""What a feeling does to a pose, how feelings fade, and the files that say so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.avatar.expressions import Effect, Expression, Fades, eased
from vtuber_cli.avatar.expressions_file import FILE, read, read_exp3
from vtuber_cli.avatar.parameters import PARAMETERS
from vtuber_cli.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

ADD = Expression({"ParamCheek": Effect("add", (0.5,))}, 1.0, 1.0)
PUT = Expression({"ParamCheek": Effect("overwrite", (0.2,))}, 1.0, 1.0)
DOUBLE = Expression({"ParamCheek": Effect("multiply", (2.0,))}, 1.0, 1.0)


def cheek(fades: Fades, t: float, motion: float = 0.4) -> float:
    values = {"ParamCheek": motion}
    fades.colour(values, t)
    return values["ParamCheek"]


def show(fades: Fades, name: str, expression: Expression, at: float, intensity: float = 5) -> None:
    fades.show(name, expression.at(intensity), at, expression.fade_in, expression.fade_out)


@pytest.mark.parametrize(("expression", "value"), [(ADD, 0.9), (PUT, 0.2), (DOUBLE, 0.8)])
def test_blends_as_live2d_does(expression: Expression, value: float) -> None:
    fades = Fades()
    show(fades, "it", expression, 10.0)
    assert cheek(fades, 10.0) == pytest.approx(0.4)
    assert cheek(fades, 10.5) == pytest.approx((0.4 + value) / 2)
    assert cheek(fades, 11.0) == cheek(fades, 99.0) == pytest.approx(value)


def test_fades_out_by_its_own_time_as_the_next_one_fades_in() -> None:
    fades = Fades()
    show(fades, "old", ADD._replace(fade_out=0.5), 0.0)
    fades.show("none", {}, 10.0, 2.0, 2.0)
    assert cheek(fades, 10.25) == pytest.approx(0.4 + 0.5 * 0.5 * (1 - eased(0.25 / 2)))
    assert cheek(fades, 10.5) == pytest.approx(0.4)


def test_the_same_feeling_grows_without_a_dip() -> None:
    fades = Fades()
    show(fades, "joy", ADD, 0.0, 3)
    show(fades, "joy", ADD, 5.0, 5)
    values = [cheek(fades, 5 + tick / 50) for tick in range(60)]
    assert values == sorted(values) and values[0] == pytest.approx(0.7) and values[-1] == pytest.approx(0.9)


@pytest.mark.parametrize("blend", ["add", "multiply", "overwrite"])
@given(levels=st.lists(st.floats(-1, 1), min_size=5, max_size=5), intensity=st.floats(0, 5))
def test_intensity_goes_smoothly_from_nothing_through_the_levels(
    blend: Any, levels: list[float], intensity: float
) -> None:
    expression = Expression({"ParamCheek": Effect(blend, tuple(levels))})

    def seen(felt: float) -> float:
        fades = Fades()
        show(fades, "it", expression, 0.0, felt)
        return cheek(fades, 9.0)

    at_levels = {"add": [0.4 + one for one in levels], "multiply": [0.4 * one for one in levels], "overwrite": levels}
    assert [seen(i) for i in range(1, 6)] == pytest.approx(at_levels[blend])
    assert seen(0) == pytest.approx(0.4)
    assert abs(seen(intensity) - seen(min(5, intensity + 0.001))) < 0.01


def test_what_is_no_intensity_is_the_nearest() -> None:
    assert ADD.at(99) == ADD.at(5) and ADD.at(-1) == ADD.at(0) and ADD.at(float("nan")) == ADD.at(3)


@given(
    st.lists(st.tuples(st.sampled_from([ADD, PUT, DOUBLE]), st.floats(0.0, 2.0), st.floats(0, 5)), max_size=6),
    st.floats(0, 1),
)
def test_never_leaves_what_its_expressions_span(shown: list[tuple[Expression, float, float]], motion: float) -> None:
    fades, at, before = Fades(), 0.0, motion
    for name, (expression, pause, intensity) in enumerate(shown):
        show(fades, str(name), expression, at, intensity)
        end, t = at + pause, at
        while t < end:
            now = cheek(fades, t, motion)
            assert -1e-9 <= now <= 2 * (motion + 0.5) + 1e-9
            assert abs(now - before) < 0.08, "it jumped"
            before, t = now, t + 0.01
        at = end


def test_a_still_picture_of_a_feeling() -> None:
    assert Expression({"ParamAngleX": Effect("add", (99,))}).pose(5)["ParamAngleX"] == 30
    assert ADD.pose(0)["ParamCheek"] == PARAMETERS["ParamCheek"].default


# --- files --------------------------------------------------------------------------------------------------------

WHOLE = {
    "format": "vtuber-expressions",
    "version": 1,
    "emotions": {
        "joy": {
            "fade_in": 0.2,
            "add": {"ParamMouthForm": 1, "ParamTear": [0, 0, 0, 0.2, 0.6]},
            "multiply": {"ParamEyeLOpen": 0.5},
            "overwrite": {"ParamEyeBallX": 0.8},
        },
        "neutral": {},
    },
}


def written(folder: Path, data: object, name: str = FILE) -> Path:
    file = folder / name
    file.write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
    return file


def test_reads_our_file(tmp_path: Path) -> None:
    joy = read(written(tmp_path, WHOLE))["joy"]
    assert (joy.fade_in, joy.fade_out) == (0.2, 0.4)
    assert joy.pose(4)["ParamTear"] == pytest.approx(0.2)
    assert joy.pose(5)["ParamEyeLOpen"] == pytest.approx(0.5)
    assert joy.pose(2.5)["ParamEyeBallX"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"emotions": {"joyy": {}}}, "joyy"),
        ({"emotions": {"joy": {"add": {"ParamNose": 1}}}}, "ParamNose"),
        ({"emotions": {"joy": {"add": {"ParamTear": [1, 2]}}}}, "ParamTear"),
        ({"emotions": {"joy": {"add": {"ParamTear": 1}, "multiply": {"ParamTear": 1}}}}, "joy"),
        ({"emotions": {"joy": {"fade_in": -1}}}, "fade_in"),
        ({"version": 2}, "version"),
    ],
)
def test_names_what_is_wrong_with_our_file(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(written(tmp_path, WHOLE | change))
    assert says in str(refused.value.params["name"]) and refused.value.params["line"] > 1


EXP3 = {
    "Type": "Live2D Expression",
    "FadeInTime": 0.5,
    "Parameters": [
        {"Id": "ParamEyeLOpen", "Value": 0.8, "Blend": "Multiply"},
        {"Id": "Param59", "Value": 1},
        {"Id": "ParamMouthForm", "Value": -1, "Blend": "Overwrite"},
    ],
}


def test_reads_live2d_files_with_tabs_and_foreign_keys(tmp_path: Path) -> None:
    text = "\ufeff" + json.dumps(EXP3 | {"Other": []}, indent="\t")
    found = read_exp3(written(tmp_path, text, "angry.exp3.json"))
    assert (found.fade_in, found.fade_out) == (0.5, 1.0)
    assert {name: effect.blend for name, effect in found.effects.items()} == {
        "ParamEyeLOpen": "multiply", "Param59": "add", "ParamMouthForm": "overwrite",
    }  # fmt: skip
    assert found.pose(5)["ParamEyeLOpen"] == pytest.approx(0.8)
    assert "Param59" not in found.pose(5)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "not json", "\x00", "[" * 100_000, json.dumps(EXP3 | {"FadeInTime": 1e99}),
        json.dumps(EXP3).replace("0.8", "NaN"), json.dumps(EXP3).replace("Multiply", "Screen"), " " * 300_000,
    ],
)  # fmt: skip
def test_refuses_what_is_no_expression_of_live2ds(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        read_exp3(written(tmp_path, text, "bad.exp3.json"))
    with pytest.raises(ConfigError):
        read_exp3(tmp_path / "none.exp3.json")

"""The parameters of a pose."""

from __future__ import annotations

from math import inf, nan

from vtuber_cli.avatar.parameters import PARAMETERS, clamped, rest


def test_every_default_is_within_its_range() -> None:
    for parameter in PARAMETERS.values():
        assert parameter.low <= parameter.default <= parameter.high
        assert parameter.low < parameter.high
        assert parameter.what


def test_rest_is_clamped_already() -> None:
    assert clamped(rest()) == rest()


def test_clamping_keeps_the_known_and_the_finite() -> None:
    pose = {"ParamAngleX": 99.0, "ParamEyeLOpen": -1, "ParamCheek": nan, "ParamTear": inf, "Whatever": 1.0}
    assert clamped(pose) == {"ParamAngleX": 30.0, "ParamEyeLOpen": 0.0}

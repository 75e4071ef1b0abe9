"""Limited animation: a pose in few steps, so that the same pictures come again and can be kept.

Free movement never shows the same pose twice, and a picture costs tens of milliseconds. Here every parameter moves in
a few steps, and holds one until it is well into the next; what a small picture cannot show stays where it rests.
"""

from __future__ import annotations

from collections.abc import Mapping

from vtuber_cli.avatar.parameters import PARAMETERS, Pose

_STEPS: Mapping[str, float] = {
    "ParamAngleX": 9.0, "ParamAngleY": 8.0, "ParamAngleZ": 8.0,
    "ParamBodyAngleX": 0.0, "ParamBodyAngleY": 0.0, "ParamBodyAngleZ": 0.0, "ParamBreath": 1.0,
    "ParamHairFront": 0.0, "ParamHairSide": 0.5, "ParamHairBack": 0.0,
    "ParamEyeLOpen": 0.5, "ParamEyeROpen": 0.5, "ParamEyeBallX": 0.5, "ParamEyeBallY": 0.5,
    "ParamMouthOpenY": 1 / 3, "ParamMouthForm": 0.5,
    "ParamA": 0.0, "ParamI": 0.0, "ParamU": 0.0, "ParamE": 0.0, "ParamO": 0.0,
}  # fmt: skip
"""The size of a step; 0 holds still. What is not here has four steps from its rest to its end."""
_SPEAKING: Mapping[str, float] = {"ParamBreath": 0.0, "ParamMouthForm": 1.0}
"""While she speaks: nobody sees her breathe, and a third of the pictures is spared."""
_AT_ONCE = frozenset({"ParamMouthOpenY", "ParamMouthForm", "ParamEyeLOpen", "ParamEyeROpen"})
_HOLDS = 0.75
"""Of a step: how far a value has to be away before it changes; half would flicker at the border."""


class Coarse:
    """Remembers which step each parameter is on."""

    def __init__(self, steps: Mapping[str, float] = _STEPS) -> None:
        self._steps = {
            name: steps.get(name, max(one.high - one.default, one.default - one.low) / 4)
            for name, one in PARAMETERS.items()
        }
        self._speaking = {**self._steps, **_SPEAKING}
        self._held = {name: one.default for name, one in PARAMETERS.items()}

    def pose(self, pose: Pose, *, speaking: bool = False) -> dict[str, float]:
        """The nearest pose of few steps; it depends on the one before."""
        held = self._held
        for name, step in (self._speaking if speaking else self._steps).items():
            low, high, rest, *_ = PARAMETERS[name]
            away = pose.get(name, rest) - rest
            if step and (name in _AT_ONCE or abs(away + rest - held[name]) > _HOLDS * step):
                held[name] = min(max(rest + round(away / step) * step, low), high)
        return dict(held)

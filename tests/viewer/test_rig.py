"""The page draws what Python draws."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.chromium import Image, Page, page
from tests.viewer.server import StandIn
from vtuber_cli.avatar import raster_resvg, rig
from vtuber_cli.avatar.expressions_file import FILE, read
from vtuber_cli.avatar.parameters import PARAMETERS, SIDEWAYS, mirrored, rest
from vtuber_cli.avatar.png import decode
from vtuber_cli.events import EMOTIONS

CHARACTERS = Path(__file__).resolve().parent.parent.parent / "characters"
SIZE = (240, 240)
_MIXTURES = 16
_DRAW = """(async () => {
  const { Rig } = await import("/viewer/rig.js");
  const rig = new Rig(await (await fetch("/rigs/%s.json")).json());
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [%d, %d];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const drawn = [];
  for (const pose of %s) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.scale(canvas.width / rig.canvas[0], canvas.height / rig.canvas[1]);
    rig.draw(context, pose);
    drawn.push(canvas.toDataURL("image/png").split(",")[1]);
  }
  return drawn;
})()"""


def _poses(name: str) -> dict[str, dict[str, float]]:
    """All expressions, each with the head turned another way, and mixtures of every parameter."""
    expressions = read(CHARACTERS / name / FILE)
    turns = [(0.0, 0.0, 0.0), (30.0, -20.0, 12.0), (-30.0, 25.0, -20.0)][: 3 if name == "mika" else 1]
    found = {
        f"{emotion} {turn}": rest() | expressions[emotion].pose(5.0) | dict(zip(_ANGLES, turn, strict=True))
        for emotion in EMOTIONS
        if emotion in expressions
        for turn in turns
    }
    rng = np.random.default_rng(4)
    for number in range(_MIXTURES):
        shares = np.clip(rng.normal(0.5, 0.45, len(PARAMETERS)), 0, 1)  # often at an end
        mixed = {
            parameter: float(one.low + share * (one.high - one.low))
            for (parameter, one), share in zip(PARAMETERS.items(), shares, strict=True)
        }
        found[f"mixture {number}"] = mixed
    return found


_ANGLES = ("ParamAngleX", "ParamAngleY", "ParamAngleZ")


def _premultiplied(image: Image) -> np.ndarray[Any, Any]:
    """Colours as they are seen: what is transparent has none."""
    colours = image.astype(np.float64)
    colours[..., :3] *= colours[..., 3:] / 255
    return colours


@pytest.mark.parametrize("name", ["mika", "jun"])
async def test_every_pose_looks_as_in_python(browser: str, server: StandIn, name: str) -> None:
    poses = _poses(name)
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        drawn = await tab.run(_DRAW % (name, *SIZE, json.dumps(list(poses.values()))))
    ours = rig.load(CHARACTERS / name)
    box = (0.0, 0.0, *map(float, ours.canvas))
    for (called, pose), text in zip(poses.items(), drawn, strict=True):
        expected = np.frombuffer(raster_resvg.rgba(ours.draw(pose), box, SIZE), np.uint8).reshape(*SIZE[::-1], 4)
        seen = decode(base64.b64decode(text))
        difference = np.abs(_premultiplied(seen) - _premultiplied(expected))
        # An edge may lie a fraction of a pixel elsewhere; a part that is missing or moved is seen at once.
        assert difference.mean() < 0.8, called
        assert np.mean(difference.max(axis=-1) > 64) < 0.004, called


async def _value(tab: Page, script: str) -> Any:
    return await tab.run(f"(async () => {{ {script} }})()")


async def test_parameters_are_those_of_python(browser: str, server: StandIn) -> None:
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        found = await _value(
            tab,
            'const { PARAMETERS, SIDEWAYS, mirrored } = await import("/viewer/parameters.js");'
            "return [PARAMETERS, [...SIDEWAYS], Object.keys(PARAMETERS).map(mirrored)];",
        )
    assert found[0] == {name: [one.low, one.high, one.default] for name, one in PARAMETERS.items()}
    assert set(found[1]) == SIDEWAYS
    assert found[2] == [mirrored(name) for name in PARAMETERS]

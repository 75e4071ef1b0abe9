"""A user's own model on the page: what it lacks is said, and nothing of it is loaded for a drawn character."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from tests.browser.chromium import Page, page
from tests.live2d.models import png
from tests.viewer.said import MIKA, SENT, START, audio
from tests.viewer.server import VIEWER, StandIn, standing_in
from tests.viewer.show import SIZE, keep, viewer
from vtuber_cli.live2d.ids import links

_Files: TypeAlias = dict[str, Path | bytes]

_CHOSEN = os.environ.get("VTUBER_TEST_LIVE2D_DISPLAY")
"""Where the library is that draws models: it holds code of Live2D's and is not in this repository."""
_CORE = "/live2d-core/live2dcubismcore.min.js"
_DISPLAY = "/live2d-core/cubism4.min.js"
_STAND_IN = Path(__file__).with_name("core_stand_in.js")
_MODEL = {
    "Version": 3,
    "FileReferences": {"Moc": "m.moc3", "Textures": ["t.png"]},
    "Groups": [{"Target": "Parameter", "Name": "LipSync", "Ids": ["PARAM_MOUTH_OPEN_Y"]}],
}
_FOLDER: _Files = {
    "/live2d-models/mia/mia.model3.json": json.dumps(_MODEL).encode(),
    "/live2d-models/mia/m.moc3": b"MOC3\x05" + bytes(59),
    "/live2d-models/mia/t.png": png(),
}
_MIA: dict[str, Any] = {
    "type": "set-model-and-conf",
    "model_info": {"name": "mia", "url": "/live2d-models/mia/mia.model3.json"},
}
_HINT = "document.getElementById('hint-figure').textContent"


@asynccontextmanager
async def _shown(browser: str, files: _Files, prepare: str = "") -> AsyncIterator[tuple[StandIn, Page]]:
    async with standing_in(_FOLDER | files) as server, page(browser, size=SIZE, prepare=prepare) as tab:
        await tab.open(f"{server.url}/viewer/")
        await server.until("hello")
        await server.send(_MIA)
        yield server, tab


async def test_a_drawn_character_needs_nothing_of_it(browser: str, server: StandIn) -> None:
    async with viewer(browser, server):
        pass
    assert not [each for each in server.asked if "live2d" in each or "vendor" in each]


async def test_without_core_the_page_says_how_to_get_it(browser: str) -> None:
    async with _shown(browser, {}) as (server, tab):
        await tab.until(f"{_HINT}.includes('vtuber live2d install-core')")
        assert not [each for each in server.asked if "vendor" in each]
        await server.send(START, audio("But heard.", 0.2), SENT)
        await server.until("frontend-playback-complete")
        await server.send(MIKA)
        await tab.until("document.querySelector('canvas.figure') !== null")


async def test_her_drawing_takes_the_place_of_a_model_that_cannot_be_drawn(browser: str) -> None:
    async with standing_in(_FOLDER) as server, page(browser, size=SIZE) as tab:
        await tab.open(f"{server.url}/viewer/")
        await server.until("hello")
        await server.send({**_MIA, "model_info": {**_MIA["model_info"], "rig_url": "/rigs/jun.json"}})
        await tab.until("document.querySelector('canvas.figure') !== null")
        assert "vtuber live2d install-core" in await tab.run(_HINT)
        assert "/rigs/jun.json 200" in server.asked


async def test_core_6_is_refused(browser: str) -> None:
    async with _shown(browser, {_CORE: _STAND_IN}, "window.coreVersion = 6") as (server, tab):
        await tab.until(f"{_HINT}.includes('6.0') && {_HINT}.includes('version 5')")
        assert not [each for each in server.asked if "vendor" in each]


async def test_without_the_display_library_the_page_names_it(browser: str) -> None:
    async with _shown(browser, {_CORE: _STAND_IN}) as (_, tab):
        await tab.until(f"{_HINT}.includes('cubism4.min.js')")


async def test_pixi_draws_under_our_rules(browser: str, server: StandIn) -> None:
    """Nothing inline, nothing from elsewhere, and no `eval`."""
    async with page(browser, size=SIZE) as tab:
        await tab.open(f"{server.url}/viewer/")
        for name in ("pixi.min.js", "unsafe-eval.min.js"):
            await tab.run(
                "new Promise((loaded) => { const found = document.createElement('script');"
                f"found.src = '/viewer/vendor/{name}'; found.onload = () => loaded(true);"
                "document.head.append(found); })"
            )
        await tab.run(
            "(() => { const view = document.createElement('canvas'); document.getElementById('stage').append(view);"
            "const renderer = new PIXI.Renderer({ view, width: 200, height: 200, backgroundAlpha: 0 });"
            "renderer.render(new PIXI.Graphics().beginFill(0xff0000).drawRect(50, 50, 100, 100)); })()"
        )
        seen = await tab.image((0, 0, 200, 200))
        refused = [each for each in tab.complaints if "Content Security Policy" in each or "eval" in each]
    assert refused == []
    assert seen[100, 100].tolist() == [255, 0, 0, 255] and seen[10, 10, 3] == 0


def test_vendored_scripts_fetch_from_nowhere() -> None:
    for file in (VIEWER / "vendor").glob("*.js"):
        text = file.read_text(encoding="utf-8")
        named = set(re.findall(r"https?://[\w.-]+", text))
        allowed = {
            "http://www.opensource.org",  # in their licence
            "http://www.w3.org",  # names of formats
            "https://github.com",  # in a comment
            "https://mths.be",
            "https://pixijs.com",
        }
        assert named <= allowed, file.name
        assert "sourceMappingURL" not in text
    licences = (VIEWER / "vendor" / "LICENSE.pixi.txt").read_text(encoding="utf-8")
    assert "MIT License" in licences and "Permission is hereby granted" in licences


def test_nothing_of_live2d_is_shipped() -> None:
    for file in VIEWER.rglob("*"):
        if file.is_file() and "vendor" in file.parts:
            assert b"CubismMoc" not in file.read_bytes(), file.name


async def test_models_spell_their_parameters_in_many_ways(browser: str, server: StandIn) -> None:
    tables = [
        (["PARAM_ANGLE_X", "ParamMouthOpen", "Param Eye L Open", "ParamTere", "Param59", "ParamBodyX"], []),
        (["ParamA", "ParamI", "ParamU", "ParamE", "ParamO", "ParamMouthOpenY"], ["ParamA"]),
        (["ParamA", "Mouth", "ParamMouthForm"], ["ParamA", "Mouth", "Elsewhere"]),
    ]
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        found = await tab.run(
            '(async () => { const { links } = await import("/viewer/live2d_ids.js");'
            f"return {json.dumps(tables)}.map(([ids, lips]) => Object.fromEntries(links(ids, lips))); }})()"
        )
    assert found == [links(ids, lips) for ids, lips in tables]


@pytest.fixture
def display() -> Path:
    if not _CHOSEN:
        pytest.skip("VTUBER_TEST_LIVE2D_DISPLAY names no cubism4.min.js")
    return Path(_CHOSEN)


async def test_a_model_follows_poses_and_voice(browser: str, display: Path) -> None:
    files: _Files = {_CORE: _STAND_IN, _DISPLAY: display}
    async with _shown(browser, files) as (server, tab):
        await tab.until("document.querySelector('canvas.figure') !== null")
        await tab.until("viewer.frames > 3")
        resting = await keep(tab, "live2d-resting")
        await server.send({"type": "pose", "at": 1.0, "values": {"ParamAngleX": 20, "ParamEyeLOpen": 0.5}})
        await tab.until("Math.abs(drawnWith[0] - 20) < 1 && Math.abs(drawnWith[2] - 0.5) < 0.1", 5)
        keys = [{"at": at, "open": float(0 < at < 3000)} for at in (0, 100, 2900, 3000)]
        await server.send(START, audio("Hello.", 3.0, visemes=keys))
        await tab.until("drawnWith[1] > 0.9", 5)
        await asyncio.sleep(0.1)
        speaking = await keep(tab, "live2d-speaking")
        complaints: list[Any] = [each for each in tab.complaints if "404" not in each]
    assert complaints == []
    (resting_rows, resting_columns), (rows, _) = (np.nonzero(one[..., 3]) for one in (resting, speaking))
    assert abs(float(resting_columns.mean()) - 480) < 30
    assert np.ptp(rows) > 4 * np.ptp(resting_rows)

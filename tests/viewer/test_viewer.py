"""The page in OBS: what is seen, what is heard, what it answers; against a stand-in server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests.browser.chromium import Image, Page, page
from tests.viewer.said import MIKA, SENT, START, audio, tone, wav
from tests.viewer.server import StandIn

SIZE = (960, 540)
_MOUTH = (400.0, 290.0, 160.0, 90.0)
"""Where her mouth may be: left, top, width, height."""


@asynccontextmanager
async def viewer(browser: str, server: StandIn, query: str = "", **more: Any) -> AsyncIterator[Page]:
    """The page, greeted, with Mika on it."""
    async with page(browser, size=SIZE, **more) as tab:
        before = server.count("hello")
        await tab.open(f"{server.url}/viewer/?{query}")
        await server.until("hello", before + 1)
        await server.send(MIKA)
        await tab.until("document.querySelector('canvas.figure') !== null")
        yield tab


async def _keep(tab: Page, name: str) -> Image:
    """What is seen; kept as a file to look at, where VIEWER_PICTURES names a folder."""
    image = await tab.png()
    if folder := os.environ.get("VIEWER_PICTURES"):
        (Path(folder) / f"{name}.png").write_bytes(image)
    from vtuber_cli.avatar.png import decode

    return decode(image)


async def test_she_stands_on_nothing(browser: str, server: StandIn) -> None:
    async with viewer(browser, server) as tab:
        await server.send({"type": "pose", "at": 1.0, "values": {"ParamAngleX": 8, "ParamMouthForm": 0.6}})
        await asyncio.sleep(0.3)
        seen = await _keep(tab, "transparent")
        assert tab.complaints == []
    corners = seen[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners[:, 3] == 0).all()
    assert (seen[..., 3] == 255).mean() > 0.15
    assert seen[270, 480, 3] == 255

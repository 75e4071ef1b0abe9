"""The page with Mika on it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.browser.chromium import Image, Page, beside, decoded, page
from tests.viewer.said import MIKA
from tests.viewer.server import StandIn

SIZE = (960, 540)


@asynccontextmanager
async def viewer(browser: str, server: StandIn, query: str = "", **more: Any) -> AsyncIterator[Page]:
    """The page, greeted, with somebody on it."""
    async with page(browser, size=SIZE, **more) as tab:
        before = server.count("hello")
        await tab.open(f"{server.url}/viewer/?{query}")
        await server.until("hello", before + 1)
        await server.send(MIKA)
        await tab.until("document.querySelector('canvas.figure') !== null")
        yield tab


@asynccontextmanager
async def at_rest(server: StandIn) -> AsyncIterator[Callable[[], float]]:
    """Somebody who holds quite still: the performer's poses, 20 a second. Gives its clock."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    def now() -> float:
        return loop.time() - began

    async def perform() -> None:
        while True:
            await server.send({"type": "pose", "at": now(), "values": {"ParamMouthForm": 0.2}})
            await asyncio.sleep(0.05)

    async with beside(perform()):
        yield now


async def keep(tab: Page, name: str) -> Image:
    """What is seen; kept as a file to look at, where VIEWER_PICTURES names a folder."""
    png = await tab.png()
    if folder := os.environ.get("VIEWER_PICTURES"):
        (Path(folder) / f"{name}.png").write_bytes(png)
    return decoded(png)

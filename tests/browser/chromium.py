"""A headless Chromium and its pages, spoken to in Chrome's own protocol over a WebSocket: no driver to install."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE = 20.0
_ADDRESS = re.compile(r"DevTools listening on (ws://\S+)")

Image = NDArray[np.uint8]
"""Rows x columns x RGBA."""


def installed() -> str | None:
    """The Chromium that is there."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def decoded(png: bytes) -> Image:
    """The pixels of a PNG of any kind: Chromium leaves alpha out of a picture without any."""
    import av

    codec = av.CodecContext.create("png", "r")
    codec.thread_count = 1  # several would give the picture back with the next one only
    (frame,) = codec.decode(av.Packet(png))
    return frame.to_ndarray(format="rgba")


@contextmanager
def started(program: str, home: Path, *flags: str) -> Iterator[str]:
    """A Chromium without a window and its address; gone at the end, with all of its processes."""
    command = [
        program,
        "--headless=new",
        "--remote-debugging-port=0",
        f"--user-data-dir={home}",
        "--no-first-run",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-default-apps",
        "--disable-features=Translate,OptimizationHints,MediaRouter",
        "--hide-scrollbars",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        *flags,
        "about:blank",
    ]
    log = home.with_suffix(".log")
    with (
        log.open("wb") as noise,
        subprocess.Popen(command, stdout=noise, stderr=noise, start_new_session=True) as process,
    ):
        try:
            yield _address(log, process)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    limit = time.monotonic() + _PATIENCE
    while time.monotonic() < limit and process.poll() is None:
        if found := _ADDRESS.search(log.read_text(errors="replace")):
            return found[1]
        time.sleep(0.02)  # noqa: TID251 - a program's own start
    raise AssertionError(f"Chromium did not start: {log.read_text(errors='replace')[-2000:]}")


class Page:
    """A tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._session: str | None = None
        self._count = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.complaints: list[str] = []
        """What the page wrote to its console as a warning or an error, and errors that nobody caught."""

    async def attach(self, target: str) -> None:
        """From here on all commands go to this tab."""
        session = await self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = session["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        answer = self._answers[self._count] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps(message))
        return await asyncio.wait_for(answer, _PATIENCE)

    async def run(self, script: str, *, gesture: bool = False) -> Any:
        """The value of an expression in the page; of a promise, what it promises. `gesture`: as if a person did it."""
        found = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=gesture
        )
        if "exceptionDetails" in found:
            details = found["exceptionDetails"]
            raise AssertionError(details.get("exception", {}).get("description") or details["text"])
        return found["result"].get("value")

    async def until(self, script: str, seconds: float = _PATIENCE) -> Any:
        """Asks until the expression is true."""
        limit = time.monotonic() + seconds
        while not (found := await self.run(script)):
            if time.monotonic() > limit:
                raise AssertionError(f"not true after {seconds:.0f} s: {script}; {self.complaints}")
            await asyncio.sleep(0.03)
        return found

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete'")

    async def png(self, clip: tuple[float, float, float, float] | None = None) -> bytes:
        """What is seen, on a transparent ground."""
        part: dict[str, Any] = {}
        if clip is not None:
            part = {"clip": dict(zip(("x", "y", "width", "height"), clip, strict=True), scale=1)}
        found = await self.call("Page.captureScreenshot", format="png", optimizeForSpeed=True, **part)
        return base64.b64decode(found["data"])

    async def image(self, clip: tuple[float, float, float, float] | None = None) -> Image:
        return decoded(await self.png(clip))

    async def listen(self) -> None:
        """Hands answers to who asked, and notes complaints; until the browser is gone."""
        async for text in self._socket:
            message = json.loads(text)
            if (number := message.get("id")) is not None:
                answer = self._answers.pop(number)
                if answer.done():
                    continue
                if "error" in message:
                    answer.set_exception(AssertionError(str(message["error"])))
                else:
                    answer.set_result(message["result"])
            else:
                self._note(message["method"], message["params"])

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            said = (str(each.get("value", each.get("description", ""))) for each in params["args"])
            self.complaints.append(" ".join(said))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Does something else meanwhile, until the end of the block; whose own failure is what is told."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def page(address: str, *, size: tuple[int, int] = (960, 540), prepare: str = "") -> AsyncIterator[Page]:
    """A new tab with a profile of its own.

    Args:
        address: of the browser.
        size: of its window, in pixels.
        prepare: a script that runs in each document before its own.
    """
    async with connect(address, max_size=None, compression=None) as socket:
        found = Page(socket)
        async with beside(found.listen()):
            # Else tabs would go on drawing, each more slowly than the last, until the browser ends.
            made = await found.call("Target.createBrowserContext", disposeOnDetach=True)
            context = made["browserContextId"]
            target = (await found.call("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
            await found.attach(target)
            await found.call(
                "Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False
            )
            await found.call("Emulation.setDefaultBackgroundColorOverride", color={"r": 0, "g": 0, "b": 0, "a": 0})
            if prepare:
                await found.call("Page.addScriptToEvaluateOnNewDocument", source=prepare)
            yield found

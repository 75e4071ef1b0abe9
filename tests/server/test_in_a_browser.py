"""The guard in front of a real browser: a page from elsewhere gets nowhere, and ours misses nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

import vtuber_cli.server
from tests.browser import chromium
from vtuber_cli.server import connection
from vtuber_cli.server.guard.admission import Limits
from vtuber_cli.server.guard.layer import Guard, Rules

VIEWER = Path(vtuber_cli.server.__file__).parent / "viewer"
SECRET = "s3cret-s3cret-s3cret-s3cret"
KINDS = {".js": b"text/javascript", ".css": b"text/css", ".svg": b"image/svg+xml", ".html": b"text/html"}

TALK = """new Promise((resolve) => {
  const socket = new WebSocket(%r);
  socket.onopen = () => resolve("open");
  socket.onerror = () => resolve("refused");
})"""
FETCH = "fetch(%r, %s).then((answer) => answer.status, () => 'refused')"


class House:
    """Pages, a thing that can be posted to, and a socket."""

    def __init__(self) -> None:
        self.posted = 0
        self.talks = 0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        if scope["type"] == "websocket":
            self.talks += 1
            await receive()
            await send({"type": "websocket.accept"})
            await receive()
            return
        self.posted += scope["method"] == "POST"
        name = scope["path"].removeprefix("/viewer/")
        file = VIEWER / (name or "index.html")
        body = file.read_bytes() if file.is_file() else b"<title>house</title>"
        kind = KINDS.get(file.suffix, b"text/html")
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        config = connection.configured(app, host="127.0.0.1", port=port, limits=Limits())
        config.timeout_graceful_shutdown = 1
        server = uvicorn.Server(config)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve([listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            yield port
            server.should_exit = True


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = chromium.installed()
    if program is None:
        pytest.skip(f"no Chromium is installed: none of {', '.join(chromium.NAMES)}")
    with chromium.started(program, tmp_path_factory.mktemp("chromium") / "home") as address:
        yield address


async def test_a_page_from_elsewhere_gets_nowhere(browser: str) -> None:
    house = House()
    async with serving(Guard(house, Rules())) as port, serving(House()) as elsewhere, chromium.page(browser) as tab:
        await tab.open(f"http://localhost:{elsewhere}/")
        there = f"127.0.0.1:{port}"
        assert await tab.run(TALK % f"ws://{there}/client-ws") == "refused"
        assert await tab.run(FETCH % (f"http://{there}/asr", "{method: 'POST', body: 'x'}")) == "refused"
        blind = "{method: 'POST', mode: 'no-cors', body: 'x'}"
        assert await tab.run(FETCH % (f"http://{there}/asr", blind)) == 0  # it may not see the 403
        assert await tab.run(FETCH % (f"http://{there}/", "{}")) == "refused"
        assert (house.posted, house.talks) == (0, 0)


async def test_our_own_page_may_do_everything(browser: str) -> None:
    house = House()
    async with serving(Guard(house, Rules())) as port, chromium.page(browser) as tab:
        for name, other in (("127.0.0.1", "localhost"), ("localhost", "127.0.0.1")):
            await tab.open(f"http://{name}:{port}/")
            for host in (name, other):  # front ends have one of them in their code
                assert await tab.run(FETCH % (f"http://{host}:{port}/", "{}")) == 200
                assert await tab.run(TALK % f"ws://{host}:{port}/client-ws") == "open"
            assert await tab.run(FETCH % ("/asr", "{method: 'POST', body: 'x'}")) == 200
    assert (house.posted, house.talks) == (2, 4)


async def test_the_page_for_obs_keeps_to_its_policy(browser: str) -> None:
    async with serving(Guard(House(), Rules())) as port, chromium.page(browser) as tab:
        await tab.open(f"http://127.0.0.1:{port}/viewer/index.html")
        await tab.until("window.viewer !== undefined")
        assert not [each for each in tab.complaints if "policy" in each.lower()], tab.complaints


async def test_a_token_becomes_a_cookie(browser: str) -> None:
    house = House()
    async with serving(Guard(house, Rules(token=SECRET))) as port, chromium.page(browser) as tab:
        await tab.open(f"http://127.0.0.1:{port}/?scale=2")
        assert "Bearer" in await tab.run("document.body.textContent")
        await tab.open(f"http://127.0.0.1:{port}/?scale=2&token={SECRET}")
        assert await tab.run("location.search") == "?scale=2"
        assert await tab.run("document.title") == "house"
        assert await tab.run("document.cookie") == ""  # no script sees it
        assert await tab.run(TALK % f"ws://127.0.0.1:{port}/client-ws") == "open"
    assert house.talks == 1

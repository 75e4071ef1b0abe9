"""What can be fetched, as protocol.md has it: from which folder, of which kind, and for whose pages."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.server.served import Served, picture, serving
from vtuber_cli import paths

THEIRS = "http://localhost:5173"


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(loads=False) as found:
        yield found


async def got(served: Served, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=served.url(), trust_env=False) as web:
        return await web.get(path, headers=headers)


NOTHING = [
    "/cache", "/cache/", "/cache/x.wav", "/cache/..%2f..%2fx", "/bg/room.jpeg", "/avatars/nobody.png",
    "/live2d-models/nobody/x.model3.json", "/rigs/nobody.json", "/undefined/undefined.model3.json", "/favicon.ico",
    "/docs", "/redoc", "/openapi.json", "/web-tool/nothing.js", "/web-tool/%2e%2e/app.py",
]  # fmt: skip


async def test_what_is_not_there(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    assert {path: (await got(served, path)).status_code for path in NOTHING} == dict.fromkeys(NOTHING, 404)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


async def test_pictures_of_the_user(served: Served) -> None:
    picture(paths.data_dir() / "avatars", "mika.png")
    picture(paths.data_dir() / "backgrounds", "room.jpeg")
    for name in ("a.svg", "a.html", "a.yaml", "a"):
        (paths.data_dir() / "avatars" / name).touch()
        answer = await got(served, f"/avatars/{name}")
        assert (answer.status_code, answer.text) == (403, "Forbidden file type")
    for path, kind in (("/avatars/mika.png", "image/png"), ("/bg/room.jpeg", "image/jpeg")):
        answer = await got(served, path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/avatars/mika.png", "/bg/room.jpeg", "/cache/x", "/live2d-models/info", "/web-tool/"]
)
async def test_for_whose_pages(served: Served, path: str) -> None:
    ours = served.url("").rstrip("/")
    assert "access-control-allow-origin" not in (await got(served, path)).headers
    assert (await got(served, path, origin=ours)).headers["access-control-allow-origin"] == ours
    refused = await got(served, path, origin=THEIRS)
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers


async def test_the_page_for_ears_and_voice(served: Served) -> None:
    moved = await got(served, "/web_tool?lang=ko")
    assert (moved.status_code, moved.headers["location"]) == (302, "/web-tool/?lang=ko")
    page = await got(served, "/web-tool/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert " on" not in page.text.partition("<body>")[2].replace(" onto", "")
    assert (await got(served, "/web-tool/index.html")).status_code == 200
    script = await got(served, "/web-tool/tool.js")
    assert script.headers["content-type"].startswith("text/javascript")


async def test_links_lead_nowhere(served: Served, tmp_path: Path) -> None:
    secret = picture(tmp_path / "elsewhere", "secret.png")
    folder = picture(paths.data_dir() / "avatars", "mika.png").parent
    (folder / "link.png").symlink_to(secret)
    assert (await got(served, "/avatars/link.png")).status_code == 404

"""Her picture beside what she says: whose file it is, where it is named, and that it is really there."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import httpx
import numpy as np
import pytest
import pytest_asyncio

from tests.server.served import Script, Served, picture, serving
from tests.server.test_folders import model
from vtuber_cli import character, paths
from vtuber_cli.avatar import png
from vtuber_cli.server import avatars, cast

THEIRS = "http://localhost:5173"


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(loads=False) as found:
        yield found


async def got(served: Served, name: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=served.url(), trust_env=False, timeout=20) as web:
        return await web.get(f"/avatars/{name}", headers=headers)


async def test_she_is_drawn(served: Served) -> None:
    answer = await got(served, "mika.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    pixels = png.decode(answer.content)
    assert pixels.shape == (256, 256, 4)
    seen = pixels[..., 3] > 0
    assert 0.3 < np.mean(seen) < 0.95  # head and shoulders, and what is behind them
    assert not seen[0, 0] and not seen[0, -1] and seen[-1, 128] and seen[128, 128]
    assert answer.content != (await got(served, "jun.png")).content


async def test_what_is_known_is_not_sent_again(served: Served) -> None:
    tag = (await got(served, "mika.png")).headers["etag"]
    known = await got(served, "mika.png", **{"if-none-match": tag})
    assert (known.status_code, known.content) == (304, b"")
    assert (await got(served, "mika.png", **{"if-none-match": '"other"'})).status_code == 200


async def test_for_whose_pages(served: Served) -> None:
    ours = served.url("").rstrip("/")
    assert (await got(served, "mika.png", origin=ours)).headers["access-control-allow-origin"] == ours
    assert (await got(served, "mika.png", origin=THEIRS)).status_code == 403


NOBODY = [
    "nobody.png", "mika.jpg", "MIKA.png", "mika.PNG", "mika.png.png", "x%2f..%2f..%2fmika%2frig.png", "%00mika.png",
]  # fmt: skip


async def test_nobody_else(served: Served) -> None:
    assert {name: (await got(served, name)).status_code for name in NOBODY} == dict.fromkeys(NOBODY, 404)


async def test_pictures_only(served: Served) -> None:
    for name in ("mika", "mika.json", "mika.svg"):
        answer = await got(served, name)
        assert (answer.status_code, answer.text) == (403, "Forbidden file type")


async def test_the_users_own_picture_goes_before(served: Served) -> None:
    assert avatars.named("mika") == "mika.png"
    own = picture(avatars.folder(), "mika.JPG")
    assert avatars.named("mika") == "mika.JPG"
    assert (await got(served, "mika.JPG")).content == own.read_bytes()
    own = picture(avatars.folder(), "mika.png")
    assert avatars.named("mika") == "mika.png"
    assert (await got(served, "mika.png")).content == own.read_bytes()


def test_links_and_folders_are_no_pictures() -> None:
    avatars.folder().mkdir(parents=True)
    (avatars.folder() / "mika.gif").mkdir()
    (avatars.folder() / "mika.jpg").symlink_to(picture(paths.data_dir(), "secret.png"))
    assert avatars.named("mika") == "mika.png"  # as she is drawn


async def test_where_she_is_named() -> None:
    script = Script()
    script.says("Hello there.")
    async with serving(script) as served, served.client() as client:
        await client.say("text-input", text="hello")
        frames = await client.until("backend-synth-complete")
        (said,) = [frame["display_text"] for frame in frames if frame["type"] == "audio"]
        assert said == {"text": "Hello there.", "name": "Mika", "avatar": "mika.png"}
        await client.say("frontend-playback-complete")
        await client.until("control", text="conversation-chain-end")
        await client.say("fetch-history-list")
        (talk,) = (await client.get("history-list"))["histories"]
        assert talk["latest_message"]["avatar"] == "mika.png"
        await client.say("fetch-and-set-history", history_uid=talk["uid"])
        hers, mine = (await client.get("history-data"))["messages"][::-1]
        assert (hers["role"], hers["avatar"]) == ("ai", "mika.png")
        assert "avatar" not in mine


async def test_who_has_none(served: Served) -> None:
    model("ann")
    assert cast.figure("ann", "en").avatar == ""
    async with httpx.AsyncClient(base_url=served.url(), trust_env=False, timeout=20) as web:
        assert (await web.get("/live2d-models/info")).json()["characters"][0]["avatar"] is None
        picture(avatars.folder(), "ann.gif")
        assert (await web.get("/live2d-models/info")).json()["characters"][0]["avatar"] == "ann.gif"
    assert cast.figure("ann", "en").avatar == "ann.gif"


def test_it_is_drawn_once_for_each_state_of_her_files(caplog: pytest.LogCaptureFixture) -> None:
    home = character.own_folder() / "mika"
    shutil.copytree(character.list_characters()["mika"], home)
    before = avatars._drawn.cache_info()  # pyright: ignore[reportPrivateUsage]
    first = avatars.picture("mika.png")
    assert first is not None and avatars.picture("mika.png") is first
    rig = home / avatars.RIG
    os.utime(rig, ns=(1, 1))
    assert avatars.picture("mika.png") == first
    assert avatars._drawn.cache_info().misses == before.misses + 2  # pyright: ignore[reportPrivateUsage]
    rig.write_text("{}", encoding="utf-8")
    assert avatars.picture("mika.png") is None
    assert "there is no picture of mika" in caplog.text
    rig.unlink()
    assert avatars.picture("mika.png") is None
    assert avatars.named("mika") == ""

"""What can be had by HTTP, and what cannot."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from tests.server.served import Served, picture, serving
from vtuber_cli import character, paths

CHARACTER = """\
id: ann
languages: [en]
name: {en: Ann}
persona: {en: You are Ann.}
"""


@pytest.fixture
async def served() -> AsyncGenerator[Served]:
    async with serving(loads=False) as found:
        yield found


@pytest.fixture
async def web(served: Served) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=served.url(), trust_env=False, timeout=20) as client:
        yield client


def model(name: str = "ann") -> Path:
    """A character of the user's with a Live2D model, as far as a server looks at one."""
    folder = character.own_folder() / name
    (folder / "live2d").mkdir(parents=True)
    (folder / "character.yaml").write_text(CHARACTER)
    (folder / "live2d" / "ann.model3.json").write_text(
        json.dumps({"Version": 3, "FileReferences": {"Moc": "ann.moc3", "Textures": ["ann.png"]}})
    )
    (folder / "live2d" / "ann.moc3").write_bytes(b"MOC3\x03\0\0\0" + bytes(64))
    (folder / "live2d" / "note.txt").write_text("not of the model")
    head = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (4).to_bytes(4, "big") * 2 + bytes(9)
    (folder / "live2d" / "ann.png").write_bytes(head)
    return folder


async def test_it_tells_how_it_is(web: httpx.AsyncClient) -> None:
    found = (await web.get("/health")).json()
    assert (found["status"], found["name"], found["ready"]) == ("ok", "vtuber", False)


async def test_the_page_is_there_and_what_it_needs(web: httpx.AsyncClient) -> None:
    assert (await web.get("/?scale=2")).headers["location"] == "/viewer/?scale=2"
    assert (await web.get("/viewer")).headers["location"].endswith("/viewer/")
    page = await web.get("/viewer/")
    assert page.headers["content-type"].startswith("text/html")
    script = await web.get("/viewer/viewer.js")
    assert (script.status_code, script.headers["content-type"].partition(";")[0]) == (200, "text/javascript")
    assert script.headers["x-content-type-options"] == "nosniff"
    assert (await web.head("/viewer/viewer.js")).status_code == 200
    assert b"setup.js" in (await web.get("/setup")).content


async def test_a_drawn_character_has_her_drawing(web: httpx.AsyncClient) -> None:
    assert (await web.get("/rigs/mika.json")).json()["format"] == "vtuber-rig"
    assert (await web.get("/rigs/nobody.json")).status_code == 404


async def test_models_are_served_by_their_character(web: httpx.AsyncClient) -> None:
    folder = model()
    found = (await web.get("/live2d-models/info")).json()
    assert (found["type"], found["count"]) == ("live2d-models/info", 1)
    (one,) = found["characters"]
    assert one == {"name": "ann", "avatar": None, "model_path": "/live2d-models/ann/ann.model3.json"}
    assert (await web.get(one["model_path"])).json()["Version"] == 3
    assert (await web.get("/live2d-models/ann/ann.moc3")).content[:4] == b"MOC3"
    (folder / "live2d" / "out.png").symlink_to(folder / "character.yaml")
    for path in ("note.txt", "out.png", "%2e%2e/character.yaml", "..%2fcharacter.yaml"):
        assert (await web.get(f"/live2d-models/ann/{path}")).status_code in (403, 404), path
    for path in ("/live2d-models/mika/x.png", "/live2d-models/../x.png", "/undefined/undefined.model3.json"):
        assert (await web.get(path)).status_code == 404


async def test_backgrounds_are_pictures_and_no_links(web: httpx.AsyncClient, served: Served, tmp_path: Path) -> None:
    folder = paths.data_dir() / "backgrounds"
    picture(folder, "room.png")
    picture(folder, ".hidden.png")
    picture(folder / "more", "deep.png")
    (folder / "notes.txt").write_text("no")
    (folder / "link.png").symlink_to(picture(tmp_path / "elsewhere", "secret.png"))
    (folder / "within.png").symlink_to(folder / "room.png")
    (folder / "way").symlink_to(tmp_path / "elsewhere")
    assert (await web.get("/bg/room.png")).headers["content-type"] == "image/png"
    refused = ("link.png", "within.png", "way/secret.png", ".hidden.png", "notes.txt", "%2e%2e/vtuber.db", "a%00.png")
    for name in refused:
        assert (await web.get(f"/bg/{name}")).status_code in (403, 404), name
    async with served.client() as client:
        await client.say("fetch-backgrounds")
        assert (await client.next())["files"] == ["room.png"]


async def test_avatars_are_pictures_that_cannot_run(web: httpx.AsyncClient) -> None:
    folder = paths.data_dir() / "avatars"
    for name in ("ann.png", "ann.svg"):
        picture(folder, name)
    assert (await web.get("/avatars/ann.png")).status_code == 200
    refused = await web.get("/avatars/ann.svg")
    assert (refused.status_code, refused.text) == (403, "Forbidden file type")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/health", "/viewer/viewer.js", "/live2d-models/info"])
async def test_nothing_is_changed_by_http(web: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await web.request(method, path)).status_code == 405


async def test_another_front_end_in_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("<title>theirs</title>")
    async with (
        serving(loads=False, frontend=tmp_path / "dist") as served,
        httpx.AsyncClient(base_url=served.url(), trust_env=False, timeout=20) as web,
    ):
        assert "theirs" in (await web.get("/")).text
        assert (await web.get("/viewer/")).status_code == 200
        assert (await web.get("/nothing.js")).status_code == 404


async def test_a_model_s_faces_are_in_what_a_client_is_told(served: Served) -> None:
    folder = model()
    (folder / "live2d.json").write_text(
        json.dumps({"format": "vtuber-live2d", "version": 1, "emotions": {"joy": {"expression": "F01"}}})
    )
    async with served.client() as client:
        await client.say("switch-config", file="ann.yaml")
        told = await client.get("set-model-and-conf")
    assert told["model_info"]["url"] == "/live2d-models/ann/ann.model3.json"
    assert told["model_info"]["emotionMap"] == {"joy": "F01"}

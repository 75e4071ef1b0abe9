"""No name that a client sends leads to a file that is not its business; Python itself is asked what was touched."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import vtuber_cli
from tests.server.served import Served, picture, serving
from tests.server.test_folders import model
from tests.server.test_hostile import ROWS
from vtuber_cli import paths

SECRET = b"\x89PNG nobody's business"
PARTS = st.sampled_from(
    ["..", ".", "", "%2e%2e", "%2E.", "..%2f..", "..%5c", "..\\", "%252e%252e", "%00", "a.png%00", "~", "C:", "file:",
     "con", "room.png", "ROOM.PNG", "secret.png", "link.png", "way", "within", "index.html", "viewer.js", "ann.moc3",
     "notes.txt", "ann.model3.json", "character.yaml", "vtuber.db", "etc", "passwd.png", "%2fetc%2fpasswd.png",
     "x" * 300, "%ff"]
)  # fmt: skip
MOUNTS = ["/bg", "/avatars", "/viewer", "/live2d-models/ann", "/live2d-models", "/live2d-core", "/rigs", "/cache",
          "/web-tool", ""]  # fmt: skip
TARGETS = st.tuples(st.sampled_from(MOUNTS), st.lists(PARTS, min_size=1, max_size=5)).map(
    lambda found: "/".join([found[0], *found[1]])
)
FRAMES = [row for row in ROWS.values() if row["id"].startswith(("HIST", "CONF"))]

_touched: list[tuple[str, Path]] | None = None


def _listen(event: str, args: tuple[Any, ...]) -> None:
    if _touched is not None and event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link"):
        names = args[:2] if event in ("os.rename", "os.link") else args[:1]
        # Python looks for the lines of code that has no file, which is called "<...>".
        _touched.extend((event, Path(name)) for name in map(_named, names) if name and name[0] != "<")


def _named(path: object) -> str:
    return os.fsdecode(path) if isinstance(path, (str, bytes)) else str(path or "")


sys.addaudithook(_listen)  # it stays for ever, and does nothing but in `touching`


@contextmanager
def touching(
    *, may_read: tuple[Path, ...] = (), may_change: tuple[Path, ...] = ()
) -> Generator[list[tuple[str, Path]]]:
    """Fails if files were touched beyond these folders; Python and we ourselves are read as ever."""
    global _touched
    package = Path(vtuber_cli.__file__).parent
    tests = Path(__file__).parent.parent
    ours = (package, package.parent / "characters", tests, Path(sys.prefix), Path(sys.base_prefix), Path("/usr/share"))
    _touched = found = list[tuple[str, Path]]()
    try:
        yield found
    finally:
        _touched = None
    for event, path in found:
        allowed = (*ours, *may_read) if event == "open" else may_change
        really = path.resolve()
        assert any(really.is_relative_to(folder.resolve()) for folder in allowed), f"{event} {path}"


@contextmanager
def world(folder: Path) -> Generator[Path]:
    """Folders to serve, with files beside them and links that lead there."""
    home = paths.data_dir()
    for name in ("backgrounds", "avatars"):
        picture(home / name, "room.png")
        (home / name / "notes.txt").write_bytes(SECRET)
        (home / name / "link.png").symlink_to(folder / "secret.png")
        (home / name / "way").symlink_to(folder)
        (home / name / "within").symlink_to(home / name)
    own = model()
    (own / "live2d" / "link.png").symlink_to(folder / "secret.png")
    (own / "live2d" / "way").symlink_to(folder)
    for place in (home, own, folder, home / "backgrounds" / ".."):
        (place / "secret.png").write_bytes(SECRET)
        (place / "conf.yaml").write_bytes(SECRET)
    yield own


async def get(served: Served, target: str) -> tuple[int, bytes]:
    """A request to the letter: an HTTP client would tidy its address."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nConnection: close\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else 0, body


def test_files_beside_what_is_served(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with asyncio.Runner() as runner, world(elsewhere) as own:
        context = serving(loads=False)
        served = runner.run(context.__aenter__())
        home = paths.data_dir()
        roots = {"/bg": home / "backgrounds", "/avatars": home / "avatars", "/live2d-models/ann": own / "live2d"}
        folders = (*roots.values(), own, home / "characters")
        rows = [row["path"] for row in ROWS.values() if row["id"].startswith("PATH") and " " not in row["path"]]

        async def ask(target: str) -> None:
            status, body = await get(served, target)
            assert SECRET not in body, target
            assert status in (200, 301, 302, 307, 400, 403, 404, 405, 414, 503), (target, status)
            mount = next((one for one in roots if target.startswith(f"{one}/")), None)
            if status == 200 and mount is not None:
                asked = Path(f"{roots[mount]}/{unquote(target[len(mount) + 1 :])}").resolve()
                assert asked.is_relative_to(roots[mount].resolve()), target
                assert asked.read_bytes() == body

        @settings(
            max_examples=250, deadline=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        )  # fmt: skip
        @given(TARGETS)
        def anything(target: str) -> None:
            with touching(may_read=folders):  # hypothesis has files of its own
                runner.run(ask(target))

        try:
            assert runner.run(get(served, "/bg/room.png"))[0] == 200
            assert runner.run(get(served, "/live2d-models/ann/ann.moc3"))[0] == 200
            with touching(may_read=folders):
                for row in rows:
                    runner.run(ask(row))
            anything()
        finally:
            runner.run(context.__aexit__(None, None, None))


async def test_names_of_histories_and_characters(tmp_path: Path) -> None:
    with world(tmp_path):
        (paths.data_dir() / "characters" / "link_to_etc_passwd.yaml").symlink_to("/etc/passwd")
        async with serving(loads=False) as served, served.client() as client:
            home = paths.data_dir()
            with touching(may_read=(home / "characters",)) as touched:
                frames = [json.loads(row["payload"]) for row in FRAMES]
                frames += [{**frame, "type": "delete-history"} for frame in frames if "history_uid" in frame]
                for frame in frames:
                    await client.line.send(json.dumps(frame))
                    answer = await client.next()
                    nothing = answer == {"type": "history-data", "messages": []} or answer.get("success") is False
                    assert nothing or answer["type"] == "error", (frame, answer)
                await client.say("request-init-config")
                assert (await client.next())["conf_uid"] == "mika"
            assert touched
            async with served.client() as other:
                await other.say("heartbeat")
                await other.get("heartbeat-ack")


@pytest.mark.parametrize("event", ["open", "os.remove", "os.rename"])
def test_the_oracle_sees(event: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    def touch() -> None:
        match event:
            case "open":
                (tmp_path / "file").read_bytes()
            case "os.remove":
                (tmp_path / "file").unlink()
            case _:
                (tmp_path / "file").rename(tmp_path / "other")

    with pytest.raises(AssertionError, match=event), touching():
        touch()

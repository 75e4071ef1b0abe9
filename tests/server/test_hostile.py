"""The rows of `tests/data/hostile_frames.json` that wire and guard answer for; the others take a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.server.asgi import PORT, Hall, ask, knock
from vtuber_cli.server import wire
from vtuber_cli.server.guard.layer import Guard, Rules
from vtuber_cli.server.guard.origins import Names
from vtuber_cli.server.messages import (
    FetchAndSetHistory,
    MicAudioData,
    MicAudioEnd,
    SpeechRequest,
    SwitchConfig,
    TextInput,
)

ROWS: dict[str, dict[str, Any]] = {
    row["id"]: row
    for row in json.loads((Path(__file__).parent.parent / "data" / "hostile_frames.json").read_text(encoding="utf-8"))[
        "items"
    ]
}
SOCKETS = {"/tts-ws": wire.TTS, "/fortune-ws": wire.FORTUNE}
GENERATED: dict[str, str | bytes] = {
    "MSG-15": '{"type":"text-input","text":' + "9" * 1_000_000 + "}",
    "MSG-30": b"\x01\x00\x00\x00abc",
}
SILENT = {"MSG-02", "MSG-07", "MSG-09"}
"""protocol.md answers with silence: no JSON, no type, an unknown type."""
READ = {
    "MSG-13": TextInput(text="ab"),
    "MSG-24": MicAudioEnd(),
    "MSG-32": SpeechRequest(text="...."),
    "HIST-22": FetchAndSetHistory(history_uid="X"),
    "CONF-09": SwitchConfig(file="link_to_etc_passwd.yaml"),
    "CONF-10": SwitchConfig(file="big_50MB.yaml"),
}
"""Fine as messages; whoever looks things up says that there is no such thing."""
ELSEWHERE = {"MSG-36"}
"""Its placeholder is no client; `test_groups` of the server's sessions has it."""

FRAMES = [row for row in ROWS.values() if row["kind"] in ("ws-text", "ws-binary") and row["id"] not in ELSEWHERE]


@pytest.mark.parametrize("row", FRAMES, ids=lambda row: row["id"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_frames(row: dict[str, Any], language: str) -> None:
    from vtuber_cli import i18n

    i18n.set_language(language)  # type: ignore[arg-type]
    socket = SOCKETS.get(row["surface"], wire.CLIENT)
    frame = GENERATED.get(row["id"], row.get("payload"))
    assert frame is not None
    if row["id"] in SILENT:
        assert isinstance(wire.read(frame, socket), wire.Ignored)
    elif row["id"] in READ:
        assert wire.read(frame, socket) == READ[row["id"]]
    elif row["id"] == "MSG-19":
        message = wire.read(frame, socket)
        assert isinstance(message, MicAudioData)
        assert message.audio.tolist() == [1.0, -1.0, 0.5]
    else:
        with pytest.raises(wire.Refused) as caught:
            wire.read(frame, socket)
        said = json.loads(wire.encode(socket.refusal(caught.value, wire.request_id(frame))).text or "")
        assert said["message"] != caught.value.key
        assert not any(word in said["message"] for word in ("Traceback", "pydantic", "/work", "passwd", "\n"))
        kind = {"/tts-ws": ("status", "error"), "/fortune-ws": ("type", "fortune-error")}
        name, value = kind.get(row["surface"], ("type", "error"))
        assert said[name] == value


@pytest.mark.parametrize("name", [name for name in ROWS if name.startswith("ORIGIN")])
async def test_handshakes(name: str) -> None:
    row, hall = ROWS[name], Hall()
    headers = [(key, value.format(port=PORT)) for key, value in row["headers"].items() if value is not None]
    guard = Guard(hall, Rules(names=Names.of([], ["https://trusted.example"])))
    for path in row["surface"]:
        answer = await knock(guard, headers, path=path, server="::1" if name == "ORIGIN-09" else "127.0.0.1")
        assert answer.status == (403 if row["must"][0].startswith("reject") else 101)
    assert len(hall.came) == (0 if row["must"][0].startswith("reject") else len(row["surface"]))


@pytest.mark.parametrize(
    "hosts", [[""], [], ["localhost:{port}"] * 2, ["localhost:{port}@evil.example"], ["localhost."], ["2130706433"]]
)
async def test_hosts(hosts: list[str]) -> None:
    assert "two Host headers" in ROWS["HOST-02"]["note"]
    hall = Hall()
    answer = await ask(Guard(hall, Rules()), [("Host", each.format(port=PORT)) for each in hosts])
    assert answer.status in (400, 421)
    assert hall.came == []


async def test_an_endless_address() -> None:
    assert "64 KB" in ROWS["PATH-16"]["path"]
    path = f"/live2d-models/{'a' * 65536}"
    assert (await ask(Guard(Hall(), Rules()), [("Host", f"localhost:{PORT}")], path=path)).status == 414


async def test_pictures_that_are_pages_are_not_sniffed() -> None:
    assert "nosniff header, image/png" in ROWS["PATH-12"]["must"]
    answer = await ask(Guard(Hall(), Rules()), [("Host", f"localhost:{PORT}")], path="/avatars/x.png")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_row_is_somebodys() -> None:
    here = {row["id"] for row in FRAMES} | {name for name in ROWS if name.startswith("ORIGIN")}
    here |= {"HOST-02", "PATH-12", "PATH-16", "AUTH-02", "NET-04"}  # the last two: test_guard, test_connection
    later = {name for name in ROWS if name not in here} - ELSEWHERE
    assert all(name.startswith("PATH") for name in later), later  # `test_no_way_out` has them, and `test_sounds`

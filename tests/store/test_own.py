"""Our own files hold everything that is known of a talk, and are read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vtuber_cli.errors import UsageError
from vtuber_cli.events import Cue, Maker, Timings, Work
from vtuber_cli.store import own
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History

FILE = Path("talks.json")
WORK = Work(Maker("whisper", "base"), Maker("llama", "pocket"), Maker("piper", "joe"), 120, 14, 100)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(Database(tmp_path / "vtuber.db"), lambda: datetime(2026, 11, 23, 2, 50, tzinfo=UTC))
    yield history
    history.close()


@pytest.fixture
async def written(history: History) -> dict[str, Any]:
    talk = await history.open_talk("mika", "ko")
    await history.add_user(talk, 1, "안녕 🌙", "voice", [Cue(-1.5, -0.5, 4)])
    row = await history.start_reply(talk, 1)
    await history.hear(row, "네,", "joy", [Cue(0.4, 0.9, 2)])
    cues = [Cue(0.4, 0.9, 2), Cue(0.9, 2.125, 8)]
    await history.end_reply(row, "네, 안녕하세요", True, Timings(hear_ms=210.5, first_audio_ms=700), cues, WORK)
    return out(history, talk)


async def test_whose_a_reply_is_comes_along(history: History, written: dict[str, Any]) -> None:
    row = await history.start_reply(written["id"], 2, "jun")
    await history.end_reply(row, "음, 준이에요.", False)
    file = out(history, written["id"])
    assert [message["speaker"] for message in file["messages"]] == [None, None, "jun"]
    history.remove([written["id"]])
    history.keep([own.read(file, FILE)])
    assert [entry.speaker for entry in history.messages(written["id"])] == [None, None, "jun"]


def test_a_file_of_before_there_were_several_can_be_read(written: dict[str, Any]) -> None:
    for message in written["messages"]:
        del message["speaker"]
    assert {entry.speaker for entry in own.read(written, FILE).entries} == {None}


def out(history: History, talk: str) -> dict[str, Any]:
    messages = [own.message(entry) for entry in history.messages(talk)]
    return json.loads(json.dumps({"format": own.FORMAT, **asdict(history.talk(talk)), "messages": messages}))


async def test_nothing_is_lost_on_the_way(history: History, written: dict[str, Any]) -> None:
    before = history.messages(written["id"])
    assert before[1].work == WORK
    assert before[1].cues[-1] == Cue(0.9, 2.125, 8)
    assert history.keep([own.read(written, FILE)]) == [("known", written["id"])]
    history.remove([written["id"]])
    assert history.keep([own.read(written, FILE)]) == [("kept", written["id"])]
    after = history.messages(written["id"])
    assert [replace(one, id=0) for one in after] == [replace(one, id=0) for one in before]
    again = out(history, written["id"])
    for talk in (written, again):
        for message in talk["messages"]:
            del message["id"]
    assert again == written


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"id": "../../etc/pw"}, "id"), ({"id": "short"}, "id"), ({"id": 5}, "id"), ({"character": ["x"]}, "character"),
        ({"character": "x" * 200}, "character"), ({"language": None}, "language"), ({"messages": {}}, "messages"),
        ({"messages": [1]}, "messages.0"), ({"messages": [{"role": "user"}]}, "messages.0.turn"),
    ],
)  # fmt: skip
def test_a_talk_of_another_shape_names_what_is_wrong(
    written: dict[str, Any], change: dict[str, Any], name: str
) -> None:
    with pytest.raises(UsageError) as caught:
        own.read(written | change, FILE)
    assert (caught.value.key, caught.value.params["name"]) == ("history.file.bad_talk", name)


@pytest.mark.parametrize(
    "change",
    [
        {"role": "system"}, {"text": 5}, {"turn": "1"}, {"turn": -1}, {"turn": 10**30}, {"interrupted": "no"},
        {"via": "telepathy"}, {"timings": {"hear_ms": "fast"}}, {"cues": [{"start": 0}]}, {"cues": "x"},
        {"work": {"hear": "x"}}, {"at": "yesterday"}, {"at": 5}, {"emotion": {}},
    ],
)  # fmt: skip
def test_a_message_of_another_shape_is_refused(written: dict[str, Any], change: dict[str, Any]) -> None:
    written["messages"][1] |= change
    with pytest.raises(UsageError):
        own.read(written, FILE)


def test_a_newer_file_is_refused_and_unknown_keys_are_not(written: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        own.read(written | {"format": "vtuber-talk-9"}, FILE)
    assert caught.value.key == "history.file.newer"
    written["messages"][0]["colour"] = "blue"
    assert len(own.read(written | {"mood": 1}, FILE).entries) == 2


def test_what_would_drive_a_terminal_is_taken_out(written: dict[str, Any]) -> None:
    written["messages"][0]["text"] = "a\x1b]0;x\x07b\u202e"
    arrival = own.read(written | {"character": "mi\x1b[2Jka\n"}, FILE)
    assert (arrival.entries[0].text, arrival.character) == ("ab", "mika")

"""What is kept when the disk is full, and when the program is killed or told to end in the middle of a sentence."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.server.served import PATIENCE, Client, Script, serving
from vtuber_cli import paths
from vtuber_cli.conversation import memory
from vtuber_cli.store.database import Database

SENTENCE = "One two three four. Five six seven eight. Nine ten eleven twelve. And then there is more of it."


async def test_a_full_disk_costs_no_talk_and_nothing_that_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_AGAIN_SECONDS", 0.0)
    script = Script()
    for number in range(4):
        script.says(f"Answer {number}.")
    async with serving(script) as served, served.client() as client:

        async def say(text: str) -> list[str]:
            await client.say("text-input", text=text)
            await client.turn()
            (talk,) = served.history.list_talks()
            return [entry.text for entry in served.history.messages(talk.id)]

        first = await say("first")
        assert first[0] == "first"
        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", _write_without_room)
            during = await say("second " + "long " * 3000)
            during = await say("third " + "long " * 3000)
        assert during[:2] == ["first", "Answer 0."]
        assert len(during) < 6
        told = [frame["code"] for frame in client.seen if frame["type"] == "error"]
        assert told == ["store.full"]
        after = await say("fourth")
        assert [text.split()[0] for text in after[::2]] == ["first", "second", "third", "fourth"]
        assert after[1::2] == [f"Answer {number}." for number in range(4)]


_WRITE = Database.write


async def _write_without_room(database: Database, job: Callable[[sqlite3.Connection], Any]) -> Any:
    """SQLite's own limit stands for a full disk where there is no right to mount one."""

    def limited(db: sqlite3.Connection) -> Any:
        db.execute("PRAGMA max_page_count = 1")  # no page more than there is
        return job(db)

    return await _WRITE(database, limited)


# --- the program ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def program() -> AsyncGenerator[tuple[subprocess.Popen[str], int]]:
    """`vtuber serve` with echo's engines, and its port."""
    running = subprocess.Popen(
        [sys.executable, "-m", "vtuber_cli", "serve", "--engines", "echo", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ.copy(),
    )
    assert running.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = await asyncio.to_thread(running.stdout.readline)
        found = re.search(r"http://[^:]+:(\d+)", line)
        assert found, line
        yield running, int(found[1])
    finally:
        running.kill()
        running.communicate()


@asynccontextmanager
async def talking(port: int) -> AsyncGenerator[Client]:
    """In mid-turn: one sentence has been heard, the next one is being heard."""
    async with connect(f"ws://127.0.0.1:{port}/client-ws", max_size=None, proxy=None) as line:
        client = Client(line)
        await client.until("control", text="start-mic")
        await client.say("text-input", text=SENTENCE)
        first = await client.get("audio")
        await client.say("audio-play-start", display_text=first["display_text"], forwarded=True)
        second = await client.get("audio")
        await client.say("audio-play-start", display_text=second["display_text"], forwarded=True)
        await client.say("ping", t=1)
        await client.until("pong", t=1)
        await asyncio.sleep(0.3)
        try:
            yield client
        finally:
            client.line.transport.abort()


def kept() -> list[tuple[str, str, str]]:
    """What the database holds, as somebody else reads it."""
    with closing(sqlite3.connect(paths.database())) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return db.execute("SELECT role, state, text FROM messages ORDER BY id").fetchall()


async def test_killed_in_mid_turn_and_told_to_end_in_the_next_one() -> None:
    async with program() as (running, port), talking(port):
        running.kill()
        await asyncio.to_thread(running.wait, PATIENCE)
        user, reply = kept()
    assert user == ("user", "whole", SENTENCE)
    assert reply[:2] == ("assistant", "speaking")
    assert "four" in reply[2], "the sentence that was heard"
    assert "twelve" not in reply[2]
    async with program() as (running, port), talking(port) as client:
        await client.say("fetch-history-list")
        (before, *_) = (await client.get("history-list"))["histories"][::-1]
        assert before["latest_message"]["content"] == reply[2]  # it is there, as far as it was heard
        began = time.monotonic()
        running.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            await client.until("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert await asyncio.to_thread(running.wait, PATIENCE) == 0
        assert time.monotonic() - began < 5 + 5 * ("CI" in os.environ)
        assert running.stderr is not None
        assert "Traceback" not in running.stderr.read()
    rows = kept()
    assert rows[0] == user
    assert rows[2] == user
    assert rows[3][:2] == ("assistant", "interrupted")
    assert "four" in rows[3][2]
    assert "twelve" not in rows[3][2]


async def test_told_to_end_twice() -> None:
    """The second time is by somebody who cannot wait."""
    async with program() as (running, port), talking(port):
        running.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.02)
        running.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert await asyncio.to_thread(running.wait, PATIENCE) in (0, -signal.SIGTERM)
        assert time.monotonic() - began < 2 + 3 * ("CI" in os.environ)
    user, reply = kept()
    assert user == ("user", "whole", SENTENCE)
    assert "four" in reply[2]

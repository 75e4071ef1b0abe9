"""`vtuber history` from outside: each test is a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vtuber_cli.events import Timings
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History

COMMAND = [sys.executable, "-m", "vtuber_cli"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "VTUBER_HOME": str(home), "TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "", **more}


def vtuber(home: Path, *args: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--lang", lang, "history", *args], env=environment(home), capture_output=True, text=True, timeout=60
    )


def on_a_terminal(home: Path, *args: str, columns: int = 80) -> str:
    main, side = pty.openpty()
    running = subprocess.Popen(
        [*COMMAND, "--lang", "ko", "history", *args],
        env=environment(home, COLUMNS=str(columns), TERM="xterm-256color"), stdin=side, stdout=side, stderr=side,
    )  # fmt: skip
    os.close(side)
    shown = b""
    try:
        while chunk := os.read(main, 65536):
            shown += chunk
    except OSError:  # how Linux says that the other side is closed
        pass
    assert running.wait() == 0
    os.close(main)
    return shown.decode()


@pytest.fixture
def talked(home: Path) -> list[str]:
    """Two talks; the ids, the older first."""
    now = datetime(2026, 11, 23, 2, 50, tzinfo=UTC)

    def clock() -> datetime:
        nonlocal now
        now += timedelta(seconds=10)
        return now

    async def talk() -> list[str]:
        nonlocal now
        history = History(Database(home / "data" / "vtuber.db"), clock)
        first = await history.open_talk("mika", "en")
        await history.add_user(first, 1, "Hello\tthere,\nMika! \x1b]0;evil\x07[red]x[/]", "voice")
        row = await history.start_reply(first, 1)
        await history.hear(row, "Sure,", "joy")
        await history.end_reply(row, "Sure, look up", True, Timings(first_audio_ms=730.4))
        now += timedelta(days=1)
        second = await history.open_talk("rin", "ko")
        await history.add_user(second, 1, "오늘의 운세를 아주아주 길게 봐 주세요, 별자리도 함께 봐 주세요", "text")
        row = await history.start_reply(second, 1)
        await history.end_reply(row, "네, 좋아요.", False)
        history.close()
        return [first, second]

    return asyncio.run(talk())


def test_before_the_first_talk(home: Path) -> None:
    for args in (["list"], ["show"]):
        done = vtuber(home, *args)
        assert (done.returncode, done.stdout) == (0, "")
        assert "vtuber chat" in done.stderr
    assert json.loads(vtuber(home, "list", "--json").stdout) == []
    assert json.loads(vtuber(home, "search", "x", "--json").stdout) == []
    assert vtuber(home, "search", "x").returncode == 0
    assert vtuber(home, "show", "x").returncode == 2
    assert list(home.rglob("*.db")) == []  # looking makes nothing


def test_list_into_a_pipe(home: Path, talked: list[str]) -> None:
    done = vtuber(home, "list")
    assert done.stderr == ""
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == [talked[1][:8], talked[0][:8]]
    assert rows[1][1:] == ["2026-11-23 02:50", "mika", "1", "Hello there, Mika! [red]x[/]"]
    assert len(vtuber(home, "list", "--limit", "1").stdout.splitlines()) == 1
    assert vtuber(home, "list", "--character", "rin").stdout.startswith(talked[1][:8])


def test_json_has_stable_keys(home: Path, talked: list[str]) -> None:
    talks = json.loads(vtuber(home, "list", "--json").stdout)
    assert [talk["id"] for talk in talks] == talked[::-1]
    assert list(talks[0]) == ["id", "character", "language", "started", "ended", "turns", "first"]
    shown = json.loads(vtuber(home, "show", talked[0], "--json").stdout)
    assert shown.pop("messages")[1] == {
        "id": 2, "turn": 1, "role": "assistant", "text": "Sure, look up", "emotion": "joy", "via": None,
        "interrupted": True, "at": "2026-11-23T02:50:40.000Z",
        "timings": {"hangover_ms": None, "hear_ms": None, "think_ms": None, "speak_ms": None, "first_audio_ms": 730.4},
        "cues": [], "work": None, "speaker": None,
    }  # fmt: skip
    assert shown == talks[1]
    (found,) = json.loads(vtuber(home, "search", "운세", "--json").stdout)
    assert (found["talk"], found["character"], found["text"][:3]) == (talked[1], "rin", "오늘의")


def test_show(home: Path, talked: list[str]) -> None:
    lines = vtuber(home, "show", talked[0][:8]).stdout.splitlines()
    assert lines == [
        f"mika · 2026-11-23 02:50 · {talked[0]}",
        "you: Hello\tthere,",
        "    Mika! [red]x[/]",
        "mika: Sure, look up  (interrupted)",
    ]
    assert vtuber(home, "show").stdout.splitlines()[1].startswith("you: 오늘의")  # the last one


def test_each_reply_is_shown_as_whose_it_was(home: Path, talked: list[str]) -> None:
    async def go_on() -> None:
        history = History(Database(home / "data" / "vtuber.db"))
        await history.add_user(talked[0], 2, "And you?", "text")
        await history.end_reply(await history.start_reply(talked[0], 2, "jun"), "Well, I am Jun.", False)
        history.close()

    asyncio.run(go_on())
    assert vtuber(home, "show", talked[0]).stdout.splitlines()[-1] == "jun: Well, I am Jun."
    assert "\tjun\tWell, I am Jun." in vtuber(home, "search", "well").stdout
    assert "**jun** · " in vtuber(home, "export", talked[0], "-f", "md").stdout
    assert "jun: Well, I am Jun." in vtuber(home, "export", talked[0], "-f", "srt").stdout


def test_an_unknown_id(home: Path, talked: list[str]) -> None:
    done = vtuber(home, "show", talked[0][:-1] + "!")
    assert (done.returncode, done.stdout) == (2, "")
    assert talked[0] in done.stderr
    done = vtuber(home, "show", "zzz", lang="ko")
    assert done.returncode == 2
    assert done.stderr.startswith("vtuber: zzz라는 대화가 없어요\n")
    assert done.stderr.endswith(": 목록 보기: vtuber history list\n")
    assert vtuber(home, "show", "1").returncode == 2  # both begin like this


def test_search(home: Path, talked: list[str]) -> None:
    assert vtuber(home, "search", "look", "up").stdout.split("\t")[2:] == ["mika", "Sure, look up\n"]
    assert vtuber(home, "search", "별자").stdout.split("\t")[2] == "you"
    done = vtuber(home, "search", "nowhere")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Nothing found for nowhere\n")


def test_a_table_on_a_terminal(home: Path, talked: list[str]) -> None:
    from rich.cells import cell_len
    from rich.text import Text

    shown = on_a_terminal(home, "list")
    assert "\x1b]" not in shown
    lines = [Text.from_ansi(line).plain for line in shown.splitlines()]
    assert all(cell_len(line) <= 80 for line in lines), lines
    korean, english = (next(line for line in lines if talk[:8] in line) for talk in talked[::-1])
    assert "…" in korean
    assert "[red]x[/]" in english
    before_korean, before_english = korean.index("오늘의"), english.index("Hello")
    assert cell_len(korean[:before_korean]) == cell_len(english[:before_english])
    assert "아이디" in shown
    narrow = [Text.from_ansi(line).plain for line in on_a_terminal(home, "list", columns=30).splitlines()]
    assert all(cell_len(line) <= 30 for line in narrow)
    assert "Hello" in narrow[-1]

    shown = on_a_terminal(home, "show", talked[0])
    assert "730 ms" in shown
    assert "\x1b]" not in shown


def test_a_reader_that_leaves_early(home: Path, talked: list[str]) -> None:
    for args in (["list"], ["show"], ["list", "--json"]):
        running = subprocess.Popen(
            [*COMMAND, "history", *args], env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        running.stderr.close()
        running.wait()


def test_a_damaged_file(home: Path, talked: list[str]) -> None:
    (home / "data" / "vtuber.db").write_bytes(b"x" * 5000)
    for suffix in ("-wal", "-shm"):
        (home / "data" / f"vtuber.db{suffix}").unlink(missing_ok=True)
    done = vtuber(home, "list")
    assert (done.returncode, done.stdout) == (5, "")
    assert len(done.stderr.splitlines()) == 2
    assert "damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_heavy_is_imported(home: Path, talked: list[str]) -> None:
    code = "import sys; from vtuber_cli.__main__ import main; main(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "history", "list"],
        env=environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "vtuber_cli.cli.history" in loaded
    # Typer itself imports pydantic for every command with a parameter that is no flag.
    assert not loaded & {"numpy", "yaml", "rich", "asyncio", "textual", "httpx", "filelock"}

"""`vtuber stats` from outside: each test is a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vtuber_cli.card.cells import cells
from vtuber_cli.events import Cue, Maker, Timings, Work
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "VTUBER_HOME": str(home / "home"), "TZ": "UTC", "NO_COLOR": "1", **more}


def stats(home: Path, *args: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vtuber_cli", "--lang", lang, "stats", *args],
        env=environment(home), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def on_a_terminal(home: Path, *args: str, columns: int = 80, lang: str = "en") -> list[str]:
    main, side = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "vtuber_cli", "--lang", lang, "stats", *args],
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
    from rich.text import Text

    return [Text.from_ansi(line).plain.rstrip() for line in shown.decode().splitlines()]


@pytest.fixture
def talked(tmp_path: Path) -> Path:
    async def talk() -> None:
        history = History(Database(tmp_path / "home" / "data" / "vtuber.db"), lambda: datetime.now(UTC))
        talk = await history.open_talk("mika", "en")
        work = Work(
            Maker("faster-whisper", "whisper-large-v3-turbo-int8"),
            Maker("llama\x1b[2J", "smollm2"), Maker("hibari"), 1400, 25, 1330,
        )  # fmt: skip
        for turn in range(3):
            await history.add_user(talk, turn, "How are you?", "voice", [Cue(-31, -1, 12)])
            row = await history.start_reply(talk, turn)
            timings = Timings(600, 200 + turn, 300, 100, 720)
            await history.end_reply(row, "I am well.", turn == 0, timings, [Cue(1, 3, 10)], work)
        history.close()

    asyncio.run(talk())
    return tmp_path


def test_before_the_first_turn(tmp_path: Path) -> None:
    for lang in ("en", "ko"):
        done = stats(tmp_path, lang=lang)
        assert (done.returncode, done.stdout) == (0, "")
        assert "vtuber chat" in done.stderr
    assert json.loads(stats(tmp_path, "--json").stdout)["turns"] == 0
    assert list(tmp_path.rglob("*.db")) == []  # looking makes nothing


def test_into_a_pipe_and_as_json(talked: Path) -> None:
    lines = stats(talked).stdout.splitlines()
    assert lines[1] == "hear\tfaster-whisper\twhisper-large-v3-turbo-int8\t3\t201\t202"
    assert [line.split("\t")[0] for line in lines] == ["wait", "hear", "think", "speak", "spoken"]
    said = json.loads(stats(talked, "--json", "--days", "2").stdout)
    assert list(said) == [
        "days", "talks", "turns", "interrupted", "user_words", "user_seconds", "her_words", "her_seconds",
        "prompt_tokens", "cached_tokens", "reply_tokens", "stages", "engines",
    ]  # fmt: skip
    assert said["stages"][1] == {
        "stage": "hear", "engine": "faster-whisper", "model": "whisper-large-v3-turbo-int8",
        "turns": 3, "p50": 201, "p95": 202, "days": [None, 201],
    }  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("columns", [80, 40])
def test_a_page_on_a_terminal(talked: Path, lang: str, columns: int) -> None:
    lines = on_a_terminal(talked, lang=lang, columns=columns)
    assert all(cells(line) <= columns for line in lines), lines
    text = "\n".join(lines)
    assert "\x1b" not in text and "[2J" not in text
    assert "p95" in text
    if columns == 80:
        assert "1:30" in text and "95" in text and "█" in text
        table = lines[lines.index("") + 1 :]
        ends = {cells(line[: line.index(" 720 ") + 5]) for line in table if " 720 " in line}
        ends |= {cells(line[: line.index("p50") + 4]) for line in table if "p50" in line}
        assert len(ends) == 1  # numbers stand below their heading


def test_an_engine_nobody_knows(talked: Path) -> None:
    done = stats(talked, "--engine", "hibary")
    assert (done.returncode, done.stdout) == (2, "")
    assert "hibari" in done.stderr
    assert stats(talked, "--engine", "hibari").stdout.splitlines()[1].startswith("speak\thibari")
    for wrong in (["--days", "0"], ["--days", "x"]):
        assert stats(talked, *wrong).returncode == 2


@pytest.mark.parametrize("command", [["stats"], ["stats", "--json"], ["logs"], ["history", "list"]])
def test_nothing_heavy_is_imported(talked: Path, command: list[str]) -> None:
    code = "import sys; from vtuber_cli.__main__ import main; main(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *command], env=environment(talked), capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"numpy", "yaml", "rich", "asyncio", "textual", "httpx", "filelock", "statistics"}
    assert not any(name.startswith(("vtuber_cli.engines", "vtuber_cli.audio", "vtuber_cli.tui")) for name in loaded)

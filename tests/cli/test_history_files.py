"""`vtuber history export`, `import` and `rm` from outside: each test is a process of its own."""

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

from vtuber_cli.events import Cue
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History

LAYOUT = [
    {"role": "metadata", "timestamp": "2026-11-22T08:11:52", "resume_id": "r", "deep": {"z": [1, None]}},
    {"role": "human", "timestamp": "2026-11-22T08:11:52", "content": "remember me", "name": "Human", "x": {"y": 1}},
    {"role": "ai", "timestamp": "2026-11-22T08:11:54", "content": "Hi \ud83d.", "name": "Mao", "avatar": "mao.png"},
    {"role": "system", "timestamp": "2026-11-22T08:11:55", "content": "[Interrupted by user]"},
]


def vtuber(home: Path, *args: str, typed: bytes = b"", lang: str = "en") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "vtuber_cli", "--lang", lang, "history", *args],
        env={**os.environ, "VTUBER_HOME": str(home / "home"), "TZ": "UTC"},
        cwd=home, input=typed, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode()


@pytest.fixture
def talked(tmp_path: Path) -> list[str]:
    """Two talks; the ids, the older first."""
    now = datetime(2026, 11, 23, 2, 50, tzinfo=UTC)

    def clock() -> datetime:
        nonlocal now
        now += timedelta(seconds=2)
        return now

    async def talk() -> list[str]:
        history = History(Database(tmp_path / "home" / "data" / "vtuber.db"), clock)
        ids: list[str] = []
        for character, question in (("mika", "Hello\x1b]0;evil\x07 # there"), ("rin", "운세 봐 줘")):
            ids.append(await history.open_talk(character, "en"))
            await history.add_user(ids[-1], 1, question, "voice", [Cue(-2.0, -1.0, len(question))])
            row = await history.start_reply(ids[-1], 1)
            await history.end_reply(row, "Sure. Look up!", False, None, [Cue(0.5, 1, 6), Cue(1, 2, 14)])
        history.close()
        return ids

    return asyncio.run(talk())


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    folder = tmp_path / "upstream" / "chat_history"
    (folder / "mao_001").mkdir(parents=True)
    (folder / "mao_001" / "2026-11-22_08-11-52_81cc.json").write_text(json.dumps(LAYOUT))
    return folder


def test_the_layout_comes_in_and_goes_out_equal(tmp_path: Path, foreign: Path) -> None:
    for folder in ("upstream", "upstream/chat_history", "upstream/chat_history/mao_001"):
        code, out, err = vtuber(tmp_path, "import", folder)
        assert (code, out) == (0, "")
        assert ("Talks taken in: 1, messages: 2" if folder == "upstream" else "Here already: 1") in err
    code, _, _ = vtuber(tmp_path, "export", "--all", "-f", "chat-history", "-o", "out")
    assert code == 0
    (file,) = (tmp_path / "out").rglob("*.json")
    assert file.relative_to(tmp_path / "out") == Path("mao_001/2026-11-22_08-11-52_81cc.json")
    assert json.dumps(json.loads(file.read_text())) == json.dumps(LAYOUT)
    _, out, _ = vtuber(tmp_path, "export", "-f", "chat-history")
    assert json.dumps(json.loads(out)) == json.dumps(LAYOUT)
    code, out, _ = vtuber(tmp_path, "import", "out", "--json")
    assert [(row["fate"], row["character"], row["messages"]) for row in json.loads(out)] == [("known", "mao_001", 2)]


def test_broken_files_are_named_and_the_others_come_in(tmp_path: Path, foreign: Path) -> None:
    for number in range(14):
        (foreign / "mao_001" / f"bad{number:02}.json").write_text('[{"role":"human","content":NaN}]')
    os.mkfifo(foreign / "mao_001" / "pipe.json")
    code, _, err = vtuber(tmp_path, "import", "upstream", "--character", "mika")
    assert code == 2
    assert "Talks taken in: 1" in err
    assert len([line for line in err.splitlines() if line.startswith("vtuber: ")]) == 10
    assert "cannot be read: 5" in err
    assert vtuber(tmp_path, "list")[1].split("\t")[2] == "mika"


def test_everything_of_ours_comes_back_from_json_and_jsonl(tmp_path: Path, talked: list[str]) -> None:
    for form in ("json", "jsonl"):
        code, out, _ = vtuber(tmp_path, "export", "--all", "-o", f"talks.{form}")
        assert (code, out) == (0, "")
        shown = [json.loads(vtuber(tmp_path, "show", talk, "--json")[1]) for talk in talked]
        assert vtuber(tmp_path, "rm", *talked, "--yes")[0] == 0
        assert vtuber(tmp_path, "import", f"talks.{form}")[0] == 0
        again = [json.loads(vtuber(tmp_path, "show", talk, "--json")[1]) for talk in talked]
        for talk in (*shown, *again):
            for message in talk["messages"]:
                del message["id"]
        # What would drive a terminal does not come in.
        assert again == json.loads(json.dumps(shown).replace(r"\u001b]0;evil\u0007", ""))
    code, out, err = vtuber(tmp_path, "import", "-", typed=(tmp_path / "talks.jsonl").read_bytes())
    assert (code, out) == (0, "")
    assert "Here already: 2" in err


def test_to_read_and_to_watch(tmp_path: Path, talked: list[str]) -> None:
    _, out, _ = vtuber(tmp_path, "export", talked[0][:8])
    assert out.splitlines()[:5] == [
        f"# mika · 2026-11-23 02:50 · {talked[0]}", "", "**you** · 02:50", "", "> Hello # there",
    ]  # fmt: skip
    _, out, err = vtuber(tmp_path, "export", talked[0], "-f", "srt")
    assert out.startswith("1\n00:00:00,000 --> 00:00:01,000\nyou: Hello # there\n\n2\n00:00:04,500 --> 00:00:05,000\n")
    assert err == ""
    code, out, err = vtuber(tmp_path, "export", "--all", "-f", "srt")
    assert (code, out, len(err.splitlines())) == (2, "", 2)
    assert vtuber(tmp_path, "export", "--all", "-f", "srt", "-o", "subtitles/")[0] == 0
    assert sorted(file.name for file in (tmp_path / "subtitles").iterdir()) == [
        f"2026-11-23_02-50-02_{talked[0]}.srt", f"2026-11-23_02-50-10_{talked[1]}.srt",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["export", "nowhere"], "nowhere"),
        (["export", "-f", "docx"], "docx"),
        (["export", "--all", "1ng"], "--all"),
        (["export", "-o", "pipe"], "pipe"),
        (["export", "-o", "file/x.md"], "file/x.md"),
        (["import", "nothing.json"], "nothing.json"),
        (["import", "home"], "home"),
        (["import", "pipe"], "pipe"),
        (["import", "file"], "file"),
        (["import", "-"], "-"),
        (["import"], "PATH"),
        (["rm"], "which"),
        (["rm", "--all"], "ask"),
        (["rm", "nowhere", "--yes"], "nowhere"),
    ],
)
def test_mistakes_are_one_line_and_change_nothing(
    tmp_path: Path, talked: list[str], args: list[str], said: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("plain")
    code, _, err = vtuber(tmp_path, *args)
    assert code == 2
    complaints = [line for line in err.splitlines() if line.startswith("vtuber: ")]
    assert len(complaints) == 1 and said in complaints[0], err
    assert len(vtuber(tmp_path, "list")[1].splitlines()) == 2


def test_a_file_that_is_there_is_replaced_whole_or_not_at_all(tmp_path: Path, talked: list[str]) -> None:
    target = tmp_path / "talk.md"
    target.write_text("before")
    target.with_name("talk.md.part").mkdir()
    assert vtuber(tmp_path, "export", "-o", "talk.md")[0] == 2
    assert target.read_text() == "before"
    target.with_name("talk.md.part").rmdir()
    assert vtuber(tmp_path, "export", "-o", "talk.md")[0] == 0
    assert target.read_text().startswith("# rin")


def test_rm_shows_what_goes_and_with_all_forgets_the_copies_too(tmp_path: Path, talked: list[str]) -> None:
    copy = tmp_path / "home" / "data" / "vtuber.db.v1.bak"
    copy.write_bytes(b"old words")
    code, out, err = vtuber(tmp_path, "rm", "--character", "rin", "--yes")
    assert (code, [line.split("\t")[2:4] for line in out.splitlines()]) == (0, [["rin", "2"]])
    assert "messages: 2" in err and str(copy) in err
    assert len(vtuber(tmp_path, "list")[1].splitlines()) == 1
    assert vtuber(tmp_path, "rm", "--all", "--yes")[0] == 0
    assert not copy.exists()
    code, out, err = vtuber(tmp_path, "rm", "--all", "--yes", lang="ko")
    assert (code, out) == (0, "")
    assert "vtuber chat" in err


@pytest.mark.parametrize(("answer", "left"), [(b"y\n", 0), (b"\n", 2), (b"n\n", 2), (b"\x04", 2)])
def test_rm_asks_on_a_terminal(tmp_path: Path, talked: list[str], answer: bytes, left: int) -> None:
    main, side = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "vtuber_cli", "history", "rm", "--all"],
        env={**os.environ, "VTUBER_HOME": str(tmp_path / "home"), "COLUMNS": "80", "TERM": "xterm"},
        stdin=side, stdout=side, stderr=side,
    )  # fmt: skip
    os.close(side)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(main, 65536)
    assert b"Hello # there" in shown and b"\x1b]0" not in shown
    os.write(main, answer)
    assert running.wait(30) == (0 if left == 0 else 1)
    os.close(main)
    assert len(vtuber(tmp_path, "list")[1].splitlines()) == left

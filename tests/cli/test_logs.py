"""`vtuber logs` from outside, and the reading of logs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vtuber_cli import log
from vtuber_cli.cli.log_lines import Assembler, Tail, records

COMMAND = [sys.executable, "-m", "vtuber_cli", "logs"]
TEXT = """\
2026-11-23T02:50:00.000+00:00 INFO vtuber_cli.a [7 MainThread] awake
2026-11-23T02:50:01.000+00:00 ERROR vtuber_cli.b [7 voice of hers] it \\x1b[31mbroke
    Traceback (most recent call last):
    ValueError: no
{"at":"2026-11-23T02:50:02.000+00:00","level":"WARNING","logger":"vtuber_cli.c","process":8,"thread":"t","message":"a\\nb\\u001b[2J"}
2026-11-23 02:50:00,000 INFO of an older program
"""


@pytest.fixture
def file() -> Path:
    log.file().parent.mkdir(parents=True)
    log.file().write_text(TEXT)
    return log.file()


def logs(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *args], capture_output=True, text=True, timeout=60, check=False)


def test_before_anything_was_logged() -> None:
    done = logs()
    assert (done.returncode, done.stdout) == (0, "")
    assert str(log.file()) in done.stderr


def test_both_forms_as_text_and_as_json(file: Path) -> None:
    out = logs().stdout.splitlines()
    assert out[:4] == TEXT.splitlines()[:4]
    assert out[4:] == [
        "2026-11-23T02:50:02.000+00:00 WARNING vtuber_cli.c [t] a\\nb",
        "2026-11-23 02:50:00,000 INFO of an older program",
    ]  # fmt: skip
    said = [json.loads(line) for line in logs("--json").stdout.splitlines()]
    assert [one["level"] for one in said] == ["INFO", "ERROR", "WARNING", ""]
    assert said[1] == {
        "message": "it \\x1b[31mbroke", "at": "2026-11-23T02:50:01.000+00:00", "level": "ERROR",
        "logger": "vtuber_cli.b", "thread": "7 voice of hers",
        "trace": ["Traceback (most recent call last):", "ValueError: no"],
    }  # fmt: skip
    assert said[2]["message"] == "a\nb"


def test_how_many_and_how_grave(file: Path) -> None:
    assert len(logs("--lines", "1").stdout.splitlines()) == 1
    assert logs("-n", "0").stdout == ""
    assert len(logs("--level", "Warning").stdout.splitlines()) == 4
    done = logs("--level", "warn")
    assert done.returncode == 2
    assert "warning" in done.stderr and "Traceback" not in done.stderr


def test_older_files_are_read_when_they_are_needed(file: Path) -> None:
    line = "2026-11-20T00:00:00.000+00:00 INFO vtuber_cli.x [1 y] "
    for number in (1, 2):
        file.with_name(f"vtuber.log.{number}").write_text(f"{line}older {number}\n")
    out = logs("-n", "5").stdout
    assert "older 1" in out and "older 2" not in out
    assert [text for text in ("older 2", "older 1", "awake") if text in logs().stdout.splitlines()[0]] == ["older 2"]


def test_hostile_lines_drive_nothing(file: Path) -> None:
    file.write_bytes(
        b"\x1b]0;evil\x07 \x9b31m \xff\xfe\n" + b'{"message": "\\u009b1m\\u202e", "at": 5, "trace": [1]}\n'
        b'{"message": ' + b"[" * 5000 + b"\n" + b"x" * 300_000 + b"\n    lonely trace\napi_key=abcdefghijk"
    )  # fmt: skip
    done = logs()
    assert done.returncode == 0
    assert all(c.isprintable() or c == "\n" for c in done.stdout)
    assert max(map(len, done.stdout.splitlines())) <= 100_000
    assert "abcdefghijk" not in done.stdout
    assert logs("--json").returncode == 0


def test_following_goes_on_across_files_and_ends_with_ctrl_c(file: Path) -> None:
    line = "2026-11-23T03:00:00.000+00:00 INFO vtuber_cli.x [1 y] "
    running = subprocess.Popen([*COMMAND, "-f", "-n", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None and running.stderr is not None
    assert "older program" in running.stdout.readline()
    with file.open("a") as opened:
        opened.write(f"{line}before\n")
    assert running.stdout.readline().endswith("before\n")
    file.rename(file.with_name("vtuber.log.1"))
    file.write_text(f"{line}after\n")
    assert running.stdout.readline().endswith("after\n")
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 130
    assert (running.stdout.read(), running.stderr.read()) == ("", "")
    running.stdout.close()
    running.stderr.close()


def test_a_reader_that_leaves_ends_it_quietly(file: Path) -> None:
    running = subprocess.Popen([*COMMAND, "-f"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None and running.stderr is not None
    running.stdout.readline()
    running.stdout.close()
    limit = time.monotonic() + 30
    while running.poll() is None and time.monotonic() < limit:
        with file.open("a") as opened:
            opened.write("more\n")
        try:
            running.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    assert running.wait(1) in (0, 1)
    assert running.stderr.read() == ""
    running.stderr.close()


# --- in this process ----------------------------------------------------------------------------------------------


def test_a_tail_waits_for_whole_lines_and_for_a_file(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.log"
    tail = Tail(path)
    assert list(tail.lines()) == []
    path.write_bytes(b"one\ntw")
    assert list(tail.lines()) == [b"one"]
    with path.open("ab") as opened:
        opened.write(b"o\n")
    assert list(tail.lines()) == [b"two"]
    os.truncate(path, 0)
    path.write_bytes(b"new\n")
    assert list(tail.lines()) == [b"new"]
    path.unlink()
    assert list(tail.lines()) == []
    tail.close()


def test_what_is_read_ends_where_the_following_begins(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.log"
    path.write_bytes(b"one\ntwo\n")
    tail = Tail(path)
    with path.open("ab") as opened:
        opened.write(b"three\n")
    assert [one.message for one in records(path, tail.begins)] == ["one", "two"]
    assert list(tail.lines()) == [b"three"]
    tail.close()


def test_a_trace_belongs_to_the_record_before_it() -> None:
    assembler = Assembler()
    assert [assembler.feed(line) for line in (b"a", b"    b", b"    c")] == [None] * 3
    done = assembler.feed(b"d")
    assert done is not None and (done.message, done.trace) == ("a", ["b", "c"])
    last = assembler.finish()
    assert last is not None and last.message == "d"
    assert assembler.finish() is None

"""The log file: what stands in it, and what becomes of it when it grows, ages, and is shared."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from vtuber_cli import log
from vtuber_cli.log import PrivateFile

LOGGER = logging.getLogger("vtuber_cli.somewhere")


def written() -> list[str]:
    return log.file().read_text(encoding="utf-8").splitlines()


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("vtuber_cli.x", logging.INFO, "x.py", 1, message, None, None)


def handler(path: Path, **limits: int) -> PrivateFile:
    return PrivateFile(path, **limits)


def test_secrets_and_the_home_are_taken_out_of_messages_and_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path(__file__).parent))
    log.start()
    try:
        raise ValueError("api_key=abcdefgh12345678")
    except ValueError:
        LOGGER.exception("sent Bearer %s", "abcdefgh12345678")
    text = "\n".join(written())
    assert "abcdefgh" not in text
    assert 'File "~/test_log.py"' in text


def test_json_lines_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_LOG_FORMAT", "json")
    log.start()
    try:
        raise ValueError("oh\x1b[2J")
    except ValueError:
        LOGGER.exception("one\ntwo 세 token=abcdefgh")
    (line,) = written()
    assert line.isascii() and line.isprintable()
    said = json.loads(line)
    assert list(said) == ["at", "level", "logger", "process", "thread", "message", "trace"]
    assert (said["level"], said["logger"], said["process"]) == ("ERROR", "vtuber_cli.somewhere", os.getpid())
    assert said["message"] == "one\ntwo 세 token=***"
    assert said["trace"].endswith("ValueError: oh\x1b[2J")
    assert datetime.fromisoformat(said["at"]).tzinfo is not None


def test_a_message_that_cannot_be_made_is_no_fault(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    private = handler(tmp_path / "vtuber.log")
    private.emit(logging.LogRecord("x", logging.INFO, "x.py", 1, "%d", ("no number",), None))
    private.emit(record("\ud800 half"))
    private.close()
    private.emit(record("after the end"))
    assert (tmp_path / "vtuber.log").read_text() == "\\ud800 half\n"
    assert capfd.readouterr() == ("", "")


# --- growing ------------------------------------------------------------------------------------------------------


def test_a_full_file_is_put_aside_and_a_few_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.log"
    private = handler(path, size=1000, kept=3)
    for number in range(500):
        private.emit(record(f"number {number}"))
    private.close()
    names = sorted(file.name for file in tmp_path.iterdir() if not file.name.endswith(".lock"))
    assert names == ["vtuber.log", "vtuber.log.1", "vtuber.log.2", "vtuber.log.3"]
    kept = [path.with_name(name) for name in ("vtuber.log.3", "vtuber.log.2", "vtuber.log.1", "vtuber.log")]
    lines = [line for file in kept for line in file.read_text().splitlines()]
    assert lines == [f"number {number}" for number in range(500 - len(lines), 500)]
    assert all(file.stat().st_size <= 1000 and stat.S_IMODE(file.stat().st_mode) == 0o600 for file in kept)


def test_who_finds_it_put_aside_or_gone_goes_on_in_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.log"
    first, second = handler(path, size=100), handler(path, size=100)
    for number in range(30):
        (first, second)[number % 2].emit(record(f"number {number}"))
    path.unlink()
    first.emit(record("again"))
    second.emit(record("and again"))
    assert path.read_text().splitlines() == ["again", "and again"]
    first.close()
    second.close()


def test_what_somebody_else_puts_aside_is_not_put_aside_twice(tmp_path: Path) -> None:
    from filelock import FileLock

    path = tmp_path / "vtuber.log"
    private = handler(path, size=20)
    private.emit(record("x" * 15))
    with FileLock(f"{path}.lock"):
        private.emit(record("y" * 15))  # rather a line too long than a line lost
    assert path.read_text() == "x" * 15 + "\n" + "y" * 15 + "\n"
    private.close()


def test_what_is_old_goes(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.log"
    now = datetime.now().astimezone()
    for name, age in (("vtuber.log.1", 10), ("vtuber.log.2", 31), ("vtuber.log", 8)):
        file = tmp_path / name
        file.write_text(f"{(now - timedelta(days=age)).isoformat()} INFO x [1 y] {name}\n")
        os.utime(file, ((now - timedelta(days=age)).timestamp(),) * 2)
    handler(path).close()
    assert path.read_text() == ""
    assert (tmp_path / "vtuber.log.1").read_text().endswith("vtuber.log\n")
    assert (tmp_path / "vtuber.log.2").read_text().endswith("vtuber.log.1\n")
    assert not (tmp_path / "vtuber.log.3").exists()
    path.write_text("no date at all\n")
    handler(path).close()
    assert path.read_text() == "no date at all\n"


def test_two_programs_write_at_once_and_no_line_is_lost_or_torn(tmp_path: Path) -> None:
    code = (
        "import logging, sys\nfrom pathlib import Path\nfrom vtuber_cli.log import PrivateFile\n"
        "private = PrivateFile(Path(sys.argv[1]), size=20_000, kept=50)\n"
        "sys.stdin.read(1)\n"
        "for number in range(2000):\n"
        "    message = f'{sys.argv[2]} {number} ' + 'x' * (number % 97) + '.'\n"
        "    private.emit(logging.LogRecord('x', 20, '', 1, message, None, None))\n"
    )
    path = tmp_path / "vtuber.log"
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name], stdin=subprocess.PIPE) for name in ("a", "b")
    ]
    for one in running:
        assert one.stdin is not None
        one.stdin.write(b"!")
        one.stdin.close()
    assert [one.wait(60) for one in running] == [0, 0]
    lines = [line for file in tmp_path.glob("vtuber.log*") for line in file.read_text().splitlines()]
    expected = {f"{name} {number} {'x' * (number % 97)}." for name in ("a", "b") for number in range(2000)}
    assert len(lines) == 4000
    assert set(lines) == expected
    assert len(list(tmp_path.glob("vtuber.log.*"))) > 5

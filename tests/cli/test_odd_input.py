"""Input that nobody should give and somebody will: one clear line, a failure, and nothing lost."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from vtuber_cli import paths
from vtuber_cli.store.database import Database

ECHO = ["--engines", "echo"]


def vtuber(*arguments: str, shell: str = "", typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the program, by a shell that adds `shell` (`<&-`) to the command."""
    command = ["sh", "-c", f'exec "$@" {shell}', "sh", sys.executable, "-m", "vtuber_cli", *arguments]
    return subprocess.run(
        command,
        env=os.environ | environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    complaints = [line for line in done.stderr.splitlines() if line.startswith("vtuber: ")]
    assert len(complaints) == 1, done.stderr
    assert all(word in complaints[0] for word in words)
    assert done.returncode in range(1, 10)
    assert "Traceback" not in done.stderr and "something broke" not in done.stderr


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    file = tmp_path / "tone.wav"
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        out.writeframes(b"\0\x20\0\xe0" * 16_000)
    return file


def test_a_pipe_is_not_replaced_by_a_recording(tmp_path: Path) -> None:
    """Nor would a device be: as root that broke a machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    refused(vtuber("say", "hello", *ECHO, "--wav", str(pipe)), "pipe")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_to_a_device_is_not_replaced_either(tmp_path: Path) -> None:
    link = tmp_path / "link.wav"
    link.symlink_to("/dev/null")
    refused(vtuber("say", "hello", *ECHO, "--wav", str(link)), "link.wav")
    assert link.is_symlink()


def test_what_is_heard_is_not_written_over(tone: Path) -> None:
    before = tone.read_bytes()
    refused(vtuber("chat", *ECHO, "--fast", "--mic", str(tone), "--wav", str(tone)), "tone.wav")
    assert tone.read_bytes() == before


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_a_recording_wants_a_name(name: str) -> None:
    refused(vtuber("say", "hello", *ECHO, "--wav", name))


def test_a_name_that_is_no_text(tmp_path: Path, tone: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/\xff.wav"
    tone.rename(os.fsdecode(odd))
    refused(vtuber("chat", *ECHO, "--fast", "--mic", os.fsdecode(odd)))


@pytest.mark.parametrize("shell", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", [["chat", *ECHO, "--no-audio"], ["history", "list"]])
def test_closed_streams_are_no_fault(command: list[str], shell: str) -> None:
    done = vtuber(*command, shell=shell)
    assert done.returncode == 0 and "broke" not in done.stderr


def test_the_home_of_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = vtuber("history", "list", VTUBER_HOME="~nobody-of-this-name/x")
    assert done.returncode == 0 and "Traceback" not in done.stderr


def test_a_search_of_a_thousand_letters_is_refused_at_once() -> None:
    Database(paths.database()).close()
    refused(vtuber("history", "search", "a" * 1000), "200")


def test_a_limit_beyond_all_numbers() -> None:
    assert vtuber("history", "list", "--limit", "9" * 30).returncode in (0, 2)


def test_a_history_of_a_version_that_never_was() -> None:
    paths.data_dir().mkdir(parents=True)
    with sqlite3.connect(paths.database()) as database:
        database.execute("PRAGMA user_version = -1")
    database.close()
    refused(vtuber("history", "list"), "vtuber.db")


def test_a_pipe_for_a_model(tmp_path: Path) -> None:
    pipe = tmp_path / "model.gguf"
    os.mkfifo(pipe)
    model = ["--set", "engines.llm.name=llama", "--set", f"engines.llm.options.model={pipe}"]
    done = vtuber("chat", "--no-audio", *ECHO, *model, typed="hi\n")
    assert done.returncode != 0 and "Traceback" not in done.stderr and "model.gguf" in done.stderr

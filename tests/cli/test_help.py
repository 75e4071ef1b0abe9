"""The command line from outside: help, version, wrong words, odd terminals. Each test is a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vtuber_cli import __version__
from vtuber_cli.cli.app import COMMANDS

HEAVY = set(
    """asyncio av ctranslate2 faster_whisper hibari httpx numpy onnxruntime piper
    pydantic rich sherpa_onnx sounddevice soundfile soxr sqlite3 textual tokenizers xllamacpp yaml""".split()
)


def vtuber(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vtuber_cli", *args]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("args", [["--help"], [], ["--version"]])
def test_nothing_heavy_and_no_command_is_imported_to_show_help(args: list[str]) -> None:
    code = f"import sys; from vtuber_cli.__main__ import main; sys.argv[1:] = {args!r}; main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "vtuber_cli.cli.app" in loaded
    assert not loaded & HEAVY
    assert not loaded & {f"vtuber_cli.cli.{name}" for name in COMMANDS}


def test_help_lists_every_command_on_stdout() -> None:
    done = vtuber("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)


def test_vtuber_alone_shows_the_same_help() -> None:
    assert vtuber().stdout == vtuber("--help").stdout


def test_help_speaks_the_language_of_the_environment_or_the_option() -> None:
    by_environment, by_option = vtuber("--help", LANG="ko_KR.UTF-8"), vtuber("--lang", "ko", "--help")
    assert by_environment.stdout == by_option.stdout
    assert by_option.stdout.startswith("사용법: vtuber")
    assert "Usage" not in by_option.stdout
    assert vtuber("--lang", "en", "--help", LANG="ko_KR.UTF-8").stdout.startswith("Usage: vtuber")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_command_has_a_help_page_without_bare_keys(name: str, language: str) -> None:
    done = vtuber("--lang", language, name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "--help" in done.stdout
    assert f"{name}.option." not in done.stdout
    assert "cli." not in done.stdout


def test_version() -> None:
    assert vtuber("--version").stdout == f"vtuber {__version__}\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["chta"], "vtuber: there is no command “chta”\nhint: did you mean vtuber chat?\n"),
        (["xyzzy"], "vtuber: there is no command “xyzzy”\nhint: vtuber --help lists the commands\n"),
        (["models", "lst"], "vtuber: vtuber models has no command “lst”\nhint: did you mean vtuber models list?\n"),
        (["--lang", "fr", "chat"], "vtuber: there is no interface language “fr”\nhint: choose en, ko or auto\n"),
        (["--nope"], "vtuber: there is no option --nope\nhint: vtuber --help lists the options\n"),
        (
            ["evil\x1b]0;title\x07\nline"],
            "vtuber: there is no command “evil line”\nhint: vtuber --help lists the commands\n",
        ),
    ],
)
def test_wrong_words_end_in_two_lines_and_exit_2(args: list[str], said: str) -> None:
    done = vtuber(*args)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_a_terminal_without_korean_letters_still_gets_help() -> None:
    done = vtuber("--lang", "ko", "--help", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "chat" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_one_clear_line() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "vtuber_cli", "--help"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("vtuber: the disk is full")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
@pytest.mark.parametrize("redirect", ["| true", ">&-", ">&- 2>&-", "2>&-", "<&-"])
def test_a_reader_that_left_and_closed_streams_are_quiet(redirect: str) -> None:
    command = f'"{sys.executable}" -m vtuber_cli --help {redirect}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""

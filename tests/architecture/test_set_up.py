"""`./vtuber` and scripts/set_up.py, on a copy of the checkout with a pretended `.venv`; nothing is downloaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the POSIX starter")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what set-up needs, in a folder with an awkward name."""
    folder = tmp_path / "it's a $HOME folder"
    folder.mkdir()
    for name in ("vtuber", "pyproject.toml", "requirements-boot.lock", "requirements-lint.lock", *LOCKS):
        shutil.copy2(ROOT / name, folder / name)
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    package = folder / "vtuber_cli"
    shutil.copytree(ROOT / "vtuber_cli" / "locales", package / "locales")
    for name in ("__init__.py", "i18n.py"):
        shutil.copy2(ROOT / "vtuber_cli" / name, package / name)
    return folder


@pytest.fixture
def finished(copy: Path) -> Path:
    """The copy with a `.venv` that is marked ready; its Python tells how it was called."""
    program(copy / ".venv" / "bin" / "python", 'pwd; for each in "$@"; do printf "<%s>" "$each"; done; exit 7')
    marks = copy / ".venv" / ".ready"
    marks.mkdir()
    for name in ("pyproject.toml", *LOCKS):
        shutil.copy2(copy / name, marks / name)
    (marks / "path").write_text(f"{copy}\n", encoding="utf-8")
    return copy


def program(file: Path, script: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


def bare_path(folder: Path, python3: str | None = None) -> dict[str, str]:
    """An environment whose PATH has no Python, or only the pretended one."""
    folder.mkdir()
    for name in ("sh", "dirname", "readlink", "cmp"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    if python3 is not None:
        program(folder / "python3", python3)
    return {"PATH": str(folder)}


def start(
    starter: Path, *args: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    inherited = os.environ | (environment or {})
    return subprocess.run([starter, *args], cwd=cwd, env=inherited, capture_output=True, text=True, check=False)


def test_arguments_folder_and_exit_code_pass_through_untouched(finished: Path, tmp_path: Path) -> None:
    args = ["say", "two  words", "", "*", "it's", '"quoted"', "$HOME", "new\nline", "--wav=a b.wav", "한국어"]
    done = start(finished / "vtuber", *args, cwd=tmp_path)
    shown = "".join(f"<{each}>" for each in ["-P", "-m", "vtuber_cli", *args])
    assert (done.returncode, done.stdout, done.stderr) == (7, f"{tmp_path}\n{shown}", "")


def test_it_works_through_links_from_another_folder(finished: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first link", tmp_path / "bin" / "vtuber"
    first.symlink_to(finished / "vtuber")
    second.parent.mkdir()
    second.symlink_to(Path("..") / "first link")
    assert start(second, "--help", cwd=Path("/")).returncode == 7
    assert (
        start(Path("vtuber"), cwd=second.parent, environment={"PATH": f"{second.parent}:/usr/bin:/bin"}).returncode == 7
    )


def test_the_tests_run_in_the_checkout(finished: Path) -> None:
    done = start(finished / "vtuber", "test", "-k", "a or b", cwd=Path("/"))
    assert done.stdout == f"{finished}\n<-P><-m><pytest><-k><a or b>"


@pytest.mark.parametrize("change", [*LOCKS, "pyproject.toml", ".venv/.ready/path", ".venv/bin/python"])
def test_a_change_sets_up_again(change: str, finished: Path, tmp_path: Path) -> None:
    file = finished / change
    if change.endswith("python"):
        file.unlink()
        file.symlink_to("/nowhere/python")
    else:
        file.write_text("changed\n", encoding="utf-8")
    environment = bare_path(tmp_path / "bin", 'case "$2" in */set_up.py) shift 2; echo "set up: $*"; exit 9 ;; esac')
    done = start(finished / "vtuber", "test", environment=environment)
    assert (done.returncode, done.stdout) == (9, "set up: test\n")


def test_a_shell_that_completes_a_word_sets_nothing_up(finished: Path, tmp_path: Path) -> None:
    (finished / "requirements.lock").write_text("changed\n", encoding="utf-8")
    environment = bare_path(tmp_path / "bin", "echo set up; exit 9")
    done = start(finished / "vtuber", "completion", "words", "bash", "--", "c", environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_the_program_does_not_wait_for_test_packages(finished: Path) -> None:
    (finished / "requirements-test.lock").write_text("changed\n", encoding="utf-8")
    assert start(finished / "vtuber", "--help").returncode == 7


@pytest.mark.parametrize(
    ("python3", "said", "korean"),
    [
        (None, "needs Python 3.11 to 3.14, and there is none", "찾지 못했어요"),
        ('[ "$1" = -V ] && echo Python 3.9.2; exit 1', "python3 is Python 3.9.2", "Python 3.9.2"),
        (
            'case "$*" in *ensurepip*) exit 1 ;; *print*) echo 3.12 ;; esac',
            "install python3.12-venv",
            "python3.12-venv",
        ),
    ],
)
def test_a_machine_that_cannot_is_told_what_it_lacks(
    python3: str | None, said: str, korean: str, copy: Path, tmp_path: Path
) -> None:
    environment = bare_path(tmp_path / "bin", python3)
    done = start(copy / "vtuber", "--help", environment=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "\nhint: " in done.stderr
    done = start(copy / "vtuber", "--help", environment=environment | {"LANG": "ko_KR.UTF-8"})
    assert korean in done.stderr
    assert "\n힌트: " in done.stderr


def set_up(copy: Path, *layers: str, **environment: str) -> subprocess.CompletedProcess[str]:
    base = getattr(sys, "_base_executable", sys.executable)
    return start(Path(base), "-I", str(copy / "scripts" / "set_up.py"), *layers, environment=environment)


def test_without_a_network_it_says_so_and_leaves_nothing_half_ready(copy: Path) -> None:
    done = set_up(
        copy, PIP_INDEX_URL="http://127.0.0.1:9/", PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS=""
    )
    assert done.returncode == 1
    assert "vtuber: could not fetch uv (exit 1)\nhint: check the network" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (copy / ".boot" / ".ready").exists()
    assert not (copy / ".venv").exists()


def test_a_finished_checkout_is_left_alone(finished: Path) -> None:
    done = set_up(finished, "test")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unwritable_checkout_is_one_line(copy: Path) -> None:
    (copy / ".set-up.lock").mkdir()
    done = set_up(copy)
    assert done.returncode == 1
    assert done.stderr.startswith("vtuber: set-up cannot write ")
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_layer_is_refused(copy: Path) -> None:
    assert "usage" in set_up(copy, "tset").stderr


@pytest.mark.parametrize(("language", "said"), [("C", "another set-up is running"), ("ko_KR.UTF-8", "다른 준비 작업")])
def test_a_second_set_up_waits_for_the_first(language: str, said: str, finished: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    base = getattr(sys, "_base_executable", sys.executable)
    with (finished / ".set-up.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [base, "-I", str(finished / "scripts" / "set_up.py")]
        waiting = subprocess.Popen(command, env=os.environ | {"LANG": language}, stderr=subprocess.PIPE, text=True)
        assert waiting.stderr is not None
        watchdog = threading.Timer(30, waiting.kill)
        watchdog.start()
        assert said in waiting.stderr.readline()
        assert waiting.poll() is None
    assert waiting.wait() == 0
    watchdog.cancel()
    waiting.stderr.close()

"""`vtuber profile` from outside."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_fortune import vtuber


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "data" / "profiles" / "me.json"


def test_set_show_and_change() -> None:
    done = vtuber(
        "profile", "set", "--name", "민지", "--birth", "1988-02-03 07:30", "--place", "서울", "--interests", "일, love"
    )
    assert (done.returncode, done.stdout) == (0, "") and "1988" not in done.stderr
    before = json.loads(vtuber("profile", "show", "--json").stdout)
    assert before["birth"] == "1988-02-03T07:30" and before["interests"] == ["work", "love"]
    assert (before["zone"], before["longitude"]) == ("Asia/Seoul", 126.98)
    vtuber("profile", "set", "--name", "", "--lunar", "--locale", "ko")
    after = json.loads(vtuber("profile", "show", "--json").stdout)
    assert "name" not in after and after["lunar"] and after["seed_id"] == before["seed_id"]
    assert "1988-02-03 07:30 (lunar)" in vtuber("profile", "show").stdout


def test_several_people() -> None:
    vtuber("profile", "set", "엄마", "--birth", "1960-05-05")
    vtuber("profile", "set", "--profile", "dad", "--birth", "1958-05-05")
    assert json.loads(vtuber("profile", "list", "--json").stdout) == [
        {"profile": "dad", "name": ""},
        {"profile": "엄마", "name": ""},
    ]
    assert vtuber("profile", "show").returncode == 3
    assert "dad" in vtuber("profile", "show").stderr
    assert vtuber("profile", "rm", "dad").returncode == 0
    assert vtuber("profile", "show", "dad").returncode == 3


@pytest.mark.parametrize(
    "line",
    ["--birth 1988-02-30", "--birth 1988-02-03T25:00", "--birth 1988-2-3", "--birth 2999-01-01", "--lunar", "--leap",
     "--place Atlantis", "--interests lottery", "--locale fr", "--name " + "x" * 41, "../x --name x",
     "--birth 1988-01-15 --leap", "--birth 1988-02-30 --lunar --leap", ""],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_kept(line: str, file: Path) -> None:
    done = vtuber("profile", "set", *line.split(), shell="</dev/null")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("vtuber: ") >= 1 and "1988" not in done.stderr and "Traceback" not in done.stderr
    assert not file.exists()


def test_a_damaged_profile_is_refused_unless_forced_and_then_kept_aside(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("{damaged")
    for command in (["set", "--name", "x"], ["show"], ["export"]):
        done = vtuber("profile", *command)
        assert done.returncode == 2 and file.read_text() == "{damaged"
    assert json.loads(vtuber("profile", "list", "--json").stdout) == [{"profile": "me", "name": "damaged"}]
    assert vtuber("profile", "set", "--name", "x", "--force").returncode == 0
    assert file.with_name("me.json.bak").read_text() == "{damaged"
    assert json.loads(file.read_text())["name"] == "x"


def test_out_and_in_again(tmp_path: Path) -> None:
    vtuber("profile", "set", "--birth", "1988-02-03")
    whole = vtuber("profile", "export").stdout
    out = tmp_path / "me.json"
    assert vtuber("profile", "export", "-o", str(out)).returncode == 0
    assert out.read_text() == whole and out.stat().st_mode & 0o077 == 0
    assert vtuber("profile", "export", "-o", str(out)).returncode == 2
    told = vtuber("fortune", "--date", "2026-11-22", "--json").stdout
    assert vtuber("profile", "import", str(out)).returncode == 2
    assert vtuber("profile", "rm").returncode == 0
    assert vtuber("profile", "import", str(out)).returncode == 0
    assert vtuber("fortune", "--date", "2026-11-22", "--json").stdout == told
    assert vtuber("profile", "import", "-", "--profile", "twin", shell=f"< {out}").returncode == 0
    assert vtuber("profile", "import", str(out), "--force").returncode == 0
    out.write_text(whole.replace("1988-02-03", "1988-02-31"))
    refused = vtuber("profile", "import", str(out), "--profile", "other")
    assert refused.returncode == 2 and "1988" not in refused.stderr


def test_what_was_told_goes_with_the_profile(tmp_path: Path) -> None:
    vtuber("profile", "set", "--birth", "1988-02-03")
    vtuber("fortune")
    kept = tmp_path / "home" / "data" / "fortune" / "told"
    assert list(kept.glob("*/*.json"))
    vtuber("profile", "rm")
    assert not list(kept.glob("*/*.json"))


def test_set_alone_asks_on_a_terminal(file: Path) -> None:
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "vtuber_cli", "profile", "set"], stdin=end, stdout=end, stderr=subprocess.PIPE, text=True
    ) as program:
        os.close(end)
        os.write(terminal, "민지\nAtlantis\n서울\n1988-02-30\nn\n1988-02-03 07:30\nn\nlottery\n연애\n".encode())
        _, said = program.communicate(timeout=60)
    os.close(terminal)
    assert program.returncode == 0, said
    found = json.loads(file.read_text())
    assert (found["name"], found["birth"], found["zone"]) == ("민지", "1988-02-03T07:30", "Asia/Seoul")
    assert found["interests"] == ["love"]


def test_a_home_that_cannot_be_written_to(tmp_path: Path) -> None:
    here = tmp_path / "file"
    here.write_text("no folder")
    done = vtuber("profile", "set", "--birth", "1988-02-03", VTUBER_HOME=str(here))
    assert done.returncode == 5 and done.stderr.startswith("vtuber: ") and "1988" not in done.stderr

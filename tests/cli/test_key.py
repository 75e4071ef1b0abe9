"""`vtuber key` from outside: each test is a process of its own."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

SECRET = "sk-not-to-be-seen-0123456789"
COMMAND = [sys.executable, "-m", "vtuber_cli"]


def key(home: Path, *args: str, typed: str = "", lang: str = "en", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "VTUBER_HOME": str(home), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    return subprocess.run(
        [*COMMAND, "--lang", lang, "key", *args],
        env=environment | more,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_key_is_stored_listed_and_removed(tmp_path: Path) -> None:
    stored = key(tmp_path, "set", "MY_KEY", "--file", typed=f"{SECRET}\n")
    assert (stored.returncode, stored.stdout) == (0, "")
    assert stored.stderr == f"MY_KEY is stored in {tmp_path}/config/keys.json.\n"
    listed = key(tmp_path, "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert listed.stdout == f"MY_KEY  {tmp_path}/config/keys.json\n"
    assert json.loads(key(tmp_path, "list", "--json").stdout) == [{"name": "MY_KEY", "place": "file"}]
    shadowed = key(tmp_path, "list", "--json", MY_KEY="another")
    assert json.loads(shadowed.stdout) == [{"name": "MY_KEY", "place": "environment"}]
    removed = key(tmp_path, "rm", "MY_KEY")
    assert (removed.returncode, removed.stdout) == (0, "")
    assert SECRET not in f"{stored}{listed}{removed}".replace(f"input='{SECRET}", "")
    empty = key(tmp_path, "list", "--json")
    assert json.loads(empty.stdout) == []


def test_on_a_terminal_it_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    main, side = pty.openpty()
    running = subprocess.Popen(
        [*COMMAND, "--lang", "ko", "key", "set", "MY_KEY", "--file"],
        env={**os.environ, "VTUBER_HOME": str(tmp_path)},
        stdin=side,
        stdout=side,
        stderr=side,
        start_new_session=True,
    )
    os.close(side)
    shown = b""
    while b"MY_KEY" not in shown:
        shown += os.read(main, 4096)
    os.write(main, f"{SECRET}\n".encode())
    try:
        while chunk := os.read(main, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(main)
    assert running.wait(60) == 0
    assert "저장했어요" in shown.decode()
    assert SECRET not in shown.decode()
    assert json.loads((tmp_path / "config" / "keys.json").read_text()) == {"MY_KEY": SECRET}


def test_the_key_that_the_settings_name_is_listed_too(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text("engines: {llm: {name: openai, options: {key: CLOUD_KEY}}}\n")
    listed = key(tmp_path, "list")
    assert listed.stdout == "CLOUD_KEY  not found; vtuber key set CLOUD_KEY\n"
    assert json.loads(key(tmp_path, "list", "--json").stdout) == [{"name": "CLOUD_KEY", "place": None}]


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize(
    ("args", "typed"),
    [
        (("set", SECRET), ""),
        (("set", "MY_KEY"), ""),
        (("set", "MY_KEY"), f"{SECRET} {SECRET}"),
        (("rm", "MY_KEY"), ""),
        (("rm", SECRET), ""),
        (("set",), ""),
        (("show", "MY_KEY"), ""),
    ],
)
def test_what_is_wrong_is_said_in_one_line_without_the_key(
    tmp_path: Path, args: tuple[str, ...], typed: str, lang: str
) -> None:
    done = key(tmp_path, *args, typed=typed, lang=lang)
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "vtuber",
        {"en": "hint", "ko": "힌트"}[lang],
    ]
    assert SECRET not in done.stderr
    assert not (tmp_path / "config" / "keys.json").exists()


def test_bytes_that_are_no_text_are_no_key(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "key", "set", "MY_KEY"],
        env={**os.environ, "VTUBER_HOME": str(tmp_path)},
        input=b"\xff\xfe\x00",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2

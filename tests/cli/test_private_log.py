"""What people say, and what she answers, is not in the log."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from vtuber_cli import log

SECRET = "marmalade"


@pytest.mark.parametrize("command", [["chat", "--no-audio"], ["chat", "--events", "ndjson"], ["say", "--wav", "-"]])
def test_nothing_that_is_said_is_logged(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vtuber_cli", *command, "--engines", "echo"],
        input=f"my word is {SECRET}\n".encode(), capture_output=True, timeout=60, check=True,
        env={**os.environ, "SOME_API_KEY": SECRET * 2},
    )  # fmt: skip
    assert done.returncode == 0
    assert SECRET not in "".join(file.read_text() for file in log.files())
    assert SECRET.encode() not in done.stderr

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from vtuber_cli.audio import backend, miniaudio

_LISTED = """\
import sys
from vtuber_cli.audio import backend
backend.survey("miniaudio")
print(*sys.modules)
"""


class Names:
    """Every name, as the C code's constants are; and a machine without a sound system, which takes time to find out."""

    NULL = None

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, name: str) -> int:
        return len(name)

    def new(self, kind: str, value: object = None) -> Any:
        return value

    def ma_context_init(self, *_: object) -> int:
        self.asked += 1
        return -203


class Code:
    def __init__(self) -> None:
        self.ffi = self.lib = Names()


def test_both_directions_are_looked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    code = Code()
    monkeypatch.setattr(miniaudio, "_loaded", [miniaudio.MiniAudio(code)])
    assert backend.survey("miniaudio") == {"input": (), "output": ()}
    assert code.lib.asked == 1


def test_a_list_of_devices_waits_for_no_numpy() -> None:
    done = subprocess.run([sys.executable, "-c", _LISTED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not {"numpy", "urllib.request"} & set(done.stdout.split())

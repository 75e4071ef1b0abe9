"""What a fortune costs is measured on the real command. No figure is asserted: that is for a quiet machine."""

from __future__ import annotations

import json
import sys

import pytest

from vtuber_cli.bench import fortune
from vtuber_cli.cli.app import run

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")]


def test_every_line_runs_and_costs_something(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fortune, "ROUNDS", 1)
    assert run(["bench", "--fortune", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.keys() == fortune.LINES.keys()
    assert found["nothing"]["ratio"] == 1 and all(one["cpu_ms"] > 0 for one in found.values())
    assert found["kept"]["ratio"] > 1
    run(["bench", "--fortune"])
    assert "fortune of the day, kept" in capsys.readouterr().out

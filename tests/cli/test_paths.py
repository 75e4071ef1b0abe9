"""`vtuber paths`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vtuber_cli import config, paths
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run
from vtuber_cli.errors import UsageError


def test_each_place_and_whether_it_is_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (paths.data_dir() / "characters" / "rin").mkdir(parents=True)
    (paths.data_dir() / "characters" / "rin" / "character.yaml").write_text("12345")
    assert run(["paths", "--json"]) == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert set(found) >= {"config", "project", "characters", "models", "database", "logs", "program"}
    assert found["characters"] == {
        "name": "characters",
        "path": str(tmp_path / "home" / "data" / "characters"),
        "exists": True,
        "size": 5,
    }
    assert (found["config"]["exists"], found["config"]["size"]) == (False, None)
    assert run(["paths"]) == 0
    assert f"config\t{config.user_file()}\tnot there\n" in capsys.readouterr().out


def test_one_path_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["paths", "config"]) == 0
    assert capsys.readouterr() == (f"{config.user_file()}\n", "")


def test_the_models_of_the_settings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VTUBER_MODELS_DIR")
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text(f"models_dir: {tmp_path / 'elsewhere'}\n")
    run(["paths", "models"])
    assert capsys.readouterr().out == f"{tmp_path / 'elsewhere'}\n"


def test_broken_settings_do_not_hide_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("nonsense: 1\n")
    assert run(["paths", "config"]) == 0
    assert capsys.readouterr().out == f"{config.user_file()}\n"


def test_a_place_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError) as caught:
        run(["paths", "confg"])
    assert show.ending(caught.value) == 2
    assert "config, project" in capsys.readouterr().err

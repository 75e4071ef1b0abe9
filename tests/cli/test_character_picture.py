"""`vtuber character sheet`, and what `check` says of the files that a character is drawn from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from vtuber_cli import character, paths
from vtuber_cli.avatar import png
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def ended(*args: str) -> tuple[int, str, str]:
        try:
            code = run(["character", *args])
        except BaseException as raised:  # noqa: BLE001 - as __main__ does
            code = show.ending(raised)
        return code, *capsys.readouterr()

    return ended


@pytest.fixture
def own() -> Path:
    """A character of the user's own, drawn like Jun."""
    folder = character.own_folder() / "jun"
    shutil.copytree(paths.shipped("characters") / "jun", folder)
    return folder


def test_a_sheet_is_a_picture(said: Any, tmp_path: Path) -> None:
    file = tmp_path / "sheet.png"
    assert said("sheet", "mika", "--png", str(file)) == (0, f"{file}\n", "")
    height, width, _ = png.decode(file.read_bytes()).shape
    assert width > 900 and height > 2000


def test_a_character_without_a_rig_has_no_sheet(said: Any, own: Path, tmp_path: Path) -> None:
    (own / "rig.json").unlink()
    code, out, err = said("sheet", "jun", "--png", str(tmp_path / "x.png"))
    assert (code, out) == (2, "")
    assert "jun has no picture" in err


def test_a_sheet_that_cannot_be_written_is_said(said: Any, tmp_path: Path) -> None:
    code, _, err = said("sheet", "jun", "--png", str(tmp_path / "nowhere" / "x.png"))
    assert code == 2
    assert "cannot be written" in err and "Traceback" not in err


def test_check_says_what_is_wrong_with_the_rig_and_the_expressions(said: Any, own: Path) -> None:
    assert said("check", "jun")[0] == 0
    rig = own / "rig.json"
    rig.write_text(rig.read_text(encoding="utf-8").replace('"fill": "knit"', '"fill": "wool"', 1), encoding="utf-8")
    faces = own / "expressions.json"
    faces.write_text(faces.read_text(encoding="utf-8").replace('"ParamCheek"', '"ParamCheeky"', 1), encoding="utf-8")
    code, out, _ = said("check", "jun", "--json")
    assert code == 1
    found = {Path(one["file"]).name: one for one in json.loads(out)}
    assert found["rig.json"]["key"].startswith("parts[") and "knit" in found["rig.json"]["key"]
    assert "wool" in found["rig.json"]["message"]
    assert set(found) == {"rig.json", "expressions.json"}

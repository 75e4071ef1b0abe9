"""`vtuber fortune content` from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fortune.test_packs import pack_in
from vtuber_cli.__main__ import main


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *args: str | Path) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["vtuber", "fortune", "content", *map(str, args)])
    code = main()
    return code, *capsys.readouterr()


def test_a_pack_comes_and_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = pack_in(tmp_path / "sea")
    assert run(capsys, monkeypatch, "check", pack)[0] == 0
    code, out, err = run(capsys, monkeypatch, "update", pack)
    assert (code, out) == (0, "") and "sea 1.0" in err
    assert run(capsys, monkeypatch)[1].splitlines()[1].split("\t") == ["sea", "1.0"]
    assert json.loads(run(capsys, monkeypatch, "list", "--json")[1])[1] == {"name": "sea", "version": "1.0"}
    assert run(capsys, monkeypatch, "remove", "sea")[0] == 0
    assert len(run(capsys, monkeypatch)[1].splitlines()) == 1


def test_a_bad_pack_is_refused_with_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = pack_in(tmp_path / "sea", {"daily.title.good": ["로또를 사요"] * 12})
    code, out, _ = run(capsys, monkeypatch, "check", pack)
    assert code == 4 and "daily.title.good" in out
    assert {one["rule"] for one in json.loads(run(capsys, monkeypatch, "check", pack, "--json")[1])} >= {"banned"}
    code, out, err = run(capsys, monkeypatch, "update", pack)
    assert (code, out) == (4, "") and err.startswith("vtuber: ") and "hint: " in err


@pytest.mark.parametrize("args", [["eat"], ["check"], ["list", "x"], ["remove", "nothing"], ["check", "/nowhere"]])
def test_what_is_asked_wrongly_is_said(
    args: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run(capsys, monkeypatch, *args)
    assert (code, out) == (2, "") and err.startswith("vtuber: ")

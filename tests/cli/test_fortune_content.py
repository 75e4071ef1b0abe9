"""`vtuber fortune content` from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fortune.test_packs import SEA, folder_of, with_texts
from vtuber_cli.__main__ import main
from vtuber_cli.fortune import content

LOTTERY = with_texts({"daily.item": ["로또 한 장", "돌"]}, {"daily.item": ["a lottery ticket", "a stone"]})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path / "home"))
    yield tmp_path
    content.content.cache_clear()
    content.version.cache_clear()


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *args: str | Path) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["vtuber", "fortune", "content", *map(str, args)])
    code = main()
    out, err = capsys.readouterr()
    return code, out, err


def test_a_pack_comes_and_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = folder_of(SEA, tmp_path / "sea")
    assert run(capsys, monkeypatch, "check", pack)[:2] == (0, "")
    assert run(capsys, monkeypatch, "check", pack, "--json")[:2] == (0, "[]\n")
    code, out, err = run(capsys, monkeypatch, "update", pack)
    assert (code, out) == (0, "") and "sea 1.2" in err
    assert run(capsys, monkeypatch)[1].splitlines()[1].split("\t") == ["sea", "1.2"]
    assert json.loads(run(capsys, monkeypatch, "list", "--json")[1])[1] == {"name": "sea", "version": "1.2"}
    assert run(capsys, monkeypatch, "remove", "sea")[0] == 0
    assert len(run(capsys, monkeypatch)[1].splitlines()) == 1


def test_a_bad_pack_is_refused_with_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = folder_of(LOTTERY, tmp_path / "sea")
    for action in ("check", "update"):
        code, out, err = run(capsys, monkeypatch, action, pack)
        assert code == 4
        rows = [line.split("\t") for line in out.splitlines()]
        assert [(row[0], row[1], row[3]) for row in rows] == [
            ("ko/daily.json", "daily.item", "로또 한 장"),
            ("en/daily.json", "daily.item", "a lottery ticket"),
        ]
        assert all(row[2] and "lint." not in row[2] for row in rows)
        assert err.startswith("vtuber: ") == (action == "update")
    told = json.loads(run(capsys, monkeypatch, "check", pack, "--json")[1])
    assert {one["rule"] for one in told} == {"banned"}
    assert [set(one) for one in told] == [{"file", "key", "rule", "why", "text"}] * 2
    assert run(capsys, monkeypatch)[1].splitlines() == [f"vtuber\t{content.VERSION}"]


def test_what_a_pack_says_does_nothing_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nasty = "돌\x1b]0;x\x07\x1b[2J\r\ud800"
    pack = folder_of(with_texts({"daily.item": [nasty]}, {"daily.item": ["a stone"]}), tmp_path / "sea")
    for args in (["check", pack], ["check", pack, "--json"], ["update", pack]):
        code, out, err = run(capsys, monkeypatch, *args)
        assert code == 4
        assert not set("\x1b\x07\r\ud800") & set(out + err)
    odd = folder_of(SEA | {"ko/daily.json": json.dumps({"\x1b[2Jx": "y"})}, tmp_path / "odd")
    code, out, err = run(capsys, monkeypatch, "check", odd)
    assert (code, out) == (4, "") and "\x1b" not in err


def test_a_damaged_pack_is_named_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, monkeypatch, "update", folder_of(SEA, tmp_path / "sea"))
    (tmp_path / "home" / "data" / "fortune" / "packs" / "sea" / "pack.json").write_text("{")
    monkeypatch.setattr("sys.argv", ["vtuber", "fortune", "daily"])
    content.version.cache_clear()  # which another test may have filled
    assert main() == 4
    assert "vtuber fortune content remove sea" in capsys.readouterr().err
    assert run(capsys, monkeypatch)[1].splitlines()[1].split("\t") == ["sea", "?"]
    assert run(capsys, monkeypatch, "remove", "sea")[0] == 0
    monkeypatch.setattr("sys.argv", ["vtuber", "fortune", "daily"])
    content.version.cache_clear()
    assert main() == 0


@pytest.mark.parametrize("args", [["eat"], ["check"], ["list", "x"], ["remove", "nothing"], ["check", "/nowhere"]])
def test_what_is_asked_wrongly_is_said(
    args: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run(capsys, monkeypatch, *args)
    assert (code, out) == (2, "") and err.startswith("vtuber: ")

"""`vtuber fortune history` and `about`: looking back, and behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vtuber_cli.__main__ import main
from vtuber_cli.fortune import odds
from vtuber_cli.fortune.engines import ENGINES
from vtuber_cli.fortune.grades import GRADES


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "Asia/Seoul")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *args: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["vtuber", *args])
    code = main()
    return code, *capsys.readouterr()


def test_the_last_days_newest_first(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for args in (
        ["daily", "--date", "yesterday"],
        ["daily"],
        ["daily", "--locale", "ko"],
        ["daily", "--date", "tomorrow"],
    ):
        assert run(capsys, monkeypatch, "fortune", *args)[0] == 0
    code, out, err = run(capsys, monkeypatch, "fortune", "history")
    rows = [line.split("\t") for line in out.splitlines()]
    assert (code, err) == (0, "") and [row[1] for row in rows[:-1]] == ["daily", "daily"]
    assert rows[0][0] > rows[1][0]  # neither tomorrow's nor one day twice
    assert "2 days in a row" in rows[-1][0]
    found = json.loads(run(capsys, monkeypatch, "fortune", "history", "--json")[1])
    assert found["streak"] == {"now": 2, "longest": 2, "days": 2} and len(found["told"]) == 2
    assert "이어" in run(capsys, monkeypatch, "fortune", "history", "--locale", "ko")[1]


def test_everybody_has_a_history_of_their_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, monkeypatch, "fortune", "daily")
    assert run(capsys, monkeypatch, "profile", "set", "--birth", "1990-05-05")[0] == 0
    assert json.loads(run(capsys, monkeypatch, "fortune", "history", "--json")[1])["told"] == []
    run(capsys, monkeypatch, "fortune", "daily")
    assert len(json.loads(run(capsys, monkeypatch, "fortune", "history", "--json")[1])["told"]) == 1


@pytest.mark.parametrize("days", ["0", "-1", "367", "x"])
def test_it_does_not_look_back_for_ever(
    days: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run(capsys, monkeypatch, "fortune", "history", "--days", days)
    assert (code, out) == (2, "") and err.startswith("vtuber: ")


@pytest.mark.parametrize("locale", ["ko", "en"])
def test_the_odds_are_published(
    locale: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "fortune", "about", "--locale", locale)
    assert (
        code == 0
        and f"{odds.TOLD['daily']['excellent']:.1f}%" in out
        and all(f"\n{engine}\t" in out for engine in ENGINES)
    )
    found = json.loads(run(capsys, monkeypatch, "fortune", "about", "--json", "--locale", locale)[1])
    assert found["designed"] == odds.DESIGNED and found["cuts"]["warning"] == 24


def test_what_is_published_adds_up() -> None:
    for table in (odds.DRAWN, odds.TOLD, {"": odds.DESIGNED}):
        for shares in table.values():
            assert tuple(shares) == GRADES and abs(sum(shares.values()) - 100) <= 0.7
    for engine in ENGINES:
        assert all(abs(odds.DRAWN[engine][grade] - odds.DESIGNED[grade]) <= 2 for grade in GRADES)
        assert odds.TOLD[engine]["warning"] <= odds.DRAWN[engine]["warning"]

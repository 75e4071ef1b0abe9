"""Wrong command lines: one line in the reader's language and one of advice, whatever Typer has to say of them."""

from __future__ import annotations

import re

import pytest

from vtuber_cli import i18n
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run

WRONG = [
    ("stats --days x", "stats: --days: has to be a whole number", "vtuber stats --help"),
    ("stats -d 0", "stats: --days: has to be at least 1", "vtuber stats --help"),
    ("logs -n 99999999", "logs: --lines: may be at most 1000000", "vtuber logs --help"),
    ("devices --seconds x", "devices: --seconds: has to be a number", "vtuber devices --help"),
    ("history search -n x hi", "history search: --limit: has to be a whole number", "vtuber history search --help"),
    ("stats -d", "-d wants a value", "vtuber stats --help"),
    ("stats --json=5", "--json takes no value", "vtuber stats --help"),
    ("config set a b c", "one thing too many: c", "vtuber config set --help"),
    ("clean -yx", "there is no option -x", "vtuber clean --help"),
    ("character new", "ID is missing", "vtuber character new --help"),
]


@pytest.mark.parametrize(("line", "said", "advice"), WRONG)
def test_what_is_wrong_with_it_is_said(
    line: str, said: str, advice: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ended(line, "en", monkeypatch) == 2
    error, hint = capsys.readouterr().err.splitlines()
    assert error == f"vtuber: {said}"
    assert advice in hint
    assert ended(line, "ko", monkeypatch) == 2
    error, hint = capsys.readouterr().err.splitlines()
    assert all(re.search("[가-힣]", each) for each in (error, hint))
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", error), "a sentence in English"


def ended(line: str, language: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("LANG", language)
    i18n.set_language("auto")
    try:
        return run(line.split())
    except BaseException as raised:  # noqa: BLE001 - as __main__ does
        return show.ending(raised)

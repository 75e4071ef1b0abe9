"""Questions on the terminal."""

from __future__ import annotations

import io
import sys

import pytest

from vtuber_cli import i18n
from vtuber_cli.cli import ask


@pytest.mark.parametrize(
    ("typed", "otherwise", "answer"),
    [
        ("y\n", False, True),
        ("YES\n", False, True),
        ("n\n", True, False),
        ("\n", True, True),
        ("\n", False, False),
        ("what?\nno\n", True, False),
        ("", True, False),
    ],
)
def test_yes_or_no(monkeypatch: pytest.MonkeyPatch, typed: str, otherwise: bool, answer: bool) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert ask.yes("Well?", otherwise=otherwise) is answer


def test_in_korean_and_beside_the_data(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    i18n.set_language("ko")
    monkeypatch.setattr(sys, "stdin", io.StringIO("네\n"))
    assert ask.yes("할까요?", otherwise=False)
    assert capsys.readouterr() == ("", "할까요? [y/N] ")
    assert not ask.is_possible()

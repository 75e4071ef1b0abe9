"""How she is drawn, said in every place where it can be said."""

from __future__ import annotations

import pytest

from vtuber_cli import config, i18n
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run
from vtuber_cli.cli.completion_words import answer
from vtuber_cli.i18n import LANGUAGES, Language


def ended(*line: str) -> int:
    try:
        return run(list(line))
    except BaseException as raised:  # noqa: BLE001 - as __main__ does
        return show.ending(raised)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("--avatar", ["chat", "--plain", "--avatar", "sixl"]),
        ("--set", ["chat", "--plain", "--set", "screen.avatar=sixl"]),
        ("VTUBER_AVATAR", ["chat", "--plain"]),
        ("config.yaml", ["chat", "--plain"]),
    ],
)
def test_a_wrong_way_is_one_line_that_names_the_right_ones(
    place: str,
    line: list[str],
    language: Language,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    i18n.set_language(language)
    if place == "VTUBER_AVATAR":
        monkeypatch.setenv(place, "sixl")
    if place == "config.yaml":
        config.user_file().parent.mkdir(parents=True)
        config.user_file().write_text("screen:\n  avatar: sixl\n", encoding="utf-8")
    assert ended(*line) == 2
    error = capsys.readouterr().err.splitlines()[0]
    assert place in error or place == "--set"
    assert "auto, kitty, sixel, half, ascii, off" in error


def test_the_option_wins_over_the_variable_and_that_over_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("screen:\n  avatar: ascii\n", encoding="utf-8")
    monkeypatch.setenv("VTUBER_SCREEN__AVATAR", "off")
    monkeypatch.setenv("VTUBER_AVATAR", "kitty")
    loaded = config.load()
    assert (loaded.settings.screen.avatar, loaded.source_of("screen.avatar")) == ("kitty", "VTUBER_AVATAR")
    loaded = config.load({"screen.avatar": "half"})
    assert (loaded.settings.screen.avatar, loaded.source_of("screen.avatar")) == ("half", "flag")
    monkeypatch.delenv("VTUBER_AVATAR")
    assert config.load().settings.screen.avatar == "off"
    monkeypatch.setenv("VTUBER_AVATAR", "")  # not there
    monkeypatch.delenv("VTUBER_SCREEN__AVATAR")
    assert config.load().settings.screen.avatar == "ascii"


def test_the_shell_knows_the_ways() -> None:
    assert [value for value, _ in answer(["chat", "--avatar", ""])] == [
        "auto",
        "kitty",
        "sixel",
        "half",
        "ascii",
        "off",
    ]
    assert [value for value, _ in answer(["config", "set", "screen.avatar", "k"])] == ["kitty"]
    assert all(help_ for _, help_ in answer(["chat", "--avatar", ""]))


def test_a_talk_in_lines_needs_no_face(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        ended("chat", "--plain", "--engines", "echo", "--no-audio", "--avatar", "kitty", "--ascii", "--truecolor") == 0
    )
    assert "\x1b" not in capsys.readouterr().out

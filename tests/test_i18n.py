"""Words: the right language, the right particle, and never an error while telling one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli import i18n


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": ""}, "ko"),
        ({"LANG": "KO"}, "ko"),
    ],
)
def test_language_follows_the_environment(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert i18n.language() == expected


def test_a_chosen_language_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    i18n.set_language("en")
    assert i18n.t("cli.heading.usage") == "Usage"
    i18n.set_language("auto")
    assert i18n.t("cli.heading.usage") == "사용법"


@pytest.mark.parametrize(
    ("word", "pair", "expected"),
    [
        ("미카", "이/가", "미카가"),
        ("마이크", "을/를", "마이크를"),
        ("파일", "이/가", "파일이"),
        ("서울", "으로/로", "서울로"),
        ("부산", "으로/로", "부산으로"),
        ("5", "이/가", "5가"),
        ("7", "으로/로", "7로"),
        ("6", "은/는", "6은"),
        ("base", "을/를", "base를"),
        ("model", "을/를", "model을"),
        ("config.yaml", "이/가", "config.yaml이"),
        ("“미카”", "은/는", "“미카”는"),
        ("", "이/가", "가"),
    ],
)
def test_korean_particles(word: str, pair: str, expected: str) -> None:
    assert word + i18n.particle(word, pair) == expected


def test_an_unknown_key_and_a_missing_parameter_are_shown_not_raised() -> None:
    assert i18n.t("no.such key") == "no.such key"
    assert i18n.t("cli.unknown_command") == "there is no command “?”"
    assert i18n.find("cli.unknown_command.hint") is not None
    assert i18n.find("../../etc/passwd.x") is None


@given(st.text())
def test_any_text_is_safe_as_a_key_and_as_a_parameter(text: str) -> None:
    assert isinstance(i18n.t(text, name=text), str)
    assert text in i18n.t("cli.unknown_command", name=text)


@pytest.mark.parametrize(("language", "said"), [("en", "Permission denied"), ("ko", "권한이 없어요")])
def test_what_the_system_says_is_said_in_the_readers_language(language: i18n.Language, said: str) -> None:
    i18n.set_language(language)
    try:
        assert i18n.t("config.unreadable", file="x", reason="Permission denied").endswith(said)
        assert i18n.t("config.unreadable", file="x", reason="nobody knows why").endswith("nobody knows why")
    finally:
        i18n.set_language("auto")


def test_every_sentence_of_the_system_that_we_know_has_its_number() -> None:
    import errno

    assert all(hasattr(errno, name.upper()) for name in i18n._area("ko", "errno"))

"""`vtuber character`: who there is, a new one, and whether a file is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vtuber_cli import character, config
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run
from vtuber_cli.cli.character_check import prompt_tokens

GOOD = """id: rin
languages: [en]
name: {en: Rin}
persona: {en: "Be Rin. {openers}"}
openers: {en: ["Oh,"]}
examples: {en: [{user: Hi, reply: "Oh, hi."}]}
greetings: {en: [Hello]}
voices: {en: {engine: piper}}
"""


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def ended(*args: str) -> tuple[int, str, str]:
        try:
            code = run(["character", *args])
        except BaseException as raised:  # noqa: BLE001 - as __main__ does
            code = show.ending(raised)
        return code, *capsys.readouterr()

    return ended


def write(text: str, folder: str = "rin") -> Path:
    file = character.own_folder() / folder / character.FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_list(said: Any) -> None:
    write(GOOD)
    found = {one["id"]: one for one in json.loads(said("list", "--json")[1])}
    assert found["mika"]["origin"] == "shipped" and found["mika"]["languages"] == ["en", "ko"]
    assert found["rin"] == {
        "id": "rin",
        "name": {"en": "Rin"},
        "languages": ["en"],
        "voices": {"en": "piper"},
        "origin": "own",
        "folder": str(character.own_folder() / "rin"),
        "current": False,
    }
    assert found["mika"]["current"]
    code, out, err = said("list")
    assert (code, err) == (0, "")
    assert "rin\tRin\ten\ten piper\tyours\n" in out
    assert "comes with vtuber · talks to you\n" in out


def test_a_broken_one_is_listed_and_named(said: Any) -> None:
    write("id: rin\nname: 5\n")
    code, out, err = said("list")
    assert code == 0 and "mika\t" in out and "rin\t" in out
    assert "vtuber character check rin" in err
    assert "problem" in {one["id"]: one for one in json.loads(said("list", "--json")[1])}["rin"]


def test_show(said: Any) -> None:
    code, out, _ = said("show", "jun")
    assert code == 0
    for words in ("Jun", "준", "comes with vtuber", "#7fc8a9", "calm young man", "Good evening", "piper"):
        assert words in out
    assert max(map(len, out.splitlines())) <= 80
    assert json.loads(said("show", "jun", "--json")[1])["theme"]["accent"] == "#7fc8a9"
    code, _, err = said("show", "jnu")
    assert code == 2 and "did you mean jun?" in err


def test_show_shows_whom_one_talks_to(said: Any) -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("character: jun\n")
    assert json.loads(said("show", "--json")[1])["id"] == "jun"


def test_hostile_words_are_shown_harmlessly(said: Any) -> None:
    write(GOOD.replace("Hello", '"\\e]0;x\\aHel\\nlo"').replace("Be Rin.", "Be \\e[31mRin."))
    for arguments in (["show", "rin"], ["list"]):
        out = said(*arguments)[1]
        assert "\x1b" not in out and "\x07" not in out


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_new_one_is_right_at_once(said: Any, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_LANGUAGE", language)
    code, out, err = said("new", "Nari-1", "--name", '나리 "N" \\ : #')
    file = character.own_folder() / "Nari-1" / character.FILE
    assert (code, out) == (0, f"{file}\n")
    assert [line.rpartition(": ")[2] for line in err.splitlines()] == [
        "vtuber character check Nari-1",
        "vtuber chat --character Nari-1",
    ]
    text = file.read_text(encoding="utf-8")
    schema = file.parent / text.splitlines()[0].partition("$schema=")[2]
    assert json.loads(schema.read_text(encoding="utf-8"))["title"] == "vtuber character"
    assert "{name}" not in text and "{id}" not in text and "{openers}" in text
    person = character.load("Nari-1")
    assert person.languages == [language] and person.display_name(language) == '나리 "N" \\ : #'
    assert said("check", "Nari-1") == (0, f"{file}: {'fine' if language == 'en' else '문제없어요'}\n", "")


def test_nobody_is_overwritten(said: Any) -> None:
    file = write("mine", "half")  # no id, no name: and still somebody's
    for name in ("mika", "MIKA", "half"):
        code, _, err = said("new", name)
        assert code == 2 and "nothing was changed" in err
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a b", "-a", "_a", "가", "con", "LPT1", "x" * 81, "a\n"]
)
def test_an_id_is_a_plain_name(said: Any, name: str) -> None:
    code, _, err = said("new", "--", name)
    assert code == 2 and "cannot be the id" in err
    assert not character.own_folder().exists()


def test_a_name_that_is_too_long_leaves_nothing(said: Any) -> None:
    assert said("new", "rin", "--name", "x" * 61)[0] == 2
    assert not character.own_folder().exists()


def test_check_tells_every_error_with_its_line(said: Any) -> None:
    file = write("id: ron\nlanguages: [en]\nname: {en: R}\npersona: {en: P}\ntheem: 1\nreply:\n  temperature: 9\n"
                 "greetings: {en: [{txet: hi}]}\nengines: {llm: {options: {base_url: x}}}\n")  # fmt: skip
    code, out, err = said("check", "rin")
    assert (code, err) == (1, "")
    for line, words in (
        (5, "theem: unknown key; did you mean theme?"),
        (7, "reply.temperature: may be at most 2"),
        (8, "greetings.en[0].txet: unknown key; did you mean text?"),
        (9, "engines.llm.options.base_url: may not be set here"),
    ):
        assert f"error: {file}:{line}: {words}" in out
    found = json.loads(said("check", "rin", "--json")[1])
    assert [(one["level"], one["line"], one["key"]) for one in found][:2] == [
        ("error", 5, "theem"),
        ("error", 7, "reply.temperature"),
    ]


def test_check_says_what_could_be_better(said: Any) -> None:
    write(
        "id: rin\nlanguages: [en, ko]\nname: {en: R, ko: 린}\npersona:\n  en: Be Rin.\n  ko: '{openers} 린이에요.'\n"
        "openers: {en: ['Oh,']}\nvoices:\n  en: {engine: pipr}\ntheme: {accent: '#101010'}\n"
        "greetings: {en: [Hi], ja: [x]}\n"
    )
    code, out, _ = said("check", "rin")
    assert code == 0
    for words in (
        "no examples in en",
        "no examples in ko",
        "no greeting in ko",
        "persona does not mention {openers}",
        "{openers} stands for nothing",
        "no engine called pipr is installed; did you mean piper?",
        "nothing is said about ko",
        "#101010 is too dark",
        "ja is not among the languages",
    ):
        assert f"{words}" in out, words
    assert {one["level"] for one in json.loads(said("check", "rin", "--json")[1])} == {"warning"}


def test_a_long_persona(said: Any) -> None:
    write(GOOD.replace("Be Rin.", "Be Rin. " + "Word and word. " * 260))
    assert "tokens with the examples" in said("check", "rin")[1]
    korean = character.Character.model_validate(
        {"id": "x", "languages": ["ko"], "name": {"ko": "린"}, "persona": {"ko": "가" * 1200}}
    )
    assert prompt_tokens(korean, "ko") == 1000


@pytest.mark.parametrize("theme", ["accent: '#777777'\n  background: '#888888'", "accent: '#fdfdfd'"])
def test_colours_that_are_hardly_seen(said: Any, theme: str) -> None:
    write(f"{GOOD}theme:\n  {theme}\n")
    assert "warning" in said("check", "rin")[1]


def test_check_takes_an_id_a_folder_or_a_file(said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(GOOD)
    alone = tmp_path / "draft.yaml"
    alone.write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for what in ("rin", str(file.parent), str(file), str(alone), "draft.yaml"):
        assert said("check", what)[0] == 0, what
    assert said("check", "mika")[0] == 0
    code, out, _ = said("check", "nowhere.yaml")
    assert code == 1 and "there is no file" in out
    code, _, err = said("check", "rinn")
    assert code == 2 and "did you mean rin?" in err
    assert said("check", str(tmp_path))[0] == 1

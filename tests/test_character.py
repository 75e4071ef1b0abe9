from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from vtuber_cli import character, config, i18n, paths
from vtuber_cli.errors import ConfigError, UsageError
from vtuber_cli.events import EMOTIONS

RIN: dict[str, Any] = {
    "id": "rin",
    "languages": ["ko", "en"],
    "name": {"ko": "린", "en": "Rin"},
    "persona": {"ko": "당신은 린이에요. {openers}", "en": "You are Rin. {openers} {0.__class__} ${HOME} %s"},
    "openers": {"en": ["Well,", "Oh,"]},
    "examples": {"en": [{"user": "Hi", "reply": "Oh, hi."}]},
    "greetings": {"en": ["Plain hello.", {"text": "Boo!", "emotion": "surprise"}]},
    "voices": {"en": {"engine": "piper", "options": {"voice": "joe", "speed": 1.1}}, "ko": None},
    "engines": {"llm": {"name": "llama", "options": {"model": "smollm2-135m"}}},
    "expressions": {"joy": ["Sparkle", "반짝"]},
    "reply": {"temperature": 0.2},
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path))
    return tmp_path


def write(home: Path, folder_name: str = "rin", /, **changes: Any) -> Path:
    folder = home / "data" / "characters" / folder_name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "character.yaml").write_text(yaml.safe_dump({**RIN, **changes}, allow_unicode=True), encoding="utf-8")
    return folder


def refused(name: str = "rin") -> tuple[ConfigError, str]:
    with pytest.raises(ConfigError) as caught:
        character.load(name)
    shown = i18n.t(caught.value.key, **caught.value.params)
    assert "character.yaml" in shown
    return caught.value, shown


def test_who_there_is(home: Path) -> None:
    assert list(character.list_characters()) == ["jun", "mika"]
    write(home)
    assert list(character.list_characters()) == ["jun", "mika", "rin"]
    write(home, "mika", id="mika")
    assert character.load("mika").display_name("en") == "Rin"  # the user's own wins


def test_what_she_says(home: Path) -> None:
    write(home)
    rin = character.load("rin")
    assert (rin.display_name("en"), rin.display_name("ko"), rin.display_name("ja")) == ("Rin", "린", "린")
    assert rin.system_prompt("en") == 'You are Rin. "Well," "Oh," {0.__class__} ${HOME} %s'
    assert rin.system_prompt("ko") == "당신은 린이에요. "
    assert rin.example_talk("en") == [("Hi", "Oh, hi.")]
    assert rin.example_talk("ko") == []
    assert [rin.greeting("en", index) for index in (0, 1, 2)] == [
        ("Plain hello.", "joy"), ("Boo!", "surprise"), ("Plain hello.", "joy"),
    ]  # fmt: skip
    assert rin.greeting("ko", 0) is None
    assert rin.emotion_words() == {"sparkle": "joy", "반짝": "joy"}


def test_her_wishes_are_a_layer_of_the_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    write(home)
    rin = character.load("rin")
    assert rin.settings("en") == {
        "engines": {
            "llm": {"name": "llama", "options": {"model": "smollm2-135m"}},
            "tts": {"name": "piper", "options": {"voice": "joe", "speed": 1.1}},
        },
        "reply": {"temperature": 0.2},
    }
    loaded = config.load({"engines.tts.name": "echo"}, rin.settings("en"))
    assert (loaded.settings.engines.tts.name, loaded.settings.engines.tts.options) == ("echo", {})
    assert loaded.settings.reply.temperature == 0.2
    assert loaded.source_of("engines.llm.name") == "character"
    assert config.load({}, rin.settings("ko")).settings.engines.tts.name == "auto"  # no voice of hers in Korean
    assert rin.voice("ko") is None


def test_a_wish_for_one_language_goes_before_the_others(home: Path) -> None:
    korean = {"llm": {"options": {"model": "mind-ko"}}, "asr": {"name": "echo"}}
    write(home, engines={"llm": {"name": "llama"}, "vad": {"name": "echo"}, "by_language": {"ko": korean}})
    rin = character.load("rin")
    assert rin.settings("en")["engines"] == {
        "llm": {"name": "llama"}, "vad": {"name": "echo"},
        "tts": {"name": "piper", "options": {"voice": "joe", "speed": 1.1}},
    }  # fmt: skip
    assert rin.settings("ko")["engines"] == {**korean, "vad": {"name": "echo"}}


def test_her_text_is_cleaned(home: Path) -> None:
    write(
        home,
        persona={"ko": "가\x1b]52;c;AAAA\x07나\n다\u202e라", "en": "x\x9b31my"},
        name={"ko": "린\n\x1b[31m린", "en": "Rin"},
        greetings={"en": ["\x1b]0;title\x07Hello\nthere"]},
        openers={"en": ["\x07Oh,"]},
    )
    rin = character.load("rin")
    assert rin.system_prompt("ko") == "가나\n다라"
    assert rin.system_prompt("en") == "xy"
    assert rin.display_name("ko") == "린 린"
    assert rin.greeting("en", 0) == ("Hello there", "joy")
    assert rin.openers["en"] == ["Oh,"]


@pytest.mark.parametrize(
    ("changes", "name", "key"),
    [
        (
            {"engines": {"llm": {"options": {"base_url": "http://169.254.169.254/"}}}},
            "engines.llm.options.base_url",
            "f",
        ),
        ({"engines": {"llm": {"options": {"api_key": "sk"}}}}, "engines.llm.options.api_key", "f"),
        (
            {"engines": {"by_language": {"ko": {"llm": {"options": {"api_key": "sk"}}}}}},
            "engines.by_language.ko.llm.options.api_key",
            "f",
        ),
        ({"engines": {"llm": {"command": ["sh"]}}}, "engines.llm.command", "f"),
        ({"engines": {"llm": {"env": {"A": "b"}}}}, "engines.llm.env", "f"),
        ({"engines": {"llm": {"options": {"args": "x"}}}}, "engines.llm.options.args", "f"),
        ({"engines": {"llm": {"options": {"grammar": "x"}}}}, "engines.llm.options.grammar", "f"),
        ({"engines": {"llm": {"options": {"model": "/etc/passwd"}}}}, "engines.llm.options.model", "v"),
        ({"engines": {"llm": {"options": {"model": "${HOME}"}}}}, "engines.llm.options.model", "v"),
        ({"voices": {"en": {"engine": "piper", "options": {"voice": "../x"}}}}, "voices.en.options.voice", "v"),
        ({"voices": {"en": {"engine": "x", "options": {"voice": "evil.onnx"}}}}, "voices.en.options.voice", "v"),
        ({"llm": {"base_url": "x"}}, "llm.base_url", "f"),
        ({"models_dir": "/tmp"}, "models_dir", "f"),
    ],
)
def test_what_she_may_never_set(home: Path, changes: dict[str, Any], name: str, key: str) -> None:
    write(home, **changes)
    error, shown = refused()
    assert error.key == {"f": "config.foreign", "v": "config.foreign_value"}[key]
    assert error.params["name"] == name
    lines = (home / "data/characters/rin/character.yaml").read_text(encoding="utf-8").splitlines()
    assert name.rpartition(".")[2] in lines[int(str(error.params["line"])) - 1], shown


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({"id": "../../x"}, ": id: has to be a name of letters, digits, - and _"),
        ({"id": "mika"}, ": id: has to be the name of its folder, rin"),
        ({"id": True}, ": id: has to be text"),
        ({"languages": []}, None),
        ({"languages": ["en", "ja"]}, ": name: says nothing in ja, which is among her languages"),
        ({"persona": {"en": "x", "ko": "\x1b[0m"}}, ": persona: says nothing in ko, which is among her languages"),
        ({"greetngs": {}}, ": greetngs: unknown key; did you mean greetings?"),
        ({"greetings": {"en": [{"txet": "x"}]}}, ": greetings.en[0].txet: unknown key; did you mean text?"),
        ({"greetings": {"en": [{"text": "x", "emotion": "happy"}]}}, None),
        ({"name": {"english": "x"}}, ": name.english: has to be a language code like en or ko"),
        ({"voices": {"en": {"engin": "x"}}}, ": voices.en.engin: unknown key; did you mean engine?"),
        ({"theme": {"accent": "red"}}, ": theme.accent: has to be a colour like #b79cf2"),
        ({"theme": {"acent": "#ffffff"}}, ": theme.acent: unknown key; did you mean accent?"),
        ({"persona": {"en": "x" * 9000, "ko": "x"}}, ": persona.en: may be at most 8000 characters long"),
        ({"persona": None}, None),
        ({"reply": {"seed": 5, "temperature": 9}}, ": reply.temperature: may be at most 2.0"),
    ],
)
def test_a_broken_file_names_line_and_key(home: Path, changes: dict[str, Any], ending: str | None) -> None:
    write(home, **changes)
    error, shown = refused()
    assert error.exit_code == 2
    if ending is not None:
        assert shown.endswith(ending), shown


def test_nobody_of_that_name(home: Path) -> None:
    for name, nearest in (("miak", "mika"), ("Mika", "mika"), ("zzz", "")):
        with pytest.raises(UsageError) as caught:
            character.load(name)
        assert caught.value.params["nearest"] == nearest
        assert "mika" in i18n.t(caught.value.key, **caught.value.params)
    for hostile in ("", ".", "..", "../mika", "mika/", "mika/../mika", "/etc", "mika\0", " mika", "C:\\mika", "nul"):
        with pytest.raises(UsageError):
            character.load(hostile)


def test_links_that_lead_out_of_the_folder_are_nobody(home: Path) -> None:
    secret = home / "secret.yaml"
    secret.write_text("password: x")
    folder = home / "data" / "characters" / "trick"
    folder.mkdir(parents=True)
    (folder / "character.yaml").symlink_to(secret)
    (home / "data" / "characters" / ".hidden").mkdir()
    (home / "data" / "characters" / "file").write_text("")
    (home / "data" / "characters" / "empty").mkdir()
    assert list(character.list_characters()) == ["jun", "mika"]


def test_a_link_to_a_whole_folder_is_fine(home: Path) -> None:
    folder = write(home)
    elsewhere = home / "elsewhere"
    folder.rename(elsewhere)
    (home / "data" / "characters" / "rin").symlink_to(elsewhere)
    assert character.load("rin").id == "rin"


# --- ours -------------------------------------------------------------------------------------------------------


def test_emotions_are_those_of_the_events() -> None:
    assert get_args(character.EmotionName) == EMOTIONS


def test_every_shipped_character_is_sound() -> None:
    for folder in paths.shipped("characters").iterdir():
        if (folder / "character.yaml").is_file():
            assert character.read(folder).id == folder.name


@pytest.mark.parametrize("language", ["en", "ko"])
def test_mika(language: str) -> None:
    mika = character.load("mika")
    assert len(mika.system_prompt(language).split()) <= 120
    assert "{" not in mika.system_prompt(language)
    assert mika.system_prompt(language) == mika.system_prompt(language)
    assert all(opener in mika.system_prompt(language) for opener in mika.openers[language])
    assert len(mika.greetings[language]) >= 6
    assert len(mika.example_talk(language)) >= 4
    korean = language == "ko"
    for text in [greeting.text for greeting in mika.greetings[language]] + [
        one for _, one in mika.example_talk(language)
    ]:
        assert any("가" <= letter <= "힣" for letter in text) == korean, text
        assert len(text) <= 90
    assert {greeting.emotion for greeting in mika.greetings[language]} <= set(EMOTIONS)
    voice = mika.voice(language)
    assert voice is not None and (voice.engine == "auto") == korean  # the best Korean one that is here

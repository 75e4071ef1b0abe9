from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from vtuber_cli import config, i18n, yaml_file
from vtuber_cli.engines.llm_openai import OpenAi
from vtuber_cli.errors import ConfigError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without settings, in an empty folder."""
    for variable in os.environ:
        if variable.startswith("VTUBER_"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "config").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def mine(home: Path, text: str) -> None:
    (home / "home" / "config" / "config.yaml").write_text(text, encoding="utf-8")


def here(home: Path, text: str) -> None:
    (home / "here" / "vtuber.yaml").write_text(text, encoding="utf-8")


def refused(**given: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(**given)
    assert caught.value.exit_code == 2
    return i18n.t(caught.value.key, **caught.value.params)


def test_without_anything_the_defaults(home: Path) -> None:
    loaded = config.load()
    assert loaded.settings == config.Settings()
    assert (loaded.settings.character, loaded.settings.talk.hangover_ms) == ("mika", 600)
    assert loaded.source_of("talk.hangover_ms") == "default"


def test_every_layer_wins_over_the_one_before(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "talk.hangover_ms"
    character = {"talk": {"hangover_ms": 301}}

    def seen(flags: dict[str, object] | None = None) -> tuple[int, str]:
        loaded = config.load(flags, character)
        return loaded.settings.talk.hangover_ms, loaded.source_of(key)

    assert seen() == (301, "character")
    mine(home, "# mine\n\ntalk:\n  hangover_ms: 302\n")
    assert seen() == (302, f"{home}/home/config/config.yaml:4")
    here(home, "talk: {hangover_ms: 303}\n")
    assert seen() == (303, "vtuber.yaml:1")
    monkeypatch.setenv("VTUBER_TALK__HANGOVER_MS", "304")
    assert seen() == (304, "VTUBER_TALK__HANGOVER_MS")
    assert seen({key: 305, "talk.barge_in": None}) == (305, "flag")


def test_layers_mix_key_by_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine(home, "talk: {barge_in: yes}\nreply:\n  seed: 7\n")
    here(home, "talk: {hangover_ms: 700}\nreply: {seed: ~}\n")
    monkeypatch.setenv("VTUBER_AUDIO__INPUT", "3")
    settings = config.load({"language": "ko"}).settings
    assert (settings.talk.barge_in, settings.talk.hangover_ms) == (True, 700)
    assert (settings.audio.input, settings.language, settings.reply.seed) == ("3", "ko", None)


def test_an_empty_section_says_nothing(home: Path) -> None:
    mine(home, "talk:\n#  hangover_ms: 500\nengines:\n  llm:\n")
    here(home, "")
    assert config.load().settings == config.Settings()


def test_a_device_may_be_a_number(home: Path) -> None:
    mine(home, "audio: {input: 3, output: Speakers}")
    audio = config.load().settings.audio
    assert (audio.input, audio.output) == ("3", "Speakers")


def test_options_belong_to_the_engine_they_were_written_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine(home, "engines:\n  llm:\n    name: llama\n    options: {model: mine, threads: 2}\n")
    monkeypatch.setenv("VTUBER_ENGINES__LLM__OPTIONS__MODEL", "other")
    loaded = config.load()
    assert loaded.settings.engines.llm.options == {"model": "other", "threads": 2}
    assert loaded.source_of("engines.llm.options.model") == "VTUBER_ENGINES__LLM__OPTIONS__MODEL"
    assert loaded.source_of("engines.llm.options.threads").endswith("config.yaml:4")
    assert config.load({"engines.llm.name": "llama"}).settings.engines.llm.options["threads"] == 2

    loaded = config.load({"engines.llm.name": "echo"})
    assert (loaded.settings.engines.llm.name, loaded.settings.engines.llm.options) == ("echo", {})
    assert loaded.source_of("engines.llm.options.threads") == "default"


def test_flags_mean_the_same_in_any_order(home: Path) -> None:
    options, name = ("engines.llm.options.seed", 7), ("engines.llm.name", "llama")
    assert config.load(dict([options, name])).settings.engines.llm.options == {"seed": 7}
    assert config.load(dict([name, options])).settings.engines.llm.options == {"seed": 7}


def test_the_programs_own_variables_are_no_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEBUG", "LOG", "TEST_LIVE2D_MODEL", "UNHEARD_OF"):
        monkeypatch.setenv(f"VTUBER_{name}", "x")
    monkeypatch.setenv("VTUBER_MODELS_DIR", "/some/models")
    monkeypatch.setenv("VTUBER_CHARACTER", "")
    loaded = config.load()
    assert loaded.settings == config.Settings(models_dir=Path("/some/models"))
    assert loaded.source_of("models_dir") == "VTUBER_MODELS_DIR"


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        ("TALK__HANGOVER_MS", "soon", "talk.hangover_ms: has to be a whole number"),
        ("TALK__HANGOVER_MS", "5", "talk.hangover_ms: has to be at least 200"),
        ("TALK__HANGOVR_MS", "500", "talk.hangovr_ms: unknown key; did you mean hangover_ms?"),
        ("LANGAUGE", "ko", "langauge: unknown key; did you mean language?"),
        ("LANGUAGE", "klingon", "language: has to be one of auto, en, ko"),
        ("TALK", "x", "talk: has to be `key: value` lines"),
        ("CHARACTER", "../../x", "character: has to be a name of letters, digits, - and _"),
        ("REPLY__TEMPERATURE", "nan", "reply.temperature: has to be a number"),
        ("ENGINES____NAME", "x", "engines.: unknown key"),
    ],
)
def test_a_broken_variable_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, shown: str
) -> None:
    monkeypatch.setenv(f"VTUBER_{variable}", value)
    assert refused() == f"VTUBER_{variable}: {shown}"


def test_a_broken_flag_is_named(home: Path) -> None:
    assert refused(flags={"talk.hangover_ms": 9999}) == "--set: talk.hangover_ms: may be at most 3000"
    assert refused(flags={"character": "../x"}).startswith("--character: character: has to be a name")


def test_a_broken_file_names_its_line(home: Path) -> None:
    mine(home, "language: ko\ntalk:\n  hangover: 500\n")
    assert refused() == f"{home}/home/config/config.yaml:3: talk.hangover: unknown key; did you mean hangover_ms?"


def test_a_folder_where_the_file_should_be(home: Path) -> None:
    (home / "here" / "vtuber.yaml").mkdir()
    assert refused() == "vtuber.yaml is not a file"


def test_a_link_that_leads_nowhere(home: Path) -> None:
    (home / "here" / "vtuber.yaml").symlink_to("gone")
    assert refused() == "there is no file vtuber.yaml"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(home: Path) -> None:
    mine(home, "")
    (home / "home" / "config" / "config.yaml").chmod(0)
    assert "Permission denied" in refused()


@pytest.mark.parametrize(
    "text",
    [
        "models_dir: /tmp",
        "base_url: http://169.254.169.254/v1",
        "llm:\n  api_key: sk-x",
        "engines: {llm: {options: {base_url: 'http://x'}}}",
        "engines: {llm: {options: {command: sh}}}",
        "engines: {llm: {options: {args: [x]}}}",
        "engines: {llm: {options: {server-url: x}}}",
        "engines: {llm: {options: {anything: x}}}",
        "engines: {llm: {options: {model: /etc/passwd}}}",
        "engines: {llm: {options: {model: ./evil}}}",
        "engines: {llm: {options: {model: ~/evil}}}",
        "engines: {llm: {options: {model: 'C:\\evil'}}}",
        "engines: {llm: {options: {model: evil.gguf}}}",
        "engines: {llm: {options: {model: '..'}}}",
        "engines: {llm: {options: {model: '${HOME}'}}}",
        "engines: {llm: {options: {model: {path: x}}}}",
        "engines: {llm: {options: {model: [x]}}}",
    ],
)
def test_a_folders_own_file_is_foreign(home: Path, text: str) -> None:
    here(home, "language: ko\n" + text)
    shown = refused()
    assert shown.startswith("vtuber.yaml:")
    assert "somebody else" in shown


@pytest.mark.parametrize("option", sorted(OpenAi.Options.model_fields.keys() - {"model"}))
def test_of_an_endpoint_a_folders_own_file_may_choose_the_model_only(home: Path, option: str) -> None:
    """Else a cloned folder could send the user's words, and the user's key, wherever it likes."""
    here(home, f"engines: {{llm: {{name: openai, options: {{model: m, {option}: x}}}}}}")
    assert "somebody else" in refused()


def test_a_folders_own_file_may_choose_by_name(home: Path) -> None:
    here(
        home,
        "character: rin\nengines: {llm: {name: llama, options: {model: qwen3-1.7b}}, tts: {options: {speed: 1.2}}}",
    )
    settings = config.load().settings
    assert (settings.character, settings.engines.llm.options) == ("rin", {"model": "qwen3-1.7b"})
    assert settings.engines.tts.options == {"speed": 1.2}


def test_the_users_own_file_may_set_anything(home: Path) -> None:
    mine(home, "models_dir: weights\nengines: {llm: {name: openai, options: {base_url: 'http://x', model: /a/b.gguf}}}")
    settings = config.load().settings
    assert settings.engines.llm.options == {"base_url": "http://x", "model": "/a/b.gguf"}
    assert settings.models_dir == home / "home" / "config" / "weights"


def test_nothing_is_expanded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "sesame")
    mine(home, "audio: {input: '${SECRET}', output: $SECRET}")
    audio = config.load().settings.audio
    assert (audio.input, audio.output) == ("${SECRET}", "$SECRET")


def test_every_setting_says_what_it_is() -> None:
    silent: list[str] = []
    for section in (config.Engines, config.Talk, config.Reply, config.Audio, config.EngineChoice):
        silent += [
            f"{section.__name__}.{name}" for name, field in section.model_fields.items() if not field.description
        ]
    assert silent == []


def test_words_are_equal_in_both_languages() -> None:
    from string import Formatter

    for area in ("config", "character", "store", "history"):
        words = {language: i18n._area(language, area) for language in i18n.LANGUAGES}  # pyright: ignore[reportPrivateUsage]
        assert words["en"].keys() == words["ko"].keys(), area
        for key in words["en"]:
            fields = [{name for _, name, _, _ in Formatter().parse(words[one][key]) if name} for one in words]
            assert fields[0] == fields[1], (area, key)


def test_documents_show_where() -> None:
    document = yaml_file.parse(b"a:\n  b: [1,\n 2]", Path("x.yaml"))
    assert [document.place(key) for key in (("a",), ("a", "b", 1), ("a", "none"), ("none",))] == [
        "x.yaml:1", "x.yaml:3", "x.yaml:1", "x.yaml:1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("mybox.local", ["mybox.local"]),
        ("a, b:8080", ["a", "b:8080"]),
        ("[a, 'b:8080']", ["a", "b:8080"]),
        ("[::1]:8080,[fd00::5]", ["[::1]:8080", "[fd00::5]"]),
        ('["[::1]"]', ["[::1]"]),
        ("", []),
    ],
)
def test_a_list_in_one_text(home: Path, text: str, hosts: list[str]) -> None:
    assert config.load({"server.allow_host": text}).settings.server.allow_host == hosts


@pytest.mark.parametrize(
    "text", ["*", "http://a/", "HTTP://a", "http://", "a.example", "[http://a", "http://a b", "[1]"]
)
def test_what_is_no_origin(home: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        config.load({"server.allow_origin": text})


@pytest.mark.parametrize("line", ["port: 1", "allow_origin: [null]", "token: false", "host: 0.0.0.0"])
def test_a_strangers_file_opens_no_server(home: Path, line: str) -> None:
    here(home, f"server:\n  {line}\n")
    with pytest.raises(ConfigError) as caught:
        config.load()
    assert caught.value.key == "config.foreign"

"""`vtuber config`, as people use it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from vtuber_cli import config, i18n
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("VTUBER_MODELS_DIR")


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `vtuber config ...`; the exit code, stdout and stderr."""

    def ended(*args: str) -> tuple[int, str, str]:
        try:
            code = run(["config", *args])
        except BaseException as raised:  # noqa: BLE001 - as __main__ does
            code = show.ending(raised)
        return code, *capsys.readouterr()

    return ended


def mine(text: str) -> Path:
    file = config.user_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def records(said: Any, *args: str) -> dict[str, dict[str, Any]]:
    code, out, _ = said("show", "--json", *args)
    assert code == 0
    return {one["key"]: one for one in json.loads(out)}


def test_show_tells_every_value_and_its_source(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = mine("talk: {hangover_ms: 500}\n")
    Path("vtuber.yaml").write_text("reply:\n  seed: 7\n", encoding="utf-8")
    monkeypatch.setenv("VTUBER_AUDIO__INPUT", "USB")
    found = records(said, "--set", "talk.barge_in=yes")
    assert set(config.fields()) - set(found) == {f"engines.{kind}.options" for kind in ("vad", "asr", "llm", "tts")}

    def told(key: str) -> tuple[Any, str, str]:
        return found[key]["value"], found[key]["layer"], found[key]["source"]

    assert told("talk.hangover_ms") == (500, "file", f"{file}:1")
    assert told("reply.seed") == (7, "file", "vtuber.yaml:2")
    assert told("audio.input") == ("USB", "variable", "VTUBER_AUDIO__INPUT")
    assert told("talk.barge_in") == (True, "flag", "flag")
    assert told("reply.max_tokens") == (96, "character", "character")
    assert told("talk.hands_free") == (True, "default", "default")


def test_show_in_a_pipe_is_a_line_a_setting(said: Any) -> None:
    code, out, err = said("show")
    assert (code, err) == (0, "")
    assert "character\tmika\tdefault\n" in out
    assert all(len(line.split("\t")) == 3 for line in out.splitlines())


def test_options_of_an_engine_are_settings_too(said: Any) -> None:
    mine("engines:\n  llm:\n    name: echo\n    options: {delay: 0}\n")
    assert "engines.llm.options.delay" in records(said)


def test_what_may_be_secret_is_not_shown(said: Any) -> None:
    mine(
        "engines: {llm: {name: plug-in, options: {api_key: sk-123, base-url: 'http://me:pw@host/v1',"
        " key_name: X, AUTH_TOKEN: t0p, headers: {a: h1dden}}}}\n"
    )
    for arguments in (["show"], ["show", "--json"], ["get", "engines.llm"], ["get", "engines.llm.options.api_key"]):
        code, out, err = said(*arguments)
        assert code == 0
        assert not any(secret in out + err for secret in ("sk-123", "pw", "t0p", "h1dden"))
    assert records(said)["engines.llm.options.base-url"]["value"] == "http://•••@host/v1"
    assert records(said)["engines.llm.options.key_name"]["value"] == "X"
    _, _, err = said("unset", "engines.llm.options.api_key")
    assert "sk-123" not in err
    _, _, err = said("unset", "engines.llm.options")
    assert "key_name: X" in err and "t0p" not in err and "pw" not in err


@pytest.mark.parametrize("password", ["pw", "p@w", "p/w", "p:w@"])
def test_a_password_in_an_address_is_not_shown_whatever_is_in_it(said: Any, password: str) -> None:
    mine(f"engines: {{llm: {{name: plug-in, options: {{base-url: 'http://me:{password}@host/v1'}}}}}}\n")
    assert records(said)["engines.llm.options.base-url"]["value"] == "http://•••@host/v1"


def test_get(said: Any) -> None:
    assert said("get", "talk.hangover_ms") == (0, "600\n", "")
    assert said("get", "talk.barge_in") == (0, "false\n", "")
    assert said("get", "reply.seed") == (0, "\n", "")
    assert said("get", "reply.seed", "--json") == (0, "null\n", "")
    assert said("get", "talk")[1].startswith("talk.hangover_ms\t600\n")
    assert json.loads(said("get", "audio", "--json")[1])["audio.input"] is None
    code, _, err = said("get", "talk.hangovr")
    assert (code, err.splitlines()[1]) == (2, "hint: did you mean talk.hangover_ms?")


def test_a_strangers_file_does_not_drive_the_terminal(said: Any) -> None:
    Path("vtuber.yaml").write_text('audio: {input: "a\\e[31m\\x9b31m\\u202Eb\\nc"}\n', encoding="utf-8")
    for arguments in (["show"], ["show", "--json"], ["get", "audio.input"], ["get", "audio.input", "--json"],
                      ["explain", "audio.input"], ["explain", "audio.input", "--json"]):  # fmt: skip
        code, out, err = said(*arguments)
        assert code == 0
        assert not set("\x1b\x9b\u202e") & set(out + err)
    assert json.loads(said("get", "audio.input", "--json")[1]) == "a\x1b[31m\x9b31m\u202eb\nc"


def test_set_and_unset(said: Any) -> None:
    file = mine("# mine\ntalk:  # all of it\n  hangover_ms: 500\n")
    code, out, err = said("set", "talk.hangover_ms", "700")
    assert (code, out, err) == (0, "", f"talk.hangover_ms: 500 → 700 · {file}:3\n")
    assert file.read_text(encoding="utf-8") == "# mine\ntalk:  # all of it\n  hangover_ms: 700\n"
    assert "already" in said("set", "talk.hangover_ms", "700")[2]
    assert "700 taken out" in said("set", "talk.hangover_ms", "--unset")[2]
    assert file.read_text(encoding="utf-8") == "# mine\ntalk:  # all of it\n"
    assert "is not set" in said("unset", "talk.hangover_ms")[2]


def test_set_says_what_is_in_the_way(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_TALK__HANGOVER_MS", "900")
    assert "VTUBER_TALK__HANGOVER_MS" in said("set", "talk.hangover_ms", "700")[2].splitlines()[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["talk.hangover_ms", "5"], "at least 200"),
        (["talk.hangover_ms", "soon"], "whole number"),
        (["talk.hangover_ms"], "--unset"),
        (["talk.hangover_ms", "700", "--unset"], "--unset"),
        (["talk", "700"], "group of settings"),
        (["character", "miak"], "did you mean mika?"),
        (["engines.llm.name", "llma"], "llama"),
        (["engines.llm.options.contxt", "5"], "did you mean context?"),
        (["engines.llm.options.context", "high"], "whole number"),
    ],
)
def test_what_would_not_work_is_not_written(said: Any, arguments: list[str], words: str) -> None:
    mine("engines: {llm: {name: llama}}\n")
    code, _, err = said("set", *arguments)
    assert code == 2
    assert words in err
    assert config.user_file().read_text(encoding="utf-8") == "engines: {llm: {name: llama}}\n"


def test_another_engine_leaves_options_and_says_so(said: Any) -> None:
    mine("engines:\n  llm:\n    name: llama\n    options: {threads: 2}\n")
    _, _, err = said("set", "engines.llm.name", "echo")
    assert "vtuber config unset engines.llm.options" in err
    assert said("unset", "engines.llm.options")[0] == 0
    assert config.load().settings.engines.llm.options == {}


def test_explain(said: Any) -> None:
    code, out, _ = said("explain", "talk.hangover_ms")
    assert code == 0
    for words in ("talk.hangover_ms", "milliseconds", "a whole number from 200 to 3000", "600",
                  "vtuber config set talk.hangover_ms 500", "VTUBER_TALK__HANGOVER_MS", "./vtuber.yaml"):  # fmt: skip
        assert words in out
    assert "./vtuber.yaml" not in said("explain", "models_dir")[1]
    page = json.loads(said("explain", "reply.seed", "--json")[1])
    assert (page["key"], page["value"], page["source"]) == ("reply.seed", None, "default")
    assert page["schema"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]


def test_explain_an_engines_option(said: Any) -> None:
    mine("engines: {llm: {name: llama}}\n")
    code, out, _ = said("explain", "engines.llm.options.context")
    assert code == 0 and "whole number" in out
    assert said("explain", "engines.llm.options.contxt")[2].splitlines()[1] == "hint: did you mean context?"
    assert "engines.llm.options.context" in said("explain", "engines.llm.options")[1]


def test_explain_an_option_of_nobody_we_know(said: Any) -> None:
    mine("engines: {llm: {name: plug-in}}\n")
    code, _, err = said("explain", "engines.llm.options.x")
    assert (code, "vtuber engines" in err) == (2, True)
    assert said("set", "engines.llm.options.x", "1")[0] == 0


def test_explain_all_fits_the_terminal(said: Any) -> None:
    for language in ("en", "ko"):
        mine(f"language: {language}\n")
        code, out, _ = said("explain")
        assert code == 0
        assert all(f"  {key}" in out for key in config.fields())
        from vtuber_cli.card.cells import cells

        assert max(cells(line) for line in out.splitlines()) <= 80


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_setting_has_words_and_the_english_ones_are_the_docstring(language: str) -> None:
    i18n.set_language(language)  # pyright: ignore[reportArgumentType]
    for key, info in config.fields().items():
        words = i18n.find(f"settings.of.{key}")
        assert words, f"settings.of.{key} in locales/{language}/settings.json"
        if language == "en" and info.description and not key.startswith("engines."):
            assert words == " ".join(info.description.split()), key


# --- edit -------------------------------------------------------------------------------------------------------


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *texts: str) -> None:
    """An editor that writes one text after the other; an empty one leaves the file."""
    for number, text in enumerate(texts):
        (tmp_path / f"text{number}").write_text(text, encoding="utf-8")
    script = tmp_path / "editor.py"
    script.write_text(
        "import pathlib, sys\nhere = pathlib.Path(sys.argv[0]).parent\n"
        "text = sorted(here.glob('text*'))[0]\nfile = pathlib.Path(sys.argv[1])\n"
        "(here / 'seen').write_bytes(file.read_bytes())\n"
        "file.write_bytes(text.read_bytes() or file.read_bytes())\ntext.unlink()\n"
    )
    monkeypatch.setenv("VISUAL", f"'{sys.executable}' '{script}'" if os.name != "nt" else f"{sys.executable} {script}")


def test_edit_begins_with_every_setting_commented_out(
    said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(tmp_path, monkeypatch, "")
    code, _, err = said("edit")
    assert (code, "nothing changed" in err) == (0, True)
    assert not config.user_file().exists()
    text = (tmp_path / "seen").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=")
    mine(text)
    assert config.load().settings == config.Settings()
    assert all(f"# {key.rpartition('.')[2]}: " in text for key in config.fields())
    schema = config.user_file().parent / text.splitlines()[0].partition("=")[2]
    assert json.loads(schema.read_text(encoding="utf-8"))["title"] == "vtuber config"
    # A value set by the command stands below its comment.
    said("set", "talk.barge_in", "true")
    assert "  # barge_in: false\n  barge_in: true\n" in config.user_file().read_text(encoding="utf-8")


def test_edit_takes_what_is_right(said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = mine("language: en\n")
    editor(tmp_path, monkeypatch, "language: ko  # now\n")
    code, _, err = said("edit")
    assert (code, str(file) in err) == (0, True)
    assert file.read_text(encoding="utf-8") == "language: ko  # now\n"
    assert not file.with_name("config.draft.yaml").exists()


def test_edit_refuses_what_is_wrong_and_keeps_both(said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = mine("language: en\n")
    editor(tmp_path, monkeypatch, "language: klingon\ntalk: {barge: 1}\n")
    code, _, err = said("edit")
    assert code == 2
    assert "config.yaml:1: language" in err and "config.yaml:2: talk.barge" in err
    assert file.read_text(encoding="utf-8") == "language: en\n"
    draft = file.with_name("config.draft.yaml")
    assert str(draft) in err and "klingon" in draft.read_text(encoding="utf-8")


def test_a_broken_file_can_be_edited(said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = mine("langauge: ko\n")
    editor(tmp_path, monkeypatch, "language: ko\n")
    assert said("edit")[0] == 0
    assert file.read_text(encoding="utf-8") == "language: ko\n"


@pytest.mark.parametrize("variable", ["/nowhere/editor", "false", "'unclosed"])
def test_an_editor_that_fails(said: Any, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv("VISUAL", variable)
    code, _, err = said("edit")
    assert code == 2 and "editor" in err


# --- language ---------------------------------------------------------------------------------------------------


def test_the_language_of_the_settings_is_that_of_the_commands(said: Any) -> None:
    mine("language: ko\n")
    assert said("get", "zzz")[2].startswith("vtuber: zzz")
    assert "설정은 없어요" in said("get", "zzz")[2]


def test_the_language_asked_for_wins(
    said: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine("language: ko\n")
    monkeypatch.setenv("VTUBER_LANG", "")  # put back afterwards
    assert run(["--lang", "en", "config", "explain", "character"]) == 0
    assert "Who talks to you." in capsys.readouterr().out
    assert config.load().settings.language == "en"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_option_of_our_engines_has_words_and_the_english_ones_are_the_docstring(language: str) -> None:
    from vtuber_cli.engines import registry

    i18n.set_language(language)  # pyright: ignore[reportArgumentType]
    known: set[str] = set()
    for kind in ("vad", "asr", "llm", "tts"):
        for name in registry.names(kind):
            engine = registry.load(kind, name)
            for option, info in (
                engine.Options.model_fields.items() if engine.__module__.startswith("vtuber_cli.") else ()
            ):
                known.add(key := f"{kind}.{name}.{option}")
                words = i18n.words_of_option(kind, name, option)
                assert words, f"add {key} to locales/{language}/engine_options.json"
                if language == "en" and info.description:
                    assert words == " ".join(info.description.split()), key
    assert i18n._area(language, "engine_options").keys() == known  # pyright: ignore[reportPrivateUsage, reportArgumentType]


def test_a_wrong_value_is_named_once(said: Any) -> None:
    code, _, err = said("set", "talk.hangover_ms", "soon")
    assert (code, err) == (2, "vtuber: config set: talk.hangover_ms: has to be a whole number\n")

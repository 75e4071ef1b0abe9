"""The user's settings file, changed by the program: whole before and whole after, whoever else is at it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from vtuber_cli import config, settings_file
from vtuber_cli.errors import ConfigError, UsageError
from vtuber_cli.yaml_file import Value

TEXT = "# mine\ntalk:\n  hangover_ms: 500  # short\n"


@pytest.fixture
def file() -> Path:
    path = config.user_file()
    path.parent.mkdir(parents=True)
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_first_setting_makes_a_file_of_its_owner_only() -> None:
    change = settings_file.put("character", "jun")
    file = config.user_file()
    assert file.read_text(encoding="utf-8") == "character: jun\n"
    assert (change.before, change.after, change.place) == (None, "jun", f"{file}:1")
    assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.with_name("config.yaml.bak").exists()


def test_the_file_before_is_kept(file: Path) -> None:
    settings_file.put("talk.hangover_ms", 700)
    assert file.read_text(encoding="utf-8") == TEXT.replace("500", "700")
    assert file.with_name("config.yaml.bak").read_text(encoding="utf-8") == TEXT
    assert {each.name for each in file.parent.iterdir()} <= {"config.yaml", "config.yaml.bak", ".config.lock"}


def test_what_is_as_it_was_is_not_written(file: Path) -> None:
    before = file.stat().st_mtime_ns
    settings_file.put("talk.hangover_ms", 500)
    assert settings_file.remove("reply.seed").before is None
    assert file.stat().st_mtime_ns == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes and links")
def test_rights_and_links_stay(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "vtuber.yaml"
    real.parent.mkdir()
    file.rename(real)
    real.chmod(0o640)
    file.symlink_to(real)
    settings_file.put("language", "ko")
    assert file.is_symlink()
    assert real.read_text(encoding="utf-8") == f"{TEXT}language: ko\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [each.name for each in real.parent.iterdir()] == ["vtuber.yaml"]


def test_a_broken_file_is_said_and_left(file: Path) -> None:
    file.write_text("talk:\n  hangovr_ms: 5\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        settings_file.put("language", "ko")
    assert caught.value.params["line"] == 2
    assert file.read_text(encoding="utf-8") == "talk:\n  hangovr_ms: 5\n"


def test_what_is_wrong_can_be_mended_by_the_command(file: Path) -> None:
    file.write_text("talk:\n  hangover_ms: 5\n", encoding="utf-8")
    settings_file.put("talk.hangover_ms", 500)
    assert config.load().settings.talk.hangover_ms == 500


def test_a_failing_disk_leaves_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        settings_file.put("language", "ko")
    assert file.read_text(encoding="utf-8") == TEXT
    assert not [each for each in file.parent.iterdir() if each.name.startswith(".config-")]


def test_somebody_else_at_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_file, "_PATIENCE", 0)
    with FileLock(file.with_name(".config.lock")), pytest.raises(UsageError) as caught:
        settings_file.put("language", "ko")
    assert caught.value.key == "settings.locked"


def test_two_programs_at_once_lose_nothing(file: Path) -> None:
    code = "from vtuber_cli import settings_file as f; [f.put({key!r}, n) for n in range({low}, {high})]"
    runs = [("talk.hangover_ms", 300, 330), ("reply.seed", 0, 30), ("reply.max_tokens", 10, 40)]
    commands = [[sys.executable, "-c", code.format(key=key, low=low, high=high)] for key, low, high in runs]
    programs = [subprocess.Popen(command) for command in commands]
    assert [program.wait(60) for program in programs] == [0, 0, 0]
    settings = config.load().settings
    assert (settings.talk.hangover_ms, settings.reply.seed, settings.reply.max_tokens) == (329, 29, 39)
    assert file.read_text(encoding="utf-8").startswith("# mine\ntalk:\n  hangover_ms: 329  # short\n")


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("talk.hangover_ms", "500", 500),
        ("talk.barge_in", "yes", True),
        ("reply.temperature", "0", 0.0),
        ("reply.seed", "null", None),
        ("reply.seed", "7", 7),
        ("audio.input", "3", "3"),
        ("audio.input", "~", None),
        ("character", "null", "null"),
        ("models_dir", "~/weights", "~/weights"),
        ("engines.llm.options.threads", "2", 2),
        ("engines.llm.options.model", "2b", "2b"),
        ("engines.llm.options.stop", "[a, b]", ["a", "b"]),
        ("engines.llm.options.extra", '{"a": {"b": 1}}', {"a": {"b": 1}}),
    ],
)
def test_what_is_typed_becomes_what_is_meant(key: str, text: str, value: Value) -> None:
    found = settings_file.typed(key, text)
    assert (found, type(found)) == (value, type(value))


def test_a_folder_is_meant_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings_file.typed("models_dir", "weights") == str(tmp_path / "weights")


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("talk.hangover_ms", "soon", "config.integer"),
        ("talk.hangover_ms", "5", "config.too_small"),
        ("language", "klingon", "config.choice"),
        ("character", "../x", "config.plain_name"),
        ("talk", "x", "settings.section"),
        ("talk.hangovr_ms", "500", "settings.unknown_nearest"),
        ("hangover_ms", "500", "settings.unknown_nearest"),
        ("zzz", "1", "settings.unknown"),
        ("engines.llm.options.x", "[a", "config.not_yaml"),
    ],
)
def test_what_cannot_be_is_refused(key: str, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings_file.typed(key, text)
    assert caught.value.key == said


def test_every_problem_of_a_text_is_told() -> None:
    found = settings_file.problems("language: xx\ntalk:\n  hangover_ms: 5\n  bargein: true\nreply: 5\n")
    assert [(one.key, one.params["line"]) for one in found] == [
        ("config.choice", 1),
        ("config.too_small", 3),
        ("config.unknown_key_nearest", 4),
        ("config.mapping", 5),
    ]

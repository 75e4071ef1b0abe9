"""Completion: what may stand at the cursor, and the scripts in the shells that are here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vtuber_cli import config
from vtuber_cli.cli.app import COMMANDS, run
from vtuber_cli.cli.completion_words import Files, answer
from vtuber_cli.errors import UsageError


def values(*words: str, bash: bool = False) -> list[str]:
    return [value for value, _ in answer(words, splits_at_equals=bash)]


def test_commands_and_their_words() -> None:
    assert set(values("")) == set(COMMANDS)
    assert values("his") == ["history"]
    assert set(values("models", "")) >= {"list", "get", "verify", "rm"}
    assert dict(answer(["cha"]))["chat"] == "Talk with a character, by voice or by typing."


def test_options() -> None:
    assert "--character" in values("chat", "--")
    assert values("chat", "--cha") == ["--character"]
    assert "--character" not in values("chat", "--character", "mika", "--")
    assert "--set" in values("chat", "--set", "a=1", "--")
    assert values("clean", "--he") == ["--help"]
    assert "--models" in values("clean", "")
    assert set(values("--")) == {"--lang", "--version", "--help"}


def test_values_by_what_is_asked_for() -> None:
    assert values("chat", "--character", "") == ["jun", "mika"]
    assert values("chat", "-c", "m") == ["mika"]
    assert values("chat", "--character=m") == ["--character=mika"]
    assert values("--lang", "") == ["en", "ko", "auto"]
    assert values("--lang", "ko", "hist") == ["history"]
    assert "echo" in values("bench", "--engines", "")
    assert values("config", "set", "talk.h") == ["talk.hangover_ms", "talk.hands_free"]
    assert values("config", "set", "talk.barge_in", "") == ["true", "false"]
    assert values("config", "set", "language", "") == ["auto", "en", "ko"]
    assert values("config", "set", "character", "j") == ["jun"]
    assert "auto" in values("config", "set", "engines.llm.name", "")
    assert values("chat", "--set", "talk.bar") == ["talk.barge_in="]
    assert "smollm2-135m" in values("models", "get", "piper-joe", "smol")
    assert values("schema", "ch") == ["character"]
    assert values("paths", "conf") == ["config"]
    assert values("completion", "") == ["bash", "zsh", "fish", "powershell"]
    assert values("history", "show", "") == []


def test_fortunes_and_people() -> None:
    assert set(values("fortune", "")) >= {"daily", "tarot", "zodiac", "saju", "tti", "almanac", "about"}
    assert values("fortune", "tarot", "--spread", "c") == ["celtic"]
    assert values("fortune", "daily", "--date", "t") == ["today", "tomorrow"]
    assert values("fortune", "zodiac", "--sign", "Aq") == ["Aquarius"]
    assert "Dragon" in values("fortune", "tti", "--sign", "") and "Leo" not in values("fortune", "tti", "--sign", "")
    assert run(["profile", "set", "엄마", "--birth", "1960-05-05"]) == 0
    assert values("profile", "show", "") == values("fortune", "saju", "--profile", "") == ["엄마"]


def test_files_are_left_to_the_shell() -> None:
    for words in (["chat", "--mic", ""], ["say", "--wav", "x"], ["config", "set", "models_dir", ""]):
        with pytest.raises(Files):
            values(*words)


def test_bash_splits_at_equals() -> None:
    assert values("chat", "--character", "=", "m", bash=True) == ["mika"]
    assert values("chat", "--character", "=", bash=True) == ["jun", "mika"]
    assert values("chat", "--set", "talk.barge_in", "=", "true", "--cha", bash=True) == ["--character"]


def test_nonsense_has_no_answer() -> None:
    for words in (["nope", ""], ["models", "nope", ""]):
        with pytest.raises(UsageError):
            values(*words)
    assert values("config", "set", "nope", "") == []


def test_broken_settings_are_no_obstacle() -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("nonsense: 1\n")
    assert values("chat", "--character", "") == ["jun", "mika"]
    assert values("paths", "conf") == ["config"]


def test_every_value_is_one_line(tmp_path: Path) -> None:
    hostile = config.user_file().parent.parent / "data" / "characters" / "a\nb"
    hostile.mkdir(parents=True)
    (hostile / "character.yaml").write_text("")
    assert values("chat", "--character", "") == ["jun", "mika"]
    for words in (["chat", "--set", ""], ["models", "get", ""], [""]):
        assert all("\n" not in value + help_ and "\t" not in value + help_ for value, help_ in answer(words))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_the_script_is_all_there_is_in_a_pipe(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    assert run(["completion", shell]) == 0
    out, err = capsys.readouterr()
    assert "completion words" in out and err == ""


def test_korean(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert run(["completion", "words", "fish", "--", "cha"]) == 0
    assert "캐릭터와 말이나 글로 이야기해요." in capsys.readouterr().out


def completed(shell: str, line: str, script: str, tmp_path: Path) -> list[str]:
    """What a real shell proposes for `line`."""
    program = tmp_path / "bin" / "vtuber"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m vtuber_cli "$@"\n')
    program.chmod(0o755)
    environment = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    done = subprocess.run(
        [shell, *(["--norc"] if shell == "bash" else ["--no-config"]), "-c", script],
        env=environment | {"LINE": line},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    return done.stdout.splitlines()


BASH = """
source <(vtuber completion bash)
complete -p vtuber >/dev/null || exit 1
IFS=' ' read -r -a COMP_WORDS <<<"$LINE"
case $LINE in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_vtuber
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash(tmp_path: Path) -> None:
    assert completed("bash", "vtuber hist", BASH, tmp_path) == ["history"]
    assert completed("bash", "vtuber chat --character ", BASH, tmp_path) == ["jun", "mika"]
    assert completed("bash", "vtuber chat --character = m", BASH, tmp_path) == ["mika"]
    (tmp_path / "a $(touch evil).wav").write_text("")
    assert completed("bash", "vtuber chat --mic a", BASH, tmp_path) == ["a $(touch evil).wav"]
    assert not (tmp_path / "evil").exists()


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish(tmp_path: Path) -> None:
    script = 'vtuber completion fish | source; complete --do-complete "$LINE"'
    assert completed("fish", "vtuber hist", script, tmp_path)[0].startswith("history\t")
    assert completed("fish", "vtuber chat --character ", script, tmp_path) == ["jun", "mika"]

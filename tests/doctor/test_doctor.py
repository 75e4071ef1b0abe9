"""What the doctor says of healthy and of broken things, and what it never says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from vtuber_cli import config, keys, log, paths
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run
from vtuber_cli.doctor import finding as findings
from vtuber_cli.doctor import parts, private, system, terminal
from vtuber_cli.doctor.finding import Finding, finding
from vtuber_cli.doctor.loopback import SENTENCES, UNDERSTOOD, likeness
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import LANGUAGES, t


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def states(found: list[Finding]) -> dict[str, str]:
    return {one.check: one.state for one in found}


def look(part: str, **flags: object) -> list[Finding]:
    return list(parts.examine(part, Patient({"language": "en", **flags}, sound=False)))


# --- the report -----------------------------------------------------------------------------------------------------


def test_every_part_has_a_name_and_can_be_looked_at() -> None:
    for part in parts.PARTS:
        assert t(f"doctor.part.{part}") != f"doctor.part.{part}"
        parts.examine(part, Patient(sound=False))


def test_parts_by_name_come_in_order_and_once() -> None:
    assert parts.named(["config", "audio", "output", "system"]) == ["system", "output", "input", "config", "loopback"]
    assert parts.named([]) == list(parts.PARTS)
    with pytest.raises(UsageError) as raised:
        parts.named(["modles"])
    assert raised.value.params["nearest"] == "models"


@pytest.mark.parametrize(
    ("found", "code"), [((), 0), (("ok", "skipped"), 0), (("ok", "limit"), 1), (("limit", "fail", "ok"), 2)]
)
def test_the_exit_code_is_the_worst_state(found: tuple[findings.State, ...], code: int) -> None:
    assert parts.exit_code([Finding("a.b", state, "") for state in found]) == code


def test_a_report_does_not_tell_where_home_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "kim"))
    said = finding("system.data", "fail", "read_only", folder=str(tmp_path / "kim" / ".local"))
    assert "kim" not in f"{said}" and "~/.local" in said.message and said.facts["folder"] == "~/.local"
    assert said.fix


def test_hostile_names_drive_no_terminal() -> None:
    said = finding("output.opens", "ok", name="a\x1b]0;owned\x07b\nc")
    assert "\x1b" not in said.message and "\n" not in said.message


# --- parts ----------------------------------------------------------------------------------------------------------


def test_this_computer_is_well() -> None:
    assert states(look("system"))["system.python"] == "ok"
    assert states(look("system"))["system.history"] == "ok"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path / "locked" / "home"))
    assert states(look("system"))["system.data"] == "fail"


def test_a_history_that_is_none_is_a_fault() -> None:
    paths.database().parent.mkdir(parents=True)
    paths.database().write_bytes(b"no database, but long enough to be taken for one" * 100)
    (history,) = [one for one in system.examine(Patient()) if one.check == "system.history"]
    assert history.state == "fail" and history.fix


def test_little_memory_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_available_memory", lambda: 0.4)
    (memory,) = [one for one in look("system") if one.check == "system.memory"]
    assert memory.state == "limit" and "0.4" in memory.message and memory.fix


def test_a_pipe_is_no_terminal_and_no_fault() -> None:
    assert states(look("terminal"))["terminal.screen"] == "skipped"


@pytest.mark.parametrize(
    ("size", "state"), [((120, 40), "ok"), ((60, 15), "ok"), ((39, 24), "limit"), ((80, 9), "limit")]
)
def test_the_size_of_a_terminal(size: tuple[int, int], state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal.shutil, "get_terminal_size", lambda: os.terminal_size(size))
    monkeypatch.setattr(terminal.sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(terminal.sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    found = {one.check: one for one in terminal.examine(Patient())}
    assert found["terminal.screen"].state == state
    assert bool(found["terminal.screen"].fix) == (state == "limit")


def test_a_broken_setting_is_named_and_the_rest_is_still_looked_at() -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("talk:\n  hangover: 500\n", encoding="utf-8")
    (said,) = look("config")
    assert said.state == "fail" and "talk.hangover" in said.message and "2" in said.message
    assert states(look("engines")) == {"engines.plan": "skipped"}
    assert states(look("loopback")) == {"loopback.tone": "skipped"}
    assert "models.needed" not in states(look("models"))


def test_models_that_are_absent_say_how_to_get_them(tmp_path: Path) -> None:
    found = look("models", models_dir=tmp_path / "none", **{"engines.asr.options.model": "whisper-base"})
    absent = [one for one in found if one.state == "limit"]
    assert absent and all(f"vtuber models get {one.facts['name']}" in one.fix for one in absent)


def test_a_damaged_model_is_a_fault_that_names_the_repair(tmp_path: Path) -> None:
    (tmp_path / "smollm2-135m").mkdir()
    (tmp_path / "smollm2-135m" / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GGUF" * 1000)
    found = [one for one in look("models", models_dir=tmp_path) if one.state == "fail"]
    assert len(found) == 1 and "smollm2-135m" in found[0].fix


def test_echo_engines_are_measured_in_processes_of_their_own() -> None:
    echo = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")}
    assert states(look("engines", **echo)) == dict.fromkeys(
        ("engines.vad", "engines.asr", "engines.llm", "engines.tts"), "ok"
    )


# --- secrets --------------------------------------------------------------------------------------------------------


def test_keys_are_counted_and_never_told() -> None:
    keys.put("ENDPOINT_KEY", "sk-do-not-tell-0123456789", in_file=True)
    found = look("secrets")
    assert states(found)["secrets.keys"] == "ok" and "ENDPOINT_KEY" in found[0].message
    assert "do-not-tell" not in repr(found)


def test_a_key_that_stands_in_the_log_is_a_fault() -> None:
    keys.put("ENDPOINT_KEY", "sk-do-not-tell-0123456789", in_file=True)
    log.file().parent.mkdir(parents=True, exist_ok=True)
    log.file().write_text("2026 INFO x: Authorization sk-do-not-tell-0123456789\n", encoding="utf-8")
    found = list(private.examine(Patient()))
    assert states(found)["secrets.log"] == "fail" and "do-not-tell" not in repr(found)


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_files_that_others_can_read_are_named() -> None:
    keys.put("ENDPOINT_KEY", "sk-do-not-tell-0123456789", in_file=True)
    keys.file().chmod(0o644)
    (said,) = look("secrets")
    assert said.state == "fail" and said.fix and "do-not-tell" not in repr(said)


# --- words that come back -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_understood_is_judged_by_its_letters(language: str) -> None:
    said = SENTENCES[language]
    assert likeness(said, said.upper().replace(" ", "")) == 1
    assert likeness(said, said[: len(said) * 2 // 3]) > UNDERSTOOD
    assert likeness(said, "") == 0
    assert likeness(said, "Thank you for watching!") < UNDERSTOOD


# --- the command ----------------------------------------------------------------------------------------------------


def ended(*args: str) -> int:
    """The exit code of a command line, its error shown as the program shows it."""
    try:
        return run(["doctor", *args])
    except BaseException as raised:  # noqa: BLE001 - as __main__ does
        return show.ending(raised)


def test_the_command_prints_a_report_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--json", "--no-sound", "secrets", "config") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["exit_code"] == 0 and list(found["parts"]) == ["config", "secrets"]
    every = [one for part in found["parts"].values() for one in part]
    assert every and all(set(one) == {"check", "state", "message", "fix", "facts"} for one in every)


def test_the_command_prints_a_report_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("config") == 0
    out = capsys.readouterr().out
    assert out.startswith("Settings\n  ✓ ") and out.endswith("All is well. vtuber chat\n") and "\x1b" not in out


def test_a_fault_ends_with_2_and_a_fix(capsys: pytest.CaptureFixture[str]) -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("talk: {hangover_ms: 5}\n", encoding="utf-8")
    assert ended("config", "--json") == 2
    assert json.loads(capsys.readouterr().out)["parts"]["config"][0]["state"] == "fail"


def test_an_unknown_part_is_one_line_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("micrphone") == 2
    said = capsys.readouterr()
    assert not said.out and len(said.err.splitlines()) == 2

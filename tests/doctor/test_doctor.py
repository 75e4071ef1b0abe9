"""What the doctor says of healthy and of broken things, and what it never says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from vtuber_cli import config, keys, log, paths
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run
from vtuber_cli.doctor import finding as findings
from vtuber_cli.doctor import loopback, parts, private, system, terminal
from vtuber_cli.doctor.finding import Finding, finding
from vtuber_cli.doctor.loopback import SENTENCES, UNDERSTOOD, likeness
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import AudioUnavailable, UsageError
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
    for part, place in parts.PARTS.items():
        assert t(f"doctor.part.{part}") != f"doctor.part.{part}"
        module, _, function = place.partition(":")
        assert callable(getattr(import_module(f"vtuber_cli.doctor.{module}"), function))


def test_a_part_that_breaks_down_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def examine(patient: Patient) -> Iterator[Finding]:
        yield finding("system.processor", "ok", cores=2)
        raise ZeroDivisionError("a word of the user's")

    monkeypatch.setattr(system, "examine", examine)
    first, broken = look("system")
    assert first.state == "ok"
    assert broken.state == "fail" and broken.fix and "ZeroDivisionError" in broken.message
    assert "user's" not in repr(broken) and "user's" in log.file().read_text(encoding="utf-8")


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


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    allowed = os.access

    def access(place: str | os.PathLike[str], mode: int) -> bool:  # the mode of a folder does not stop root
        return Path(place) != locked and allowed(place, mode)

    monkeypatch.setattr(system.os, "access", access)
    monkeypatch.setenv("VTUBER_HOME", str(locked / "home"))
    found = [one for one in look("system") if one.facts.get("folder") == str(locked)]
    assert [(one.check, one.state) for one in found] == [("system.data", "fail")], "one fault, said once"


def test_a_folder_for_models_that_is_none_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").write_text("a file", encoding="utf-8")
    assert states(look("system", models_dir=tmp_path / "models"))["system.models"] == "limit"


@pytest.mark.parametrize(("value", "state"), [("C", "limit"), ("ko_KR.UTF-8", "ok"), ("en_US.ISO-8859-1", "limit")])
def test_the_locale_that_lacks_letters_is_named(value: str, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", value)
    (letters,) = [one for one in look("terminal") if one.check == "terminal.letters"]
    assert letters.state == state
    assert letters.fix == ("export LC_ALL=C.UTF-8" if state == "limit" else "")


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


@pytest.mark.parametrize(
    ("flags", "mends"),
    [
        ({"talk.hangover_ms": 1}, "config explain"),
        ({"engines.asr.name": "whisperx"}, "vtuber config set engines.asr.name auto"),
        ({"engines.llm.name": "llama", "engines.llm.options.seed": "x"}, "vtuber engines"),
        ({"character": "nobody"}, "vtuber config set character mika"),
    ],
)
def test_a_wrong_setting_has_a_fix(flags: dict[str, object], mends: str) -> None:
    (said,) = look("config", **flags)
    assert said.state == "fail" and mends in said.fix


def test_a_fix_goes_by_where_the_setting_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_TALK__HANGOVER_MS", "1")
    assert look("config")[0].fix == "unset VTUBER_TALK__HANGOVER_MS"
    Path("vtuber.yaml").write_text("talk: [", encoding="utf-8")
    assert "vtuber.yaml" in look("config")[0].fix
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("talk: [", encoding="utf-8")
    assert look("config")[0].fix == "vtuber config edit"


def test_an_unknown_model_costs_only_its_engine() -> None:
    flags = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "tts")}
    found = states(look("engines", **flags, **{"engines.llm.options.model": "smollm9"}))
    assert found == {"engines.vad": "ok", "engines.asr": "ok", "engines.llm": "fail", "engines.tts": "ok"}


def test_an_endpoint_that_does_not_answer_is_a_limit_with_a_fallback_and_a_fault_without() -> None:
    llm = {"name": "openai", "options.base_url": "http://127.0.0.1:9/v1", "options.model": "m", "options.retries": 0}
    flags: dict[str, object] = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "tts")}
    flags |= {f"engines.llm.{key}": value for key, value in llm.items()}
    assert states(look("engines", **flags))["engines.llm"] == "fail"
    found = look("engines", **flags, **{"engines.llm.options.fallback": "echo"})
    (mind,) = [one for one in found if one.check == "engines.llm"]
    assert mind.state == "limit" and "127.0.0.1" in mind.message and mind.fix


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


def wanting(name: str) -> dict[str, object]:
    return {"engines.llm.name": "openai", "engines.llm.options.key": name}


def test_a_key_that_the_settings_name_and_nobody_has_stored_is_missed() -> None:
    (said,) = look("secrets", **wanting("NOBODYS_KEY"))
    assert said.state == "fail" and said.fix == "vtuber key set NOBODYS_KEY"
    keys.put("ANOTHER_KEY", "sk-do-not-tell-0123456789", in_file=True)
    assert [one.state for one in look("secrets", **wanting("NOBODYS_KEY"))] == ["ok", "fail"]
    keys.put("NOBODYS_KEY", "sk-do-not-tell-0123456789", in_file=True)
    assert [one.state for one in look("secrets", **wanting("NOBODYS_KEY"))] == ["ok"]


def test_a_key_of_the_environment_is_looked_for_in_the_log_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-do-not-tell-0123456789")
    log.file().parent.mkdir(parents=True, exist_ok=True)
    log.file().write_text("sk-do-not-tell-0123456789", encoding="utf-8")
    here, told, *_ = look("secrets", **wanting("MY_KEY"))
    assert here.state == "ok" and "MY_KEY" in here.message
    assert told.check == "secrets.log" and told.state == "fail"


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


def test_a_key_that_stands_in_an_older_log_names_that_file() -> None:
    keys.put("ENDPOINT_KEY", "sk-do-not-tell-0123456789", in_file=True)
    log.file().parent.mkdir(parents=True, exist_ok=True)
    older = log.file().with_name(f"{log.file().name}.1")
    older.write_text("sk-do-not-tell-0123456789", encoding="utf-8")
    (said,) = [one for one in private.examine(Patient()) if one.check == "secrets.log"]
    assert said.facts["file"] == str(older)


# --- the way round --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "says"), [("audio.microphone_gone", "plug it in again"), ("audio.no_output", "vtuber doctor output input")]
)
def test_a_device_that_goes_in_the_middle_is_a_limit(key: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        """Its error comes out of two task groups."""

        def __init__(self, plan: object, tell: object) -> None:
            pass

        async def go(self) -> None:
            error = AudioUnavailable(key, name="desk")
            raise ExceptionGroup("outer", [ExceptionGroup("inner", [error])])

    monkeypatch.setattr(loopback, "_Round", Gone)
    (said,) = loopback.examine(Patient())
    assert (said.check, said.state) == ("loopback.parts", "limit") and says in said.fix


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


def test_the_report_is_in_the_language_of_the_talk(capsys: pytest.CaptureFixture[str]) -> None:
    ended("secrets", "--set", "language=ko")
    assert capsys.readouterr().out.startswith("비밀\n")


def test_an_unknown_part_is_one_line_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("micrphone") == 2
    said = capsys.readouterr()
    assert not said.out and len(said.err.splitlines()) == 2

"""`vtuber engines`, in one process; measuring with engines that need no model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vtuber_cli import i18n
from vtuber_cli.bench import engines as measuring
from vtuber_cli.bench.machine import Machine
from vtuber_cli.card.cells import cells
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run
from vtuber_cli.engines import choice, registry, speeds
from vtuber_cli.engines.library import package
from vtuber_cli.engines.roster import KINDS, Entry
from vtuber_cli.errors import VtuberError
from vtuber_cli.weights import Weights

HEAVY = ("numpy", "ctranslate2", "faster_whisper", "hibari", "onnxruntime", "piper", "sherpa_onnx", "xllamacpp",
         "llama_cpp", "webrtcvad", "httpx", "huggingface_hub", "textual", "rich", "sounddevice")  # fmt: skip
MODELS = Path(os.environ["VTUBER_MODELS_DIR"])
"""Before any test moves it."""
QUIET = Machine(2, 0.0, "test", "test", "3")


@pytest.fixture
def installed() -> Weights:
    """The real models, wherever this machine has them."""
    return Weights(MODELS)


@pytest.fixture(autouse=True)
def _empty_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VTUBER_MODELS_DIR", str(tmp_path / "models"))


def ended(*args: str) -> int:
    """The exit code of a command line, its error shown as the program shows it."""
    try:
        return run(["engines", *args])
    except BaseException as raised:  # noqa: BLE001 - as __main__ does
        return show.ending(raised)


def listed(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    """The JSON of the list, by kind."""
    assert ended(*args, "--json") == 0
    return {one["kind"]: one for one in json.loads(capsys.readouterr().out)}


# --- the list ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_list_has_every_engine_and_what_auto_takes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LANG", f"{language}_XX.UTF-8")
    assert ended() == 0
    out = capsys.readouterr().out
    for kind in KINDS:
        for name in registry.names(kind):
            assert f"  {name} " in out
    assert "vtuber models get whisper-base" in out
    assert all(cells(line) <= 80 for line in out.splitlines())
    assert ("자동 선택" in out) == (language == "ko")


def test_a_kind_alone_lists_that_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("tts") == 0
    out = capsys.readouterr().out
    assert "hibari" in out and "silero" not in out
    assert list(listed(capsys, "tts", "asr")) == ["asr", "tts"]


def test_json_says_what_auto_takes_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(capsys)
    assert list(found) == list(KINDS)
    assert found["tts"]["auto"]["engine"] == "hibari"
    assert found["vad"]["auto"] == {
        "engine": "silero", "model": "silero", "options": {"model": "silero"}, "quality": "good", "here": True,
        "reason": "best", "why": "the best one here",
    }  # fmt: skip
    assert found["asr"]["auto"]["reason"] == "default"
    assert found["asr"]["auto"]["here"] is False
    (whisper,) = [one for one in found["asr"]["engines"] if one["name"] == "faster-whisper"]
    assert (whisper["state"], whisper["command"]) == ("no_weights", "vtuber models get whisper-base")
    assert whisper["models"][0]["quality"] == "good"


def test_a_library_that_is_not_there_names_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vtuber_cli.engines.registry.LIBRARIES", {"hibari": ("no_such_module",)})
    found = listed(capsys, "tts")["tts"]
    (hibari,) = [one for one in found["engines"] if one["name"] == "hibari"]
    assert (hibari["state"], hibari["package"]) == ("no_library", "no_such_module")
    assert found["auto"]["engine"] != "hibari"
    assert ended("tts") == 0
    assert "pip install no_such_module" in capsys.readouterr().out


def test_only_the_command_is_quoted_for_a_shell() -> None:
    entry = Entry("llm", "llama-cpp", "no_library", package("llama_cpp"), ())
    assert entry.package == "vtuber-cli[llama-cpp]"
    assert entry.command == "pip install 'vtuber-cli[llama-cpp]'"


def test_what_the_settings_say_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_ENGINES__ASR__NAME", "echo")
    assert listed(capsys, "asr")["asr"]["chosen"] == {"name": "echo", "model": None}
    assert ended("asr") == 0
    assert "your settings say: echo" in capsys.readouterr().out


def test_listing_imports_nothing_heavy(tmp_path: Path) -> None:
    for args in ([], ["--json"]):
        code = f"import sys; from vtuber_cli.cli.app import run; run(['engines', *{args}]); " + (
            f"print('HEAVY', [name for name in {HEAVY} if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.splitlines()[-1] == "HEAVY []"


# --- one engine -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_page_explains_every_option(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LANG", f"{language}_XX.UTF-8")
    for kind in KINDS:
        for name in registry.names(kind):
            if registry.missing(kind, name):
                continue
            assert ended(f"{kind}.{name}") == 0
            out = capsys.readouterr().out
            for option in registry.load(kind, name).Options.model_fields:
                assert f"  {option} " in out
            assert all(cells(line) <= 80 for line in out.splitlines())
            assert "?" not in out.replace("(?)", "")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_engine_of_ours_says_what_it_is_for(language: i18n.Language) -> None:
    i18n.set_language(language)
    for kind in KINDS:
        for name in registry.names(kind):
            assert i18n.find(f"engine.about.{kind}.{name}"), (
                f"add about.{kind}.{name} to locales/{language}/engine.json"
            )


def test_types_ranges_and_defaults_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("piper") == 0
    out = capsys.readouterr().out
    assert "voice (tts) · piper · no model yet" in out and "vtuber models get piper-joe" in out
    assert "number 0.2 to 5, normally unset" in out and "whole number 1 to 16, normally 2" in out
    assert "text, normally piper-joe" in out and "Above 1 slower" in out


def test_a_name_of_several_kinds_explains_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("echo", "--json") == 0
    pages = json.loads(capsys.readouterr().out)
    assert [page["kind"] for page in pages] == list(KINDS)
    assert pages[0]["options"]["properties"]["threshold_dbfs"]["maximum"] == 0


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("shrepa-onnx", "sherpa-onnx"), ("ars", "asr"), ("asr.faster-wisper", "asr.faster-whisper"), ("Piper", "piper")],
)
def test_a_wrong_name_says_the_nearest(capsys: pytest.CaptureFixture[str], typed: str, nearest: str) -> None:
    for bench in ([], ["--bench"]):
        assert ended(typed, *bench) == 2
        said = capsys.readouterr()
        assert said.out == "" and f"did you mean {nearest}?" in said.err


def test_a_name_like_none_says_so_without_control_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("\x1b[31mqqqq") == 2
    err = capsys.readouterr().err
    assert "\x1b" not in err and "vtuber engines lists them all" in err


# --- measuring --------------------------------------------------------------------------------------------------


def test_bench_measures_and_keeps(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "here", lambda: QUIET)
    assert ended("--bench", "echo", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["machine"]["busy"] is False and record["failures"] == []
    measured = {one["kind"]: one for one in record["engines"]}
    assert list(measured) == list(KINDS)
    for one in measured.values():
        assert one["engine"] == "echo" and one["model"] is None and one["language"] == "en"
        assert one["load_s"] > 0 and one["first_result_s"] >= 0 and one["real_time_factor"] >= 0
    assert measured["llm"]["tokens_per_s"] > 0 and measured["tts"]["tokens_per_s"] is None
    assert [speed.subject for speed in speeds.kept()] == [(kind, "echo", None) for kind in KINDS]


def test_bench_prints_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "here", lambda: Machine(2, 7.5, "test", "test", "3"))
    assert ended("--bench", "vad.echo") == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].split() == ["listening", "(vad)", "load", "first", "again", "pace", "memory"]
    assert lines[1].split()[0] == "echo"
    assert all(cells(line) <= 80 for line in lines if str(speeds.file()) not in line)
    assert "The machine is busy (load 7.5 on 2 cores)" in said.err
    assert speeds.kept()[0].busy


def test_an_engine_that_cannot_be_measured_costs_a_line_and_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--bench", "vad.echo", "faster-whisper", "--json") == 3
    said = capsys.readouterr()
    record = json.loads(said.out)
    assert [one["engine"] for one in record["engines"]] == ["echo"]
    (failure,) = record["failures"]
    assert failure["engine"] == "faster-whisper" and failure["hint"] == "vtuber models get whisper-base"
    assert "vtuber models get whisper-base" in said.err


def test_a_process_that_ends_by_itself_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "odd_engine-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-engine\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[vtuber.tts]\nodd = odd_engine:Odd\n", encoding="utf-8")
    (tmp_path / "odd_engine.py").write_text("import os\nos._exit(7)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(VtuberError) as raised:
        measuring.measured_alone(measuring.Subject("tts", "odd"), None, QUIET)
    assert raised.value.key == "engine.bench_died"
    assert raised.value.params["code"] == 7


def test_a_kind_is_measured_without_the_echo(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machine, "here", lambda: QUIET)
    assert ended("--bench", "vad", "--json") == 0
    assert [one["engine"] for one in json.loads(capsys.readouterr().out)["engines"]] == ["silero", "webrtc"]
    assert ended("--bench", "asr") == 2
    assert "vtuber models get" in capsys.readouterr().err


def test_what_fails_alone_prints_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--bench", "asr.faster-whisper") == 3
    assert capsys.readouterr().out == ""


def test_what_is_measured_is_what_is_here(tmp_path: Path) -> None:
    found = list(measuring.subjects(Weights(), "ko", [("tts", "hibari"), ("vad", "webrtc"), ("asr", "faster-whisper")]))
    assert [(one.engine, one.model, one.language) for one in found] == [
        ("hibari", "hibari", "en"),  # which knows no Korean
        ("webrtc", None, "ko"),
        ("faster-whisper", None, "ko"),
    ]


@pytest.mark.model
def test_real_engines_are_measured_and_auto_goes_by_it(installed: Weights) -> None:
    for subject in measuring.subjects(installed, "en", [("vad", "silero"), ("tts", "hibari"), ("llm", "llama")]):
        speed = measuring.measured_alone(subject, installed.folder, QUIET)
        assert speed.model and speed.warm_result_s > 0 and 0 < speed.real_time_factor < 5
        speeds.keep([speed])
    (voice,) = [one for one in choice.candidates("tts", installed) if one.model.name == "hibari"]
    assert voice.cost == next(one.cost for one in speeds.kept() if one.model == "hibari")

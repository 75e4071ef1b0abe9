"""`vtuber bench` as the user runs it: without models here, on real weights in a journey."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from tests.bench.test_report import KEYS
from vtuber_cli.bench.screen import first_paint_seconds
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

CHECKOUT = Path(__file__).resolve().parents[2]
ECHO = ("--engines", "echo", "--no-screen")


def ended(*args: str) -> int:
    """The exit code of a command line, its error shown as the program shows it."""
    try:
        return run(["bench", *args])
    except BaseException as raised:  # noqa: BLE001 - as __main__ does
        return show.ending(raised)


def tone(seconds: float) -> Samples:
    time = np.arange(round(seconds * EAR_RATE)) / EAR_RATE
    return (0.3 * np.sin(2 * np.pi * 400 * time)).astype(np.float32)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """One short recording, so that real time does not take long."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    soundfile.write(str(folder / "hm.wav"), tone(0.3), EAR_RATE)
    return folder


# --- without models ---------------------------------------------------------------------------------------------


def test_json_is_all_that_comes_to_stdout(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(*ECHO, "--json", "--wav-dir", str(recordings), "--set", "talk.hangover_ms=300") == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found.keys() == KEYS
    assert (found["turns"], found["hangover_ms"], found["first_paint_s"]) == (1, 300, None)
    assert found["first_audio_p50_ms"] >= 300 - 32
    assert found["naive_p50_ms"] >= 800 - 32
    assert found["stages"]["ours"]["hangover"] == 320 and found["stages"]["naive"]["hangover"] == 800
    assert [detail["arm"] for detail in found["details"]] == ["ours", "naive"]
    assert found["details"][0]["reply"] == found["details"][1]["reply"]
    assert "1/1 hm · vtuber: " in err and "1/1 hm · naive: " in err


def test_the_table_is_for_people(
    recordings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert ended(*ECHO, "--turns", "1", "--wav-dir", str(recordings)) == 0
    out, _ = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split() == ["vtuber", "단순한", "방식"]
    assert lines[1].startswith("첫 소리, 중앙값") and lines[1].endswith(" ms")
    assert "?" not in out, "a word without its value"


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--turns", "0"], 2, "0 turns is no number of turns\nhint: anything from 1 to 1000\n"),
        (["--turns", "-3"], 2, "-3 turns is no number"),
        (["--turns", "many"], 2, "--turns"),
        (["--wav-dir", "/nowhere/at all"], 2, "there is no folder /nowhere/at all\n"),
        (["--set", "talk.hangover=3"], 2, "hangover_ms"),
        (["--character", "nobody"], 2, "nobody"),
        (["--engines", "no-such"], 2, "no-such"),
    ],
)
def test_wrong_options_end_in_one_clear_line(
    args: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ended(*ECHO, *args)
    out, err = capsys.readouterr()
    assert (found, out) == (code, "")
    assert said in err and "Traceback" not in err


def test_without_weights_and_network_it_says_one_clear_thing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    assert ended("--no-screen", "--models-dir", str(tmp_path / "none")) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("hint: ")


def test_a_recording_that_nobody_hears_is_no_crash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    soundfile.write(str(folder / "silent.wav"), np.zeros(EAR_RATE, np.float32), EAR_RATE)
    assert ended(*ECHO, "--wav-dir", str(folder)) == 2
    assert capsys.readouterr().err.startswith("vtuber: ")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_ends_it_at_once_and_quietly(recordings: Path) -> None:
    command = [sys.executable, "-m", "vtuber_cli", "bench", *ECHO, "--turns", "50", "--wav-dir", str(recordings)]
    program = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert program.stderr is not None
    try:
        while "1/50" not in program.stderr.readline():
            assert program.poll() is None
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)
    finally:
        program.kill()
    assert (program.returncode, out) == (130, "")
    assert "Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_the_screen_is_timed_in_a_terminal_of_its_own() -> None:
    seconds = first_paint_seconds(["--engines=echo"], tries=1)
    assert seconds is not None
    assert 0.05 < seconds < 30


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_a_screen_that_never_comes_has_no_time() -> None:
    assert first_paint_seconds(["--character=nobody"], tries=2) is None


# --- on real weights --------------------------------------------------------------------------------------------


@pytest.mark.model
def test_two_turns_on_real_weights(capsys: pytest.CaptureFixture[str]) -> None:
    """A plain utterance and one with a pause. How fast it was is for the benchmark to say; what happened is not."""
    assert ended("--json", "--turns", "2", "--no-screen") == 0
    found = json.loads(capsys.readouterr().out)
    assert found.keys() == KEYS
    assert (found["turns"], found["hangover_ms"], found["naive_hangover_ms"]) == (2, 600, 800)
    assert found["false_cutoff_rate"] == found["naive_false_cutoff_rate"] == 0.0
    assert [row["pause_ms"] for row in found["pauses"]] == [350]
    # Neither can answer before its silence is over, whatever the machine.
    assert found["first_audio_p50_ms"] > 600
    assert found["naive_p50_ms"] > 800
    assert found["ratio"] == pytest.approx(found["first_audio_p50_ms"] / found["naive_p50_ms"], abs=0.002)
    # The naive arm reads the whole prompt; ours all but the question beforehand.
    assert found["naive_cached_tokens"] < 10
    assert found["cached_tokens"] > 0.8 * found["prompt_tokens"]
    for tokens in (found["reply_tokens"], found["naive_reply_tokens"]):
        assert 35 <= tokens["least"] <= tokens["most"] <= 48
    assert 300 < found["peak_rss_mb"] < 1200
    for detail in found["details"]:
        assert "young man" in detail["heard"]
        assert detail["told_ms"] == pytest.approx(detail["first_audio_ms"], abs=300)

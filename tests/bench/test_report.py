"""From outcomes to figures."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import numpy as np
import pytest

from tests.bench.chain import said
from vtuber_cli.bench import run
from vtuber_cli.bench.arms import Arm, Outcome
from vtuber_cli.bench.machine import Machine, packages, peak_rss_mb
from vtuber_cli.bench.report import Report, percentile
from vtuber_cli.engines.base import Usage
from vtuber_cli.events import Timings

KEYS = {
    "first_audio_p50_ms",
    "first_audio_p90_ms",
    "naive_p50_ms",
    "naive_p90_ms",
    "ratio",
    "stages",
    "hangover_ms",
    "naive_hangover_ms",
    "false_cutoff_rate",
    "naive_false_cutoff_rate",
    "pauses",
    "turns",
    "reply_tokens",
    "naive_reply_tokens",
    "prompt_tokens",
    "cached_tokens",
    "naive_cached_tokens",
    "peak_rss_mb",
    "first_paint_s",
    "machine",
    "engines",
    "packages",
    "details",
}


def outcome(arm: Arm, milliseconds: float | None, *, pause: float | None = None, tokens: int = 50) -> Outcome:
    utterance = said(1.0, pause, 1.0) if pause else said(1.0)
    if milliseconds is None:
        return Outcome(arm, utterance, True, timings=Timings(hangover_ms=1.0))
    timings = Timings(600.0, milliseconds / 10, 20.0, 5.0, milliseconds)
    return Outcome(arm, utterance, False, milliseconds, timings, "so", "well", Usage(280, tokens, 260))


def record(*outcomes: Outcome) -> dict[str, object]:
    plan = run.plan({f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")})
    return Report(plan, Machine.here(), outcomes, 0.5).record()


def test_the_figures_are_medians_and_their_ratio() -> None:
    found = record(*(outcome("ours", ms) for ms in (500, 700, 600)), *(outcome("naive", ms) for ms in (2000, 3000)))
    assert found["first_audio_p50_ms"] == 600
    assert found["first_audio_p90_ms"] == 680
    assert found["naive_p50_ms"] == 2500
    assert found["naive_p90_ms"] == 2900
    assert found["ratio"] == 0.24
    assert found["turns"] == 3
    assert found["stages"] == {
        "ours": {"hangover": 600, "hear": 60, "think": 20, "speak": 5},
        "naive": {"hangover": 600, "hear": 250, "think": 20, "speak": 5},
    }
    assert found["hangover_ms"] == 600
    assert found["first_paint_s"] == 0.5


def test_all_of_it_is_json() -> None:
    found = record(outcome("ours", 600), outcome("naive", None, pause=0.35))
    assert found.keys() == KEYS
    assert json.loads(json.dumps(found)) == found
    assert found["engines"] == {kind: {"name": "echo", "model": None} for kind in ("vad", "asr", "llm", "tts")}


def test_turns_that_were_cut_off_count_in_the_rate_only() -> None:
    ours = [outcome("ours", 600), outcome("ours", 700, pause=0.35), outcome("ours", None, pause=0.75)]
    naive = [outcome("naive", 2000), outcome("naive", 2000, pause=0.35), outcome("naive", 2000, pause=0.75)]
    found = record(*ours, *naive)
    assert (found["false_cutoff_rate"], found["naive_false_cutoff_rate"]) == (0.5, 0.0)
    assert found["pauses"] == [
        {"pause_ms": 350, "turns": 1, "cut": 0, "naive_cut": 0},
        {"pause_ms": 750, "turns": 1, "cut": 1, "naive_cut": 0},
    ]
    assert found["first_audio_p50_ms"] == 650
    assert found["stages"]["ours"]["hangover"] == 600  # type: ignore[index]


def test_tokens_are_told_of_both_arms() -> None:
    found = record(*(outcome("ours", 600, tokens=n) for n in (41, 60, 52)), outcome("naive", 2000, tokens=44))
    assert found["reply_tokens"] == {"least": 41, "median": 52, "most": 60}
    assert found["naive_reply_tokens"] == {"least": 44, "median": 44, "most": 44}


def test_without_pauses_or_latencies_there_is_no_rate_and_no_ratio() -> None:
    found = record(outcome("ours", None, pause=0.75), outcome("naive", 2000))
    assert found["ratio"] is None and found["first_audio_p50_ms"] is None
    assert found["naive_false_cutoff_rate"] is None
    assert record()["turns"] == 0


@pytest.mark.parametrize("percent", [0, 10, 50, 90, 100])
def test_percentiles_are_those_of_numpy(percent: int) -> None:
    values = np.random.default_rng(3).normal(700, 100, 17).tolist()
    assert percentile(values, percent) == pytest.approx(np.percentile(values, percent))
    assert percentile(values[:1], percent) == values[0]
    assert percentile([], percent) is None


def test_the_machine_is_described() -> None:
    machine = Machine.here()
    assert 1 <= machine.cores <= (os.cpu_count() or 1)
    assert machine.system and machine.python
    assert replace(machine, load=None).load is None


def test_the_versions_are_those_installed() -> None:
    import textual

    assert packages()["textual"] == textual.__version__


def test_the_most_memory_is_at_least_what_is_used_now() -> None:
    peak = peak_rss_mb()
    if peak is None:
        pytest.skip("this system does not tell")
    block = np.ones(64 << 20, np.uint8)
    assert peak_rss_mb() >= max(peak, 64)  # type: ignore[operator]
    del block
    assert peak_rss_mb() >= peak  # type: ignore[operator]

"""What the server costs: the arithmetic, the shape of what comes out, and one short real run. No figure of time is
asserted: that is for a quiet machine."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench.test_bench import ended
from vtuber_cli import i18n
from vtuber_cli.bench import serve, serve_mic, serve_start
from vtuber_cli.bench.paced import HEARD, Pace
from vtuber_cli.bench.serve import LIMITS, Costs, Length, judged
from vtuber_cli.bench.serve_mic import Sound
from vtuber_cli.bench.serve_queue import Queue, Waits
from vtuber_cli.bench.serve_start import Started, Starts
from vtuber_cli.bench.serve_turns import Answer, Manner
from vtuber_cli.bench.serve_viewers import Crowd, Gaps, longest
from vtuber_cli.cli.bench_serve import table

QUICK = Pace(hear=0.02, first_token=0.02, token=0.001, speak=0.01, speak_share=0.0)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """Nothing is started, but it is noted how."""
    seen: list[Sequence[str]] = []

    def start(options: Sequence[str]) -> Started:
        seen.append(options)
        return Started(1.0, 0.8, 1.1, 90.0)

    monkeypatch.setattr(serve_start, "_started", start)
    return seen


def answer(manner: Manner, first_audio_s: float) -> Answer:
    return Answer(manner, HEARD, 2.0, first_audio_s)


def test_the_ideal_is_what_nobody_could_begin_earlier() -> None:
    pace = Pace()
    made = 0.15 + 6 * 0.02 + 0.1 + 0.05 * 2.0  # seven tokens, two seconds of sound
    assert answer("text", 1.0).ideal_s(pace) == pytest.approx(made)
    assert answer("utterance", 1.0).ideal_s(pace) == pytest.approx(0.2 + made)
    assert answer("microphone", 1.0).ideal_s(pace) == pytest.approx(0.064 + 0.2 + made)
    assert answer("microphone", 1.0).ideal_s(QUICK) == pytest.approx(19 * 0.032), "the whole silence is the longer one"
    assert answer("text", 1.05 * made).ratio(pace) == pytest.approx(1.05)


def costs() -> Costs:
    answers = [answer("text", seconds) for seconds in (0.47, 0.94, 0.51)]
    answers += [answer("utterance", 0.67), answer("microphone", 0.734 * 1.1)]
    gaps = Gaps([0.2, 0.4, 0.2], [0.3, 0.1, 0.9], [10, 10, 9])
    waits = Waits([[0.1, 2.0, 2.0], [4.0, 2.5, 1.7]])
    return Costs(Pace(), answers, gaps, waits, serve_mic.Costs(0.5, 7.0, 1.0, 1.02, 1.94))


def test_figures_are_of_medians_and_the_worse_way_to_speak() -> None:
    found = costs().record()
    assert found["overhead_ratio_text"] == round(0.51 / 0.47, 3)
    assert found["overhead_ratio_utterance"] == 1.0
    assert found["overhead_ratio_voice"] == found["overhead_ratio_microphone"] == 1.1
    assert found["gap_ratio"] == 1.5 and found["gap_ms"] == [200, 400, 200]
    assert found["stalled_let_go"] == [10, 10, 9]
    assert found["fairness"] == 2.0, "8.2 over 4.1 s in line"
    assert found["fairness_later"] == round(2.5 / 1.7, 3)
    assert found["answers"][0] == {"manner": "text", "first_audio_ms": 470.0, "ideal_ms": 470.0}


def test_a_gap_is_between_two_frames_and_nothing_is_no_small_gap() -> None:
    assert longest([1.0, 1.5, 3.0, 3.1]) == 1.5
    assert longest([1.0]) == longest([]) == math.inf


def test_the_slower_start_counts() -> None:
    echo = [Started(ready, 0.8, ready + 0.1, memory) for ready, memory in ((1.0, 90.0), (3.0, None), (1.2, 100.0))]
    found = Starts(echo, [], "no weights").record()
    assert (found["ready_s"], found["warm_s"], found["rss_mb"]) == (1.2, None, 95.0)
    assert found["warm_skipped"] == "no weights"
    default = [Started(1.4, None, warm, 900.0) for warm in (5.0, 9.0, 6.0)]
    found = Starts(echo, default, None).record()
    assert (found["ready_s"], found["warm_s"]) == (1.4, 6.0)
    assert found["starts"]["echo"][0] == {"ready_s": 1.0, "ready_cpu_s": 0.8, "warm_s": 1.1, "rss_mb": 90.0}
    assert len(found["starts"]["default"]) == 3


def test_a_limit_says_nothing_of_what_was_not_measured() -> None:
    found = judged({"fairness": 2.0, "gap_ratio": 1.51, "warm_s": None})
    assert found["fairness"] == {"at_most": 2.0, "holds": True}
    assert found["gap_ratio"]["holds"] is False and found["warm_s"]["holds"] is None
    assert found.keys() == LIMITS.keys()


class TestTheRealThing:
    @pytest.mark.usefixtures("started")
    def test_json_is_all_that_comes_to_stdout(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        crowd, queue = Crowd(good=2, stalled=1, sentences=3, rounds=1), Queue(sessions=3, rounds=2)
        sound = Sound(utterance_s=0.5, rounds=1, stream_s=2.0, step_s=1.0)
        monkeypatch.setattr(serve, "LENGTH", Length(QUICK, starts=1, crowd=crowd, queue=queue, sound=sound))
        assert ended("serve", "--json", "--turns", "1", "--models-dir", "nowhere") == 0
        out, err = capsys.readouterr()
        found = json.loads(out)
        assert isinstance(found["warm_skipped"], str) and "missing" in found["warm_skipped"]
        for name in LIMITS:
            assert isinstance(found[name], float) or (name in ("warm_s", "rss_mb", "mic_growth_mb") and name in found)
        assert found["limits"].keys() == LIMITS.keys() and found["machine"]["cores"] >= 1
        assert [one["manner"] for one in found["answers"]] == ["text", "utterance", "microphone"]
        assert all(one["first_audio_ms"] >= one["ideal_ms"] for one in found["answers"]), "nobody is earlier than that"
        assert len(found["gap_ms"]) == len(found["gap_beside_stalled_ms"]) == len(found["stalled_let_go"]) == 1
        assert len(found["starts"]["echo"]) == 1 and found["starts"]["default"] == []
        assert "turns by text and by voice: 1/1" in err and "many sessions that ask at once" in err


def test_without_weights_it_is_said_which_are_missing(tmp_path: Path, started: list[Sequence[str]]) -> None:
    found = serve_start.starts({"models_dir": tmp_path}, 2)
    assert found.default == [] and found.reason is not None and "smollm2" in found.reason
    assert len(found.echo) == 2 and started == [["--engines", "echo"]] * 2


def test_a_number_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("serve", "--turns", "0") == 2
    assert "0 turns is no number of turns" in capsys.readouterr().err


def test_the_table_is_for_people() -> None:
    i18n.set_language("ko")
    record = Starts([Started(1.0, 0.8, 1.1, 90.0)], [], "까닭").record() | costs().record()
    machine = {"cores": 2, "load": 0.5, "cpu": "a processor"}
    lines = table({**record, "limits": judged(record), "machine": machine})
    assert lines[1].split()[-5:] == ["x", "1.08", "x", "1.05", "넘음"]
    assert any(line.startswith("모델 없이 쓰는 메모리") and line.endswith("지킴") for line in lines)
    assert "까닭" in lines and not any("바빠요" in line for line in lines)
    assert any("바빠요" in line for line in table({**record, "limits": {}, "machine": {**machine, "load": 1.5}}))
    assert not any("?" in line for line in lines), "a word without its value"

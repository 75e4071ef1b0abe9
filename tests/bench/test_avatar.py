"""What the face costs: the arithmetic, the shape of what comes out, and one short real run. No figure of time is
asserted: that is for a quiet machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.bench.test_bench import ECHO, ended, tone
from vtuber_cli.bench import avatar, avatar_turns
from vtuber_cli.bench.avatar import LIMITS, Costs, Drawing, Frame, Length, Segment, judged
from vtuber_cli.bench.avatar_turns import Answers, plain
from vtuber_cli.bench.monologue import told
from vtuber_cli.bench.utterances import Utterance
from vtuber_cli.events import EAR_RATE, LOUDNESS_SECONDS, SentenceStarted

FIGURES = {*LIMITS, "bytes_per_frame"}


def quietly(kind: str, number: int, many: int) -> None: ...


def segments(way: Drawing, talk: list[float], idle: list[float]) -> list[Segment]:
    return [
        *(Segment(way, "talk", number, share, 0.0) for number, share in enumerate(talk)),
        *(Segment(way, "idle", number, share, 0.0) for number, share in enumerate(idle)),
    ]


def costs() -> Costs:
    length = Length(segment=5.0, talk=4, cold=1, steady=3, idle=2)
    return Costs(
        length,
        [
            *segments("off", [0.02, 0.01, 0.05, 0.03], [0.01, 0.01]),
            *segments("half", [0.52, 0.21, 0.35, 0.13], [0.03, 0.05]),
            *segments("kitty", [0.42, 0.11, 0.10, 0.11], [0.02, 0.02]),
        ],
        {"half": Frame(3.0, 21.0, 9000.4, 8000.0), "kitty": Frame(0.5, 30.0, 30.0, 60_000.0)},
        (44, 22),
        0.0912,
    )


def test_shares_are_over_the_screen_without_a_face_at_the_same_moments() -> None:
    found = costs().record()
    assert found["half_block_core_share"] == 0.2  # of 0.2, 0.3 and 0.1, each over its own moment
    assert found["kitty_core_share"] == 0.08
    assert found["idle_core_share"] == 0.03
    assert (found["cold_half_block_core_share"], found["cold_kitty_core_share"]) == (0.5, 0.4)
    assert (found["cold_s"], found["steady_from_s"], found["steady_to_s"]) == (5, 5, 20)
    assert (found["frame_cached_ms"], found["frame_fresh_ms"], found["bytes_per_frame"]) == (3, 21, 9000)
    assert found["pose_ms"] == 0.091 and found["screen_core_share"] == 0.03


def test_a_limit_holds_up_to_itself_and_says_nothing_of_what_was_not_measured() -> None:
    found = judged({"half_block_core_share": 0.30, "kitty_core_share": 0.101, "first_audio_ratio": None})
    assert found["half_block_core_share"] == {"at_most": 0.30, "holds": True}
    assert found["kitty_core_share"]["holds"] is False
    assert found["first_audio_ratio"]["holds"] is None and found["pose_ms"]["holds"] is None


def test_the_ratio_is_of_the_medians_of_turns_that_both_had() -> None:
    found = Answers([1100.4, 990.0, None, 1210.0], [1000.0, 1000.0, 10.0, 1000.0]).record()
    assert found["first_audio_ratio"] == 1.1
    assert found["first_audio_on_ms"] == [1100, 990, None, 1210]
    assert Answers([None], [1.0]).record()["first_audio_ratio"] is None


def test_turns_are_of_utterances_in_one_breath() -> None:
    sound = np.zeros(1, np.float32)
    breath, paused = Utterance("a", sound, 1.0, sound), Utterance("b", sound, 1.0, sound, (0.4,))
    assert plain([paused, breath]) == [breath]
    assert plain([paused]) == [paused]


def test_what_she_says_is_whole_and_goes_on() -> None:
    script, seconds, turns = told(), 0.0, set[int]()
    while seconds < 100:
        lasts, events = next(script)
        seconds += lasts
        for event in events:
            if isinstance(event, SentenceStarted):
                turns.add(event.turn)
                assert event.seconds == lasts > 1
                assert sum(one.seconds for one in event.phonemes) == pytest.approx(lasts, abs=0.1)
                assert len(event.loudness) * LOUDNESS_SECONDS == pytest.approx(lasts, abs=0.05)
    assert len(turns) > 8


def test_the_table_is_for_people(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    monkeypatch.setattr(avatar, "costs", lambda *_: costs())
    assert ended("avatar", *ECHO, "--turns", "0") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("블록, 말할 때") and lines[1].split()[-3:] == ["20.0%", "30.0%", "지킴"]
    assert lines[7].split()[-3:] == ["-", "x", "1.10"], "no turns, no ratio"
    assert not any("?" in line for line in lines), "a word without its value"


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
class TestTheRealThing:
    def test_json_is_all_that_comes_to_stdout(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        length = Length(segment=0.5, talk=2, cold=1, steady=1, idle=1, frames=3)
        monkeypatch.setattr(avatar, "LENGTH", length)
        soundfile.write(str(tmp_path / "hm.wav"), tone(0.3), EAR_RATE)
        assert ended("avatar", *ECHO, "--json", "--turns", "1", "--wav-dir", str(tmp_path)) == 0
        out, err = capsys.readouterr()
        found = json.loads(out)
        assert found.keys() >= FIGURES and all(found[name] is not None for name in FIGURES)
        assert found["limits"].keys() == LIMITS.keys()
        assert found["face"] == [44, 22] and found["screen"] == [120, 40]
        assert {(one["way"], one["kind"]) for one in found["segments"]} == {
            (way, kind) for way in ("off", "half", "kitty") for kind in ("talk", "idle")
        }
        assert found["bytes_per_frame"] > 100, "a picture was shown"
        assert found["frames"]["kitty"]["fresh_bytes"] > 10 * found["frames"]["kitty"]["cached_bytes"]
        assert found["first_audio_on_ms"][0] > 500 and found["first_audio_off_ms"][0] > 500
        assert "she talks: 2/2" in err

    def test_an_error_of_the_turns_is_one_of_ours(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        soundfile.write(str(tmp_path / "silent.wav"), np.zeros(EAR_RATE, np.float32), EAR_RATE)
        assert ended("avatar", *ECHO, "--turns", "1", "--wav-dir", str(tmp_path)) == 2
        assert capsys.readouterr().err.startswith("vtuber: ")
        with pytest.raises(avatar_turns.EngineFailed):
            avatar_turns.answers({"engines.llm.name": "echo"}, "mika", tmp_path, 1, quietly)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["face"], "there is nothing called face to measure\nhint: "),
        (["avatar", "--turns", "-1"], "-1 turns is no number"),
        (["avatar", "--character", "nobody"], "nobody"),
    ],
)
def test_wrong_words_end_in_one_clear_line(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = ended(*args)
    out, err = capsys.readouterr()
    assert (found, out) == (2, "")
    assert said in err and "Traceback" not in err

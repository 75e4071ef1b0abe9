"""A performer's promises: in range, no jumps, the same at any frame rate, still in silence, shut when cut short."""

from __future__ import annotations

import time
from functools import cache
from itertools import pairwise
from math import pi
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.avatar.talk import Told, grid, mika, performer, played, sentence, talks, words
from vtuber_cli.avatar.parameters import PARAMETERS
from vtuber_cli.avatar.pose import Performer
from vtuber_cli.events import (
    FortuneTold,
    Greeted,
    GreetingStarted,
    Level,
    Phase,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
)

if TYPE_CHECKING:
    from vtuber_cli.events import Event

MOUTH = {"ParamMouthOpenY", "ParamMouthForm", "ParamA", "ParamI", "ParamU", "ParamE", "ParamO"}
LET_GO = {"ParamMouthX", "ParamMouthWave", "ParamMouthTeeth", "ParamTongue"}
OWN: dict[str, float] = {
    **{name: 0.5 * (one.high - one.low) for name, one in PARAMETERS.items()},
    **{name: 30.0 for name in LET_GO},
    **{name: 110.0 for name in ("ParamAngleX", "ParamAngleY", "ParamAngleZ")},
    **{name: 14.0 for name in ("ParamBodyAngleX", "ParamBodyAngleY", "ParamBodyAngleZ")},
    **{name: 3.0 for name in ("ParamBrowLY", "ParamBrowRY")},
    **{name: 32.0 for name in ("ParamEyeLOpen", "ParamEyeROpen", "ParamEyeBallX", "ParamEyeBallY")},
    **{name: 9.0 for name in ("ParamHandCard", "ParamBreath")},
    # Hair is thrown by the head, also where an expression throws that.
    **{name: 12.0 for name in ("ParamHairFront", "ParamHairSide", "ParamHairBack")},
    "ParamArmL": 1.5,
}
"""A second, by motion alone; what the mouth may do is tested with the lips."""


@cache
def fastest(name: str) -> float:
    """What an expression adds to that: all the way from one to its opposite, by the shortest fade there is."""
    faces = mika().values()
    away = max(abs(face.pose(level)[name] - PARAMETERS[name].default) for face in faces for level in range(6))
    soonest = max(0.1, min(min(face.fade_in, face.fade_out) for face in faces))
    return OWN[name] + 2 * away * pi / 2 / soonest


def times(event: Event, *at: float) -> list[Told]:
    return [(one, event) for one in at]


@settings(max_examples=40, deadline=None)
@given(talks, st.integers(0, 2**32), st.sampled_from([0.0, 1 / 12, 0.25]))
def test_every_parameter_is_always_in_range(talk: list[Told], seed: int, lasts: float) -> None:
    for pose in played(talk, grid(10, 15), seed, lasts):
        assert pose.keys() == PARAMETERS.keys()
        for name, value in pose.items():
            assert PARAMETERS[name].low <= value <= PARAMETERS[name].high, name


@settings(max_examples=30, deadline=None)
@given(talks)
def test_nothing_but_a_mouth_jumps(talk: list[Told]) -> None:
    fps = 120
    for before, after in pairwise(played(talk, grid(9, fps))):
        for name in PARAMETERS.keys() - MOUTH:
            assert abs(after[name] - before[name]) * fps <= fastest(name), name


@settings(max_examples=30, deadline=None)
@given(talks, st.lists(st.floats(0.001, 1.0), max_size=20), st.integers(0, 2**32))
def test_the_frame_rate_changes_nothing(talk: list[Told], pauses: list[float], seed: int) -> None:
    asked = [0.5, 2.0, 3.7, 6.25, 9.0]
    now, uneven = 0.0, list[float]()
    for pause in pauses:
        now += pause
        uneven.append(now)
    wanted = played(talk, asked, seed)
    for between in (grid(9, 12), grid(9, 60), uneven):
        all_times = sorted({*asked, *(one for one in between if one < 9)})
        poses = dict(zip(all_times, played(talk, all_times, seed), strict=True))
        for at, pose in zip(asked, wanted, strict=True):
            assert poses[at] == pytest.approx(pose, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(talks)
def test_telling_as_it_happens_is_the_same_as_telling_before(talk: list[Told]) -> None:
    one, waiting, frames = performer(), sorted(talk, key=lambda told: told[0]), grid(9, 20)
    poses: list[dict[str, float]] = []
    for frame in frames:
        while waiting and waiting[0][0] <= frame + 0.05:
            at, event = waiting.pop(0)
            one.tell(event, at)
        poses.append(one.pose(frame))
    assert poses == played(sorted(talk, key=lambda told: told[0]), frames)


def test_two_with_one_seed_move_alike_and_others_do_not() -> None:
    talk = times(PhaseChanged("listening"), 1.0)
    frames = grid(6, 12)
    assert played(talk, frames, 5) == played(talk, frames, 5) != played(talk, frames, 6)


def test_where_the_clock_begins_does_not_matter() -> None:
    early, late = performer(1, 0.0), performer(1, 43_200.0)
    for one, start in ((early, 0.0), (late, 43_200.0)):
        one.tell(sentence(words(2)), start + 1.0)
    for frame in grid(6, 12):
        assert late.pose(43_200.0 + frame) == pytest.approx(early.pose(frame), abs=1e-6)


def test_a_long_sleep_of_the_machine_costs_nothing_and_harms_nothing() -> None:
    one = performer()
    one.pose(1.0)
    one.tell(PhaseChanged("listening"), 50_000.0)
    began = time.process_time()
    pose = one.pose(90_000.0)
    assert time.process_time() - began < 0.2
    assert pose.keys() == PARAMETERS.keys()
    assert one.pose(90_000.1)["ParamHairSide"] == pytest.approx(pose["ParamHairSide"], abs=0.3)


def test_time_that_falls_back_stands_still() -> None:
    one = performer()
    assert one.pose(5.0) == one.pose(1.0)


# --- the mouth ----------------------------------------------------------------------------------------------------


def test_the_mouth_is_still_in_silence() -> None:
    talk: list[Told] = [
        (1.0, PhaseChanged("listening")),
        (3.0, PhaseChanged("hearing")),
        (5.0, PhaseChanged("thinking")),
    ]
    talk += [(3 + tick / 20, Level(-20, 0.9)) for tick in range(30)]
    poses = played(talk, grid(9, 30))
    for name in MOUTH | LET_GO:
        assert len({pose[name] for pose in poses}) == 1, name


@pytest.mark.parametrize("emotion", ["neutral", "joy", "surprise", "anger"])
def test_lips_touch_on_p_b_and_m_whatever_is_felt(emotion: str) -> None:
    talk: list[Told] = [(0.5, ReplyStarted(1, emotion)), (0.5, sentence(words(2), emotion))]
    at, one = 0.5, performer()
    for when, event in talk:
        one.tell(event, when)
    for symbol, seconds in words(2):
        if symbol in "mp":
            assert one.pose(at + seconds / 2 - 0.01)["ParamMouthOpenY"] == pytest.approx(0, abs=0.02), symbol
        at += seconds


def test_the_mouth_follows_loudness_where_a_voice_gives_no_timings() -> None:
    loud = (0.0,) * 10 + (0.4,) * 15 + (0.0,) * 25
    poses = played([(1.0, sentence([], loudness=loud, seconds=1.0))], grid(2.5, 50))
    opens = [round(pose["ParamMouthOpenY"], 2) for pose in poses]
    assert max(opens[:58]) == 0 and opens[65] > 0.9 and opens[90] == 0


def test_the_greeting_is_spoken_too() -> None:
    talk: list[Told] = [(0.1, Greeted("Hi", "joy")), (1.0, GreetingStarted(1.0, (), (0.4,) * 50))]
    poses = played(talk, grid(4, 20))
    assert poses[30]["ParamMouthOpenY"] > 0.9 and poses[30]["ParamMouthForm"] > 0.2
    assert max(pose["ParamArmL"] for pose in poses) > 0.9, "she waves"


@pytest.mark.parametrize("end", [ReplyEnded(1, "", True), PhaseChanged("hearing"), PhaseChanged("listening")])
@pytest.mark.parametrize("emotion", ["neutral", "joy", "surprise"])
def test_the_mouth_is_shut_at_once_when_somebody_cuts_in(end: Event, emotion: str) -> None:
    talk: list[Told] = [(0.5, ReplyStarted(1, emotion)), (0.5, sentence(words(6), emotion)), (1.7, end)]
    if not isinstance(end, ReplyEnded):
        talk.append((1.72, ReplyEnded(1, "", True)))
    one = performer()
    for at, event in talk:
        one.tell(event, at)
    assert max(one.pose(0.5 + frame / 60)["ParamMouthOpenY"] for frame in range(60)) > 0.6
    # From the first picture on, and it stays so while the face becomes calm.
    assert max(one.pose(1.7 + frame / 60)["ParamMouthOpenY"] for frame in range(90)) < 0.02


def test_what_is_only_shown_moves_no_mouth() -> None:
    poses = played([(0.5, sentence([], "neutral"))], grid(2, 30))
    assert max(pose["ParamMouthOpenY"] for pose in poses) == 0


# --- head, eyes and hands -----------------------------------------------------------------------------------------


def calm(name: str, poses: list[dict[str, float]]) -> list[float]:
    return [pose[name] for pose in poses]


def test_she_nods_where_the_user_pauses_and_when_the_user_is_done() -> None:
    def lowest(speech: list[tuple[float, float]], phases: list[Told]) -> list[float]:
        told = [(2 + tick / 20, Level(-20, next(p for until, p in speech if tick / 20 < until))) for tick in range(80)]
        frames = [2 + frame / 30 for frame in range(150)]
        quiet = played(phases, frames)
        nodding = played([*phases, *told], frames)
        return [b - a for a, b in zip(calm("ParamAngleY", quiet), calm("ParamAngleY", nodding), strict=True)]

    hearing: list[Told] = [(1.9, PhaseChanged("hearing"))]
    assert min(lowest([(1.5, 0.95), (9.0, 0.05)], hearing)) < -3.5
    assert min(lowest([(0.3, 0.95), (9.0, 0.05)], hearing)) == pytest.approx(0), "a cough"
    assert min(lowest([(9.0, 0.95)], hearing)) == pytest.approx(0), "no pause"
    frames = [2 + frame / 30 for frame in range(60)]
    done = [played([*hearing, (2.5, PhaseChanged(phase))], frames) for phase in ("thinking", "listening")]
    assert min(calm("ParamAngleY", done[0])) < min(calm("ParamAngleY", done[1])) - 4


def test_she_looks_at_the_transcript_wherever_it_stands() -> None:
    talk = times(PhaseChanged("thinking"), 1.0)
    beside = played(talk, grid(2.5, 30))
    below = Performer(mika(), seed=1, transcript=(0.0, -0.7))
    below.tell(talk[0][1], 1.0)
    assert min(calm("ParamEyeBallX", beside)) < -0.6 and min(calm("ParamAngleX", beside)) < -4
    under = [below.pose(frame) for frame in grid(2.5, 30)]
    assert min(calm("ParamEyeBallY", under)) < -0.6 and min(calm("ParamAngleY", under)) < -3


def test_her_head_moves_with_what_she_says() -> None:
    frames = [1 + frame / 30 for frame in range(90)]
    silent = played(times(PhaseChanged("speaking"), 0.9), frames)
    spoken = played([(0.9, PhaseChanged("speaking")), (1.0, sentence(words(4)))], frames)
    moves = [b - a for a, b in zip(calm("ParamAngleY", silent), calm("ParamAngleY", spoken), strict=True)]
    assert min(moves) < -3 and sum(one < -1.5 for one in moves) > 8


def fortune(emotion: str, intensity: Any) -> FortuneTold:
    return FortuneTold(1, {"emotion": {"emotion": emotion, "intensity": intensity}})


def test_she_holds_up_a_card_while_she_tells_a_fortune() -> None:
    talk: list[Told] = [(1.0, fortune("joy", 5)), (2.0, sentence(words(3), "joy")), (5.0, ReplyEnded(1, "", False))]
    poses = played(talk, grid(14, 10))
    card = calm("ParamHandCard", poses)
    assert card[9] == 0 and card[25] > 0.95 and card[75] > 0.95 and card[-1] < 0.02
    cut = played([*talk[:2], (3.0, ReplyEnded(1, "", True))], grid(6, 10))
    assert cut[28]["ParamHandCard"] > 0.95 and cut[55]["ParamHandCard"] < 0.1


def test_a_strong_feeling_is_seen_at_once_and_grows_milder() -> None:
    talk: list[Told] = [(1.0, fortune("joy", 5)), (1.5, sentence([("a", 9.0)], "joy"))]
    cheeks = calm("ParamCheek", played(talk, grid(9, 10)))
    strong, mild = mika()["joy"].pose(5)["ParamCheek"], mika()["joy"].pose(3)["ParamCheek"]
    assert cheeks[25] == pytest.approx(strong) and cheeks[60] == pytest.approx(mild)


def test_a_face_outlasts_the_reply_a_little_and_then_is_neutral() -> None:
    talk: list[Told] = [(1.0, ReplyStarted(1, "anger")), (3.0, ReplyEnded(1, "", False))]
    poses = played(talk, grid(9, 10))
    neutral = mika()["neutral"].pose()
    assert poses[40]["ParamBrowLAngle"] < -0.2
    assert poses[-1]["ParamBrowLAngle"] == pytest.approx(neutral["ParamBrowLAngle"], abs=1e-6)


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"emotion": None},
        {"emotion": "joy"},
        {"emotion": {"emotion": 3}},
        {"emotion": {"emotion": "joy", "intensity": "x"}},
    ],
)
def test_a_result_that_is_no_result_harms_nothing(result: dict[str, Any]) -> None:
    assert played([(0.5, FortuneTold(1, result))], [2.0])[0]["ParamHandCard"] > 0.5


def test_lids_fall_over_smiling_eyes_without_opening_them() -> None:
    smiling = played([(0.5, ReplyStarted(1, "joy"))], grid(60, 30))[60:]
    assert min(calm("ParamEyeLOpen", smiling)) == 0
    assert len({round(one, 6) for one in calm("ParamEyeLSmile", smiling)}) == 1
    laughing = played([(0.5, fortune("joy", 5))], grid(3, 30))[45:]
    assert max(calm("ParamEyeLOpen", laughing)) == 0


def test_both_eyes_blink_as_one() -> None:
    for pose in played([], grid(60, 30)):
        assert pose["ParamEyeLOpen"] == pose["ParamEyeROpen"]


def test_left_alone_she_dozes_off_and_wakes() -> None:
    one = performer()
    awake = [one.pose(frame / 4) for frame in range(4 * 100, 4 * 119)]
    dozing = [one.pose(frame / 4) for frame in range(4 * 130, 4 * 160)]
    one.tell(PhaseChanged("hearing"), 170.0)
    woken = [one.pose(172 + frame / 4) for frame in range(40)]
    assert max(calm("ParamEyeLOpen", dozing)) < 0.8 * max(calm("ParamEyeLOpen", awake))
    assert max(calm("ParamEyeLOpen", woken)) > 0.95 * max(calm("ParamEyeLOpen", awake))


@pytest.mark.parametrize("phase", ["idle", "listening", "speaking"])
def test_she_never_holds_quite_still(phase: Phase) -> None:
    poses = played(times(PhaseChanged(phase), 0.0), grid(30, 12))
    for name in ("ParamAngleX", "ParamAngleZ", "ParamBodyAngleZ", "ParamBreath", "ParamHairSide"):
        assert max(calm(name, poses)) - min(calm(name, poses)) > 0.02


def test_a_pose_is_cheap() -> None:
    one = performer()
    for start in range(0, 60, 6):
        one.tell(PhaseChanged("speaking"), start)
        one.tell(sentence(words(6), "joy"), start + 0.1)
    one.pose(1.0)
    began = time.process_time()
    for frame in grid(50, 12):
        one.pose(1 + frame, 1 / 12)
    assert (time.process_time() - began) / 600 < 0.0005

"""Lids, breath, eyes, hair: what moves by itself."""

from __future__ import annotations

from itertools import pairwise
from statistics import mean, stdev
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.avatar.chance import Chance, Drift
from vtuber_cli.avatar.gaze import BESIDE, Gaze
from vtuber_cli.avatar.motion import Blinking, Breathing, Follower, Swaying, accent, nod
from vtuber_cli.avatar.springs import SPRINGS, STEP, Spring, Swing

if TYPE_CHECKING:
    from vtuber_cli.avatar.gaze import Place
    from vtuber_cli.events import Phase

seeds = st.integers(0, 2**64)


# --- chance -------------------------------------------------------------------------------------------------------


def test_chance_is_the_same_on_every_machine() -> None:
    chance = Chance(7, "blink")
    assert [round(chance.unit(), 6) for _ in range(3)] == [0.605371, 0.167401, 0.067596]
    assert Chance(7, "gaze").unit() != Chance(7, "blink").unit() != Chance(8, "blink").unit()


@given(seeds)
def test_chance_is_even(seed: int) -> None:
    chance = Chance(seed, "x")
    numbers = [chance.unit() for _ in range(2000)]
    assert all(0 <= one <= 1 for one in numbers)
    assert 0.45 < mean(numbers) < 0.55 and 0.27 < stdev(numbers) < 0.31
    bells = [chance.bell() for _ in range(2000)]
    assert abs(mean(bells)) < 0.12 and 0.9 < stdev(bells) < 1.1


@given(seeds, st.floats(0.2, 10), st.floats(0, 1e6))
def test_a_drift_is_smooth_and_the_same_whenever_it_is_asked_for(seed: int, seconds: float, t: float) -> None:
    drift = Drift(seed, "x", seconds)
    here, after = drift.at(t), drift.at(t + 0.001)
    assert -1 <= here <= 1 and abs(after - here) <= 0.0031 / seconds + 1e-9
    drift.at(0.0)
    assert drift.at(t) == here


# --- blinking -----------------------------------------------------------------------------------------------------


def blinks(seed: int, seconds: float, mean_pause: float, sleepiness: float = 0.0) -> list[float]:
    """When she blinks."""
    lids, starts = Blinking(seed, 0.0), list[float]()
    for tick in range(int(seconds / STEP)):
        before = lids.count
        lids.tick(tick * STEP, mean_pause, sleepiness)
        if lids.count > before:
            starts.append(tick * STEP)
    return starts


@pytest.mark.parametrize("seed", range(4))
def test_blinks_come_as_often_and_as_unevenly_as_peoples(seed: int) -> None:
    starts = blinks(seed, 1800, 3.8)
    assert 13 < len(starts) / 30 < 21, "a minute"
    pauses = [after - before for before, after in pairwise(starts)]
    twice = [pause for pause in pauses if pause < 0.5]
    single = [pause for pause in pauses if pause >= 0.5]
    assert 0.09 < len(twice) / len(starts) < 0.21, "double blinks"
    assert 3.4 < mean(single) < 4.6
    assert 0.35 < stdev(single) / mean(single) < 0.7, "neither a metronome nor a flutter"
    assert min(single) > 0.8 and max(single) < 15
    assert mean(single) > sorted(single)[len(single) // 2], "skewed: a few long ones"


def test_sleepy_eyes_blink_seldom_and_slowly() -> None:
    assert len(blinks(1, 600, 6.0, 0.6)) < 0.75 * len(blinks(1, 600, 3.8))
    quick, slow = Blinking(3, 0.0), Blinking(3, 0.0)
    for lids, sleepiness in ((quick, 0.0), (slow, 1.0)):
        lids.tick(5.0, 4.0, sleepiness)
    shut = [[lids.at(5 + tick / 1000) > 0.5 for tick in range(800)] for lids in (quick, slow)]
    assert sum(shut[1]) == pytest.approx(2 * sum(shut[0]), rel=0.05)


@given(seeds)
def test_lids_fall_all_the_way_quickly_and_rise_more_slowly(seed: int) -> None:
    lids = Blinking(seed, 0.0)
    lids.tick(10.0, 4.0, 0.0)
    course = [lids.at(10 + tick / 1000) for tick in range(400)]
    assert course[0] == 0 and max(course) == 1 and course[-1] == 0
    falls, rises = course.index(1.0), course[::-1].index(1.0)
    assert 0.06 < falls / 1000 < 0.12 and 400 - rises - falls > 30
    assert all(abs(after - before) * 1000 < 18 for before, after in pairwise(course))


def test_a_reason_to_blink_is_no_reason_to_flutter() -> None:
    lids = Blinking(1, 0.0)
    lids.tick(10.0, 4.0, 0.0)
    lids.soon(10.5)
    lids.tick(10.5, 4.0, 0.0)
    assert lids.count == 1
    lids.soon(12.0)
    lids.tick(12.0, 4.0, 0.0)
    assert lids.count == 2


# --- breath and sway ------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(2.5, 7), min_size=1, max_size=20))
def test_breath_goes_in_and_out_without_a_jump_whatever_its_pace(paces: list[float]) -> None:
    breath, course = Breathing(), list[float]()
    for pace in paces:
        for _ in range(60):
            breath.step(STEP, pace)
            course += [breath.at(0.0), breath.at(0.5)]
    assert all(0 <= one <= 1 for one in course)
    assert all(abs(after - before) < 0.03 for before, after in pairwise(course))


def test_a_breath_takes_its_time() -> None:
    breath, course = Breathing(), list[float]()
    for _ in range(60 * 60):
        breath.step(STEP, 4.0)
        course.append(breath.at(1.0))
    tops = [index for index in range(1, len(course) - 1) if course[index - 1] < course[index] >= course[index + 1]]
    assert len(tops) == 15


@given(seeds, st.floats(0, 10_000))
def test_swaying_is_slow_and_small(seed: int, t: float) -> None:
    swaying = Swaying(seed)
    here, after = swaying.at(t), swaying.at(t + 0.01)
    assert all(abs(one) < limit for one, limit in zip(here, (5.3, 3.2, 4.3, 4.1, 2.3), strict=True))
    assert all(abs(b - a) < 0.09 for a, b in zip(here, after, strict=True))


def test_gestures_begin_and_end_at_rest() -> None:
    for gesture in (nod(5.0, 8.0), accent(5.0, 1.0, -1.0)):
        assert gesture.at(4.99) == gesture.at(5.0) == gesture.at(5.0 + gesture.seconds) == 0
        assert gesture.at(5.0 + gesture.seconds / 2) == 1
        assert dict(gesture.changes)["ParamAngleY"] < 0, "a nod goes down"


@given(st.floats(1, 12), st.floats(-1, 1), st.floats(-1, 1))
def test_what_follows_arrives_and_does_not_overshoot(pace: float, start: float, to: float) -> None:
    follower, course = Follower(pace, start), list[float]()
    for _ in range(int(12 / pace / STEP)):
        follower.step(STEP, to)
        course.append(follower.at(1.0))
    low, high = min(start, to) - 1e-6, max(start, to) + 1e-6
    assert all(low <= one <= high for one in course)
    assert course[-1] == pytest.approx(to, abs=0.002)


# --- gaze ---------------------------------------------------------------------------------------------------------


def looks(
    phase: Phase, seconds: float, seed: int = 1, card: tuple[float, float] | None = None
) -> list[tuple[float, float]]:
    """Where she looks, sixty times a second."""
    gaze, seen = Gaze(seed), list[tuple[float, float]]()
    gaze.turn_to(phase, 0.0)
    gaze.hold(card)
    for tick in range(int(seconds / STEP)):
        gaze.tick(tick * STEP)
        seen.append(gaze.at(tick * STEP))
    return seen


def share(seen: list[Place], place: Place, within: float) -> float:
    near = [abs(x - place[0]) < within and abs(y - place[1]) < within for x, y in seen]
    return sum(near) / len(near)


def test_she_looks_at_the_user_while_listening_and_reads_before_she_thinks() -> None:
    user = (0.0, 0.0)
    assert share(looks("hearing", 120), user, 0.12) > 0.85
    assert share(looks("listening", 120), user, 0.12) > 0.75
    assert share(looks("speaking", 120), user, 0.12) > 0.6
    assert share(looks("idle", 240), user, 0.12) < share(looks("listening", 240), user, 0.12)
    reading = looks("thinking", 1.8)
    assert share(reading[20:], BESIDE, 0.25) > 0.9
    assert len({round(x, 2) for x, _ in reading[20:]}) > 3, "along the line"
    later = looks("thinking", 60)[120:]
    assert sum(y > 0.3 for _, y in later) / len(later) > 0.3, "up, where thoughts are"
    assert sum(y < -0.3 for _, y in looks("loading", 60)) > 2000


def test_she_glances_at_a_card_that_she_holds() -> None:
    card = (-0.7, -0.15)
    assert share(looks("speaking", 120, card=card), card, 0.15) > 0.08 > share(looks("speaking", 120), card, 0.15)


@given(
    seeds,
    st.lists(st.tuples(st.floats(0.05, 3), st.sampled_from(["idle", "hearing", "thinking", "speaking"])), max_size=8),
)
def test_eyes_stay_in_range_and_jump_no_faster_than_eyes(seed: int, phases: list[tuple[float, Phase]]) -> None:
    gaze, t, before = Gaze(seed), 0.0, (0.0, 0.0)
    for lasts, phase in phases:
        gaze.turn_to(phase, t)
        for _ in range(int(lasts / STEP)):
            t += STEP
            gaze.tick(t)
            for part in (0.0, 0.25, 0.5, 0.75):
                now = gaze.at(t + part * STEP)
                assert all(-1 <= one <= 1 for one in now)
                assert all(abs(b - a) < 30 * STEP for a, b in zip(before, now, strict=True))
                before = now


# --- springs ------------------------------------------------------------------------------------------------------


def swung(spring: Spring, pose: dict[str, float], seconds: float = 4.0) -> list[float]:
    """After hanging still, the pose is suddenly another."""
    swing, course = Swing(spring), list[float]()
    swing.step({})
    for _ in range(int(seconds / STEP)):
        swing.step(pose)
        course.append(swing.at(1.0))
    return course


@pytest.mark.parametrize("spring", SPRINGS, ids=lambda spring: spring.moves)
def test_hair_lags_behind_swings_and_comes_to_rest(spring: Spring) -> None:
    course = swung(spring, {"ParamAngleX": 12.0})
    assert min(course) < -0.15, "it is left behind, to the other side"
    assert max(course) > 0.01, "it swings past"
    assert abs(course[-1]) < 0.01
    sides = swung(spring, {"ParamAngleX": -12.0})
    assert sides == pytest.approx([-one for one in course])


@pytest.mark.parametrize("spring", SPRINGS, ids=lambda spring: spring.moves)
def test_hair_hangs_down_when_the_head_leans(spring: Spring) -> None:
    assert swung(spring, {"ParamAngleZ": 20.0})[-1] > 0.1


@given(
    st.floats(0.1, 12),
    st.floats(0.05, 1.5),
    st.lists(st.floats(-30, 30), min_size=1, max_size=60),
    st.floats(-0.1, 0.1),
)
def test_no_spring_blows_up(hertz: float, damping: float, angles: list[float], pull: float) -> None:
    swing = Swing(Spring("ParamHairBack", {"ParamAngleX": pull}, hertz, damping, 0.02))
    for angle in angles * 20:
        swing.step({"ParamAngleX": angle})
        assert -1 <= swing.at(1.0) <= 1
    for _ in range(int(30 / (hertz * min(damping, 1)) / STEP / 4) + 600):
        swing.step({"ParamAngleX": 0.0})
    assert abs(swing.at(1.0)) < 0.05


def test_what_is_first_seen_hangs_still() -> None:
    swing = Swing(SPRINGS[1])
    for _ in range(10):
        swing.step({"ParamAngleX": 25.0})
        assert swing.at(1.0) == 0

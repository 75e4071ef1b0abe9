"""The endpointer: probabilities in, changes out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.conversation.endpointer import Change, Dropped, Ended, Endpointer, Endpointing, Paused, Resumed, Started

FRAME = 512
MS = FRAME / 16  # 32 ms
DEFAULTS = Endpointing()


def follow(probabilities: list[float], how: Endpointing = DEFAULTS, *, finish: bool = False) -> list[Change]:
    endpointer = Endpointer(how)
    changes: list[Change] = []
    for n, probability in enumerate(probabilities):
        changes += endpointer.push(np.full(FRAME, n, np.float32), probability)
    if finish:
        changes += endpointer.finish()
    return changes


def kinds(changes: list[Change]) -> list[str]:
    return [type(change).__name__ for change in changes]


def test_an_utterance_is_started_paused_and_ended() -> None:
    changes = follow([0.0] * 30 + [0.9] * 20 + [0.0] * 30)
    assert kinds(changes) == ["Started", "Paused", "Ended"]


def test_the_pause_comes_early_and_the_end_after_the_hangover() -> None:
    endpointer = Endpointer()
    at: dict[str, float] = {}
    for n, probability in enumerate([0.9] * 20 + [0.0] * 40):
        for change in endpointer.push(np.zeros(FRAME, np.float32), probability):
            at[type(change).__name__] = (n + 1) * MS - 20 * MS
    assert at["Paused"] == 64
    assert 600 <= at["Ended"] < 600 + MS


def test_the_segment_keeps_half_a_second_from_before() -> None:
    (paused,) = [c for c in follow([0.0] * 100 + [0.9] * 20 + [0.0] * 30) if isinstance(c, Paused)]
    before = 100 - paused.samples[0]
    assert 500 <= before * MS <= 500 + 2 * MS
    assert paused.samples[-1] == 121  # and two silent frames after


def test_going_on_voids_the_pause_and_the_next_one_holds_everything() -> None:
    changes = follow([0.9] * 20 + [0.0] * 8 + [0.9] * 20 + [0.0] * 30)
    assert kinds(changes) == ["Started", "Paused", "Resumed", "Paused", "Ended"]
    first, second = (c for c in changes if isinstance(c, Paused))
    assert second.revision == first.revision + 1 and len(second.samples) > len(first.samples) + 20 * FRAME
    assert isinstance(changes[-1], Ended) and changes[-1].revision == second.revision


def test_a_breath_after_the_pause_does_not_void_it() -> None:
    assert "Resumed" not in kinds(follow([0.9] * 20 + [0.0] * 4 + [0.4] * 3 + [0.0] * 30))


def test_a_click_is_dropped() -> None:
    assert kinds(follow([0.0] * 10 + [0.9] * 3 + [0.0] * 40)) == ["Started", "Dropped"]


def test_one_loud_frame_is_nothing() -> None:
    assert follow([0.0, 0.9, 0.0] * 40) == []


def test_speech_without_end_is_cut() -> None:
    changes = follow([0.9] * 1000)
    assert kinds(changes)[:3] == ["Started", "Paused", "Ended"]
    assert all(len(c.samples) <= 29.1 * 16000 for c in changes if isinstance(c, Paused))


def test_the_end_of_the_input_ends_the_utterance() -> None:
    assert kinds(follow([0.9] * 20, finish=True)) == ["Started", "Paused", "Ended"]
    assert kinds(follow([0.9] * 3, finish=True)) == ["Started", "Dropped"]
    assert kinds(follow([0.9] * 20 + [0.0] * 4, finish=True)) == ["Started", "Paused", "Ended"]
    assert follow([0.0] * 20, finish=True) == []


def test_more_frames_are_needed_to_interrupt() -> None:
    endpointer = Endpointer(start_frames=5)
    started = [n for n in range(10) if list(endpointer.push(np.zeros(FRAME, np.float32), 0.9))]
    assert started == [4]


@pytest.mark.parametrize("hangover", [0.2, 0.6, 1.2])
def test_the_hangover_is_settable(hangover: float) -> None:
    (ended,) = [c for c in follow([0.9] * 20 + [0.0] * 60, Endpointing(hangover=hangover)) if isinstance(c, Ended)]
    assert hangover <= ended.silent < hangover + MS / 1000


@given(st.lists(st.floats(0, 1), max_size=400))
def test_changes_come_in_order_whatever_is_heard(probabilities: list[float]) -> None:
    """Started, then (Paused, Resumed)*, then Paused and Ended, or Dropped; revisions only grow."""
    state = "silent"
    revision = 0
    for change in follow(probabilities, finish=True):
        match state, change:
            case "silent", Started():
                state = "speaking"
            case "speaking", Paused(new, samples, _):
                assert new == revision + 1 and len(samples) >= 0.2 * 16000
                state, revision = "paused", new
            case "paused", Resumed(old):
                assert old == revision
                state = "speaking"
            case "paused", Ended(old, _):
                assert old == revision
                state = "silent"
            case "speaking", Dropped():
                state = "silent"
            case _:
                pytest.fail(f"{change} while {state}")
    assert state == "silent"

"""What every voice activity detector promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.contracts.building import built, parameters
from tests.contracts.sounds import not_speech, recorded_people
from vtuber_cli.errors import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.engines.base import Vad
    from vtuber_cli.events import Samples
    from vtuber_cli.weights import Weights


@pytest.fixture(scope="module", params=parameters("vad"))
def loaded(request: pytest.FixtureRequest, weights: Weights) -> Iterator[Vad]:
    with built("vad", request.param, weights) as engine:
        yield engine


@pytest.fixture
def vad(loaded: Vad) -> Vad:
    loaded.reset()
    return loaded


def probabilities(vad: Vad, samples: Samples) -> list[float]:
    count = len(samples) // vad.frame
    return [vad.probability(frame) for frame in samples[: count * vad.frame].reshape(count, vad.frame)]


def test_gives_probabilities(vad: Vad) -> None:
    for samples in [*not_speech(1.0).values(), recorded_people()[0].samples]:
        found = probabilities(vad, samples)
        assert all(isinstance(p, float) and 0.0 <= p <= 1.0 for p in found)


def test_hears_no_speech_in_silence(vad: Vad) -> None:
    assert max(probabilities(vad, not_speech(3.0)["silence"])) < 0.35


def test_hears_speech_in_speech(vad: Vad) -> None:
    for clip in recorded_people():
        vad.reset()
        found = np.array(probabilities(vad, clip.samples))
        assert np.mean(found > 0.5) > 0.5, clip.name


def test_hears_where_speech_begins_and_ends(vad: Vad) -> None:
    speech = recorded_people()[0].samples
    quiet = np.zeros(vad.frame * (16_000 // vad.frame), np.float32)
    found = np.array(probabilities(vad, np.concatenate([quiet, speech, quiet])))
    frames = len(quiet) // vad.frame
    assert found[: frames - 1].max() < 0.5 < found[frames:-frames].max()
    assert found[-frames // 2 :].max() < 0.5


def test_lets_go_soon_after_the_last_word_also_in_a_room_that_hisses(vad: Vad) -> None:
    """Every later turn of hers waits for it."""
    for clip in recorded_people():
        vad.reset()
        room = np.random.default_rng(1).standard_normal(len(clip.samples) + 16_000) * 0.0005
        room[: len(clip.samples)] += clip.samples
        found = np.array(probabilities(vad, room.astype(np.float32)))
        last = (np.flatnonzero(found >= 0.35)[-1] + 1) * vad.frame
        assert last - len(clip.samples) < 0.3 * 16_000, clip.name


def test_reset_begins_anew(vad: Vad) -> None:
    speech = recorded_people()[1].samples
    first = probabilities(vad, speech)
    vad.reset()
    assert probabilities(vad, speech) == first


@pytest.mark.parametrize("change", [-1, 1])
def test_refuses_a_frame_of_another_length(vad: Vad, change: int) -> None:
    with pytest.raises((ValueError, EngineFailed)):
        vad.probability(np.zeros(vad.frame + change, np.float32))


def test_survives_a_device_that_delivers_rubbish(vad: Vad) -> None:
    speech = recorded_people()[0].samples
    vad.probability(np.full(vad.frame, np.nan, np.float32))
    vad.probability(np.full(vad.frame, np.inf, np.float32))
    found = probabilities(vad, speech)
    assert all(0.0 <= p <= 1.0 for p in found)
    assert max(found) > 0.5

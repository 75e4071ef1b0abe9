"""WebRTC's detector, and whether talk falls into turns with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydantic import ValidationError

from tests.contracts.building import Elsewhere
from tests.contracts.sounds import not_speech, recorded_people
from vtuber_cli.conversation.endpointer import Ended, Endpointer, Paused, Started
from vtuber_cli.engines.vad_webrtc import WebRtc
from vtuber_cli.errors import EngineUnavailable
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.events import Samples


@pytest.fixture
def vad(tmp_path: Path) -> WebRtc:
    return WebRtc(WebRtc.Options(), Elsewhere(tmp_path))


def probabilities(vad: WebRtc, samples: Samples) -> list[float]:
    count = len(samples) // vad.frame
    return [vad.probability(frame) for frame in samples[: count * vad.frame].reshape(count, vad.frame)]


def in_a_room(speech: Samples) -> Samples:
    """With a second of a quiet room before it and two behind."""
    room = np.random.default_rng(2).standard_normal(len(speech) + 3 * EAR_RATE) * 0.0005
    room[EAR_RATE : EAR_RATE + len(speech)] += speech
    return room.astype(np.float32)


@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_what_people_say_is_one_utterance_that_ends_when_they_end(vad: WebRtc, gain: float) -> None:
    for clip in recorded_people():
        vad.reset()
        endpointer = Endpointer()
        heard = in_a_room(clip.samples * gain)
        count = len(heard) // vad.frame
        changes = [
            (change, (index + 1) * vad.frame / EAR_RATE)
            for index, frame in enumerate(heard[: count * vad.frame].reshape(count, vad.frame))
            for change in endpointer.push(frame, vad.probability(frame))
        ]
        # A room that begins may be a click; it is dropped, and the talk begins within the first half second.
        begun = [at for change, at in changes if isinstance(change, Started)][-1]
        ended = [at for change, at in changes if isinstance(change, Ended)]
        assert 1.0 <= begun < 1.6, clip.name
        assert len(ended) == 1, clip.name
        over = 1.0 + len(clip.samples) / EAR_RATE
        assert over - 0.3 < ended[0] < over + 0.7, clip.name
        said = [change.samples for change, _ in changes if isinstance(change, Paused)][-1]
        assert len(said) > 0.9 * len(clip.samples)


@pytest.mark.parametrize("name", ["white noise", "loud white noise", "mains hum", "tone", "hiss", "silence"])
def test_a_steady_sound_is_let_go_of_within_a_second(vad: WebRtc, name: str) -> None:
    found = probabilities(vad, not_speech(4.0)[name])
    assert max(found[EAR_RATE // vad.frame :]) < 0.35


def test_it_is_surer_when_it_is_told_to_be(tmp_path: Path) -> None:
    soft = in_a_room(recorded_people()[0].samples * 0.1)
    shares = [
        np.mean(probabilities(WebRtc(WebRtc.Options(aggressiveness=level), Elsewhere(tmp_path)), soft))
        for level in range(4)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[3]


@pytest.mark.parametrize("level", [-1, 4, "loud"])
def test_there_are_four_levels(level: object) -> None:
    with pytest.raises(ValidationError):
        WebRtc.Options.model_validate({"aggressiveness": level})


def test_without_its_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "webrtcvad", None)
    with pytest.raises(EngineUnavailable) as raised:
        WebRtc(WebRtc.Options(), Elsewhere(tmp_path))
    assert raised.value.params["module"] == "webrtcvad-wheels"

"""The mouths of our real voices against the sound of them."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.contracts.building import built
from vtuber_cli.audio.level import loudness
from vtuber_cli.avatar.lipsync import Lips, from_loudness, from_phonemes
from vtuber_cli.avatar.visemes import sounds
from vtuber_cli.engines.base import Stop
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.events import Speech

pytestmark = pytest.mark.model

TOGETHER = 0.04
STEP = 0.01
FPS = 12

ENGLISH = (
    "Peter, maybe I'm busy; but I'll be there by Monday morning.",
    "I keep a tidy cup of coffee by the top step.",
    "My mother made me a map of the big blue lake.",
    "Tomorrow will be a better day, I promise.",
)
KOREAN = ("안녕하세요, 오늘은 비가 많이 오네요.", "밥 먹었어요? 꼬마 곰이 빵을 먹는다.")
VOICES = [("hibari", ENGLISH), ("piper", ENGLISH), ("espeak", ENGLISH), ("espeak", KOREAN)]


def spoken(engine: str, texts: Sequence[str]) -> list[Speech]:
    with built("tts", engine, Weights()) as tts:
        return [speech for text in texts for speech in tts.speak(text, Stop())]


def lag(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """By how many seconds the mouths are behind the sounds, by their correlation."""
    reach = 15
    products = np.zeros(2 * reach + 1)
    for mouth, sound in pairs:
        size = min(len(mouth), len(sound))
        a, b = mouth[:size] - mouth[:size].mean(), sound[:size] - sound[:size].mean()
        for by in range(-reach, reach + 1):
            products[by + reach] += np.dot(a[reach + by : size - reach + by], b[reach : size - reach])
    return (int(np.argmax(products)) - reach) * STEP


def drawn(lips: Lips, held: bool) -> np.ndarray:
    times = [(index + 0.5) * STEP for index in range(int(lips.seconds / STEP))]
    if not held:
        return np.array([lips.at(time).open for time in times])
    return np.array([lips.at(floor(time * FPS) / FPS, 1 / FPS).open for time in times])


@pytest.mark.parametrize(("engine", "texts"), VOICES)
def test_the_mouth_moves_with_the_voice(engine: str, texts: Sequence[str]) -> None:
    speeches = spoken(engine, texts)
    fine = [loudness(one.samples, one.rate // 2) for one in speeches]  # of 10 ms
    sound = [np.sqrt(np.array(one)) for one in fine]
    timed = [from_phonemes([(p.symbol, p.seconds) for p in one.phonemes], one.seconds) for one in speeches]
    heard = [from_loudness(loudness(one.samples, one.rate), one.seconds) for one in speeches]
    for lips in (timed, heard):
        for held in (False, True):
            pairs = [(drawn(mouth, held), loud) for mouth, loud in zip(lips, sound, strict=True)]
            assert abs(lag(pairs)) <= TOGETHER


@pytest.mark.parametrize(("engine", "texts"), VOICES)
def test_the_lips_touch_on_every_p_b_and_m_that_the_voice_names(engine: str, texts: Sequence[str]) -> None:
    touches = 0
    for one in spoken(engine, texts):
        phonemes = [(p.symbol, p.seconds) for p in one.phonemes]
        lips = from_phonemes(phonemes, one.seconds)
        for sound in sounds(phonemes):
            if sound.viseme.closed:
                touches += 1
                assert lips.at((sound.start + sound.end) / 2 - 0.01).open < 0.02
    assert touches >= 8

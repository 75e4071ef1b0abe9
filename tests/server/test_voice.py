"""Speech as clients play it."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.audio.riff import Riff
from vtuber_cli.events import Phoneme, Speech
from vtuber_cli.server.talk import voice

RATE = 22_050


def tone(seconds: float, volume: float = 0.5, rate: int = RATE) -> np.ndarray:
    return (volume * np.sin(2 * np.pi * 220 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@given(st.integers(0, 3000), st.sampled_from([8000, 16_000, 22_050, 48_000]))
def test_a_wav_is_plain_and_its_sizes_are_true(count: int, rate: int) -> None:
    data = b64decode(voice.wav(Speech(np.full(count, 0.25, np.float32), rate)))
    assert data[:4] + data[8:16] == b"RIFFWAVEfmt "
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    assert int.from_bytes(data[20:22], "little") == 1
    assert data[36:40] == b"data"
    assert int.from_bytes(data[40:44], "little") == len(data) - 44 == 2 * count
    assert Riff(BytesIO(data)).samplerate == rate


def test_volumes_are_shares_of_the_loudest_every_20_ms() -> None:
    found = voice.volumes(Speech(np.concatenate([tone(0.1, 0.2), tone(0.1, 0.4), np.zeros(2205, np.float32)]), RATE))
    assert len(found) == 15
    assert max(found) == 1.0
    assert found[2] == pytest.approx(0.5, abs=0.05)
    assert found[-1] == 0.0


def test_silence_has_no_loudest() -> None:
    quiet = voice.silence()
    assert quiet.seconds <= 0.1
    assert set(voice.volumes(quiet)) == {0.0}
    assert all(key.open == 0 for key in voice.visemes(quiet))


def test_lips_touch_where_the_voice_says_so() -> None:
    said = (Phoneme("m", 0.1), Phoneme("a", 0.2), Phoneme("m", 0.1), Phoneme("a", 0.2))
    keys = voice.visemes(Speech(tone(0.6), RATE, said))
    assert [key.at for key in keys] == sorted(key.at for key in keys)
    assert keys[-1].at == 600
    touching = [key.at for key in keys if key.closed]
    assert touching
    assert all(at <= 110 or 290 <= at <= 410 for at in touching)
    assert max(key.open for key in keys if key.vowel == "A") > 0.8


def test_a_voice_without_timings_opens_the_mouth_where_it_is_loud() -> None:
    keys = voice.visemes(Speech(np.concatenate([np.zeros(RATE // 5, np.float32), tone(0.3)]), RATE))
    assert all(key.open < 0.05 for key in keys if key.at < 150)
    assert max(key.open for key in keys) > 0.5


def test_an_endless_speech_has_an_end_of_keys() -> None:
    keys = voice.visemes(Speech(tone(120, rate=8000), 8000))
    assert len(keys) <= 4096
    assert keys[-1].at == 120_000

from __future__ import annotations

import numpy as np
import pytest

from vtuber_cli.audio.chime import chime
from vtuber_cli.audio.level import FLOOR, Meter, dbfs, loudness


def test_a_meter_follows_the_latest_block_the_loudest_sample_and_everything() -> None:
    meter = Meter()
    assert (meter.now, meter.peak, meter.rms) == (FLOOR, FLOOR, FLOOR)
    meter.feed(np.full(1000, 0.5, np.float32))
    meter.feed(np.zeros(1000, np.float32))
    meter.feed(np.zeros(0, np.float32))
    assert meter.now == FLOOR
    assert meter.peak == pytest.approx(-6.02, abs=0.01)
    assert meter.rms == pytest.approx(-9.03, abs=0.01)


def test_the_chime_is_as_loud_as_speech_and_begins_and_ends_softly() -> None:
    speech = chime()
    assert 0.5 < speech.seconds < 1
    assert -30 < dbfs(speech.samples) < -12
    assert abs(speech.samples[0]) < 0.01 and abs(speech.samples[-1]) < 0.01
    assert np.max(np.abs(np.diff(speech.samples))) < 0.1  # no click between the notes


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000])
def test_loudness_is_told_every_20_ms_to_the_end(rate: int) -> None:
    loud, soft = np.full(rate, 0.5, np.float32), np.full(rate // 2 + 7, 0.1, np.float32)
    values = loudness(np.concatenate([loud, soft]), rate)
    assert len(values) == 76
    assert values[:50] == (0.5,) * 50 and values[51:] == (0.1,) * 25
    assert loudness(np.zeros(0, np.float32), rate) == ()

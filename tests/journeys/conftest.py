"""What journeys share: somebody to read back what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.building import built
from tests.journeys.speech import Transcribe
from vtuber_cli.audio import wav
from vtuber_cli.audio.resample import resample
from vtuber_cli.engines.base import Stop
from vtuber_cli.events import EAR_RATE
from vtuber_cli.weights import Weights


@pytest.fixture(scope="session")
def transcribe(real_weights: Path) -> Iterator[Transcribe]:
    with built("asr", "faster-whisper", Weights(real_weights)) as asr:
        yield (
            lambda sound: (
                asr.transcribe(
                    wav.read(sound) if isinstance(sound, Path) else resample(*sound, EAR_RATE), "en", Stop()
                ).text
            )
        )

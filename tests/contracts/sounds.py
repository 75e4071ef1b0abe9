"""What contracts listen to: recorded people, and things that are not speech."""

from __future__ import annotations

import re
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

_LIBRIVOX = Path("/usr/share/pocketsphinx/test/data/librivox")


@dataclass(frozen=True)
class Clip:
    """A recording and the words in it."""

    name: str
    samples: Samples
    words: str


def recorded_people() -> list[Clip]:
    """Five public-domain readings (Debian pocketsphinx-testdata); skips where they are not installed."""
    if not _LIBRIVOX.is_dir():
        pytest.skip("recorded speech is not installed: apt-get install pocketsphinx-testdata")
    lines = (_LIBRIVOX / "transcription").read_text(encoding="utf-8").splitlines()
    found = (re.fullmatch(r"<s> (?P<words>.*) </s> \((?P<name>.*)\)", line.strip()) for line in lines)
    return [Clip(m["name"], read_wav(_LIBRIVOX / f"{m['name']}.wav"), m["words"]) for m in found if m]


def read_wav(file: Path) -> Samples:
    with wave.open(str(file)) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getsampwidth()) == (EAR_RATE, 1, 2)
        data = reader.readframes(reader.getnframes())
    return np.frombuffer(data, np.int16).astype(np.float32) / 32768


def not_speech(seconds: float) -> dict[str, Samples]:
    """Silence, and noises that a room makes."""
    count = int(seconds * EAR_RATE)
    at = np.arange(count) / EAR_RATE
    noise = np.random.default_rng(7).standard_normal(count)
    brown = np.cumsum(noise) - np.mean(np.cumsum(noise))
    clicks = np.zeros(count)
    clicks[:: EAR_RATE // 4] = 0.8
    made = {
        "silence": np.zeros(count),
        "hiss": 0.003 * noise,
        "white noise": 0.1 * noise,
        "loud white noise": np.clip(0.4 * noise, -1, 1),
        "brown noise": 0.3 * brown / np.abs(brown).max(),
        "mains hum": 0.1 * np.sin(2 * np.pi * 50 * at) + 0.05 * np.sin(2 * np.pi * 150 * at),
        "tone": 0.3 * np.sin(2 * np.pi * 440 * at),
        "clicks": clicks,
    }
    return {name: samples.astype(np.float32) for name, samples in made.items()}

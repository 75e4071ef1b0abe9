"""Recorded people as sound files, and how many of their words came through."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tests.contracts import wer as words
from tests.contracts.sounds import Clip, recorded_people
from vtuber_cli.audio import pcm
from vtuber_cli.events import EAR_RATE

Samples: TypeAlias = npt.NDArray[np.float32]
Transcribe: TypeAlias = Callable[[Path | tuple[Samples, int]], str]
"""What Whisper hears in a sound file, or in samples and their rate."""

HEARD = 0.15
"""Word error rate that whisper base stays below on recorded people (0 to 5 % measured)."""
SHORT = 0.25
"""The same for a few words: two of eight."""
SPOKEN = 0.35
"""The same for her own voice: 0 to 4 % of most replies, but one misheard name is a tenth of the words of a short one
(18 % was the worst)."""


def clip(number: str) -> Clip:
    """One of the recorded people."""
    return next(clip for clip in recorded_people() if clip.name.endswith(number))


def joined(*clips: Clip, pause: float) -> Samples:
    """One after the other, with seconds of silence between them."""
    silence = np.zeros(round(pause * EAR_RATE), np.float32)
    return np.concatenate([part for each in clips for part in (each.samples, silence)])


def write(file: Path, samples: Samples) -> Path:
    with wave.open(str(file), "wb") as out:
        out.setparams((1, pcm.BYTES_A_SAMPLE, EAR_RATE, 0, "NONE", ""))
        out.writeframes(pcm.to_int16(samples))
    return file


def errors(name: str, said: str, heard: str) -> int:
    """Words that came through wrong; printed, so that a run with -rP tells."""
    count = words.errors(words.words(said), words.words(heard))
    print(f"wer_{name}: {count / len(words.words(said)):.3f}\n  said:  {said}\n  heard: {heard}")
    return count


def wer(name: str, said: str, heard: str) -> float:
    """Errors per word said."""
    return errors(name, said, heard) / len(words.words(said))

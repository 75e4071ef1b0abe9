"""WebRTC's voice activity detector: 50 kB, no model, 3 us a frame; and easily taken in by noise.

It says yes or no every 10 ms. The probability is the share of yes among the last few answers. It takes any steady sound
for speech (a fan, a hum, a tone); nobody speaks at one loudness for most of a second, so such a sound is let go of.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from vtuber_cli.engines.base import Capabilities
from vtuber_cli.engines.library import library
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from vtuber_cli.engines.base import WeightFiles
    from vtuber_cli.events import Samples

_STEP = EAR_RATE // 100
"""Samples of one answer, 10 ms: the shortest it knows, which holds on to speech for the shortest time."""
_FRAME = 3 * _STEP
"""As long as a frame of other detectors, so that "two frames" mean the same."""
_ANSWERS = 6
"""How many answers make a probability: 60 ms."""
_STEADY_ANSWERS = 80
_STEADY_DB = 4.0
"""Speech gets louder and softer by more than this within `_STEADY_ANSWERS`."""


class WebRtc:
    """For machines on which Silero does not run."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        aggressiveness: int = Field(default=1, ge=0, le=3)
        """How sure it has to be: 3 ignores more noise, 0 hears softer speech; from 2 on, quiet talk falls to pieces."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        with library("vad", "webrtc"):
            from webrtcvad import Vad

        self.capabilities = Capabilities()
        self.frame = _FRAME
        self._make = lambda: Vad(options.aggressiveness)
        self.reset()

    def probability(self, samples: Samples) -> float:
        import numpy as np

        if samples.shape != (_FRAME,):
            raise ValueError(f"WebRTC's VAD takes frames of {_FRAME} samples, not an array of shape {samples.shape}")
        steps = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1.0, 1.0).reshape(-1, _STEP)
        self._answers.extend(self._vad.is_speech(step.tobytes(), EAR_RATE) for step in (steps * 32767).astype("<i2"))
        self._loudness.extend((10 * np.log10(np.mean(np.square(steps), axis=1) + 1e-9)).tolist())
        return 0.0 if self._steady() else sum(self._answers) / len(self._answers)

    def reset(self) -> None:
        self._vad = self._make()
        self._answers: deque[bool] = deque((False,) * _ANSWERS, maxlen=_ANSWERS)
        self._loudness: deque[float] = deque(maxlen=_STEADY_ANSWERS)

    def close(self) -> None:
        del self._vad

    def _steady(self) -> bool:
        if len(self._loudness) < _STEADY_ANSWERS:
            return False
        # Not the extremes: a click in a hum does not make it speech.
        ordered = sorted(self._loudness)
        return ordered[_STEADY_ANSWERS * 9 // 10] - ordered[_STEADY_ANSWERS // 10] < _STEADY_DB

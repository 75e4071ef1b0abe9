"""How loud something is, for meters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

FLOOR = -100.0
"""What silence reads, in dBFS."""

METER_HZ = 20


def dbfs(samples: Samples) -> float:
    """The RMS level in dB below full scale: 0 for a full square wave, -3 for a full sine, `FLOOR` at least."""
    if not len(samples):
        return FLOOR
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(FLOOR, 10 * math.log10(power)) if power > 0 else FLOOR


class Meter:
    """Turns blocks of any size into one level every 50 ms."""

    def __init__(self, rate: int = EAR_RATE) -> None:
        self._window = rate // METER_HZ
        self._rest: Samples = np.zeros(0, dtype=np.float32)

    def feed(self, samples: Samples) -> list[float]:
        """The levels, in dBFS, of the windows that these samples complete."""
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) - len(joined) % self._window
        self._rest = joined[whole:]
        return [dbfs(joined[start : start + self._window]) for start in range(0, whole, self._window)]

"""How loud something is, for meters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vtuber_cli.events import LOUDNESS_SECONDS

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

FLOOR = -100.0
"""What silence reads, in dBFS."""

METER_HZ = 20


def dbfs(samples: Samples) -> float:
    """The RMS level in dB below full scale: 0 for a full square wave, -3 for a full sine, `FLOOR` at least."""
    if not len(samples):
        return FLOOR
    import numpy as np

    return _decibels(float(np.mean(np.square(samples, dtype=np.float64))))


def loudness(samples: Samples, rate: int) -> tuple[float, ...]:
    """The RMS of each `LOUDNESS_SECONDS`, 1 being full scale; of the last one as far as it goes."""
    import numpy as np

    if not len(samples):
        return ()
    edges = np.arange(0, len(samples), rate * LOUDNESS_SECONDS).astype(np.intp)
    sums = np.add.reduceat(np.square(samples, dtype=np.float64), edges)
    lengths = np.diff(edges, append=len(samples))
    return tuple(np.sqrt(sums / lengths).round(4).tolist())


class Meter:
    """Follows how loud a source is; every reading in dBFS, `FLOOR` at least."""

    def __init__(self) -> None:
        self.now = FLOOR
        """Of the latest block."""
        self.peak = FLOOR
        """Of the loudest sample."""
        self.samples = 0
        self._energy = 0.0

    @property
    def rms(self) -> float:
        """Of everything."""
        return _decibels(self._energy / self.samples) if self.samples else FLOOR

    def feed(self, samples: Samples) -> None:
        import numpy as np

        if not len(samples):
            return
        squares = np.square(samples, dtype=np.float64)
        self.now = _decibels(float(np.mean(squares)))
        self.peak = max(self.peak, _decibels(float(np.max(squares))))
        self._energy += float(np.sum(squares))
        self.samples += len(samples)


def _decibels(power: float) -> float:
    return max(FLOOR, 10 * math.log10(power)) if power > 0 else FLOOR

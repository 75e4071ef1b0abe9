"""How loud something is, for meters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

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

    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(FLOOR, 10 * math.log10(power)) if power > 0 else FLOOR

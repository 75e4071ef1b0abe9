"""A tone, and finding it again in a recording. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtuber_cli.audio.level import dbfs
from vtuber_cli.events import EAR_RATE, Speech

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from vtuber_cli.events import Samples

HZ = 880
SECONDS = 0.5
_RATE = 48_000
_WINDOW = EAR_RATE // 50
"""20 ms: how finely its beginning is found."""
_STANDS_OUT = 12.0
"""dB by which the tone's own frequency is above what it was before, where it is heard."""
_AUDIBLE = -70.0
"""dBFS; fainter is no tone."""


@dataclass(frozen=True, slots=True)
class Echo:
    """How the tone came back."""

    dbfs: float
    delay_ms: float
    """From handing it to the speaker to its beginning in the recording."""


def tone() -> Speech:
    import numpy as np

    at = np.arange(int(SECONDS * _RATE)) / _RATE
    fade = np.clip(np.minimum(at, at[::-1]) / 0.02, 0, 1)  # without it, it would begin and end with a click
    return Speech((0.3 * fade * np.sin(2 * np.pi * HZ * at)).astype(np.float32), _RATE)


def find(recorded: Samples, played_at: int) -> Echo | None:
    """The tone in a recording at `EAR_RATE`; None if it is not in it.

    Args:
        recorded: mono.
        played_at: the sample at which it was handed to the speaker; what came before is the room.
    """
    import numpy as np

    powers = _powers(recorded)
    before = powers[: played_at // _WINDOW]
    if not len(before):
        return None
    floor = max(float(np.median(before)), 10 ** (_AUDIBLE / 10))
    loud = np.flatnonzero(powers[played_at // _WINDOW :] > floor * 10 ** (_STANDS_OUT / 10))
    if len(loud) < SECONDS * EAR_RATE / _WINDOW / 3:  # a knock is not a tone
        return None
    begins = played_at // _WINDOW + int(loud[0])
    ends = begins + int(SECONDS * EAR_RATE / _WINDOW)
    level = dbfs(recorded[begins * _WINDOW : ends * _WINDOW])
    return Echo(level, max(0.0, (begins * _WINDOW - played_at) / EAR_RATE * 1000))


def _powers(recorded: Samples) -> npt.NDArray[np.float64]:
    """The power at the tone's frequency in each window; 0 dB for a full sine."""
    import numpy as np

    windows = recorded[: len(recorded) // _WINDOW * _WINDOW].reshape(-1, _WINDOW).astype(np.float64)
    turning = np.exp(-2j * np.pi * HZ * np.arange(_WINDOW) / EAR_RATE) * np.hanning(_WINDOW)
    return (4 * np.abs(windows @ turning) / _WINDOW) ** 2

"""From a voice's raw output to `Speech`: louder or softer but never clipped, its timings exact, its lead-in cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import Phoneme, Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.events import Samples

PAUSE = "_"
"""The symbol of the silence before and after an utterance."""

_PEAK = 0.99
_FRAME_SECONDS = 0.01
_AUDIBLE = 10 ** (-30 / 20)
"""A frame this much of the loudest one is heard."""
_LEAD_SECONDS = 0.04
"""Silence left before the first sound: room for the soft beginning of an "h" or "f"."""


def utterance(samples: Samples, rate: int, sounds: Sequence[tuple[str, int]], volume: float) -> Speech:
    """Finishes one synthesised piece.

    Silence before its first sound is cut to 40 ms, since it delays the first thing heard (hibari pads 230-350 ms).
    Silence behind it stays: it is the pause before what follows.

    Args:
        samples: as synthesised, shape (n,).
        rate: of the samples, in Hz.
        sounds: symbols and their lengths in samples, from the first sample on; empty if the model gives none.
        volume: gain; what would clip is turned down as a whole.

    Raises:
        EngineFailed: the model gave no finite numbers.
    """
    import numpy as np

    if not np.isfinite(samples).all():
        raise EngineFailed("voice.failed", reason="NaN")
    cut = _lead(samples, rate)
    kept = samples[cut:].astype(np.float32) * np.float32(volume)
    peak = float(np.max(np.abs(kept), initial=0.0))
    if peak > _PEAK:
        kept *= np.float32(_PEAK / peak)
    return Speech(kept, rate, _phonemes(sounds, len(samples), cut, rate))


def _lead(samples: Samples, rate: int) -> int:
    """How many samples to cut in front."""
    import numpy as np

    size = int(rate * _FRAME_SECONDS)
    count = len(samples) // size
    if count == 0:
        return 0
    loudness = np.sqrt(np.mean(np.square(samples[: count * size], dtype=np.float64).reshape(count, size), axis=1))
    first = int(np.argmax(loudness >= loudness.max() * _AUDIBLE))
    return max(0, first * size - int(rate * _LEAD_SECONDS))


def _phonemes(sounds: Sequence[tuple[str, int]], length: int, cut: int, rate: int) -> tuple[Phoneme, ...]:
    """Phonemes of `samples[cut:]`; their lengths sum to it exactly, whatever rounding the model's did not."""
    import numpy as np

    ends = np.cumsum([lasts for _, lasts in sounds], dtype=np.float64)
    if len(ends) == 0 or ends[-1] <= 0:
        return ()
    edges = np.rint(ends * (length / ends[-1])).astype(np.int64).clip(cut, length)
    lengths = np.diff(edges, prepend=cut)
    return tuple(
        Phoneme(symbol, float(lasts) / rate) for (symbol, _), lasts in zip(sounds, lengths, strict=True) if lasts > 0
    )

"""Long audio in pieces, cut where it is quietest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.events import Samples

_WINDOW_SECONDS = 0.1


def cut_at_pauses(samples: Samples, rate: int, longest: float) -> Iterator[Samples]:
    """Pieces of at most `longest` seconds; joined they are the whole.

    Each cut is in the middle of the quietest 100 ms of the last third of what fits.

    Args:
        samples: shape (n,).
        rate: in Hz.
        longest: of a piece, in seconds; at least one.
    """
    import numpy as np

    size, step = int(longest * rate), int(_WINDOW_SECONDS * rate)
    while len(samples) > size:
        start = size * 2 // 3
        energy = np.cumsum(np.square(samples[start:size], dtype=np.float64))
        cut = start + int(np.argmin(energy[step:] - energy[:-step])) + step // 2
        yield samples[:cut]
        samples = samples[cut:]
    if len(samples):
        yield samples

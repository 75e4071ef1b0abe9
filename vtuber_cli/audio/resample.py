"""From one sample rate to another, by soxr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

Quality: TypeAlias = Literal["HQ", "LQ"]
"""HQ holds back up to 40 ms of a stream, LQ up to 22 (16 bits' worth of precision, ample for ears)."""


def resample(samples: Samples, source: int, target: int) -> Samples:
    """All of a signal at once; rates in Hz."""
    if source == target or not len(samples):
        return samples
    import numpy as np
    import soxr

    return soxr.resample(np.ascontiguousarray(samples, dtype=np.float32), source, target)


class Resampler:
    """A signal piece by piece, without seams."""

    def __init__(self, source: int, target: int, quality: Quality = "HQ") -> None:
        self._stream = None
        if source != target:
            import soxr

            self._stream = soxr.ResampleStream(source, target, 1, dtype="float32", quality=quality)

    def feed(self, samples: Samples, *, last: bool = False) -> Samples:
        """What can be said so far; `last` also gives what was held back."""
        if self._stream is None:
            return samples
        import numpy as np

        return self._stream.resample_chunk(np.ascontiguousarray(samples, dtype=np.float32), last)

"""Where float32 samples become bytes and bytes become samples: nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    from vtuber_cli.events import Samples

BYTES_A_SAMPLE = 2
"""Of int16."""


def to_int16(samples: Samples, channels: int = 1) -> bytes:
    """Interleaved little-endian int16 PCM, the same on every channel; beyond [-1, 1] is clipped, NaN is silence."""
    import numpy as np

    scaled = np.rint(sane(samples) * np.float32(32768))
    return np.repeat(np.clip(scaled, -32768, 32767).astype("<i2"), channels).tobytes()


def from_int16(data: bytes | bytearray | memoryview, channels: int = 1) -> Samples:
    """Samples of interleaved little-endian int16 PCM, its channels mixed to one.

    Raises:
        ValueError: the bytes are not a whole number of frames.
    """
    import numpy as np

    frames = np.frombuffer(data, dtype="<i2")
    if len(frames) % channels:
        raise ValueError(f"{len(frames)} samples are not whole frames of {channels} channels")
    return mono(frames.reshape(-1, channels).astype(np.float32) / np.float32(32768))


def mono(frames: npt.NDArray[Any]) -> Samples:
    """The mean over the channels of `frames`, shape (n, channels)."""
    import numpy as np

    if frames.shape[1] == 1:
        return np.ascontiguousarray(frames[:, 0], dtype=np.float32)
    return frames.mean(axis=1, dtype=np.float32)


def sane(samples: npt.NDArray[Any]) -> Samples:
    """`samples` without anything beyond [-1, 1]; NaN becomes 0. Float files can hold anything."""
    import numpy as np

    return np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0).astype(np.float32, copy=False)

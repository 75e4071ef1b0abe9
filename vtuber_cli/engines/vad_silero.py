"""Silero's voice activity detector (version 6), run on ONNX Runtime from the file that faster-whisper ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from vtuber_cli.engines.base import Capabilities
from vtuber_cli.engines.library import library
from vtuber_cli.engines.onnx_session import OnnxError, open_session
from vtuber_cli.errors import EngineFailed, WeightsError

if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.engines.base import WeightFiles
    from vtuber_cli.events import Samples

_FILE = "silero_vad_v6.onnx"
_FRAME = 512
_CONTEXT = 64
"""Samples of the frame before that the model sees in front of each frame."""


class Silero:
    """One frame of 32 ms in, one probability out, in 0.1 ms of one core.

    The graph takes `input` (1, 64 + 512) and an LSTM's `h` and `c` (1, 1, 128), and returns the probability and both
    states.
    """

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        model: str = "silero"
        """Catalogue name (the file that comes inside faster-whisper), or a Silero v6 ONNX file or its folder."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        import numpy as np

        self.capabilities = Capabilities()
        self.frame = _FRAME
        path = weights.path(options.model)
        file = path / _FILE if path.is_dir() else path
        model = _read(file)
        try:
            with library("vad", "silero"):
                self._session = open_session(model, threads=1)
        except OnnxError as error:
            raise WeightsError("hearing.vad_damaged", path=file, reason=error) from error
        self.reset()
        try:
            self.probability(np.zeros(_FRAME, np.float32))
        except EngineFailed as error:
            raise WeightsError("hearing.vad_damaged", path=file, reason=error.params["reason"]) from error
        self.reset()

    def probability(self, samples: Samples) -> float:
        import numpy as np

        if samples.shape != (_FRAME,):
            raise ValueError(f"Silero takes frames of {_FRAME} samples, not an array of shape {samples.shape}")
        self._window[0, :_CONTEXT] = self._window[0, -_CONTEXT:]
        self._window[0, _CONTEXT:] = samples
        # A device that delivers rubbish for a moment must not poison the state for ever.
        np.nan_to_num(self._window, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        feed = {"input": self._window, "h": self._h, "c": self._c}
        try:
            speech, self._h, self._c = self._session.run(None, feed)
        except Exception as error:  # the runtime's error classes have no base of their own
            raise EngineFailed("hearing.vad_failed", reason=error) from error
        return float(speech[0])

    def reset(self) -> None:
        import numpy as np

        self._window = np.zeros((1, _CONTEXT + _FRAME), np.float32)
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)

    def close(self) -> None:
        del self._session


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise WeightsError("hearing.vad_missing", path=file, reason=error.strerror or error) from error

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__version__: str

class OfflineRecognitionResult:
    text: str
    lang: str

class OfflineStream:
    result: OfflineRecognitionResult
    def accept_waveform(self, sample_rate: float, waveform: npt.NDArray[np.float32]) -> None: ...

class _OfflineWhisperModelConfig:
    language: str

class _OfflineCanaryModelConfig:
    src_lang: str
    tgt_lang: str

class _OfflineModelConfig:
    whisper: _OfflineWhisperModelConfig
    canary: _OfflineCanaryModelConfig

class _OfflineRecognizerConfig:
    model_config: _OfflineModelConfig

class _Recognizer:
    def set_config(self, config: _OfflineRecognizerConfig) -> None: ...

class OfflineRecognizer:
    """Its `from_...` class methods, one for each type of model, are looked up by name."""

    recognizer: _Recognizer
    config: _OfflineRecognizerConfig
    def create_stream(self) -> OfflineStream: ...
    def decode_stream(self, s: OfflineStream) -> None: ...

class OfflineTtsVitsModelConfig:
    def __init__(self, **settings: str | float) -> None: ...

class OfflineTtsMatchaModelConfig:
    def __init__(self, **settings: str | float) -> None: ...

class OfflineTtsKokoroModelConfig:
    def __init__(self, **settings: str | float) -> None: ...

class OfflineTtsKittenModelConfig:
    def __init__(self, **settings: str | float) -> None: ...

class OfflineTtsSupertonicModelConfig:
    def __init__(self, **settings: str | float) -> None: ...

class OfflineTtsModelConfig:
    def __init__(self, *, num_threads: int = 1, **models: Any) -> None: ...

class OfflineTtsConfig:
    def __init__(
        self, model: OfflineTtsModelConfig, rule_fsts: str = "", rule_fars: str = "", max_num_sentences: int = 1
    ) -> None: ...
    def validate(self) -> bool: ...

class GenerationConfig:
    sid: int
    speed: float
    num_steps: int
    silence_scale: float
    extra: dict[str, str]

class GeneratedAudio:
    samples: Sequence[float]
    sample_rate: int

class OfflineTts:
    def __init__(self, config: OfflineTtsConfig) -> None: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def num_speakers(self) -> int: ...
    def generate(
        self,
        text: str,
        config: GenerationConfig,
        callback: Callable[[npt.NDArray[np.float32], float], int] | None = None,
    ) -> GeneratedAudio: ...

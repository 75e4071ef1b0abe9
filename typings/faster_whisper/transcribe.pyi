from typing import Any

import numpy as np
import numpy.typing as npt
import tokenizers
from ctranslate2 import StorageView
from ctranslate2.models import Whisper
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer

class WhisperModel:
    model: Whisper
    hf_tokenizer: tokenizers.Tokenizer
    feature_extractor: FeatureExtractor
    def __init__(
        self,
        model_size_or_path: str,
        device: str = ...,
        *,
        compute_type: str = ...,
        cpu_threads: int = ...,
        local_files_only: bool = ...,
    ) -> None: ...
    @property
    def supported_languages(self) -> list[str]: ...
    def encode(self, features: npt.NDArray[np.floating[Any]]) -> StorageView: ...

def get_suppressed_tokens(tokenizer: Tokenizer, suppress_tokens: list[int] | None) -> tuple[int, ...] | None: ...

from collections.abc import Sequence

from ctranslate2 import StorageView

class WhisperGenerationResult:
    sequences_ids: list[list[int]]
    scores: list[float]
    no_speech_prob: float

class Whisper:
    is_multilingual: bool
    def detect_language(self, features: StorageView) -> list[list[tuple[str, float]]]: ...
    def generate(
        self,
        features: StorageView,
        prompts: Sequence[list[int]],
        *,
        beam_size: int = ...,
        max_length: int = ...,
        suppress_tokens: Sequence[int] | None = ...,
        return_scores: bool = ...,
        return_no_speech_prob: bool = ...,
    ) -> list[WhisperGenerationResult]: ...

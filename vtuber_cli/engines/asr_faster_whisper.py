"""Whisper through faster-whisper (CTranslate2), for short utterances on a small CPU.

Whisper's encoder always looks at 30 s, which is nearly all of its cost. Here it looks at no more than the utterance
needs (10 s at least: below that decoding loops), which changes no words on human speech and takes less than half the
time. What comes out is guarded, and what still looks wrong is heard once more the official way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from vtuber_cli.clean import clean
from vtuber_cli.engines.base import Capabilities
from vtuber_cli.engines.library import library
from vtuber_cli.engines.pauses import cut_at_pauses
from vtuber_cli.engines.transcripts import joined, loops
from vtuber_cli.errors import EngineFailed, WeightsError
from vtuber_cli.events import EAR_RATE, Transcript

if TYPE_CHECKING:
    from pathlib import Path

    from ctranslate2 import StorageView
    from faster_whisper.tokenizer import Tokenizer

    from vtuber_cli.engines.base import Stop, WeightFiles
    from vtuber_cli.events import Samples

_FILES = ("model.bin", "config.json", "tokenizer.json")
"""What a folder must hold. Without the tokenizer the library would fetch one from the network."""

_HOP = 160
"""Samples of one frame of the spectrogram."""
_FULL = 3000
"""Frames of the window that Whisper was trained on, 30 s."""
_MARGIN = 200
"""Frames of silence that a shortened window keeps behind the speech."""
_LONGEST = 28.0
"""Seconds heard at once; longer audio is cut at pauses."""
_MOST_TOKENS = 220
"""Of one window: half of the decoder's context, as in Whisper's own code."""

_UNSURE = -1.0
"""Mean log probability of the tokens, below which the text is doubtful."""
_NO_SPEECH = 0.5
_VAD_FRAME = 512
_VOICED = 0.5
_SPEECH_FRAMES = 3
"""Fewer frames (32 ms) that the library's VAD calls voiced are not speech."""
_SURE_FRAMES = 22
"""More than 0.7 s of voiced frames are speech, whatever Whisper thinks: it doubts accents and small languages."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """One decoding of one window."""

    text: str
    score: float
    no_speech: float

    @property
    def doubtful(self) -> bool:
        return self.score < _UNSURE or loops(self.text)


class FasterWhisper:
    """`language` None costs one more step of the decoder (15 ms); the encoder runs once."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        model: str = "whisper-base"
        """Catalogue name, or a folder with a Whisper model converted for CTranslate2."""
        languages: tuple[str, ...] = ()
        """When the language has to be found out, it is one of these (ISO 639-1); empty means any."""
        beam_size: int = Field(default=1, ge=1, le=10)
        """Alternatives followed at once: 5 takes 15 % longer for slightly better words."""
        cpu_threads: int = Field(default=2, ge=1, le=64)
        compute_type: Literal["int8", "int8_float32", "float32"] = "int8"
        window_seconds: float = Field(default=10.0, ge=10, le=30)
        """The least audio the encoder looks at. 30 is Whisper's own, and slower."""
        max_tokens: int = Field(default=96, ge=8, le=_MOST_TOKENS)
        """The longest text of `window_seconds`; more in proportion for longer audio."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        folder = weights.path(options.model)
        if missing := [name for name in _FILES if not (folder / name).is_file()]:
            raise WeightsError("hearing.missing", path=folder, files=", ".join(missing), model=options.model)
        with library("asr", "faster-whisper"):
            import numpy as np
            from faster_whisper import WhisperModel
            from faster_whisper.vad import get_vad_model
        self._options = options
        self._least = int(options.window_seconds * EAR_RATE) // _HOP
        self._decoders: dict[str, _Decoder] = {}
        try:
            self._model = WhisperModel(
                str(folder),
                device="cpu",
                compute_type=options.compute_type,
                cpu_threads=options.cpu_threads,
                local_files_only=True,
            )
            self._vad = get_vad_model()
            # The first run is the slowest: it had better not be the first words of the user.
            self._encode(np.zeros(0, np.float32), self._least)
        except Exception as error:  # CTranslate2 and tokenizers raise plain Exception and RuntimeError for bad files
            raise _damaged(folder, options.model, error) from error
        self.capabilities = Capabilities(languages=frozenset(self._model.supported_languages))

    def transcribe(self, samples: Samples, language: str | None, stop: Stop) -> Transcript:
        import numpy as np

        known = self._known(language) if language else ""
        samples = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
        texts: list[str] = []
        for piece in cut_at_pauses(samples, EAR_RATE, _LONGEST):
            if stop:
                break
            text, found = self._hear(piece, known, stop)
            if text:
                known = known or found
                texts.append(text)
        return Transcript(joined(texts, known), known)

    def close(self) -> None:
        del self._model

    def _hear(self, samples: Samples, language: str, stop: Stop) -> tuple[str, str]:
        """The text of one piece, and its language."""
        voiced = self._voiced(samples)
        if voiced < _SPEECH_FRAMES:
            return "", language
        frames = min(_FULL, max(self._least, len(samples) // _HOP + _MARGIN))
        try:
            encoded = self._encode(samples, frames)
            language = language or self._detect(encoded)
            heard = [self._decode(encoded, language, len(samples))]
            # Noise makes Whisper hallucinate words that it doubts itself, over what it takes for no speech.
            if heard[0].doubtful and heard[0].no_speech > _NO_SPEECH and voiced < _SURE_FRAMES:
                return "", language
            if heard[0].doubtful and frames < _FULL and not stop:
                heard.append(self._decode(self._encode(samples, _FULL), language, len(samples)))
        except RuntimeError as error:
            raise EngineFailed("hearing.failed", reason=error) from error
        best = max((one for one in heard if not loops(one.text)), key=lambda one: one.score, default=None)
        return best.text if best else "", language

    def _encode(self, samples: Samples, frames: int) -> StorageView:
        import numpy as np

        # Padded with silence: a spectrogram padded with zeros makes the decoder loop now and then.
        padded = np.pad(samples, (0, max(0, frames * _HOP - len(samples))))
        return self._model.encode(self._model.feature_extractor(padded)[:, :frames])

    def _detect(self, encoded: StorageView) -> str:
        if not self._model.model.is_multilingual:
            return "en"
        ranked = [token.strip("<|>") for token, _ in self._model.model.detect_language(encoded)[0]]
        return next((code for code in ranked if code in self._options.languages), ranked[0])

    def _decode(self, encoded: StorageView, language: str, length: int) -> _Heard:
        decoder = self._decoder(language)
        tenths = max(1.0, length / EAR_RATE / self._options.window_seconds)
        tokens = min(_MOST_TOKENS, int(self._options.max_tokens * tenths))
        result = self._model.model.generate(
            encoded,
            [decoder.prompt],
            beam_size=self._options.beam_size,
            max_length=len(decoder.prompt) + tokens,
            suppress_tokens=decoder.suppressed,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        text = clean(decoder.tokenizer.decode(result.sequences_ids[0])).replace("\N{REPLACEMENT CHARACTER}", "")
        return _Heard(" ".join(text.split()), result.scores[0], result.no_speech_prob)

    def _decoder(self, language: str) -> _Decoder:
        if language not in self._decoders:
            from faster_whisper.tokenizer import Tokenizer
            from faster_whisper.transcribe import get_suppressed_tokens

            multilingual = self._model.model.is_multilingual
            tokenizer = Tokenizer(self._model.hf_tokenizer, multilingual, "transcribe", language)
            self._decoders[language] = _Decoder(
                tokenizer,
                [*tokenizer.sot_sequence, tokenizer.no_timestamps],
                list(get_suppressed_tokens(tokenizer, [-1]) or ()),
            )
        return self._decoders[language]

    def _voiced(self, samples: Samples) -> int:
        """How many frames of 32 ms the library's VAD takes for speech."""
        import numpy as np

        return int(np.count_nonzero(self._vad(np.pad(samples, (0, -len(samples) % _VAD_FRAME))) >= _VOICED))

    def _known(self, language: str) -> str:
        code = language.lower().partition("-")[0]
        if code not in self._model.supported_languages:
            raise EngineFailed("hearing.language", language=language, model=self._options.model)
        return code


@dataclass(frozen=True, slots=True)
class _Decoder:
    """What decoding in one language needs."""

    tokenizer: Tokenizer
    prompt: list[int]
    suppressed: list[int]


def _damaged(folder: Path, model: str, error: Exception) -> WeightsError:
    return WeightsError("hearing.damaged", path=folder, model=model, reason=error)

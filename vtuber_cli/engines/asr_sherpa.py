"""Recognisers in sherpa-onnx: Moonshine from the catalogue, others from a folder.

None of them says how sure it is, and noise makes them invent words ("You", or a sentence over and over), so Silero
looks first whether somebody speaks at all.
"""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from vtuber_cli.engines.asr_sherpa_types import TYPES, languages_of
from vtuber_cli.engines.base import Capabilities
from vtuber_cli.engines.library import library
from vtuber_cli.engines.moonshine_tokens import as_tokens_file
from vtuber_cli.engines.onnx_session import OnnxError
from vtuber_cli.engines.pauses import cut_at_pauses
from vtuber_cli.engines.sherpa_files import Found, find
from vtuber_cli.engines.sherpa_trial import Order, try_first
from vtuber_cli.engines.transcripts import joined, words
from vtuber_cli.engines.vad_silero import Silero
from vtuber_cli.errors import EngineFailed, WeightsError
from vtuber_cli.events import EAR_RATE, Transcript

if TYPE_CHECKING:
    from sherpa_onnx import OfflineRecognizer

    from vtuber_cli.engines.base import Stop, WeightFiles
    from vtuber_cli.events import Samples

_VOICED = 0.5
_SPEECH_FRAMES = 3
"""Fewer frames (32 ms) that Silero calls voiced are not speech."""


class SherpaAsr:
    """The first time a model is loaded it is tried in another process, which takes as long again."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        model: str = "moonshine-tiny-en"
        """Catalogue name, or the folder of a model for sherpa-onnx, or its .onnx file."""
        type: Literal[
            "auto",
            "moonshine",
            "moonshine-v1",
            "whisper",
            "transducer",
            "sense-voice",
            "paraformer",
            "zipformer-ctc",
            "nemo-ctc",
            "wenet-ctc",
            "telespeech-ctc",
            "dolphin",
            "omnilingual",
            "fire-red",
            "fire-red-ctc",
            "canary",
            "medasr",
        ] = "auto"
        """What the model is; "auto" tells it from the files."""
        languages: tuple[str, ...] = ()
        """What the model understands (ISO 639-1), where its files do not say."""
        threads: int = Field(default=1, ge=1, le=16)
        """For Moonshine two are no faster than one."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        with library("asr", "sherpa-onnx"):
            import_module("sherpa_onnx")  # before any file is looked at: without it all else is in vain
        found = find(weights.path(options.model), TYPES, options.type, "asr")
        try:
            languages = options.languages or languages_of(found)
            self._recognizer = _open(found, options, languages)
        except (OnnxError, OSError, ValueError, RuntimeError) as error:
            raise WeightsError("sherpa.refused", path=found.path, type=found.type, reason=error) from error
        self._model = options.model
        self._type = found.type
        self._longest = TYPES[found.type].longest
        self._gate = Silero(Silero.Options(), weights)
        self.capabilities = Capabilities(languages=frozenset(languages))

    def transcribe(self, samples: Samples, language: str | None, stop: Stop) -> Transcript:
        import numpy as np

        known = self._known(language)
        samples = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
        texts: list[str] = []
        for piece in cut_at_pauses(samples, EAR_RATE, self._longest):
            if stop:
                break
            if not self._somebody_speaks(piece):
                continue
            text, found = self._hear(piece, known)
            if text:
                texts.append(text)
                known = known or found
        return Transcript(joined(texts, known), known)

    def close(self) -> None:
        self._gate.close()
        del self._recognizer

    def _somebody_speaks(self, samples: Samples) -> bool:
        """Looks no further than it has to: a few milliseconds, when somebody does."""
        self._gate.reset()
        size, voiced = self._gate.frame, 0
        for start in range(0, len(samples) - size + 1, size):
            voiced += self._gate.probability(samples[start : start + size]) >= _VOICED
            if voiced >= _SPEECH_FRAMES:
                return True
        return False

    def _hear(self, samples: Samples, language: str) -> tuple[str, str]:
        try:
            _speak_of(self._recognizer, self._type, language)
            return hear(self._recognizer, samples)
        except RuntimeError as error:
            raise EngineFailed("hearing.failed", reason=error) from error

    def _known(self, language: str | None) -> str:
        """The language to listen for; "" to find out."""
        languages = self.capabilities.languages
        if not language:
            return next(iter(languages)) if len(languages) == 1 else ""
        code = language.lower().partition("-")[0]
        if languages and code not in languages:
            raise EngineFailed("hearing.language", language=language, model=self._model)
        return code


def hear(recognizer: OfflineRecognizer, samples: Samples) -> tuple[str, str]:
    """The text, and the language that the model found, if it looks for one."""
    stream = recognizer.create_stream()
    stream.accept_waveform(EAR_RATE, samples)
    recognizer.decode_stream(stream)
    return words(stream.result.text), stream.result.lang.strip("<|>")


def load(order: Order) -> OfflineRecognizer:
    """Ends the process if the files are not what they should be."""
    from sherpa_onnx import OfflineRecognizer

    return getattr(OfflineRecognizer, TYPES[order.type].factory)(**order.files, **order.settings)


def load_and_hear(order: Order) -> OfflineRecognizer:
    """The first run is the slowest, and some files fail only then."""
    import numpy as np

    recognizer = load(order)
    noise = np.random.default_rng(0).standard_normal(EAR_RATE) * 0.01
    hear(recognizer, noise.astype(np.float32))
    return recognizer


def _open(found: Found, options: SherpaAsr.Options, languages: tuple[str, ...]) -> OfflineRecognizer:
    settings: dict[str, str | int | float | bool] = {"num_threads": options.threads}
    if found.type == "transducer":
        settings["model_type"] = ""  # NeMo's differ from icefall's; the encoder's metadata say which
    if found.type == "whisper":
        settings["language"] = languages[0] if len(languages) == 1 else ""
    with ExitStack() as stack:
        files = dict(found.files)
        files["tokens"] = stack.enter_context(as_tokens_file(files["tokens"]))
        order = Order("asr", found.type, {role: str(file) for role, file in files.items()}, settings)
        try_first(order, found.path, found.everything)
        return load_and_hear(order)


def _speak_of(recognizer: OfflineRecognizer, type: str, language: str) -> None:
    """Tells a model which language to expect, if its type can be told after loading."""
    config = recognizer.config.model_config
    if type == "whisper" and config.whisper.language != language:
        config.whisper.language = language
    elif type == "canary" and language and config.canary.src_lang != language:
        # Another target would be a translation.
        config.canary.src_lang = config.canary.tgt_lang = language
    else:
        return
    recognizer.recognizer.set_config(recognizer.config)

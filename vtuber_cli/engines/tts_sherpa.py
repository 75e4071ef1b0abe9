"""Voices in sherpa-onnx, from a folder: VITS, Matcha, Kokoro, Kitten with a lexicon, and Supertonic.

It tells nothing of phonemes. Voices that read through espeak (Piper's) belong to the engine piper.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from vtuber_cli.engines.base import Capabilities, Stop
from vtuber_cli.engines.library import library
from vtuber_cli.engines.onnx_session import OnnxError
from vtuber_cli.engines.scripts import language_of_letters
from vtuber_cli.engines.sherpa_files import Found, find, metadata_of
from vtuber_cli.engines.sherpa_trial import Order, try_first
from vtuber_cli.engines.speakable import pieces, speakable
from vtuber_cli.engines.tts_sherpa_types import TYPES, is_readable, language_of, speakers_of
from vtuber_cli.engines.utterance import utterance
from vtuber_cli.errors import EngineFailed, UsageError, WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sherpa_onnx import OfflineTts

    from vtuber_cli.engines.base import WeightFiles
    from vtuber_cli.events import Samples, Speech

_LONGEST = 160
"""Characters in one run."""
_TRIAL = "Hello. 안녕하세요. 你好。"
_COMMANDS = str.maketrans("<>", "  ")
"""Supertonic is told the language in such brackets; a text must not tell it another."""
_TELLS = ("kokoro", "supertonic")
"""Types that are told the language with each text."""
_APART = ("rule_fsts", "rule_fars")
"""Files that are named beside the model's own."""


class SherpaTts:
    """Each piece of up to 160 characters is one piece of speech, without phonemes."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        model: str = ""
        """Catalogue name, or the folder of a voice for sherpa-onnx, or its .onnx file."""
        type: Literal["auto", "vits", "matcha", "kokoro", "kitten", "supertonic"] = "auto"
        """What the voice is; "auto" tells it from the files."""
        languages: tuple[str, ...] = ()
        """What the voice speaks (ISO 639-1), where its files do not say."""
        language: str = Field(default="", pattern=r"^[A-Za-z-]{0,20}$")
        """Kokoro and Supertonic: what to speak, of the languages that the voice knows; empty means that it decides, or
        else the letters of the text."""
        speaker: str = ""
        """For voices with several speakers: a name or a number; empty means the first."""
        speed: float = Field(default=1.0, ge=0.5, le=2)
        """Above 1 faster, below 1 slower."""
        steps: int = Field(default=5, ge=1, le=50)
        """Supertonic: more of them sound better and take longer."""
        volume: float = Field(default=1.0, gt=0, le=10)
        """Gain. What would clip is turned down."""
        threads: int = Field(default=2, ge=1, le=16)
        """Of ONNX Runtime, while it synthesises."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        with library("tts", "sherpa-onnx"):
            import_module("sherpa_onnx")  # before any file is looked at: without it all else is in vain
        if not options.model:
            raise UsageError("sherpa.no_voice")
        found = find(weights.path(options.model), TYPES, options.type, "tts")
        try:
            says = metadata_of(list(found.files.values()))
            if not is_readable(found.type, says, lexicon="lexicon" in found.optional):
                raise WeightsError("sherpa.reader", path=found.path)
            self._voice = _open(found, options)
        except (OnnxError, OSError, ValueError, RuntimeError) as error:
            raise WeightsError("sherpa.refused", path=found.path, type=found.type, reason=error) from error
        self.rate = self._voice.sample_rate
        self._type, self._options = found.type, options
        self._speaker = _speaker(options.speaker, self._voice.num_speakers, speakers_of(says))
        told = options.language.lower().partition("-")[0] or language_of(says)
        if found.type == "supertonic" and told and told not in TYPES["supertonic"].languages:
            raise UsageError("voice.language", language=told, names=", ".join(TYPES["supertonic"].languages))
        known = options.languages or ((told,) if told else TYPES[found.type].languages)
        self.capabilities = Capabilities(languages=frozenset(known))
        self._script = known[0] if len(known) == 1 else ""

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        for piece in pieces(speakable(text, self._script), _LONGEST):
            if stop:
                return
            samples = self._synthesise(piece, stop)
            if len(samples) and not stop:
                yield utterance(samples, self.rate, (), self._options.volume)

    def close(self) -> None:
        del self._voice

    def _synthesise(self, text: str, stop: Stop) -> Samples:
        language = self._options.language
        if self._type == "supertonic":
            language = language.lower() or language_of_letters(text)
        how = Manner(self._speaker, self._options.speed, self._options.steps, language if self._type in _TELLS else "")
        try:
            return say(self._voice, text.translate(_COMMANDS), how, stop)
        except (RuntimeError, ValueError, IndexError) as error:  # what pybind makes of C++ exceptions
            raise EngineFailed("voice.failed", reason=error) from error


@dataclass(frozen=True, slots=True)
class Manner:
    """How something is said."""

    speaker: int = 0
    speed: float = 1.0
    steps: int = 1
    language: str = ""


def say(voice: OfflineTts, text: str, how: Manner, stop: Stop) -> Samples:
    """The samples of `text`: of none of it, if the voice knows no word of it."""
    import numpy as np
    from sherpa_onnx import GenerationConfig

    config = GenerationConfig()
    config.sid, config.speed, config.num_steps = how.speaker, how.speed, how.steps
    config.silence_scale = 1.0  # the pauses are the voice's own
    config.extra = {"seed": "1"}  # the same words always sound the same
    if how.language:
        config.extra |= {"lang": how.language}
    # Told of the stop after each sentence.
    made = voice.generate(text, config, lambda _samples, _progress: 0 if stop else 1)
    return np.asarray(made.samples, np.float32)


def load(order: Order) -> OfflineTts:
    """Ends the process if the files are not what they should be.

    Raises:
        ValueError: sherpa-onnx misses something, and has printed what.
    """
    import sherpa_onnx

    own: Mapping[str, str] = {role: files for role, files in order.files.items() if role not in _APART}
    apart = {role: files for role, files in order.files.items() if role in _APART}
    settings = {name: value for name, value in order.settings.items() if name != "num_threads"}
    model = getattr(sherpa_onnx, TYPES[order.type].factory)(**own, **settings)
    threads = int(order.settings["num_threads"])
    models = sherpa_onnx.OfflineTtsModelConfig(num_threads=threads, **{order.type: model})
    config = sherpa_onnx.OfflineTtsConfig(models, max_num_sentences=1, **apart)
    if not config.validate():
        raise ValueError("its files do not fit together")
    return sherpa_onnx.OfflineTts(config)


def load_and_speak(order: Order) -> OfflineTts:
    """The first run is the slowest, and some files fail only then."""
    voice = load(order)
    say(voice, _TRIAL, Manner(), Stop())
    return voice


def _open(found: Found, options: SherpaTts.Options) -> OfflineTts:
    files = {role: str(file) for role, file in found.files.items()}
    files |= {role: ",".join(str(file) for file in several) for role, several in found.optional.items()}
    settings: dict[str, str | int | float | bool] = {"num_threads": options.threads}
    if found.type == "kokoro" and options.language:
        settings["lang"] = options.language
    order = Order("tts", found.type, files, settings)
    try_first(order, found.path, found.everything)
    return load_and_speak(order)


def _speaker(wanted: str, count: int, names: Mapping[str, int]) -> int:
    if not wanted:
        return 0
    number = names.get(wanted, int(wanted) if wanted.isdecimal() else -1)
    if not 0 <= number < max(count, 1):
        raise UsageError("voice.speaker", speaker=wanted, names=", ".join(names) or f"0-{max(count, 1) - 1}")
    return number

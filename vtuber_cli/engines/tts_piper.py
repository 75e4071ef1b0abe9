"""Piper voices, with the length of every phoneme."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel, Field

from vtuber_cli.engines.base import Capabilities
from vtuber_cli.engines.library import library
from vtuber_cli.engines.onnx_session import OnnxError, open_session, with_output
from vtuber_cli.engines.speakable import pieces, speakable
from vtuber_cli.engines.utterance import PAUSE, utterance
from vtuber_cli.errors import EngineFailed, EngineUnavailable, UsageError, VtuberError, WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onnxruntime import InferenceSession
    from piper import AudioChunk
    from piper.config import PiperConfig

    from vtuber_cli.engines.base import Stop, WeightFiles
    from vtuber_cli.events import Speech

_DURATIONS = "/Ceil_output_0"
"""The tensor in the graph of every Piper voice that holds the length of each phoneme, in hops of the vocoder."""

_LONGEST = 160
"""Characters in one run, which needs 20 MB for each second of speech, and is waited for as a whole."""


class Piper:
    """Each sentence that espeak finds in the text is one piece; its symbols are IPA characters and punctuation."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        model: str = "piper-joe"
        """Catalogue name of a Piper voice, its folder, or its .onnx file (with the .onnx.json beside it)."""
        speaker: str = ""
        """For voices with several speakers: a name or a number; empty means the first."""
        length_scale: float | None = Field(default=None, gt=0.2, lt=5)
        """Above 1 slower, below 1 faster; none means the voice's own."""
        noise_scale: float | None = Field(default=None, ge=0, le=2)
        """Variation of the sound; none means the voice's own."""
        noise_w_scale: float | None = Field(default=None, ge=0, le=2)
        """Variation of the rhythm; none means the voice's own."""
        volume: float = Field(default=1.4, gt=0, le=10)
        """Gain. What would clip is turned down."""
        threads: int = Field(default=2, ge=1, le=16)
        """Of ONNX Runtime, while it synthesises."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        file = _find(weights.path(options.model))
        config = _read_config(file)
        with library("tts", "piper"):
            from piper import PiperVoice
            from piper.config import SynthesisConfig

        session = _open(file, options.threads)
        self._voice = PiperVoice(session=session, config=config)
        self._synthesis = SynthesisConfig(
            speaker_id=_speaker(options.speaker, config),
            length_scale=options.length_scale,
            noise_scale=options.noise_scale,
            noise_w_scale=options.noise_w_scale,
            # Peaks at full scale whatever the words would shout every "hm".
            normalize_audio=False,
        )
        self._volume = options.volume
        self._symbols = {number: symbol for symbol, numbers in config.phoneme_id_map.items() for number in numbers}
        self._symbols |= {number: PAUSE for symbol in "^$" for number in config.phoneme_id_map.get(symbol, ())}
        self._pad = frozenset(config.phoneme_id_map.get(PAUSE, ()))
        self._language = config.espeak_voice.split("-")[0]
        self.rate = config.sample_rate
        timed = len(session.get_outputs()) > 1
        self.capabilities = Capabilities(languages=frozenset({self._language}), phonemes=timed)
        self._warm_up(file)

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        for piece in pieces(speakable(text, self._language), _LONGEST):
            if stop:
                return
            for chunk in self._synthesise(piece):
                yield utterance(chunk.audio_float_array, self.rate, self._sounds(chunk), self._volume)
                if stop:
                    return

    def close(self) -> None:
        del self._voice

    def _synthesise(self, text: str) -> Iterator[AudioChunk]:
        try:
            yield from self._voice.synthesize(text, self._synthesis, include_alignments=True)
        except Exception as error:  # espeak's bridge and the runtime raise whatever they like
            raise EngineFailed("voice.failed", reason=error) from error

    def _sounds(self, chunk: AudioChunk) -> list[tuple[str, int]]:
        """Symbols and samples; a phoneme includes the pad that Piper puts behind it."""
        sounds: list[tuple[str, int]] = []
        if chunk.phoneme_id_samples is None:
            return sounds
        lengths = cast("list[int]", chunk.phoneme_id_samples.tolist())
        for number, samples in zip(chunk.phoneme_ids, lengths, strict=False):
            if number in self._pad and sounds:
                symbol, before = sounds[-1]
                sounds[-1] = symbol, before + samples
            else:
                sounds.append((self._symbols.get(number, PAUSE), samples))
        return sounds

    def _warm_up(self, file: Path) -> None:
        """Says a word to nobody: the first run costs 100 ms more than the next, and shows a voice that cannot speak."""
        try:
            for _ in self._synthesise("a"):
                pass
        except VtuberError as error:
            reason = error.params.get("reason", "")
            raise EngineUnavailable("voice.damaged", path=file, reason=reason) from error


def _find(path: Path) -> Path:
    """The voice's .onnx file: `path` itself, or the only one in it."""
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.onnx"))
    if len(files) != 1:
        raise WeightsError("voice.not_one", path=path, count=len(files))
    return files[0]


def _read_config(file: Path) -> PiperConfig:
    beside = file.with_name(file.name + ".json")
    with library("tts", "piper"):
        from piper.config import PhonemeType, PiperConfig
    try:
        config = PiperConfig.from_dict(json.loads(beside.read_text(encoding="utf-8")))
    except OSError as error:
        raise WeightsError("voice.missing", path=beside, reason=error.strerror or error) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # not JSON, or JSON of something else
        raise WeightsError("voice.damaged", path=beside, reason=error) from error
    if config.phoneme_type is not PhonemeType.ESPEAK:
        # The others fetch dictionaries from the network when they first speak.
        raise EngineUnavailable("voice.reader", path=file, reader=config.phoneme_type.value)
    return config


def _open(file: Path, threads: int) -> InferenceSession:
    try:
        model = file.read_bytes()
    except OSError as error:
        raise WeightsError("voice.missing", path=file, reason=error.strerror or error) from error
    try:
        if _DURATIONS.encode() in model:
            model = with_output(model, _DURATIONS)
        return open_session(model, threads)
    except OnnxError as error:
        raise WeightsError("voice.damaged", path=file, reason=error) from error


def _speaker(speaker: str, config: PiperConfig) -> int | None:
    if not speaker:
        return None
    number = config.speaker_id_map.get(speaker, int(speaker) if speaker.isdecimal() else -1)
    if not 0 <= number < config.num_speakers:
        names = ", ".join(config.speaker_id_map) or f"0-{config.num_speakers - 1}"
        raise UsageError("voice.speaker", speaker=speaker, names=names)
    return number

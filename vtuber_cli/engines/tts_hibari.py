"""hibari, a small and very fast English voice, with the length of every phoneme.

Uses the package's parts (reader, signal processing, voice) under a session of our own: the package's class would
download voices by name, let its threads spin, and give no timings.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from vtuber_cli.engines.base import Capabilities
from vtuber_cli.engines.library import library
from vtuber_cli.engines.onnx_session import OnnxError, open_session, with_output
from vtuber_cli.engines.speakable import pieces, speakable
from vtuber_cli.engines.utterance import PAUSE, utterance
from vtuber_cli.errors import EngineFailed, WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onnxruntime import InferenceSession

    from vtuber_cli.engines.base import Stop, WeightFiles
    from vtuber_cli.events import Speech

_DURATIONS = "/Cast_32_output_0"
"""The tensor in the voice's graph that holds the length of each phoneme, in units of `_UNIT` samples."""
_UNIT = 600
_FIRST = 2
"""Units of the first sound of an utterance."""

_LONGEST = 400
"""Phonemes, or characters, in one run."""


class Hibari:
    """Each sentence of the text is one piece; its symbols are the characters of misaki's alphabet and punctuation."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        model: str = "hibari"
        """Catalogue name (the voice inside the package), or the .onnx file of another hibari voice, or its folder."""
        british: bool = False
        """Reads text in the British way, for British voices."""
        speed: float = Field(default=1.0, ge=0.5, le=2)
        """Above 1 faster, below 1 slower."""
        volume: float = Field(default=2.0, gt=0, le=10)
        """Gain. What would clip is turned down."""
        seed: int | None = 0
        """Of the voice's noise: with one, the same words always sound the same."""
        threads: int = Field(default=1, ge=1, le=16)
        """Of ONNX Runtime; one is as fast as two."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        with library("tts", "hibari"):
            from hibari import dsp
            from hibari.g2p import G2P
            from hibari.g2p.normalize import normalize
            from hibari.tts import Hibari as Reader

        assets = files("hibari") / "assets"
        path = weights.path(options.model)
        path = path / "hibari.onnx" if path.is_dir() else path
        try:
            with library("tts", "hibari"):
                self._session = _open(path.read_bytes(), options.threads)
        except OSError as error:
            raise WeightsError("voice.missing", path=path, reason=error.strerror or error) from error
        except OnnxError as error:
            raise WeightsError("voice.damaged", path=path, reason=error) from error
        self._ids: dict[str, int] = json.loads((assets / "vocab.json").read_text(encoding="utf-8"))
        self._read = G2P(british=options.british)
        self._normalise, self._split, self._sound = normalize, Reader.split_sentences, dsp.synth
        self._speed, self._volume, self._seed = options.speed, options.volume, options.seed
        self.rate = dsp.SR
        self.capabilities = Capabilities(languages=frozenset({"en"}), phonemes=len(self._session.get_outputs()) > 6)
        try:
            # Loads the part that reads unknown words, and makes the first run, which is the slowest, before it counts.
            self._synthesise(self._phonemes("Blorfenzap."))
        except EngineFailed as error:
            raise WeightsError("voice.damaged", path=path, reason=error.params["reason"]) from error

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        for piece in pieces(speakable(text, "en"), _LONGEST):
            # Abbreviations are spelled out before the text is split, or "vs." would end a sentence.
            for sentence in self._split(self._normalise(piece)):
                for phonemes in pieces(self._phonemes(sentence), _LONGEST):
                    if stop:
                        return
                    if any(phoneme.isalpha() for phoneme in phonemes):
                        yield self._synthesise(phonemes)

    def close(self) -> None:
        del self._session

    def _phonemes(self, sentence: str) -> str:
        try:
            return self._read(sentence, normalize_text=False)
        except Exception:  # noqa: BLE001 - a fault of the reader may cost a word, not the sentence
            words = sentence.split()
            return " ".join(self._phonemes(word) for word in words) if len(words) > 1 else ""

    def _synthesise(self, phonemes: str) -> Speech:
        import numpy as np

        symbols = [symbol for symbol in phonemes if symbol in self._ids]
        ids = np.asarray([[0, *(self._ids[symbol] for symbol in symbols), 0]], np.int64)
        try:
            parts = self._session.run(None, {"ids": ids, "speed": np.asarray([self._speed], np.float32)})
            lh, th, ln, lr, phi, f0 = (part[0] for part in parts[:6])
            samples = self._sound(lh, th, ln, lr, phi, f0, np.random.default_rng(self._seed))
        except Exception as error:  # the runtime's error classes have no base of their own
            raise EngineFailed("voice.failed", reason=error) from error
        units: list[int] = parts[6].tolist() if len(parts) > 6 else []
        return utterance(samples, self.rate, _sounds(symbols, units), self._volume)


def _sounds(symbols: Sequence[str], units: Sequence[int]) -> list[tuple[str, int]]:
    """Symbols and samples. The voice counts each length at the symbol before, so the first sound's is the pause's too:
    of that it gets what a sound has that follows a pause."""
    if len(units) != len(symbols) + 2:
        return []
    first = min(_FIRST, units[0])
    lengths = [units[0] - first, first, *units[1:-2], units[-2] + units[-1]]
    return [(symbol, lasts * _UNIT) for symbol, lasts in zip([PAUSE, *symbols, PAUSE], lengths, strict=True)]


def _open(model: bytes, threads: int) -> InferenceSession:
    return open_session(with_output(model, _DURATIONS) if _DURATIONS.encode() in model else model, threads)

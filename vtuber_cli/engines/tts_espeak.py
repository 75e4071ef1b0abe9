"""eSpeak NG: speaks every language, like a robot, at once."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from vtuber_cli.engines.base import Capabilities
from vtuber_cli.engines.espeak_library import EspeakError, Manner, loaded
from vtuber_cli.engines.library import library
from vtuber_cli.engines.scripts import language_of_letters
from vtuber_cli.engines.speakable import pieces, speakable
from vtuber_cli.engines.utterance import utterance
from vtuber_cli.errors import EngineFailed, EngineUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from vtuber_cli.engines.base import Stop, WeightFiles
    from vtuber_cli.events import Speech

_WORDS_A_MINUTE = 132
"""Of speed 1. Whisper base mishears 4 % of the English words at this speed, and 5 to 15 % at eSpeak's own, 175."""
_KOREAN_WORDS_A_MINUTE = 152
"""Korean is understood best at this speed: 35 to 48 % of the letters misheard, at any other speed more than half."""
_LONGEST = 300
"""Characters in one piece."""

_NAMES = {"en": "en-us", "zh": "cmn"}
"""What espeak calls the languages that text without a named one may be in."""
_COUNTRIES = {"kr": "ko", "jp": "ja", "cn": "cmn", "us": "en-us", "gb": "en-gb"}
"""Codes of countries that are taken for languages'."""


class Espeak:
    """Its symbols are IPA. Without a `language` the letters of the text tell it."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        model: str = "espeak"
        """Catalogue name of the data inside the library, or another folder espeak-ng-data."""
        language: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,20}$")
        """As espeak names it: ko, en-us, en-gb, de, fr-be; empty means that the letters of the text tell."""
        voice: str = Field(default="f5", pattern=r"^[A-Za-z0-9_ -]{0,30}$")
        """A variant: f1 to f5, m1 to m8, whisper, croak, or another of espeak's; empty means the language's own."""
        speed: float = Field(default=1.0, ge=0.5, le=2.5)
        """Above 1 faster, below 1 slower."""
        pitch: int = Field(default=50, ge=0, le=99)
        """Higher or lower; 50 is the voice's own."""
        volume: float = Field(default=1.0, gt=0, le=10)
        """Gain. What would clip is turned down."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        with library("tts", "espeak"):
            import_module("espeakng_loader")  # before its data are looked for, which are inside
        data = weights.path(options.model)
        try:
            self._espeak = loaded(data)
        except OSError as error:
            raise EngineUnavailable("engine.library", kind="tts", name="espeak", reason=error) from error
        except EspeakError as error:
            raise EngineUnavailable("voice.damaged", path=data, reason=error) from error
        self._options = options
        self.rate = self._espeak.rate
        self._check(data)
        known = {options.language.lower().partition("-")[0]} - {""}
        self.capabilities = Capabilities(languages=frozenset(known), phonemes=True)

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        for piece in pieces(text, _LONGEST):
            told = language_of_letters(piece)
            language = self._options.language or _NAMES.get(told, told)
            said = speakable(piece, language.partition("-")[0])
            if stop:
                return
            speech = self._speech(said, language, stop) if said else None
            if speech is not None and not stop:
                yield speech

    def close(self) -> None:
        """The library stays: another engine may be speaking with it."""

    def _speech(self, text: str, language: str, stop: Stop) -> Speech | None:
        try:
            samples, sounds = self._espeak.say(text, self._manner(language), stop)
        except EspeakError as error:
            raise EngineFailed("voice.failed", reason=error) from error
        return utterance(samples, self.rate, sounds, self._options.volume) if len(samples) else None

    def _manner(self, language: str) -> Manner:
        variant = f"+{self._options.voice}" if self._options.voice else ""
        usual = _KOREAN_WORDS_A_MINUTE if language == "ko" else _WORDS_A_MINUTE
        return Manner(language + variant, round(usual * self._options.speed), self._options.pitch)

    def _check(self, data: Path) -> None:
        """Whether there is such a voice; asked for another, the library would say nothing and take the usual one.

        Raises:
            UsageError: there is not; names the nearest.
        """
        wanted, variant = self._options.language.lower(), self._options.voice
        languages = self._espeak.languages()
        if wanted and wanted not in languages:
            meant = _COUNTRIES.get(wanted, "ko")
            names = _near(wanted, languages, f"{meant} ko en-us en-gb de fr")
            raise UsageError("voice.language", language=wanted, names=names)
        variants = {file.name for file in (data / "voices" / "!v").glob("*")}
        if variant and variant not in variants:
            raise UsageError("voice.speaker", speaker=variant, names=_near(variant, variants, "f2 f5 m1 m3 whisper"))


def _near(word: str, words: Collection[str], others: str) -> str:
    names = [*get_close_matches(word, words, n=3, cutoff=0.6), *others.split()]
    return ", ".join(list(dict.fromkeys(names))[:5])

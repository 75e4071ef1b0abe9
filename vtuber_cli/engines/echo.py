"""A whole set of engines without a model: for demonstrations, tests, and machines without weights.

They hear loudness, answer with what was said, and speak in tones. Instant, and the same every time.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, Field

from vtuber_cli.clean import clean
from vtuber_cli.engines.base import Capabilities, ReplyDelta, Usage
from vtuber_cli.engines.feelings import feelings
from vtuber_cli.engines.utterance import PAUSE
from vtuber_cli.errors import ContextOverflow, EngineFailed
from vtuber_cli.events import EAR_RATE, Phoneme, Speech, Transcript
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.engines.base import ReplyRequest, Stop, WeightFiles
    from vtuber_cli.events import Samples

T = TypeVar("T")

_VAD_SLOPE_DB = 3.0
"""How many dB turn a probability of 0.5 into 0.73."""
_SILENCE_DBFS = -45.0
_LONGEST = 24
"""Words in one piece of speech, and syllables in one word: text without any sign would else be one endless piece."""
_WORD = re.compile(r"\S+\s*")
_CLAUSE = re.compile(r"[^.!?,;:…。！？、，\n]+")
_HERTZ = {"a": 262.0, "e": 294.0, "i": 330.0, "o": 220.0, "u": 247.0}
_LATIN_VOWELS = re.compile(r"[aeiouy]+")
_LATIN = {"y": "i"} | {vowel: vowel for vowel in "aeiou"}
_HANGUL = "aeaeoeoeoaeeouoeiuuii"
"""As a mouth shape, for ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ, in Unicode's order."""


class EchoVad:
    """Takes whatever is loud for speech."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        threshold_dbfs: float = Field(default=-42.0, ge=-120, le=0)
        """The loudness that is as likely speech as not."""

    capabilities = Capabilities()
    frame = 512

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        self._threshold = options.threshold_dbfs

    def probability(self, samples: Samples) -> float:
        if len(samples) != self.frame:
            raise EngineFailed("thinking.frame", frame=self.frame, samples=len(samples))
        over = min(30.0, max(-30.0, (_dbfs(samples) - self._threshold) / _VAD_SLOPE_DB))
        return 1 / (1 + math.exp(-over))

    def reset(self) -> None:
        """There is nothing to forget: a frame is judged by itself."""

    def close(self) -> None: ...


class EchoAsr:
    """Hears how long a sound is, and no words; or always the words it is given."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        text: str = ""
        """What is heard whenever there is sound; empty means: its length, in words."""

    capabilities = Capabilities()

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        self._text = options.text

    def transcribe(self, samples: Samples, language: str | None, stop: Stop) -> Transcript:
        if stop or len(samples) == 0 or _dbfs(samples) < _SILENCE_DBFS:
            return Transcript("", language or "")
        seconds = f"{len(samples) / EAR_RATE:.1f}"
        return Transcript(self._text or t("thinking.sound", seconds=seconds), language or "")

    def close(self) -> None: ...


class EchoLlm:
    """Says the user's last words back, word by word. A token is a word with the space behind it."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        prefix: str = ""
        """Said before the user's words."""
        context: int = Field(default=100_000, ge=16)
        """Words that messages and reply share."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        self._options = options
        self._before: list[str] = []
        self.capabilities = Capabilities(context=options.context, tag_scoring=True)

    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        if not request.messages:
            raise EngineFailed("thinking.nothing")
        prompt = [word for message in request.messages for word in (message.role, *_words(message.text))]
        if len(prompt) >= self._options.context:
            raise ContextOverflow("thinking.overflow", tokens=len(prompt), context=self._options.context)
        cached = next(
            (index for index, (new, old) in enumerate(zip(prompt, self._before, strict=False)) if new != old),
            min(len(prompt), len(self._before)),
        )
        asked = next((message.text for message in reversed(request.messages) if message.role == "user"), "")
        if request.emotions and not stop:
            yield ReplyDelta(emotion=_feeling(asked, request.emotions))
        answer = _words(clean(f"{self._options.prefix}{asked}").strip())
        answer = answer[: max(0, min(request.max_tokens, self._options.context - len(prompt)))]
        self._before = [*prompt, "assistant"]
        for word in answer:
            if stop:
                return
            self._before.append(word)
            yield ReplyDelta(text=word)
        if not stop:
            yield ReplyDelta(usage=Usage(len(prompt), len(answer), cached))

    def count_tokens(self, text: str) -> int:
        return len(_words(text))

    def close(self) -> None: ...


class EchoTts:
    """A tone for every syllable, higher or lower by its vowel; the vowels are the phonemes."""

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        syllable_seconds: float = Field(default=0.14, gt=0.02, le=2)
        volume: float = Field(default=0.25, gt=0, le=1)
        """Of the loudest sample."""

    capabilities = Capabilities(phonemes=True)
    rate = 24_000

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        self._syllable = round(options.syllable_seconds * self.rate)
        self._volume = options.volume

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        for clause in _CLAUSE.findall(text):
            words = [piece for word in clause.split() for piece in _cut(_vowels(word))]
            for piece in _cut(words):
                if stop:
                    return
                yield self._speech(piece)

    def close(self) -> None: ...

    def _speech(self, words: list[list[str]]) -> Speech:
        """One clause: its words with short pauses between them, a longer one behind."""
        import numpy as np

        sounds: list[Samples] = []
        phonemes: list[Phoneme] = []
        for index, word in enumerate(words):
            pause = self._syllable * (2 if index == len(words) - 1 else 1) // 2
            sounds += [self._tone(vowel) for vowel in word]
            sounds.append(np.zeros(pause, np.float32))
            phonemes += [Phoneme(vowel, self._syllable / self.rate) for vowel in word]
            phonemes.append(Phoneme(PAUSE, pause / self.rate))
        return Speech(np.concatenate(sounds), self.rate, tuple(phonemes))

    def _tone(self, vowel: str) -> Samples:
        import numpy as np

        time = np.arange(self._syllable) / self.rate
        # Rises and falls like a syllable, and starts and ends at zero: no clicks.
        swell = np.sin(np.pi * np.arange(self._syllable) / self._syllable) ** 2
        wave = np.sin(2 * np.pi * _HERTZ[vowel] * time) * 0.8 + np.sin(4 * np.pi * _HERTZ[vowel] * time) * 0.2
        return (wave * swell * self._volume).astype(np.float32)


def _dbfs(samples: Samples) -> float:
    import numpy as np

    finite = np.nan_to_num(np.asarray(samples, np.float64), nan=0.0, posinf=1.0, neginf=-1.0)
    return 10 * float(np.log10(np.mean(np.square(finite)) + 1e-12))


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _feeling(text: str, emotions: tuple[str, ...]) -> str:
    """The first of `emotions` that the words speak of, else neutral, else the first."""
    found = feelings(text)
    calm = "neutral" if "neutral" in emotions else emotions[0]
    return next((emotion for emotion in emotions if emotion in found), calm)


def _cut(items: list[T]) -> Iterator[list[T]]:
    return (items[start : start + _LONGEST] for start in range(0, len(items), _LONGEST))


def _vowels(word: str) -> list[str]:
    """One vowel a syllable. Scripts that are not read here get "a" for every letter; signs alone are silent."""
    vowels: list[str] = []
    plain = unicodedata.normalize("NFC", word.lower())
    for run in re.findall(r"[a-z]+|\d|[^\W\d_a-z]", plain):
        if run.isascii() and run.isalpha():
            vowels += [_LATIN.get(group[0], "a") for group in _LATIN_VOWELS.findall(run)] or ["e"]
        else:
            vowels.append(_vowel(run))
    return vowels


def _vowel(letter: str) -> str:
    """Of one Hangul syllable, kana, digit or letter of another script."""
    if "가" <= letter <= "힣":
        return _HANGUL[(ord(letter) - ord("가")) % 588 // 28]
    name = unicodedata.name(letter, "")
    if name.startswith(("HIRAGANA", "KATAKANA")) and name[-1:].lower() in _HERTZ:
        return name[-1].lower()
    return "a"

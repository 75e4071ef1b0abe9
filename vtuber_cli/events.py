"""The values that packages share, and what a conversation announces.

Values travel down the reply's chain of generators; events go out on a broadcast and only tell: nobody acts because
of one. Every dataclass here is frozen and slotted. Audio is float32 mono in [-1, 1]; times are in seconds, durations
whose name ends in `_ms` in milliseconds.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from vtuber_cli.errors import VtuberError

    Samples: TypeAlias = npt.NDArray[np.float32]
    """Mono float32 samples in [-1, 1], shape (n,)."""

EAR_RATE = 16_000
"""Sample rate of everything on its way to the ears, in Hz."""

LOUDNESS_SECONDS = 0.02
"""Seconds of speech for each value of its loudness."""

EMOTIONS = ("neutral", "joy", "smirk", "anger", "sadness", "surprise", "fear", "disgust")
"""Every emotion a face can show, by name."""

Phase: TypeAlias = Literal["loading", "idle", "listening", "hearing", "thinking", "speaking"]
Via: TypeAlias = Literal["voice", "text"]
EngineKind: TypeAlias = Literal["vad", "asr", "llm", "tts"]
EngineState: TypeAlias = Literal["loading", "ready", "failed"]
Severity: TypeAlias = Literal["info", "warning", "error"]


# --- values -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A block heard by a microphone, at `EAR_RATE`."""

    samples: Samples
    at: float
    """Seconds from the start of the stream to the first sample."""


@dataclass(frozen=True, slots=True)
class Phoneme:
    """One sound of a voice and how long it lasts."""

    symbol: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Speech:
    """Synthesised speech at the voice's own rate; the phonemes' seconds, if any, sum to its length."""

    samples: Samples
    rate: int
    phonemes: tuple[Phoneme, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def silenced(self) -> Speech:
        """As long, with the same phonemes, and without its sound: what is left of it takes up no room."""
        import numpy as np

        return Speech(np.broadcast_to(np.float32(0), len(self.samples)), self.rate, self.phonemes)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What an ASR heard; empty text means that nothing was said."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of pixels that somebody shows. Nobody logs or keeps what is in it."""

    kind: Literal["png", "jpeg", "gif", "webp"]
    """What its bytes say."""
    data: bytes = field(repr=False)

    @property
    def url(self) -> str:
        """As a `data:` address."""
        return f"data:image/{self.kind};base64,{binascii.b2a_base64(self.data, newline=False).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of a reply: what is shown, what is said aloud, and with which face."""

    index: int
    shown: str
    """Joined, the shown texts of a reply equal the reply (tags taken out)."""
    spoken: str
    """May be empty: then the piece is shown and not voiced."""
    emotion: str = "neutral"


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one turn went, in milliseconds; None where a stage did not run."""

    hangover_ms: float | None = None
    """From the user's last voiced sample to the decision that the turn is ours."""
    hear_ms: float | None = None
    """The transcription alone."""
    think_ms: float | None = None
    """From the text to the reply's first clause."""
    speak_ms: float | None = None
    """The synthesis of the first clause alone."""
    first_audio_ms: float | None = None
    """From the user's last voiced sample (or pressed enter) to the first sample handed to the speaker."""


@dataclass(frozen=True, slots=True)
class Cue:
    """When a part of a message was said or heard: seconds from the moment the message was kept, negative before it."""

    start: float
    end: float
    upto: int
    """The part reaches to this character of the message."""


@dataclass(frozen=True, slots=True)
class Maker:
    """An engine by the name it is registered under, and the name of its model, if it has one."""

    engine: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Who did the work of one turn, and how much it was; None where a stage did not run or did not say."""

    hear: Maker | None = None
    think: Maker | None = None
    speak: Maker | None = None
    prompt_tokens: int | None = None
    reply_tokens: int | None = None
    cached_tokens: int | None = None


# --- events -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    phase: Phase


@dataclass(frozen=True, slots=True)
class Level:
    """How loud the microphone is, about 20 times a second."""

    dbfs: float
    speech: float
    """The VAD's probability, 0 to 1."""


@dataclass(frozen=True, slots=True)
class EngineChanged:
    kind: EngineKind
    name: str
    state: EngineState
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Greeted:
    """The character said hello, without being asked and without a model."""

    text: str
    emotion: str = "joy"


@dataclass(frozen=True, slots=True)
class CharacterChanged:
    """Somebody else talks from now on; the talk goes on."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class UserSaid:
    turn: int
    text: str
    via: Via


@dataclass(frozen=True, slots=True)
class SpeaksUp:
    """She begins a turn by herself: nobody said anything, and no `UserSaid` comes."""

    turn: int


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    turn: int
    emotion: str


@dataclass(frozen=True, slots=True)
class FortuneTold:
    """A fortune was asked for, and she is about to tell it: to be shown as a card."""

    turn: int
    result: Mapping[str, Any]
    """The document of `schemas/fortune_result.json`."""


@dataclass(frozen=True, slots=True)
class SentenceStarted:
    """This sentence is being heard from now on, for `seconds` (0 if it is shown only)."""

    turn: int
    sentence: Sentence
    seconds: float
    phonemes: tuple[Phoneme, ...] = ()
    loudness: tuple[float, ...] = ()
    """RMS of each `LOUDNESS_SECONDS` of it, 1 being full scale."""


@dataclass(frozen=True, slots=True)
class GreetingStarted:
    """What was `Greeted` is being heard from now on; the fields are those of `SentenceStarted`."""

    seconds: float
    phonemes: tuple[Phoneme, ...] = ()
    loudness: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstAudio:
    """The reply's first sample was handed to the speaker (or its first words were shown, where there is no voice)."""

    turn: int
    timings: Timings


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """The turn is over. `text` is what was heard, which is also what history keeps."""

    turn: int
    text: str
    interrupted: bool
    timings: Timings = field(default_factory=Timings)


@dataclass(frozen=True, slots=True)
class Failed:
    """A turn, an engine or a device failed; the conversation goes on. Never spoken, never remembered."""

    error: VtuberError
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth a line: `key` is the key of its words in the locales."""

    key: str
    params: tuple[tuple[str, str], ...] = ()
    severity: Severity = "info"


Event: TypeAlias = (
    PhaseChanged
    | Level
    | EngineChanged
    | Greeted
    | CharacterChanged
    | UserSaid
    | SpeaksUp
    | ReplyStarted
    | FortuneTold
    | SentenceStarted
    | GreetingStarted
    | FirstAudio
    | ReplyEnded
    | Failed
    | Notice
)

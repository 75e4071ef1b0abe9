"""What an engine promises. Engines are synchronous; only a `Worker` calls them, from the one thread it owns.

An engine is a class with an `Options` model, built as `Engine(options, weights)`. The constructor loads and may take
seconds; it never downloads. Heavy libraries are imported inside it. Failures are `EngineUnavailable` (constructor),
`WeightsError` (from `weights`) and `EngineFailed` (later). Engines are registered by entry points in the groups
`vtuber.vad`, `vtuber.asr`, `vtuber.llm` and `vtuber.tts`; built-ins register like anyone else.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic import BaseModel

    from vtuber_cli.events import Maker, Notice, Picture, Samples, Speech, Transcript

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


class Stop:
    """A request to stop, set from any thread; an engine looks at it as often as it cheaply can."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Waits that long or until somebody asks to stop; True if so."""
        return self._event.wait(seconds)

    def __bool__(self) -> bool:
        return self._event.is_set()


class WeightFiles(Protocol):
    """Where a model's files are. `vtuber_cli.weights.Weights` is the real one."""

    def path(self, name: str) -> Path:
        """The folder of the catalogue's model `name`, or the file or folder that `name` is a path of.

        Raises:
            WeightsError: not installed, damaged, or unknown; the hint says which command mends it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do, so that nobody asks it for more."""

    languages: frozenset[str] = frozenset()
    """ISO 639-1 codes; empty means any."""
    context: int | None = None
    """LLM: tokens that messages and reply share."""
    images: bool = False
    tools: bool = False
    tag_scoring: bool = False
    """LLM: `ReplyRequest.emotions` is answered with a valid `ReplyDelta.emotion` before the text."""
    prompt_cache: bool = False
    """LLM: what it has read of a prompt stays read, and reading ahead costs nobody anything."""
    phonemes: bool = False
    """TTS: `Speech.phonemes` is filled and sums to the audio's length."""


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str
    images: tuple[Picture, ...] = ()
    """What the user shows along with it; only for engines that can see (`Capabilities.images`)."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one reply; `cached` is the part of the prompt that was already in the KV cache."""

    prompt: int
    reply: int
    cached: int = 0


@dataclass(frozen=True, slots=True)
class ReplyDelta:
    """A step of a reply: usually text; sometimes an emotion, a tool call, or (last) the token counts."""

    text: str = ""
    emotion: str | None = None
    tool: ToolCall | None = None
    usage: Usage | None = None
    notice: Notice | None = None
    """Something worth a line to the user, once: that another model answers, say."""
    maker: Maker | None = None
    """Who thinks, if it is not the engine that was asked."""


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    messages: Sequence[Message]
    emotions: tuple[str, ...] = ()
    """What her face can show. An engine that scores tags begins with the best of these; another may have the model
    write one as a tag, `[joy]`, which is taken out of the text later."""
    max_tokens: int = 160
    temperature: float = 0.7
    seed: int | None = None
    tools: tuple[Mapping[str, object], ...] = field(default=())


class Engine(Protocol):
    """What all kinds share."""

    Options: ClassVar[type[BaseModel]]
    capabilities: Capabilities

    def close(self) -> None:
        """Frees the model. Called once, in the worker's thread; nothing is called afterwards."""
        ...


class Vad(Engine, Protocol):
    frame: int
    """Samples at `EAR_RATE` that `probability` wants, exactly."""

    def probability(self, samples: Samples) -> float:
        """How likely this frame is speech, 0 to 1. Stateful: frames come in order."""
        ...

    def reset(self) -> None:
        """Forgets what came before; the next frame starts a new stream."""
        ...


class Asr(Engine, Protocol):
    def transcribe(self, samples: Samples, language: str | None, stop: Stop) -> Transcript:
        """The words in `samples` (`EAR_RATE`); `language` None means: find out. Silence and noise give empty text."""
        ...


class Llm(Engine, Protocol):
    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        """Streams a reply; after `stop` is set it ends within a token.

        Raises:
            ContextOverflow: the messages do not fit.
            EngineFailed: anything else.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens of this model `text` is, without template overhead."""
        ...


class Tts(Engine, Protocol):
    rate: int
    """Sample rate of what `speak` yields, in Hz."""

    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        """Speech for `text` (already normalised for speaking), in one or more pieces; none if nothing is speakable."""
        ...

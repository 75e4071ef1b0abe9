"""What is told, in the form in which each client takes it.

Clients differ: what a `hello` announces is a `Form`. The same thing goes to a talker and to a hundred who look on, and
each form of it is made once, when the first client wants it. `Outlet`s hold the same bytes.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from vtuber_cli.audio import pcm
from vtuber_cli.events import Speech
from vtuber_cli.server import wire
from vtuber_cli.server.messages import (
    Actions,
    AgentState,
    Audio,
    AudioStreamChunk,
    AudioStreamEnd,
    AudioStreamStart,
    DisplayText,
    FortuneCard,
    Message,
    SpeechElsewhere,
    Viseme,
)
from vtuber_cli.server.onlookers import cards
from vtuber_cli.server.talk import voice
from vtuber_cli.server.wire import Encoded

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

FEATURES = frozenset({"audio-stream", "binary-audio", "visemes", "agent-state", "pose", "fortune-card"})
"""Of `messages.FEATURES` those that we have."""

_NEEDS: dict[type[Message], str] = {AgentState: "agent-state", FortuneCard: "fortune-card"}
"""What only those get that announced it."""
_FIRST_CHUNK, _LONGEST_CHUNK = 0.1, 0.5
"""Seconds. Each chunk is twice as long as the one before: the first is there soon, and few wait for a slow client."""

_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Form:
    """How a client takes what is told; the default is how Open-LLM-VTuber's front ends do."""

    features: frozenset[str] = frozenset()
    """Of `FEATURES`."""
    plays: bool = True
    """false: the sound is elsewhere."""
    language: str | None = None
    """Of cards."""

    @property
    def streams(self) -> bool:
        return "audio-stream" in self.features

    @property
    def cards(self) -> bool:
        return "fortune-card" in self.features

    @property
    def binary(self) -> bool:
        return "binary-audio" in self.features

    @property
    def visemes(self) -> bool:
        return "visemes" in self.features


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames that belong together, in order; none, for those who do not want it."""

    frames: tuple[Encoded, ...] = ()
    broken: Encoded | None = None
    """What follows the first ones where the others are never sent."""


_NOTHING = Frames()


class Told(Protocol):
    """Something told to several."""

    @property
    def speech(self) -> bool:
        """It is worth nothing once she is interrupted."""
        ...

    def frames(self, form: Form) -> Frames: ...


class Plain:
    """A message that is the same for all who get it."""

    def __init__(self, message: Message, *, speech: bool = False) -> None:
        self.message = message
        self.speech = speech
        self._needs = _NEEDS.get(type(message))

    def frames(self, form: Form) -> Frames:
        return self._frames if self._needs is None or self._needs in form.features else _NOTHING

    @cached_property
    def _frames(self) -> Frames:
        return Frames((wire.encode(self.message),))


class Card(Plain):
    """A fortune, in the words of each client's language."""

    def __init__(self, message: FortuneCard) -> None:
        super().__init__(message)
        self._result = message.result
        self._made: dict[str | None, Frames] = {}

    def frames(self, form: Form) -> Frames:
        if self._result is None:  # it is taken away
            return super().frames(form)
        if not form.cards:
            return _NOTHING
        if form.language not in self._made:
            self._made[form.language] = Frames((wire.encode(cards.shown(self._result, form.language)),))
        return self._made[form.language]


def as_told(message: Message | Told, *, speech: bool = False) -> Told:
    """A message that all get alike, or what has its forms already."""
    if isinstance(message, FortuneCard):
        return Card(message)
    return Plain(message, speech=speech) if isinstance(message, Message) else message


class Spoken:
    """A sentence with its sound: a WAV, or chunks of a stream; nothing, where the sound is elsewhere.

    One without sound is a WAV for all: clients that show a text only with sound get a short silence.

    Args:
        sound: of it, if there is any.
        text: to be shown.
        face: the model's expression.
    """

    speech = True

    def __init__(self, sound: Speech | None, text: DisplayText, face: int | str | None = None) -> None:
        self._silent = sound is None
        self._sound = sound or voice.silence()
        self._text = text
        self._actions = Actions(expressions=None if face is None else (face,))
        self._id = str(uuid4())
        self._number = next(_NUMBERS) % 65536
        self._made: dict[tuple[bool, bool, bool], Frames] = {}

    def frames(self, form: Form) -> Frames:
        if not form.plays:
            return _NOTHING
        streams = form.streams and not self._silent
        kind = (streams, streams and form.binary, form.visemes)
        if kind not in self._made:
            self._made[kind] = self._stream(form) if streams else Frames((self._whole(form),))
        return self._made[kind]

    def _whole(self, form: Form) -> Encoded:
        # Nothing in it comes from outside, and its sound is long: it is not looked through once more.
        return wire.encode(
            Audio.model_construct(
                audio=self._wav,
                volumes=self._volumes,
                slice_length=voice.SLICE_MS,
                display_text=self._text,
                actions=self._actions,
                forwarded=False,
                visemes=self._visemes if form.visemes else None,
            )
        )

    def _stream(self, form: Form) -> Frames:
        start = AudioStreamStart.model_construct(
            stream_id=self._id,
            stream=self._number if form.binary else None,
            sample_rate=self._sound.rate,
            display_text=self._text,
            actions=self._actions,
            forwarded=False,
            visemes=self._visemes if form.visemes else None,
        )
        chunks = self._binary_chunks if form.binary else self._json_chunks
        end, broken = (wire.encode(AudioStreamEnd(stream_id=self._id, interrupted=cut)) for cut in (None, True))
        return Frames((wire.encode(start), *chunks, end), broken)

    @cached_property
    def _wav(self) -> str:
        return voice.wav(self._sound)

    @cached_property
    def _volumes(self) -> tuple[float, ...]:
        return voice.volumes(self._sound)

    @cached_property
    def _visemes(self) -> tuple[Viseme, ...]:
        return voice.visemes(self._sound)

    @cached_property
    def _binary_chunks(self) -> tuple[Encoded, ...]:
        return tuple(wire.sound(part, self._number) for part in chunks(self._sound))

    @cached_property
    def _json_chunks(self) -> tuple[Encoded, ...]:
        parts = (b64encode(pcm.to_int16(part)).decode("ascii") for part in chunks(self._sound))
        return tuple(wire.encode(AudioStreamChunk.model_construct(stream_id=self._id, chunk=part)) for part in parts)


class HeardElsewhere:
    """A sentence that begins to be heard now, for those whose sound is elsewhere.

    Args:
        at: on the clock of poses, which is the loop's.
        seconds: how long it lasts.
        text: to be shown.
        visemes: makes the keys of the mouth, if somebody wants them.
    """

    speech = True

    def __init__(self, at: float, seconds: float, text: DisplayText, visemes: Callable[[], tuple[Viseme, ...]]) -> None:
        self._at, self._seconds = at, seconds
        self._text = text
        self._visemes = visemes
        self._made: dict[bool, Frames] = {}

    def frames(self, form: Form) -> Frames:
        if form.plays:
            return _NOTHING
        if form.visemes not in self._made:
            shapes = self._visemes() if form.visemes else None
            told = SpeechElsewhere.model_construct(
                at=self._at, seconds=self._seconds, display_text=self._text, visemes=shapes
            )
            self._made[form.visemes] = Frames((wire.encode(told),))
        return self._made[form.visemes]


def chunks(speech: Speech) -> Iterator[Samples]:
    """Its samples, in order, short ones first."""
    at, seconds = 0, _FIRST_CHUNK
    while at < len(speech.samples):
        length = round(seconds * speech.rate)
        yield speech.samples[at : at + length]
        at += length
        seconds = min(2 * seconds, _LONGEST_CHUNK)

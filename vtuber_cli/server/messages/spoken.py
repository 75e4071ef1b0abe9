"""A sentence that she says, in each of the forms in which a client can take it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from vtuber_cli.server.messages.base import Base64, Count, Id, Message, Name, Part, Share, example
from vtuber_cli.server.messages.client import DisplayText

Volumes: TypeAlias = Annotated[tuple[Share, ...], Field(strict=False, max_length=30_000)]
"""Of each `slice_length` milliseconds of speech the loudness, the loudest being 1."""
Expressions: TypeAlias = Annotated[tuple[int | Name, ...], Field(strict=False, max_length=16)]


class Actions(Part):
    """What she does while she says something."""

    expressions: Expressions | None = None
    """Names or numbers of the model's expressions; the first one is meant."""


class Viseme(Part):
    """How the mouth stands from a moment on."""

    at: Count
    """Milliseconds from the start of the sentence."""
    open: Share
    form: Annotated[float, Field(ge=-1, le=1)] | None = None
    """-1 round to 1 wide; without it, what the keys around it say."""
    vowel: Literal["A", "I", "U", "E", "O"] | None = None
    """Whose shape it is."""
    closed: bool | None = None
    """The lips touch; several such keys in a row are one touch, in their middle."""


Visemes: TypeAlias = Annotated[tuple[Viseme, ...], Field(strict=False, max_length=20_000)]
"""Keys of the curves of her mouth; the last one is where the speech ends."""


class Audio(Message):
    """One sentence: its text, its sound, her face. Sentences come in order, and may come long before they are heard."""

    model_config = example(
        {
            "type": "audio",
            "audio": "UklGRiQAAABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAAZGF0YQAAAAA=",
            "volumes": [0.0, 0.42, 1.0],
            "slice_length": 20,
            "display_text": {"text": "Hello there, ", "name": "Mika", "avatar": "mika.png"},
            "actions": {"expressions": ["joy"]},
            "forwarded": False,
        }
    )
    says_null: ClassVar[frozenset[str]] = frozenset({"audio"})
    type: Literal["audio"] = "audio"
    audio: Base64 | None = None
    """A whole WAV file: plain PCM, `fmt ` first, true sizes. null: shown only."""
    volumes: Volumes = ()
    slice_length: Annotated[int, Field(ge=1, le=1000)] = 20
    """Milliseconds."""
    display_text: DisplayText | None = None
    actions: Actions | None = Actions()
    forwarded: bool = False
    """From another one of the group: no `audio-play-start` is wanted."""
    visemes: Visemes | None = None
    """For clients that announced `visemes`; where the voice tells its sounds."""


class AudioStreamStart(Message):
    """A sentence whose sound comes in pieces. `audio-stream`; it stands in the place of `audio`.

    A sentence with nothing to hear comes as `audio` all the same.
    """

    model_config = example(
        {
            "type": "audio-stream-start",
            "stream_id": "5f9b2c1e-7d0a-4a4e-9a55-0d7f7f0f2b11",
            "stream": 7,
            "sample_rate": 24000,
            "display_text": {"text": "Hello there, ", "name": "Mika", "avatar": "mika.png"},
            "actions": {"expressions": ["joy"]},
            "forwarded": False,
        }
    )
    type: Literal["audio-stream-start"] = "audio-stream-start"
    stream_id: Id
    stream: Annotated[int, Field(ge=0, le=65535)] | None = None
    """The number of the stream in binary frames, where `binary-audio` was announced too."""
    sample_rate: Annotated[int, Field(ge=8000, le=192_000)]
    display_text: DisplayText | None = None
    actions: Actions | None = Actions()
    forwarded: bool = False
    visemes: Visemes | None = None


class AudioStreamChunk(Message):
    """A piece of it. With `binary-audio` a binary frame comes instead."""

    model_config = example(
        {"type": "audio-stream-chunk", "stream_id": "5f9b2c1e-7d0a-4a4e-9a55-0d7f7f0f2b11", "chunk": "AAABAAIA"}
    )
    type: Literal["audio-stream-chunk"] = "audio-stream-chunk"
    stream_id: Id
    chunk: Base64
    """int16 PCM, little-endian, mono."""


class AudioStreamEnd(Message):
    """The sentence is whole, or was cut short: she was interrupted before all of it was sent."""

    model_config = example({"type": "audio-stream-end", "stream_id": "5f9b2c1e-7d0a-4a4e-9a55-0d7f7f0f2b11"})
    type: Literal["audio-stream-end"] = "audio-stream-end"
    stream_id: Id
    interrupted: bool | None = None


class SpeechElsewhere(Message):
    """A sentence is heard elsewhere, as on a terminal's loudspeaker. For those whose `hello` says `plays` false.

    It comes when the sentence begins.
    """

    model_config = example(
        {
            "type": "speech",
            "at": 12.4,
            "seconds": 2.1,
            "display_text": {"text": "Hello there, ", "name": "Mika", "avatar": "mika.png"},
            "visemes": [{"at": 0, "open": 0.0}, {"at": 2100, "open": 0.0}],
        }
    )
    type: Literal["speech"] = "speech"
    at: float
    """When it begins, on the clock of `pose`."""
    seconds: Annotated[float, Field(ge=0)]
    display_text: DisplayText | None = None
    visemes: Visemes | None = None

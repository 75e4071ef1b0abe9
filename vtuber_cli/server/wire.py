"""Frames into messages and back.

A frame is judged before it is read (its size, how many lists and numbers it can hold), read by orjson (no NaN, no
1e999, no lone surrogates), and held to the type that it names. Three things can become of it: a message; `Ignored`, for
what protocol.md answers with silence; or `Refused`, which is answered with one frame. Nothing else is ever raised.

A binary frame is a head of four bytes and int16 PCM, little-endian, mono. The head is the kind, a zero, and the number
of the stream as a little-endian uint16 (0 from a client). What comes from a client is 16 kHz.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import orjson
from pydantic import ValidationError

from vtuber_cli.audio import pcm
from vtuber_cli.clean import one_line
from vtuber_cli.errors import VtuberError
from vtuber_cli.i18n import find, t
from vtuber_cli.server.messages.base import Message
from vtuber_cli.server.messages.client import MicAudioData, RawAudioData
from vtuber_cli.server.messages.fortune import FortuneError
from vtuber_cli.server.messages.line import Error
from vtuber_cli.server.messages.samples import LONGEST
from vtuber_cli.server.messages.schema import SIDES
from vtuber_cli.server.messages.speech import SpeechError, SpeechRequest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from vtuber_cli.events import Samples

LARGEST = 8 * 1024 * 1024
"""Bytes of a frame; `ws_max_size` of the server that runs this."""
DEEPEST = 32
"""Lists and objects inside each other."""
MOST_PARTS = 65_536
"""Brackets and braces of a frame: each empty list of a large frame would cost twenty times its bytes."""
MOST_VALUES = LONGEST + 120_000
"""Commas of a frame."""

_JSON_ALL_THE_SAME = ("number is infinity", "surrogate in", "depth limit")
"""What orjson says of JSON that it does not take; everything else that it refuses is none."""

HEAD = struct.Struct("<BBH")
MIC, RAW, SPEECH = 1, 2, 17
"""Kinds of binary frames: as `mic-audio-data`, as `raw-audio-data`, as `audio-stream-chunk`."""


class Refused(VtuberError):
    """A frame that is answered with one frame that says why."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A frame that nobody answers: no JSON, or of a type that we do not know."""

    reason: str
    """For the log, and in no language."""
    type: str = ""
    """As the client wrote it: clean, and no longer than a line."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A message as it goes out, made once for however many receivers: `text` or, for a binary frame, `data`."""

    text: str | None = None
    data: bytes | None = None

    @property
    def size(self) -> int:
        """About how many bytes wait while it waits."""
        return len(self.text or "") + len(self.data or b"")

    def event(self) -> dict[str, Any]:
        """What ASGI's `send` takes."""
        return {"type": "websocket.send", "text": self.text} if self.data is None else _binary_event(self.data)


@dataclass(frozen=True, slots=True)
class Socket:
    """What a path of ours speaks."""

    path: str
    kinds: Mapping[str, type[Message]]
    """By their `type`; a socket whose frames have none has one kind, under the empty name."""

    def refusal(self, error: VtuberError, request: str | None = None) -> Message:
        """The frame that tells a client of an error, in the server's language."""
        text = t(error.key, **error.params)
        if self.path == "/tts-ws":
            return SpeechError(message=text, code=error.key)
        if self.path == "/fortune-ws":
            return FortuneError(request_id=request, message=text, code=error.key)
        hint = error.hint or (t(f"{error.key}.hint", **error.params) if find(f"{error.key}.hint") else None)
        return Error(message=text, code=error.key, hint=hint)


def _by_type(path: str) -> dict[str, type[Message]]:
    (side,) = (side for side in SIDES if side.socket == path and side.is_client)
    return {cast("str", kind.model_fields["type"].default): kind for kind in side.says}


CLIENT = Socket("/client-ws", _by_type("/client-ws"))
FORTUNE = Socket("/fortune-ws", _by_type("/fortune-ws"))
TTS = Socket("/tts-ws", {"": SpeechRequest})

Read: TypeAlias = "Message | Ignored"


# --- in ---------------------------------------------------------------------------------------------------------


def read(frame: str | bytes, socket: Socket = CLIENT) -> Read:
    """What a frame says: text for a text frame, bytes for a binary one.

    Raises:
        Refused: it says something that cannot be taken.
    """
    if isinstance(frame, bytes):
        return _read_sound(frame, socket)
    said = _parsed(frame)
    if said is None:
        if socket is CLIENT:
            return Ignored("no JSON")
        raise Refused("wire.not_json")
    if not isinstance(said.value, dict):
        raise Refused("wire.not_an_object")
    data = cast("dict[str, Any]", said.value)
    named = "" if "" in socket.kinds else data.get("type")
    if not isinstance(named, str):
        return Ignored("no type")
    kind = socket.kinds.get(named)
    if kind is None:
        return Ignored("unknown type", one_line(named[:200])[:80])
    return _typed(kind, data, named)


def frame_of(event: Mapping[str, Any]) -> str | bytes:
    """What ASGI received: text, or bytes, either of which may be empty."""
    text = event.get("text")
    return text if text is not None else event.get("bytes") or b""


def request_id(frame: str | bytes) -> str | None:
    """The `request_id` of a frame that was refused, if it has one that can be told back."""
    said = None
    if isinstance(frame, str):
        try:
            said = _parsed(frame)
        except Refused:
            return None
    found = cast("dict[str, Any]", said.value).get("request_id") if said and isinstance(said.value, dict) else None
    return one_line(found) if isinstance(found, str) and len(found) <= 200 else None


@dataclass(frozen=True, slots=True)
class _Json:
    value: object


def _parsed(frame: str) -> _Json | None:
    """The JSON of a frame, or None if it is none.

    Raises:
        Refused: too much of something.
    """
    if len(frame) > LARGEST:
        raise Refused("wire.too_large", limit=LARGEST // 2**20)
    parts = frame.count("[") + frame.count("{")
    if parts > MOST_PARTS or frame.count(",") > MOST_VALUES:
        raise Refused("wire.too_many_parts")
    try:
        value: object = orjson.loads(frame)
    except ValueError as error:
        if any(word in str(error) for word in _JSON_ALL_THE_SAME):
            raise Refused("wire.not_taken") from None
        return None
    if parts > DEEPEST and _depth(value) > DEEPEST:
        raise Refused("wire.too_deep", limit=DEEPEST)
    return _Json(value)


def _depth(value: object) -> int:
    """How deep lists and objects lie in each other, or more than `DEEPEST`."""
    level, depth = [value], 0
    while (level := list(_containers(level))) and depth <= DEEPEST:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


def _containers(level: list[object]) -> Iterator[dict[str, object] | list[object]]:
    for each in level:
        if isinstance(each, (dict, list)):
            yield cast("dict[str, object] | list[object]", each)


def _typed(kind: type[Message], data: dict[str, Any], named: str) -> Message:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=True)
        raise _wrong(named or "text", details[0]) from None


# --- what was wrong, in words -----------------------------------------------------------------------------------

_WORDS = {
    "missing": "wire.missing",
    "string_too_long": "wire.too_long",
    "too_long": "wire.too_many",
    "string_type": "wire.not_text",
    "string_unicode": "wire.not_text",
    "string_pattern_mismatch": "wire.wrong_form",
    "literal_error": "wire.choice",
    "float_type": "wire.not_number",
    "finite_number": "wire.not_number",
    "int_": "wire.not_number",
    "bool_type": "wire.not_bool",
    "tuple_type": "wire.not_list",
    "model_": "wire.not_object",
    "dict_type": "wire.not_object",
    "greater_than": "wire.out_of_range",
    "less_than": "wire.out_of_range",
    "not_an_image": "wire.not_an_image",
    "image_too_large": "wire.image_too_large",
    "not_samples": "wire.not_samples",
    "too_much_sound": "wire.too_much_sound",
    "no_such_day": "wire.wrong_form",
}
"""Pydantic's error types and ours, by their beginnings, and the words for them."""


def _wrong(named: str, detail: ErrorDetails) -> Refused:
    """What is wrong with a message of a type; nothing of what the client wrote is repeated."""
    words = next((key for start, key in _WORDS.items() if detail["type"].startswith(start)), "wire.wrong")
    context = detail.get("ctx", {})
    limit = context.get("max_length", context.get("limit", ""))
    expected = ", ".join(re.findall(r"'([^']*)'", str(context.get("expected", ""))))  # else with an English "or"
    return Refused(words, type=named, field=_place(detail["loc"]), limit=limit, expected=expected)


def _place(where: tuple[int | str, ...]) -> str:
    """("images", 0, "data") as `images[0].data`: our own names, and numbers."""
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return one_line(text)[:80]


# --- binary -----------------------------------------------------------------------------------------------------


def _read_sound(frame: bytes, socket: Socket) -> Message:
    if socket is not CLIENT:
        raise Refused("wire.no_binary_here")
    if len(frame) < HEAD.size:
        raise Refused("wire.no_head")
    kind, zero, _ = HEAD.unpack_from(frame)
    if zero or kind not in (MIC, RAW):
        raise Refused("wire.unknown_kind")
    count, odd = divmod(len(frame) - HEAD.size, pcm.BYTES_A_SAMPLE)
    if odd:
        raise Refused("wire.half_a_sample")
    if count > LONGEST:
        raise Refused("wire.too_much_sound", type="", field="PCM", limit=LONGEST // 16_000)
    samples = pcm.from_int16(memoryview(frame)[HEAD.size :])
    message = MicAudioData if kind == MIC else RawAudioData
    return message.model_construct(audio=samples)


def sound(samples: Samples, stream: int, kind: int = SPEECH) -> Encoded:
    """A binary frame of PCM: a piece of speech from us, or, in a client's hands, what its microphone heard."""
    return Encoded(data=HEAD.pack(kind, 0, stream) + pcm.to_int16(samples))


def _binary_event(data: bytes) -> dict[str, Any]:
    return {"type": "websocket.send", "bytes": data}


# --- out --------------------------------------------------------------------------------------------------------


def encode(message: Message) -> Encoded:
    """A message as the text of one frame."""
    return Encoded(text=orjson.dumps(message.model_dump(by_alias=True)).decode())

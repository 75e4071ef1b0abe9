"""The wire: whatever comes in is a message, ignored or refused; what goes out comes back as it was."""

from __future__ import annotations

import base64
import json
import struct
import time
from typing import Any, cast

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.clean import clean
from vtuber_cli.server import messages, wire
from vtuber_cli.server.messages import (
    Audio,
    DisplayText,
    Error,
    Hello,
    Image,
    InterruptSignal,
    Message,
    MicAudioData,
    ModelInfo,
    RawAudioData,
    SetModelAndConf,
    TextInput,
    pixels,
)
from vtuber_cli.server.messages.images import LARGEST, Picture
from vtuber_cli.server.messages.schema import SIDES


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(20)


def webp(chunk: bytes, body: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + chunk + struct.pack("<I", len(body)) + body


PNG = png(3, 2)
JPEG = b"\xff\xd8\xff\xe0\0\x06JFIF\xff\xff\xc2\0\x0b\x08" + struct.pack(">HH", 2, 3) + bytes(9)
GIF = b"GIF89a" + struct.pack("<HH", 3, 2)
WEBP = webp(b"VP8 ", bytes(6) + struct.pack("<HH", 3, 2))
KINDS = sorted({kind for side in SIDES for kind in side.says}, key=lambda kind: kind.__name__)
INCOMING = sorted({*wire.CLIENT.kinds, *wire.FORTUNE.kinds} - {""})


def read(frame: Any, socket: wire.Socket = wire.CLIENT) -> Any:
    return wire.read(frame if isinstance(frame, (str, bytes)) else json.dumps(frame), socket)


def refused(frame: Any, socket: wire.Socket = wire.CLIENT) -> str:
    with pytest.raises(wire.Refused) as caught:
        read(frame, socket)
    return caught.value.key.removeprefix("wire.")


def url(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


# --- whatever comes in ------------------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(ANY_TEXT, inner, max_size=6),
    max_leaves=30,
)
FIELDS = sorted({name for kind in KINDS for name in kind.model_fields} | {"data", "source", "birth"})
NEARLY = st.builds(
    lambda kind, rest: {"type": kind, **rest},
    st.sampled_from(INCOMING),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6),
)
SOCKETS = st.sampled_from([wire.CLIENT, wire.FORTUNE, wire.TTS])


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in texts(each)]


@given(JSON | NEARLY, SOCKETS)
def test_any_json_is_a_message_or_ignored_or_refused(value: Any, socket: wire.Socket) -> None:
    frame = json.dumps(value, ensure_ascii=False)
    try:
        said = wire.read(frame, socket)
    except wire.Refused as refusal:
        answer = wire.encode(socket.refusal(refusal, wire.request_id(frame))).text
        assert answer is not None
        assert all(text == clean(text) for text in texts(json.loads(answer)))
        return
    if isinstance(said, Message):
        assert all(text == clean(text) for text in texts(json.loads(wire.encode(said).text or "")))
    else:
        assert said.type == clean(said.type)
        assert len(said.type) <= 80


@given(ANY_TEXT | st.binary(max_size=60), SOCKETS)
def test_any_frame_at_all(frame: str | bytes, socket: wire.Socket) -> None:
    try:
        wire.read(frame, socket)
    except wire.Refused as refusal:
        wire.encode(socket.refusal(refusal, wire.request_id(frame)))


@given(ANY_TEXT)
def test_no_control_character_passes(text: str) -> None:
    said = read(orjson.dumps({"type": "text-input", "text": text.encode("utf-8", "replace").decode()}).decode())
    assert isinstance(said, TextInput)
    assert said.text == clean(text.encode("utf-8", "replace").decode())


@pytest.mark.parametrize("frame", ["", "hello", "{", "NaN", "[", '{"type":"heartbeat"', '{"a":NaN}'])
def test_what_is_no_json_is_ignored(frame: str) -> None:
    assert isinstance(read(frame), wire.Ignored)
    assert refused(frame, wire.TTS) == "not_json"
    assert refused(frame, wire.FORTUNE) == "not_json"


@pytest.mark.parametrize("frame", ["null", "5", '"heartbeat"', "[]", "true"])
def test_what_is_no_object(frame: str) -> None:
    for socket in (wire.CLIENT, wire.FORTUNE, wire.TTS):
        assert refused(frame, socket) == "not_an_object"


@pytest.mark.parametrize("type_", [None, 5, [], {}, "", "no-such", "Text-Input", "text-input ", "__class__"])
def test_unknown_types_are_ignored(type_: Any) -> None:
    assert isinstance(read({"type": type_, "text": "x"}), wire.Ignored)
    assert isinstance(read({"text": "x"}), wire.Ignored)


def test_an_unknown_type_is_told_to_the_log_in_one_short_line() -> None:
    said = read({"type": "a\x1b[2J\nb" + "c" * 500})
    assert isinstance(said, wire.Ignored)
    assert said.type.startswith("a b") and len(said.type) == 80


@pytest.mark.parametrize(
    "frame", ['{"a":1e999}', '{"a":"\\ud83d"}', '{"a":"\\udc00"}', '{"a":' + "9" * 400 + "}", "[" * 2000 + "]" * 2000]
)
def test_json_that_nothing_here_can_hold(frame: str) -> None:
    assert refused(frame) in ("not_taken", "too_deep")


def test_unknown_fields_are_ignored() -> None:
    assert read({"type": "heartbeat", "__class__": 1, "extra": {"a": [1]}}) == messages.Heartbeat()


# --- limits -----------------------------------------------------------------------------------------------------


def test_how_deep_and_how_many() -> None:
    def nested(depth: int) -> str:
        return '{"type":"heartbeat","x":' + "[" * depth + "]" * depth + "}"

    assert read(nested(wire.DEEPEST - 1)) == messages.Heartbeat()
    assert refused(nested(wire.DEEPEST)) == "too_deep"
    assert refused('{"type":"heartbeat","x":' + "[" + "[]," * 70_000 + "[]]}") == "too_many_parts"
    assert refused('{"type":"heartbeat","x":[' + "0," * 700_000 + "0]}") == "too_many_parts"
    assert read({"type": "text-input", "text": "[{" * 10_000}) == TextInput(text="[{" * 10_000)
    assert refused(" " * (wire.LARGEST + 1)) == "too_large"


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"type": "text-input"}, "missing"),
        ({"type": "text-input", "text": "x" * 20_001}, "too_long"),
        ({"type": "text-input", "text": 5}, "not_text"),
        ({"type": "text-input", "text": None}, "not_text"),
        ({"type": "text-input", "text": "x", "images": {}}, "not_list"),
        ({"type": "text-input", "text": "x", "images": [5]}, "not_object"),
        ({"type": "ai-speak-signal", "idle_time": "5"}, "not_number"),
        ({"type": "ai-speak-signal", "idle_time": -7}, "out_of_range"),
        ({"type": "audio-play-start", "forwarded": "yes"}, "not_bool"),
        ({"type": "switch-config", "file": "../conf.yaml"}, "wrong_form"),
        ({"type": "hello", "role": "owner"}, "choice"),
        ({"type": "hello", "features": ["x"] * 33}, "too_many"),
        ({"type": "auth", "token": "short"}, "wrong_form"),
        ({"type": "mic-audio-data", "audio": ["x" * 1000, 0.5]}, "not_samples"),
        ({"type": "mic-audio-data", "audio": [[0.5]]}, "not_samples"),
        ({"type": "mic-audio-data", "audio": [None]}, "not_samples"),
        ({"type": "mic-audio-data", "audio": [0.5] * 480_001}, "too_much_sound"),
    ],
)
def test_wrong_shapes(frame: dict[str, Any], words: str) -> None:
    assert refused(frame) == words
    with pytest.raises(wire.Refused) as caught:
        read(frame)
    told = wire.CLIENT.refusal(caught.value)
    assert isinstance(told, Error)
    assert told.message and "{" not in told.message and "?" not in told.message
    assert told.code == f"wire.{words}"


def test_in_korean() -> None:
    from vtuber_cli import i18n

    i18n.set_language("ko")
    with pytest.raises(wire.Refused) as caught:
        read({"type": "text-input"})
    told = wire.CLIENT.refusal(caught.value)
    assert isinstance(told, Error)
    assert told.message == "text-input: text가 빠졌어요"
    with pytest.raises(wire.Refused) as caught:
        read({"type": "hello", "role": "owner"})
    told = wire.CLIENT.refusal(caught.value)
    assert isinstance(told, Error)
    assert told.message == "hello: role는 talker, viewer 가운데 하나여야 해요"


def test_a_long_list_with_one_long_text_allocates_nothing_large() -> None:
    begun = time.process_time()
    assert refused({"type": "mic-audio-data", "audio": [0.0, "x" * 1_000_000, *[0.0] * 400_000]}) == "not_samples"
    assert time.process_time() - begun < 2


def test_images_may_be_missing_or_null() -> None:
    assert read({"type": "text-input", "text": "x", "images": None}) == TextInput(text="x")
    assert read({"type": "mic-audio-end"}) == messages.MicAudioEnd()


def test_the_request_id_comes_back() -> None:
    frame = json.dumps({"type": "fortune-request", "request_id": "7\n", "fortune_type": "../../tarot"})
    with pytest.raises(wire.Refused) as caught:
        wire.read(frame, wire.FORTUNE)
    assert wire.FORTUNE.refusal(caught.value, wire.request_id(frame)) == messages.FortuneError(
        request_id="7", code="wire.wrong_form", message="fortune-request: fortune_type is not of its form"
    )
    assert wire.request_id("[" * 100) is None


# --- pictures ---------------------------------------------------------------------------------------------------


def image(data: str, source: str = "upload") -> dict[str, Any]:
    return {"type": "text-input", "text": "x", "images": [{"source": source, "data": data, "mime_type": "a/b"}]}


@pytest.mark.parametrize(
    ("data", "kind"),
    [(PNG, "png"), (JPEG, "jpeg"), (GIF, "gif"), (GIF.replace(b"9a", b"7a"), "gif"), (WEBP, "webp")],
)
def test_pictures_are_what_their_bytes_say(data: bytes, kind: str) -> None:
    said = read(image(url(data, "png")))
    assert said.images[0].data == Picture(cast("Any", kind), data)


@pytest.mark.parametrize(
    "data",
    [
        "file:///etc/passwd",
        "https://evil.example/x.png",
        "data:text/html;base64," + base64.b64encode(PNG).decode(),
        "data:image/png," + base64.b64encode(PNG).decode(),
        "data:image/png;base64",
        "data:image/png;base64,AAAA",
        "data:image/png;base64,%%%%",
        url(PNG).replace("64,iVBO", "64,iV!\nBO"),
        "data:image/png;base64,\u00e9",
        url(b"<svg onload=alert(1)>", "svg+xml"),
        url(b"<html>", "png"),
        url(b"", "png"),
        url(PNG[:20]),
        url(PNG.replace(b"IHDR", b"IDAT")),
        url(png(0, 5)),
        url(JPEG[:14]),
        url(JPEG[:4] + bytes(40)),
        url(b"\xff\xd8" + b"\xff\xe0\0\2" * 300),
        url(GIF[:8]),
        url(webp(b"ANIM", bytes(40))),
        "data:image/" + "x" * 100 + ";base64,AAAA",
    ],
)
def test_what_is_no_picture(data: str) -> None:
    assert refused(image(data)) == "not_an_image"


@pytest.mark.parametrize(
    "data",
    [
        PNG,
        JPEG,
        GIF,
        WEBP,
        webp(b"VP8L", b"\x2f" + struct.pack("<I", 2 | 1 << 14) + bytes(9)),
        webp(b"VP8X", bytes(4) + b"\2\0\0\1\0\0"),
    ],
)
def test_how_many_pixels_there_are(data: bytes) -> None:
    assert pixels.count(data) == 6


@given(st.sampled_from([PNG, JPEG, GIF, WEBP]), st.binary(max_size=40), st.integers(0, 40))
def test_no_bytes_break_the_count(start: bytes, data: bytes, cut: int) -> None:
    found = pixels.count(start[:cut] + data)
    assert found is None or found > 0


def test_a_picture_that_would_fill_the_memory() -> None:
    assert refused(image(url(png(50_000, 50_000)))) == "image_too_large"
    assert read(image(url(png(8000, 5000)))).images


def test_pictures_of_unknown_sources_and_sizes() -> None:
    assert refused(image(url(PNG), "bogus")) == "choice"
    assert refused(image(url(PNG + bytes(LARGEST)))) == "image_too_large"
    frame = image(url(PNG))
    frame["images"] *= 5
    assert refused(frame) == "too_many"


# --- sound ------------------------------------------------------------------------------------------------------


def test_floats_are_clipped() -> None:
    said = read('{"type":"raw-audio-data","audio":[1e300,-1e300,0.5,0,1,-2]}')
    assert isinstance(said, RawAudioData)
    assert said.audio.dtype == np.float32
    assert said.audio.tolist() == [1.0, -1.0, 0.5, 0.0, 1.0, -1.0]


def test_int16_is_what_the_floats_would_be() -> None:
    sound = np.array([0.0, 0.5, -1.0, 0.25], np.float32)
    for kind, message in ((wire.MIC, MicAudioData), (wire.RAW, RawAudioData)):
        said = read(wire.sound(sound, 0, kind).data)
        assert type(said) is message
        assert said.audio.tolist() == sound.tolist()
        assert said.type == message.model_fields["type"].default


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (b"", "no_head"),
        (b"\1\0\0", "no_head"),
        (b"\0\0\0\0", "unknown_kind"),
        (b"\x11\0\0\0", "unknown_kind"),
        (b"\1\1\0\0", "unknown_kind"),
        (b"\1\0\0\0abc", "half_a_sample"),
        (b"\1\0\0\0" + bytes(960_002), "too_much_sound"),
    ],
)
def test_binary_frames_that_are_none(frame: bytes, words: str) -> None:
    assert refused(frame) == words
    assert refused(frame, wire.TTS) == refused(frame, wire.FORTUNE) == "no_binary_here"


def test_speech_goes_out_as_it_is_written_down() -> None:
    encoded = wire.sound(np.array([0.0, -1.0], np.float32), 513)
    assert encoded.data == b"\x11\x00\x01\x02" + struct.pack("<hh", 0, -32768)
    assert encoded.event() == {"type": "websocket.send", "bytes": encoded.data}
    assert encoded.size == 8


# --- and back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_examples_come_back_as_they_were(kind: type[Message]) -> None:
    for said in cast("Any", kind.model_config)["json_schema_extra"]["examples"]:
        message = kind.model_validate(said)
        again = kind.model_validate(orjson.loads(wire.encode(message).text or ""))
        assert again.model_dump(by_alias=True) == message.model_dump(by_alias=True)
        if kind not in (MicAudioData, RawAudioData):  # whose floats are float32 on the way
            assert holds(json.loads(wire.encode(message).text or ""), said)


def holds(said: Any, example: Any) -> bool:
    """Whether everything of an example is in what was said; defaults may be besides."""
    if isinstance(example, dict):
        return all(name in said and holds(said[name], value) for name, value in example.items())
    return said == example


@given(
    st.builds(TextInput, text=st.text(max_size=50))
    | st.builds(InterruptSignal, text=st.text(max_size=50))
    | st.builds(Hello, features=st.lists(st.text(max_size=10), max_size=5).map(tuple))
    | st.builds(messages.Ping, t=st.none() | st.floats(-1e15, 1e15))
    | st.builds(
        TextInput,
        text=st.just("x"),
        images=st.lists(st.builds(Image, source=st.just("camera"), data=st.just(Picture("png", PNG))), max_size=4).map(
            tuple
        ),
    )
)
def test_what_goes_out_comes_back(message: Message) -> None:
    assert wire.read(wire.encode(message).text or "") == message


def test_nothing_is_left_out_but_what_is_told() -> None:
    silent = json.loads(wire.encode(Audio(display_text=DisplayText(text="Hi. "))).text or "")
    assert silent == {
        "type": "audio", "audio": None, "volumes": [], "slice_length": 20,
        "display_text": {"text": "Hi. "}, "actions": {}, "forwarded": False,
    }  # fmt: skip
    model = ModelInfo(name="x", url="/x.model3.json")
    said = json.loads(wire.encode(SetModelAndConf(model_info=model, conf_name="X", conf_uid="x")).text or "")
    assert "client_uid" not in said
    assert said["model_info"]["kScale"] == 0.5


# --- how fast ---------------------------------------------------------------------------------------------------


def test_a_second_of_a_microphone_costs_little() -> None:
    """A tenth of what issue and design allow would be 0.6 ms and 0.1 ms; a busy machine gets the whole."""
    sound = (np.random.default_rng(0).standard_normal(16_000) * 0.1).astype(np.float32)
    pieces = [sound[start : start + 4096] for start in range(0, 16_000, 4096)]
    as_json = [json.dumps({"type": "mic-audio-data", "audio": [float(each) for each in piece]}) for piece in pieces]
    binary = [wire.sound(piece, 0, wire.MIC).data or b"" for piece in pieces]
    assert cheapest(as_json) < 0.006
    assert cheapest(binary) < 0.001


def cheapest(frames: list[Any]) -> float:
    found: list[float] = []
    for _ in range(10):
        begun = time.process_time()
        for frame in frames:
            wire.read(frame)
        found.append(time.process_time() - begun)
    return min(found)

"""Headers of GGUF files, small ones made here, sound and broken."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vtuber_cli.engines.gguf import read_header
from vtuber_cli.errors import WeightsError

if TYPE_CHECKING:
    from pathlib import Path

STRING, ARRAY, U32, I32 = 8, 9, 4, 5


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def key(name: str, kind: int, value: bytes) -> bytes:
    return text(name) + struct.pack("<I", kind) + value


def strings(*values: str) -> bytes:
    return struct.pack("<IQ", STRING, len(values)) + b"".join(map(text, values))


def numbers(*values: int) -> bytes:
    return struct.pack(f"<IQ{len(values)}i", I32, len(values), *values)


def gguf(*keys: bytes) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(keys)) + b"".join(keys)


WHOLE = gguf(
    key("general.architecture", STRING, text("tiny")),
    key("general.languages", ARRAY, strings("en", "ko")),
    key("tiny.context_length", U32, struct.pack("<I", 4096)),
    key("tokenizer.ggml.tokens", ARRAY, strings("<s>", "<|im_end|>", "\n\n", "<tool>", "hello", "<b>")),
    key("tokenizer.ggml.token_type", ARRAY, numbers(3, 3, 4, 4, 1, 1)),
    key("tokenizer.ggml.eos_token_id", U32, struct.pack("<I", 1)),
)


def write(folder: Path, data: bytes) -> Path:
    file = folder / "model.gguf"
    file.write_bytes(data)
    return file


def test_says_what_the_model_is(tmp_path: Path) -> None:
    header = read_header(write(tmp_path, WHOLE))
    assert header.architecture == "tiny"
    assert header.languages == {"en", "ko"}
    assert header.context == 4096
    assert header.ends == {1}


def test_markers_are_control_tokens_and_others_in_brackets(tmp_path: Path) -> None:
    assert read_header(write(tmp_path, WHOLE)).markers == {"<s>": 0, "<|im_end|>": 1, "<tool>": 3}


def test_says_nothing_it_does_not_know(tmp_path: Path) -> None:
    header = read_header(write(tmp_path, gguf()))
    assert (header.architecture, header.languages, header.context, header.markers) == ("", frozenset(), 0, {})


@pytest.mark.parametrize(
    "keys",
    [
        key("general.architecture", U32, struct.pack("<I", 7)),
        key("tokenizer.ggml.tokens", STRING, text("a")),
        key("general.languages", ARRAY, numbers(1, 2)),
        key("tokenizer.ggml.eos_token_id", STRING, text("x")),
        key("tokenizer.ggml.token_type", ARRAY, struct.pack("<IQ", ARRAY, 1) + numbers(3)),
    ],
)
def test_values_of_another_type_are_passed_over(tmp_path: Path, keys: bytes) -> None:
    read_header(write(tmp_path, gguf(keys)))


@pytest.mark.parametrize("length", [*range(0, len(WHOLE), 7), len(WHOLE) - 1])
def test_a_header_cut_off_anywhere_is_refused(tmp_path: Path, length: int) -> None:
    with pytest.raises(WeightsError):
        read_header(write(tmp_path, WHOLE[:length]))


@pytest.mark.parametrize(
    "data",
    [
        b"GGUF" + struct.pack("<IQQ", 3, 2**40, 2**40) + b"\0" * 13,
        gguf(struct.pack("<Q", 2**63) + b"a"),
        gguf(key("a", 77, b"")),
        gguf(key("a", ARRAY, struct.pack("<IQ", STRING, 2**50))),
        gguf(key("a", ARRAY, struct.pack("<IQ", U32, 2**63))),
        gguf(key("a", ARRAY, struct.pack("<IQ", ARRAY, 1) * 30)),
        b"\x08\x07\x00\x00onnx" * 40,
        b"<!DOCTYPE html>" * 10,
    ],
)
def test_a_lying_header_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(WeightsError):
        read_header(write(tmp_path, data))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(4, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_a_flipped_byte_is_read_or_refused(tmp_path: Path, at: int, byte: int) -> None:
    damaged = bytearray(WHOLE)
    damaged[at] = byte
    try:
        read_header(write(tmp_path, bytes(damaged)))
    except WeightsError:
        pass


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.gguf", tmp_path / "no" / "folder.gguf"):
        with pytest.raises(WeightsError):
            read_header(path)

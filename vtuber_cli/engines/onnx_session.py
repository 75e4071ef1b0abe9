"""ONNX Runtime as the engines want it: few threads that never spin, and inner tensors as outputs."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

    from onnxruntime import InferenceSession

_HEAD = re.compile(r"^\[ONNXRuntimeError\]( : \w+)* : ")


def open_session(model: bytes, threads: int) -> InferenceSession:
    """A CPU session on a serialised model.

    Idle threads sleep at once: by default they spin for a while after each run, on cores that the language model needs.
    Graph optimisation stops short of memory layouts: they cost a Piper voice 0.7 s of loading and make it no faster.

    Raises:
        OnnxError: damaged bytes, or an output that no node makes.
    """
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's dozen error classes have no base of their own
        raise OnnxError(_plain(str(error))) from error


def _plain(words: str) -> str:
    """The first line of what the runtime says, without its class and number."""
    return "cut off, or not ONNX" if "INVALID_PROTOBUF" in words else _HEAD.sub("", words).partition("\n")[0]


class OnnxError(Exception):
    """The runtime refused a model."""


def with_output(model: bytes, tensor: str) -> bytes:
    """The model with one more output: the inner tensor of that name, last among `InferenceSession.get_outputs`.

    Protocol buffers merge repeated messages, so `ModelProto.graph.output.name` is simply written once more behind the
    model; the `onnx` package is not needed. The name is not checked here; `open_session` does.
    """
    output = _field(12, _field(1, tensor.encode()))
    return model + _field(7, output)


def _field(number: int, value: bytes) -> bytes:
    """A length-delimited field in protocol buffers' wire format."""
    return bytes([number << 3 | 2]) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


_METADATA = 14
"""The number of `ModelProto.metadata_props`."""
_FIXED = {1: 8, 5: 4}
"""Bytes of the wire types that have one length."""


def read_metadata(file: Path) -> dict[str, str]:
    """What the maker of a model wrote beside its graph; the graph itself is not read.

    Raises:
        OnnxError: the file is no ONNX model, or is cut off.
        OSError: it cannot be read.
    """
    found: dict[str, str] = {}
    size = file.stat().st_size
    with file.open("rb") as stream:
        while stream.tell() < size:
            key = _read_varint(stream)
            if key & 7 == 0:
                _read_varint(stream)
                continue
            length = _read_varint(stream) if key & 7 == 2 else _FIXED.get(key & 7, size)
            if stream.tell() + length > size:
                raise OnnxError(f"{file.name} is cut off, or not ONNX")
            if key == _METADATA << 3 | 2:
                pair = _texts(stream.read(length))
                found[pair.get(1, "")] = pair.get(2, "")
            else:
                stream.seek(length, 1)
    return found


def _texts(message: bytes) -> dict[int, str]:
    """A message's fields by number, of one that has nothing but text."""
    stream = BytesIO(message)
    found: dict[int, str] = {}
    while stream.tell() < len(message):
        key = _read_varint(stream)
        found[key >> 3] = stream.read(_read_varint(stream)).decode("utf-8", "replace")
    return found


def _read_varint(stream: BinaryIO) -> int:
    number = 0
    for shift in range(0, 64, 7):
        byte = stream.read(1)
        number |= (byte[0] & 0x7F) << shift if byte else 0
        if not byte or byte[0] < 0x80:
            return number
    raise OnnxError("not ONNX")

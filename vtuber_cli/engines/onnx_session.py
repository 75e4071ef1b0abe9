"""ONNX Runtime as the engines want it: few threads that never spin, and inner tensors as outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


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
        raise OnnxError(str(error)) from error


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

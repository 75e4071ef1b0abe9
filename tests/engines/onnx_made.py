"""Tiny ONNX models made byte by byte: a recogniser that hears one word, and a voice that sings its letters.

For libraries whose real models cannot be had here. Field numbers are those of onnx.proto.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FLOAT, INT64 = 1, 7


def recogniser(word: str = "▁HEY") -> tuple[bytes, str]:
    """A CTC model for sherpa-onnx's type zipformer-ctc, and its tokens.txt: whatever is loud is that word."""
    nodes = [
        node("ReduceMean", ["x"], ["loudness"], axes=[2], keepdims=1),
        node("Mul", ["loudness", "slope"], ["sloped"]),
        node("Add", ["sloped", "bias"], ["log_probs"]),
        node("Identity", ["x_lens"], ["log_probs_len"]),
    ]
    constants = [floats("slope", [1, 1, 3], [0, 1, 0]), floats("bias", [1, 1, 3], [0, 14, -100])]
    inputs = [value("x", FLOAT, ["N", "T", 80]), value("x_lens", INT64, ["N"])]
    outputs = [value("log_probs", FLOAT, ["N", "T", 3]), value("log_probs_len", INT64, ["N"])]
    model = made(nodes, constants, inputs, outputs, {"model_type": "zipformer2_ctc"})
    return model, f"<blk> 0\n{word} 1\n<unk> 2\n"


def voice(letters: str = "abcdefghijklmnopqrstuvwxyz", rate: int = 16_000, **metadata: str) -> tuple[bytes, str, str]:
    """A VITS-shaped model for sherpa-onnx, its tokens.txt and lexicon.txt: every letter is a tone of 60 ms."""
    length = rate * 6 // 100
    nodes = [
        node("Cast", ["x"], ["numbers"], to=FLOAT),
        node("Reshape", ["numbers", "column"], ["each"]),
        node("Mul", ["each", "time"], ["phases"]),
        node("Sin", ["phases"], ["tones"]),
        node("Mul", ["tones", "volume"], ["soft"]),
        node("Reshape", ["soft", "whole"], ["y"]),
    ]
    constants = [
        integers("column", [-1, 1]),
        integers("whole", [1, 1, -1]),
        floats("volume", [1], [0.3]),
        floats("time", [1, length], [0.02 * step for step in range(length)]),
    ]
    inputs = [
        value("x", INT64, ["N", "T"]),
        value("x_length", INT64, ["N"]),
        *(value(name, FLOAT, [1]) for name in ("noise_scale", "length_scale", "noise_scale_w")),
    ]
    says = {
        "model_type": "vits",
        "comment": "made for a test",
        "language": "English",
        "sample_rate": str(rate),
        "n_speakers": "0",
        "add_blank": "0",
        "punctuation": ", . ! ?",
    } | metadata
    symbols = [" ", ",", ".", "!", "?", *letters]
    tokens = "".join(f"{symbol} {number}\n" for number, symbol in enumerate(symbols))
    words = ["hello", "there", "a", "one", "two", "three", "sentence", "word", "the", "stars", "are", "kind", "tonight"]
    lexicon = "".join(f"{word} {' '.join(word)}\n" for word in words)
    return made(nodes, constants, inputs, [value("y", FLOAT, ["N", 1, "S"])], says), tokens, lexicon


def supertonic(rate: int = 16_000) -> dict[str, bytes]:
    """The seven files of a voice of Supertonic's shape, two speakers: noise, as long as the sum of all its letters."""
    chunk = 256
    letters, masks = value("text_ids", INT64, ["N", "T"]), value("text_mask", FLOAT, ["N", 1, "T"])
    style = [value("style", FLOAT, ["N", 1, 2])]
    duration = made(
        [
            node("Cast", ["text_ids"], ["numbers"], to=FLOAT),
            node("ReduceSum", ["numbers", "along"], ["sum"], keepdims=0),
            node("Mul", ["sum", "each"], ["duration"]),
        ],
        [integers("along", [1]), floats("each", [1], [0.001])],
        [letters, *style, masks],
        [value("duration", FLOAT, ["N"])],
        {},
    )
    text = made(
        [node("Cast", ["text_ids"], ["numbers"], to=FLOAT), node("Reshape", ["numbers", "flat"], ["text_emb"])],
        [integers("flat", [1, 1, -1])],
        [letters, *style, masks],
        [value("text_emb", FLOAT, ["N", 1, "T"])],
        {},
    )
    latent = value("noisy_latent", FLOAT, ["N", chunk, "L"])
    estimator = made(
        [node("Identity", ["noisy_latent"], ["denoised"])],
        [],
        [
            latent,
            value("text_emb", FLOAT, ["N", 1, "T"]),
            *style,
            value("latent_mask", FLOAT, ["N", 1, "L"]),
            masks,
            *(value(name, FLOAT, ["N"]) for name in ("current_step", "total_step")),
        ],
        [value("denoised", FLOAT, ["N", chunk, "L"])],
        {},
    )
    vocoder = made(
        [
            node("Mul", ["noisy_latent", "volume"], ["soft"]),
            node("Transpose", ["soft"], ["turned"], perm=[0, 2, 1]),
            node("Reshape", ["turned", "flat"], ["wav"]),
        ],
        [floats("volume", [1], [0.1]), integers("flat", [1, -1])],
        [latent],
        [value("wav", FLOAT, ["N", "S"])],
        {},
    )
    says = {
        "ae": {"sample_rate": rate, "base_chunk_size": chunk},
        "ttl": {"chunk_compress_factor": 1, "latent_dim": chunk},
    }
    return {
        "duration_predictor.int8.onnx": duration,
        "text_encoder.int8.onnx": text,
        "vector_estimator.int8.onnx": estimator,
        "vocoder.int8.onnx": vocoder,
        "tts.json": json.dumps(says).encode(),
        "unicode_indexer.bin": struct.pack("<65536i", *range(65536)),
        "voice.bin": struct.pack("<6q8f", 2, 1, 2, 2, 1, 2, *([0.0] * 8)),
    }


def put(folder: Path, files: Mapping[str, bytes | str] | Mapping[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def made(
    nodes: Sequence[bytes],
    constants: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    metadata: Mapping[str, str],
) -> bytes:
    """A whole ModelProto."""
    graph = b"".join(
        [
            *(field(1, each) for each in nodes),
            field(2, b"made"),
            *(field(5, each) for each in constants),
            *(field(11, each) for each in inputs),
            *(field(12, each) for each in outputs),
        ]
    )
    pairs = [field(14, field(1, key.encode()) + field(2, text.encode())) for key, text in metadata.items()]
    return number(1, 8) + field(7, graph) + field(8, number(2, 13)) + b"".join(pairs)


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | list[int]) -> bytes:
    encoded = b"".join(field(1, name.encode()) for name in inputs)
    encoded += b"".join(field(2, name.encode()) for name in outputs) + field(4, kind.encode())
    for name, given in attributes.items():
        many = isinstance(given, list)
        values = b"".join(number(8, each) for each in given) if many else number(3, given)
        encoded += field(5, field(1, name.encode()) + values + number(20, 7 if many else 2))
    return encoded


def value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sizes = [field(2, size.encode()) if isinstance(size, str) else number(1, size) for size in shape]
    tensor = number(1, kind) + field(2, b"".join(field(1, size) for size in sizes))
    return field(1, name.encode()) + field(2, field(1, tensor))


def floats(name: str, shape: Sequence[int], values: Sequence[float]) -> bytes:
    return _tensor(name, FLOAT, shape, struct.pack(f"<{len(values)}f", *values))


def integers(name: str, values: Sequence[int]) -> bytes:
    return _tensor(name, INT64, [len(values)], struct.pack(f"<{len(values)}q", *values))


def _tensor(name: str, kind: int, shape: Sequence[int], raw: bytes) -> bytes:
    return b"".join(number(1, size) for size in shape) + number(2, kind) + field(8, name.encode()) + field(9, raw)


def field(key: int, content: bytes) -> bytes:
    return _varint(key << 3 | 2) + _varint(len(content)) + content


def number(key: int, content: int) -> bytes:
    return _varint(key << 3) + _varint(content)


def _varint(content: int) -> bytes:
    content &= 2**64 - 1
    encoded = bytearray()
    while content > 0x7F:
        encoded.append(content & 0x7F | 0x80)
        content >>= 7
    encoded.append(content)
    return bytes(encoded)

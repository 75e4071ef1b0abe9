"""Moonshine's vocabulary, as sherpa-onnx wants it.

Moonshine's own file is the tokens in order, each behind its length: one byte below 128, or two, `(a - 128) * 128 + b`.
sherpa-onnx reads lines of base64 and a number, from a file only; it is made for the moment of loading.
"""

from __future__ import annotations

import base64
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_FEWEST = 256
"""Tokens that every vocabulary has: one for each byte."""


@contextmanager
def as_tokens_file(file: Path) -> Generator[Path]:
    """`file` as a tokens.txt: itself, or what is made of a tokenizer.bin, for as long as the context lasts.

    Raises:
        ValueError: not a Moonshine tokenizer.
        OSError: it cannot be read.
    """
    if file.suffix != ".bin":
        yield file
        return
    tokens = list(split(file.read_bytes()))
    lines = "".join(f"{base64.b64encode(token).decode()} {number}\n" for number, token in enumerate(tokens))
    with tempfile.TemporaryDirectory(prefix="vtuber-") as folder:
        made = Path(folder) / "tokens.txt"
        made.write_text(lines, encoding="ascii")
        yield made


def split(tokenizer: bytes) -> Iterator[bytes]:
    """The tokens of a tokenizer.bin, in order.

    Raises:
        ValueError: the lengths do not add up, or there are too few.
    """
    at = count = 0
    while at < len(tokenizer):
        length, at = tokenizer[at], at + 1
        if length >= 0x80:
            length = (length - 0x80) * 0x80 + (tokenizer[at] if at < len(tokenizer) else 0)
            at += 1
        if at + length > len(tokenizer):
            raise ValueError("its last token is cut off")
        yield tokenizer[at : at + length]
        at += length
        count += 1
    if count < _FEWEST:
        raise ValueError(f"it has {count} tokens")

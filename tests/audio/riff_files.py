"""RIFF files made by hand, byte by byte: what recorders and converters write, and what nobody should."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Literal

PCM, FLOAT, A_LAW, MU_LAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
GUID = bytes.fromhex("000000001000800000aa00389b71")
"""The rest of an EXTENSIBLE subformat, behind its tag."""


@dataclass(frozen=True)
class Wav:
    """A file in the making; `bytes` writes it."""

    data: bytes
    tag: int = PCM
    bits: int = 16
    rate: int = 16_000
    channels: int = 1
    form: Literal["RIFF", "RIFX", "RF64", "BW64"] = "RIFF"
    extensible: bool = False
    before: tuple[tuple[str, bytes], ...] = ()
    """Chunks between the header and the format."""
    between: tuple[tuple[str, bytes], ...] = ()
    after: tuple[tuple[str, bytes], ...] = ()
    data_first: bool = False
    size: int | None = None
    """What the data chunk says of its size, if not the truth."""
    block: int | None = None
    extra: bytes = field(default=b"")
    """Behind the format's 16 bytes."""

    def __bytes__(self) -> bytes:
        order = ">" if self.form == "RIFX" else "<"
        long = self.form in ("RF64", "BW64")

        def chunk(name: str, body: bytes, size: int | None = None) -> bytes:
            head = struct.pack(order + "4sI", name.encode(), len(body) if size is None else size)
            return head + body + b"\0" * (len(body) % 2)

        block = self.bits // 8 * self.channels if self.block is None else self.block
        tag, extra = self.tag, self.extra
        if self.extensible:
            extra = struct.pack(order + "HHIH", 22, self.bits, 0, tag) + GUID
            tag = EXTENSIBLE
        numbers = (tag, self.channels, self.rate, (self.rate * block) & 0xFFFF_FFFF, block, self.bits)
        form = chunk("fmt ", struct.pack(order + "HHIIHH", *numbers) + extra)
        size = 0xFFFF_FFFF if long and self.size is None else self.size
        data = chunk("data", self.data, size)
        others = [b"".join(chunk(*one) for one in place) for place in (self.before, self.between, self.after)]
        body = b"".join(
            [others[0], data, form, *others[1:]] if self.data_first else [others[0], form, others[1], data, others[2]]
        )
        if long:
            body = chunk("ds64", struct.pack("<QQQI", len(body) + 40, len(self.data), 0, 0)) + body
        whole = 0xFFFF_FFFF if long else (len(body) + 4) & 0xFFFF_FFFF
        return struct.pack(order + "4sI4s", self.form.encode(), whole, b"WAVE") + body

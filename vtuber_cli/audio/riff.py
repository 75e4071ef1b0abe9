"""RIFF files (WAV and its kin), for what libsndfile refuses: read by hand, block by block, nothing believed.

Chunks in any order, also behind the sound; RIFF, RIFX, RF64 and BW64; PCM of 8 to 32 bits, floats of 16 to 64, mu-law
and A-law, plain or EXTENSIBLE; sizes that lie. Whatever else it is, is named.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import RawIOBase
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Frames: TypeAlias = npt.NDArray[np.float32]
    """Shape (frames, channels), in [-1, 1] unless the file has floats beyond."""

Order: TypeAlias = Literal["<", ">"]

MAGIC = (b"RIFF", b"RIFX", b"RF64", b"BW64")

_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_CODECS = {
    0x02: "MS ADPCM",
    0x11: "IMA ADPCM",
    0x31: "GSM 6.10",
    0x50: "MPEG",
    0x55: "MP3",
    0xFF: "AAC",
    0x160: "WMA",
    0x161: "WMA",
    0x162: "WMA",
    0x163: "WMA",
    0x1610: "AAC",
    0x6771: "Vorbis",
    0xF1AC: "FLAC",
}
_UNKNOWN_SIZE = 0xFFFF_FFFF
_MOST_CHUNKS = 4096
"""A file of nothing but empty chunks would take for ever."""
_LONGEST_FORMAT = 4096
_SKIPPED_AT_ONCE = 1 << 16


class RiffError(Exception):
    """What is wrong: the rest of a key in the area `audio`, and its parameters."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params


@dataclass(frozen=True, slots=True)
class Format:
    """How the sound is stored."""

    tag: int
    channels: int
    rate: int
    width: int
    """Bytes of one sample of one channel."""
    order: Order

    @property
    def block(self) -> int:
        """Bytes of one frame."""
        return self.width * self.channels


class Riff:
    """The sound in a RIFF file. One that cannot be sought in is read from front to back.

    Args:
        file: at its beginning; `close` closes it.

    Raises:
        RiffError: no such file, or what is in it cannot be read.
    """

    def __init__(self, file: BinaryIO | RawIOBase) -> None:
        self._file = file
        self._rest = 0
        self._endless = False
        self.format = self._find()
        self._measure()
        self._decode = _decoder(self.format)
        self.samplerate, self.channels = self.format.rate, self.format.channels

    @property
    def frames(self) -> int | None:
        """Still to be read; None if nobody knows."""
        return None if self._endless else self._rest // self.format.block

    @property
    def has_half_a_frame(self) -> bool:
        """The sound ends in the middle of one, which `read` leaves out."""
        return not self._endless and self._rest % self.format.block != 0

    def read(self, frames: int) -> Frames:
        """So many frames, or fewer at the end."""
        size = frames * self.format.block
        data = exactly(self._file, size if self._endless else min(size, self._rest))
        self._rest -= len(data)
        whole = len(data) - len(data) % self.format.block
        return self._decode(data[:whole]).reshape(-1, self.channels)

    def close(self) -> None:
        self._file.close()

    def _find(self) -> Format:
        """Leaves the file at the first sample."""
        head = exactly(self._file, 12)
        if len(head) < 12 or head[:4] not in MAGIC or head[8:] != b"WAVE":
            raise RiffError("file_not_audio")
        order: Order = ">" if head[:4] == b"RIFX" else "<"
        form: Format | None = None
        sound: int | None = None  # where it begins, if it came before its format
        long = 0  # the size that does not fit into 32 bits
        for _ in range(_MOST_CHUNKS):
            header = exactly(self._file, 8)
            if len(header) < 8:
                break
            name, size = header[:4], int(struct.unpack(order + "I", header[4:])[0])
            if name == b"data":
                self._size(size, long)
                if form is not None:
                    return form
                if not self._file.seekable():
                    raise RiffError("file_without_format")
                sound = self._file.tell()
                self._skip(self._rest)
            elif name == b"fmt " and form is None:
                body = exactly(self._file, min(size, _LONGEST_FORMAT))
                form = _format(body, order)
                self._skip(size + size % 2 - len(body))
                if sound is not None:
                    self._file.seek(sound)
                    return form
            elif name == b"ds64" and size >= 16:
                body = exactly(self._file, 16)
                long = int(struct.unpack(order + "QQ", body)[1]) if len(body) == 16 else 0
                self._skip(size + size % 2 - 16)
            else:
                self._skip(size + size % 2)
        raise RiffError("file_without_format" if form is None else "file_empty")

    def _size(self, size: int, long: int) -> None:
        """A recorder that was cut off says 0, one that writes into a pipe the most there can be."""
        self._rest = long if size == _UNKNOWN_SIZE and long else size
        self._endless = self._rest in (0, _UNKNOWN_SIZE)

    def _measure(self) -> None:
        """What is not there is not promised; of a pipe nobody knows."""
        if not self._file.seekable():
            return
        at = self._file.tell()
        there = self._file.seek(0, 2) - at
        self._file.seek(at)
        # Nothing between the header and a chunk that makes sense is nothing; anything else is a size never filled in.
        if self._endless and self._rest == 0 and _is_chunk(exactly(self._file, 8), there, self.format.order):
            there = 0
        self._file.seek(at)
        self._rest = there if self._endless else min(self._rest, there)
        self._endless = False

    def _skip(self, size: int) -> None:
        if self._endless:
            size = 0
        if self._file.seekable():
            self._file.seek(size, 1)
            return
        while size > 0 and (data := self._file.read(min(size, _SKIPPED_AT_ONCE))):
            size -= len(data)


def _is_chunk(header: bytes, room: int, order: Order) -> bool:
    return (
        len(header) == 8
        and all(0x20 <= letter < 0x7F for letter in header[:4])
        and int(struct.unpack(order + "I", header[4:])[0]) <= room - 8
    )


def exactly(file: BinaryIO | RawIOBase, size: int) -> bytes:
    """So many bytes, or fewer at the end; a pipe gives them in pieces."""
    data = file.read(size)
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data


def _format(body: bytes, order: Order) -> Format:
    if len(body) < 14:
        raise RiffError("file_without_format")
    tag, channels, rate, _, block = struct.unpack(order + "HHIIH", body[:14])
    bits = int(struct.unpack(order + "H", body[14:16])[0]) if len(body) >= 16 else 8 * block // max(channels, 1)
    if tag == _EXTENSIBLE and len(body) >= 26:
        # The first field of a GUID is little-endian, whatever the rest of the file is; some writers differ.
        tag = next(
            (
                read
                for read in (int.from_bytes(body[24:26], "little"), int.from_bytes(body[24:26], "big"))
                if read in (_PCM, _FLOAT, _A_LAW, _MU_LAW) or read in _CODECS
            ),
            tag,
        )
    if tag not in (_PCM, _FLOAT, _A_LAW, _MU_LAW):
        raise RiffError("file_codec", codec=_CODECS.get(tag, f"0x{tag:04x}"))
    if not channels:
        raise RiffError("file_odd_channels", channels=channels)
    # 12 bits live in two bytes and 20 in three; what the block says of the bytes is believed if it can be.
    width = block // channels if block and block % channels == 0 else (bits + 7) // 8
    if (tag, width) not in _DTYPES and (tag, width) != (_PCM, 3):
        width = (bits + 7) // 8
    if (tag, width) not in _DTYPES and (tag, width) != (_PCM, 3):
        raise RiffError("file_odd_bits", bits=bits)
    return Format(tag, channels, rate, width, order)


_DTYPES = {
    (_PCM, 1): "u1",
    (_PCM, 2): "i2",
    (_PCM, 4): "i4",
    (_FLOAT, 2): "f2",
    (_FLOAT, 4): "f4",
    (_FLOAT, 8): "f8",
    (_A_LAW, 1): "u1",
    (_MU_LAW, 1): "u1",
}


def _decoder(form: Format) -> Callable[[bytes], Frames]:
    import numpy as np

    if form.tag in (_A_LAW, _MU_LAW):
        table = _a_law() if form.tag == _A_LAW else _mu_law()
        return lambda data: table[np.frombuffer(data, "u1")]
    if (form.tag, form.width) == (_PCM, 3):
        return lambda data: _of_24_bits(data, form.order)
    dtype = form.order + _DTYPES[form.tag, form.width]
    if form.tag == _FLOAT:
        # A double may be more than a float can hold; it becomes infinite, and is made sane like the rest.
        def floats(data: bytes) -> Frames:
            with np.errstate(over="ignore", invalid="ignore"):
                return np.frombuffer(data, dtype).astype(np.float32)

        return floats
    zero, full = (128, 128) if form.width == 1 else (0, 1 << (8 * form.width - 1))
    return lambda data: ((np.frombuffer(data, dtype).astype(np.float64) - zero) / full).astype(np.float32)


def _of_24_bits(data: bytes, order: Order) -> Frames:
    import numpy as np

    three = np.frombuffer(data, "u1").reshape(-1, 3)
    if order == ">":
        three = three[:, ::-1]
    # As the upper three bytes of four, so that the sign comes by itself.
    four = np.zeros((len(three), 4), "u1")
    four[:, 1:] = three
    return (four.view("<i4")[:, 0] / np.float64(1 << 31)).astype(np.float32)


def _mu_law() -> Frames:
    """ITU-T G.711: sign, exponent and mantissa, all bits inverted."""
    import numpy as np

    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    size = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return (np.where(code & 0x80, -size, size) / 32768).astype(np.float32)


def _a_law() -> Frames:
    """ITU-T G.711: every other bit inverted; the sign bit is set for what is above zero."""
    import numpy as np

    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    size = np.where(exponent > 0, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0), (mantissa << 4) + 8)
    return (np.where(code & 0x80, size, -size) / 32768).astype(np.float32)

"""PNG pictures of 8-bit RGBA into bytes of pixels and back: what the rasteriser writes is all that is read."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MAX_SIDE = 16_384


def decode(data: bytes) -> npt.NDArray[np.uint8]:
    """The pixels, shape (height, width, 4), not premultiplied; they may not be written to.

    FFmpeg undoes the filters twenty times as fast as we do, and comes with faster-whisper, which reads sound by it.

    Raises:
        ValueError: not a PNG, or not one of 8-bit RGBA without interlacing.
    """
    width, height = _size(data)
    try:
        import av
    except ImportError:
        return _decoded(data, width, height)
    codec = av.CodecContext.create("png", "r")
    codec.thread_count = 1  # several would give the picture back with the next one only
    codec.options = {"err_detect": "crccheck+explode"}
    (frame,) = codec.decode(av.Packet(data))
    (plane,) = frame.planes
    rows = np.frombuffer(bytes(plane), np.uint8).reshape(height, plane.line_size)
    return np.ascontiguousarray(rows[:, : 4 * width]).reshape(height, width, 4)


def _size(data: bytes) -> tuple[int, int]:
    if data[:8] != _SIGNATURE or len(data) < 33:
        raise ValueError("not a PNG")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    if (depth, colour, interlaced) != (8, 6, 0) or not 0 < width <= _MAX_SIDE or not 0 < height <= _MAX_SIDE:
        raise ValueError("not a PNG of 8-bit RGBA")
    return width, height


def _decoded(data: bytes, width: int, height: int) -> npt.NDArray[np.uint8]:
    size = height * (4 * width + 1)
    packed = b"".join(body for kind, body in _chunks(data) if kind == b"IDAT")
    raw = zlib.decompressobj().decompress(packed, size)
    if len(raw) != size:
        raise ValueError("a PNG that ends early")
    return _unfiltered(np.frombuffer(raw, np.uint8).reshape(height, 4 * width + 1)).reshape(height, width, 4)


def encode(pixels: npt.NDArray[np.uint8], *, level: int = 6) -> bytes:
    """A PNG of pixels of shape (height, width, 4), not premultiplied.

    Without filters, which make drawings with flat colours larger: a fifth, when each row is its difference from the
    one above.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 4 * width), np.uint8)
    rows[:, 1:] = pixels.reshape(height, 4 * width)
    body = zlib.compress(rows.tobytes(), level)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    position = 8
    while position + 8 <= len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        found.append((data[position + 4 : position + 8], data[position + 8 : position + 8 + length]))
        position += 12 + length
    return found


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _unfiltered(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Undoes the filter of each row, which its first byte names."""
    found = rows[:, 1:].copy()
    above = np.zeros(found.shape[1], np.uint8)
    for row, kind in zip(found, rows[:, 0].tolist(), strict=True):
        if kind == 1:
            row[:] = np.add.accumulate(row.reshape(-1, 4), axis=0, dtype=np.uint8).reshape(-1)
        elif kind == 2:
            row += above
        elif kind in (3, 4):
            row[:] = (_averaged if kind == 3 else _paeth)(row.tolist(), above.tolist())
        elif kind:
            raise ValueError("a filter that PNG does not have")
        above = row
    return found


def _averaged(row: list[int], above: list[int]) -> list[int]:
    left = [0, 0, 0, 0]
    for index, up in enumerate(above):
        channel = index & 3
        left[channel] = row[index] = (row[index] + (left[channel] + up >> 1)) & 255
    return row


def _paeth(row: list[int], above: list[int]) -> list[int]:
    """Each byte is a difference from what is left, above or above left, the nearest to left + above - corner."""
    for channel in range(4):
        left = corner = 0
        for index in range(channel, len(row), 4):
            up = above[index]
            to_left, to_up = up - corner, left - corner
            to_corner = abs(to_left + to_up)
            to_left, to_up = abs(to_left), abs(to_up)
            if to_left > to_up or to_left > to_corner:
                left = up if to_up <= to_corner else corner
            row[index] = left = (row[index] + left) & 255
            corner = up
    return row

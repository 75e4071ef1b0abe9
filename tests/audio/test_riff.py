from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.audio.riff_files import A_LAW, FLOAT, MU_LAW, PCM, Wav
from vtuber_cli.audio import wav
from vtuber_cli.audio.riff import Riff, RiffError
from vtuber_cli.errors import AudioUnavailable, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.events import Samples

FORMATS = [(PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64)]
SOUND = 0.5 * np.sin(2 * np.pi * 440 * np.arange(1600) / 16_000)


def stored(tag: int, bits: int, order: str = "<") -> bytes:
    """`SOUND` as the bytes of a data chunk."""
    if tag == FLOAT:
        return SOUND.astype(f"{order}f{bits // 8}").tobytes()
    if bits == 8:
        return np.rint(SOUND * 127 + 128).astype("u1").tobytes()
    if bits == 24:
        three = np.rint(SOUND * 0x7FFFFF).astype("<i4").view("u1").reshape(-1, 4)[:, :3]
        return (three if order == "<" else three[:, ::-1]).tobytes()
    return np.rint(SOUND * (2 ** (bits - 1) - 1)).astype(f"{order}i{bits // 8}").tobytes()


SIXTEEN = stored(PCM, 16)


def by_hand(file: Wav) -> Samples:
    return Riff(io.BytesIO(bytes(file))).read(10_000)[:, 0]


class Pipe(io.RawIOBase):
    """Bytes that come in pieces and cannot be sought in."""

    def __init__(self, data: bytes, piece: int = 7) -> None:
        self._data, self._piece = io.BytesIO(data), piece

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._data.read(min(size, self._piece) if size >= 0 else -1)


@pytest.mark.parametrize("form", ["RIFF", "RIFX", "RF64", "BW64"])
@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize(("tag", "bits"), FORMATS)
def test_every_format_is_the_same_sound(form: str, extensible: bool, tag: int, bits: int) -> None:
    data = stored(tag, bits, ">" if form == "RIFX" else "<")
    heard = by_hand(Wav(data, tag, bits, form=form, extensible=extensible))  # pyright: ignore[reportArgumentType]
    assert len(heard) == 1600
    assert np.max(np.abs(heard - SOUND)) < (0.01 if bits == 8 else 1e-4)


@pytest.mark.parametrize("form", ["RIFF", "RIFX"])
@pytest.mark.parametrize(("tag", "bits"), [*FORMATS, (A_LAW, 8), (MU_LAW, 8)])
def test_as_libsndfile_reads_it(form: str, tag: int, bits: int) -> None:
    data = bytes(range(256)) if tag in (A_LAW, MU_LAW) else stored(tag, bits, ">" if form == "RIFX" else "<")
    file = Wav(data, tag, bits, form=form)  # pyright: ignore[reportArgumentType]
    theirs, _ = soundfile.read(io.BytesIO(bytes(file)), dtype="float32")
    assert np.array_equal(by_hand(file), theirs)


@pytest.mark.parametrize(
    "file",
    [
        Wav(SIXTEEN, data_first=True),
        Wav(SIXTEEN, data_first=True, before=(("LIST", b"INFOabc"),), after=(("cue ", b"x"),)),
        Wav(SIXTEEN, before=(("JUNK", b"odd"),), between=(("bext", b"x" * 603),), after=(("id3 ", b"zz"),)),
        Wav(SIXTEEN, size=0),
        Wav(SIXTEEN, size=0xFFFF_FFFF),
        Wav(SIXTEEN, size=0x7FFF_0000),
        Wav(SIXTEEN, form="RF64", size=len(SIXTEEN)),
        Wav(SIXTEEN, bits=12, block=2),
        Wav(SIXTEEN, block=7),
        Wav(SIXTEEN, block=0),
        Wav(SIXTEEN, extra=b"\0\0" + b"x" * 40),
        Wav(SIXTEEN, after=(("data", b"more"),)),
        Wav(SIXTEEN, between=(("fmt ", b"\1\0\2\0" + bytes(12)),)),
    ],
)
def test_unusual_files_are_heard(tmp_path: Path, file: Wav) -> None:
    (tmp_path / "a.wav").write_bytes(bytes(file))
    for heard in (by_hand(file), wav.read(tmp_path / "a.wav")):
        assert len(heard) == 1600
        assert np.max(np.abs(heard - SOUND)) < 1e-4


def test_channels_stay_apart_until_they_are_mixed() -> None:
    both = np.stack([SOUND, -SOUND], axis=1)
    data = np.rint(both * 32767).astype("<i2").tobytes()
    frames = Riff(io.BytesIO(bytes(Wav(data, channels=2)))).read(10_000)
    assert frames.shape == (1600, 2)
    assert np.max(np.abs(frames - both)) < 1e-4


def test_it_is_read_piece_by_piece() -> None:
    file = Riff(io.BytesIO(bytes(Wav(SIXTEEN + b"\1"))))
    assert file.frames == 1600
    pieces = [file.read(999) for _ in range(3)]
    assert [len(piece) for piece in pieces] == [999, 601, 0]
    assert file.frames == 0


def test_a_pipe_is_heard_as_it_comes() -> None:
    for size in (None, 0xFFFF_FFFF, 0):
        file = Riff(Pipe(bytes(Wav(SIXTEEN, before=(("LIST", b"INFOabc"),), size=size))))  # pyright: ignore[reportArgumentType]
        assert file.frames == (1600 if size is None else None)
        assert np.max(np.abs(file.read(1600)[:, 0] - SOUND)) < 1e-4
        assert len(file.read(100)) == 0


@pytest.mark.parametrize(
    ("file", "key"),
    [
        (Wav(SIXTEEN, tag=0x55), "file_codec"),
        (Wav(SIXTEEN, tag=0x11), "file_codec"),
        (Wav(SIXTEEN, tag=0), "file_codec"),
        (Wav(SIXTEEN, bits=64), "file_odd_bits"),
        (Wav(SIXTEEN, bits=0, block=0), "file_odd_bits"),
        (Wav(SIXTEEN, channels=0), "file_odd_channels"),
        (Wav(SIXTEEN, channels=65), "file_odd_channels"),
        (Wav(SIXTEEN, rate=0), "file_odd_rate"),
        (Wav(SIXTEEN, rate=0xFFFF_FFFF), "file_odd_rate"),
        (Wav(b""), "file_empty"),
        (Wav(b"", after=(("LIST", b"INFOabcd"),)), "file_empty"),
        (Wav(b"\1"), "file_empty"),
    ],
)
def test_what_cannot_be_heard_is_named(tmp_path: Path, file: Wav, key: str) -> None:
    if key == "file_codec" and file.tag == 0x11:  # libsndfile reads that one, if it is sound
        with pytest.raises(RiffError) as by_us:
            by_hand(file)
        assert by_us.value.params == {"codec": "IMA ADPCM"}
        return
    (tmp_path / "a.wav").write_bytes(bytes(file))
    with pytest.raises(UsageError) as refused:
        wav.read(tmp_path / "a.wav")
    assert refused.value.key == f"audio.{key}"


def test_a_file_of_nothing_but_empty_chunks_does_not_take_for_ever() -> None:
    with pytest.raises(RiffError):
        Riff(io.BytesIO(b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 100_000))


def test_a_format_chunk_of_gigabytes_is_not_taken_into_memory() -> None:
    head = b"RIFF\0\0\0\0WAVE" + b"fmt " + struct.pack("<I", 0xFFFF_FFF0) + b"\1\0\1\0" + bytes(40)
    with pytest.raises(RiffError):
        Riff(io.BytesIO(head))


@given(
    st.sampled_from(["RIFF", "RIFX", "RF64", "BW64"]),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 200),
)
def test_damaged_headers_are_heard_or_refused(
    form: str, extensible: bool, damage: list[tuple[int, int]], cut: int
) -> None:
    file = bytearray(bytes(Wav(bytes(120), form=form, extensible=extensible)))  # pyright: ignore[reportArgumentType]
    for place, value in damage:
        if place < len(file):
            file[place] = value
    file = file[: len(file) - cut] if cut < len(file) else file
    try:
        sound = wav.opened(io.BytesIO(bytes(file)), "x")
    except UsageError:
        return
    try:
        heard = sum(len(block) for block in wav.at_ear_rate(sound, "x"))
    except AudioUnavailable:
        return
    assert heard <= 120 * 4 + 100  # from 4 kHz, at the most

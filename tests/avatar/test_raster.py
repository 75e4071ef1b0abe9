"""Pictures: the same for the same pose, kept, and each feeling its own."""

from __future__ import annotations

import struct
import sys
import threading
import zlib
from collections.abc import Callable
from itertools import combinations, pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.avatar.rigs import CHARACTERS, small
from vtuber_cli.avatar import expressions_file, png
from vtuber_cli.avatar.parameters import Pose
from vtuber_cli.avatar.raster import Raster
from vtuber_cli.avatar.rig import Rig, load
from vtuber_cli.avatar.rig_file import RigFile, View
from vtuber_cli.avatar.sheet import CELLS, MOVES, sheet
from vtuber_cli.avatar.svg import svg
from vtuber_cli.events import EMOTIONS

Decode = Callable[[bytes], np.ndarray]

WHO = ("mika", "jun")
VIEWS: tuple[View, ...] = ("bust", "face")
RIGS = {who: load(CHARACTERS / who) for who in WHO}
FACES = {who: expressions_file.read(CHARACTERS / who / "expressions.json") for who in WHO}


def pixels(raster: Raster, pose: Pose, side: int = CELLS) -> np.ndarray:
    flat = np.frombuffer(raster.rgba(pose, side, side), np.uint8).reshape(side, side, 4).astype(float)
    return flat[..., :3] * flat[..., 3:] / 255


def unlike(here: np.ndarray, there: np.ndarray) -> float:
    """The mean difference of the pixels of the middle, where the face is."""
    return float(np.abs(here - there)[20:60, 15:65].mean())


@pytest.fixture
def raster() -> Raster:
    return Raster(Rig(RigFile.model_validate(small())))


def test_the_ground_is_transparent_and_the_face_is_not(raster: Raster) -> None:
    found = np.frombuffer(raster.rgba({}, 50, 50), np.uint8).reshape(50, 50, 4)
    assert found[0, 0, 3] == 0
    assert found[15, 25].tolist() == [255, 224, 208, 255]


def test_other_proportions_center_the_canvas(raster: Raster) -> None:
    wide = np.frombuffer(raster.rgba({}, 100, 50), np.uint8).reshape(50, 100, 4)
    assert wide[:, :30, 3].max() == 0 and wide[:, -30:, 3].max() == 0
    assert wide[25, 50, 3] == 255


def test_in_a_high_picture_she_stands_at_the_bottom() -> None:
    for view in VIEWS:
        high = np.frombuffer(Raster(RIGS["mika"]).rgba({}, 40, 120, view), np.uint8).reshape(120, 40, 4)
        assert high[-1, 20, 3] == 255 and high[:30, :, 3].max() == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from(VIEWS))
def test_pictures_have_the_size_that_was_asked_for(width: int, height: int, view: View) -> None:
    raster = Raster(RIGS["mika"], memory=0)
    bare = raster.png({}, width, height, view)
    assert struct.unpack(">II", bare[16:24]) == (width, height)


@pytest.mark.parametrize("who", WHO)
def test_the_view_of_the_face_is_nearer(who: str) -> None:
    raster = Raster(RIGS[who])
    near = np.frombuffer(raster.rgba({}, 60, 60, "face"), np.uint8)
    assert near.tobytes() != raster.rgba({}, 60, 60)
    assert (near.reshape(60, 60, 4)[..., 3] > 0).mean() > 0.6


def test_the_same_pose_is_the_same_picture_and_drawn_once(raster: Raster) -> None:
    other = Raster(raster.rig)
    pose = {"ParamMouthOpenY": 0.5}
    assert raster.rgba(pose, 40, 40) == other.rgba(pose, 40, 40)
    assert raster.rgba(pose, 40, 40) is raster.rgba({**pose, "Whatever": 3.0}, 40, 40)
    assert raster.drawn == 1


def test_poses_that_nobody_can_tell_apart_are_one_picture(raster: Raster) -> None:
    raster.rgba({"ParamAngleZ": 10}, 40, 40)
    raster.rgba({"ParamAngleZ": 10.2}, 40, 40)
    assert raster.drawn == 1
    assert raster.key({"ParamAngleZ": 10}, 40, 40) == raster.key({"ParamAngleZ": 10.2}, 40, 40)
    assert raster.key({"ParamAngleZ": 10}, 40, 40) != raster.key({"ParamAngleZ": 14}, 40, 40)
    assert raster.has({"ParamAngleZ": 10}, 40, 40) and not raster.has({"ParamAngleZ": 14}, 40, 40)


def test_the_ends_of_every_range_are_steps(raster: Raster) -> None:
    wide = Raster(raster.rig)
    for side in (16, 80, 333, 2000):
        for angle in (-30, 30):
            assert wide._pose(wide._steps({"ParamAngleZ": angle}, side), side)["ParamAngleZ"] == angle  # pyright: ignore[reportPrivateUsage]


def test_the_oldest_pictures_go_when_memory_is_full() -> None:
    raster = Raster(Rig(RigFile.model_validate(small())), memory=3 * 20 * 20 * 4)
    turns = [{"ParamAngleZ": angle} for angle in (-30.0, -15.0, 0.0)]
    for pose in turns:
        raster.rgba(pose, 20, 20)
    raster.rgba(turns[0], 20, 20)
    raster.rgba({"ParamAngleZ": 30.0}, 20, 20)
    assert [raster.has(pose, 20, 20) for pose in turns] == [True, False, True]
    assert len(raster.rgba({}, 60, 60)) == 60 * 60 * 4  # more than is kept at all
    assert not raster.has({}, 60, 60)


def test_several_threads_draw_the_same_pictures() -> None:
    raster = Raster(RIGS["mika"])
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(raster.rgba({"ParamAngleX": 12}, 48, 48))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1


def test_what_is_bounded_stays_in_its_bounds(raster: Raster) -> None:
    text = svg(raster.rig.draw({}), (0, 0, 100, 100), (100, 100))
    assert text.count("<clipPath") == 2 and text.count("<g clip-path") == text.count("</g>") == 2
    far = np.frombuffer(raster.rgba({"ParamEyeBallX": 1}, 100, 100), np.uint8).reshape(100, 100, 4)
    assert far[40, 73].tolist() == [255, 224, 208, 255]  # the iris would reach to 73 and the white ends at 72


@pytest.mark.parametrize("who", WHO)
def test_every_emotion_differs_from_every_other_in_cells(who: str) -> None:
    raster = Raster(RIGS[who])
    for intensity, least in ((5, 12.0), (3, 8.0)):
        pictures = {name: pixels(raster, FACES[who][name].pose(intensity)) for name in EMOTIONS}
        for here, there in combinations(EMOTIONS, 2):
            assert unlike(pictures[here], pictures[there]) > least, f"{here} and {there} at {intensity}"


@pytest.mark.parametrize("who", WHO)
def test_every_intensity_differs_from_the_one_before(who: str) -> None:
    raster = Raster(RIGS[who])
    for name in EMOTIONS:
        pictures = [pixels(raster, FACES[who][name].pose(intensity)) for intensity in (1, 2, 3, 4, 5)]
        for below, above in pairwise(pictures):
            assert unlike(below, above) > 0.5, name


@pytest.mark.parametrize("who", WHO)
def test_every_move_is_seen(who: str) -> None:
    raster = Raster(RIGS[who])
    rest = pixels(raster, {})
    for words, pose in MOVES:
        assert np.abs(pixels(raster, pose) - rest).mean() > 0.05, words


def test_a_sheet_shows_everything() -> None:
    found = png.decode(sheet(RIGS["jun"], {}, side=24))
    rows, columns = len(EMOTIONS) + len(MOVES) // 6, 6
    assert found.shape == (rows * (24 + 24), columns * (24 + 4), 4)


# --- PNG --------------------------------------------------------------------------------------------------------


def slowly(data: bytes) -> np.ndarray:
    """Decoded where there is no FFmpeg."""
    with patch.dict(sys.modules, {"av": None}):
        return png.decode(data)


WAYS = pytest.mark.parametrize("decode", [png.decode, slowly])


@WAYS
@given(st.integers(1, 9), st.integers(1, 9), st.randoms(use_true_random=False))
def test_png_there_and_back(decode: Decode, width: int, height: int, random: object) -> None:
    noise = np.frombuffer(random.randbytes(width * height * 4), np.uint8).reshape(height, width, 4)  # type: ignore[attr-defined]
    assert (decode(png.encode(noise)) == noise).all()


@WAYS
def test_png_with_every_filter(decode: Decode) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (5, 7, 4), np.uint8)
    rows = b""
    flat = noise.reshape(5, 28).astype(int)
    for kind, row in enumerate(flat):
        left = np.concatenate([np.zeros(4, int), row[:-4]])
        above = flat[kind - 1] if kind else np.zeros(28, int)
        corner = np.concatenate([np.zeros(4, int), above[:-4]])
        guess = left + above - corner
        near = np.abs([guess - left, guess - above, guess - corner]).argmin(axis=0)
        paeth = np.choose(near, [left, above, corner])
        filtered = row - [np.zeros(28, int), left, above, (left + above) // 2, paeth][kind]
        rows += bytes([kind]) + (filtered % 256).astype(np.uint8).tobytes()
    plain = png.encode(noise)
    body = zlib.compress(rows)
    start = plain.index(b"IDAT") - 4
    check = zlib.crc32(b"IDAT" + body).to_bytes(4, "big")
    made = plain[:start] + len(body).to_bytes(4, "big") + b"IDAT" + body + check + plain[-12:]
    assert (decode(made) == noise).all()


@WAYS
@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", png.encode(np.zeros((2, 2, 4), np.uint8))[:40]])
def test_what_is_no_png_is_refused(decode: Decode, data: bytes) -> None:
    with pytest.raises((ValueError, zlib.error)):
        decode(data)

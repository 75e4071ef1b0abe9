"""Pictures as letters: lines by their shape, on either ground."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.avatar.rigs import CHARACTERS
from vtuber_cli.avatar import expressions_file
from vtuber_cli.avatar.letters import ACROSS, DOWN, letters
from vtuber_cli.avatar.parameters import Pose
from vtuber_cli.avatar.raster import Raster
from vtuber_cli.avatar.rig import load
from vtuber_cli.events import EMOTIONS

DARK, LIGHT = (0, 0, 0), (255, 255, 255)
WHO = ("mika", "jun")
RASTERS = {who: Raster(load(CHARACTERS / who)) for who in WHO}
FACES = {who: expressions_file.read(CHARACTERS / who / "expressions.json") for who in WHO}


def drawn(marks: str, ink: int = 0, paper: int = 255) -> bytes:
    return b"".join(bytes([level] * 3 + [255]) for mark in marks for level in [ink if mark == "#" else paper])


def art(who: str, pose: Pose, columns: int, rows: int, ground: tuple[int, int, int] = DARK) -> list[str]:
    width, height = columns * ACROSS, rows * DOWN
    return letters(RASTERS[who].rgba(pose, width, height), width, height, ground)


def differing(one: list[str], other: list[str]) -> int:
    return sum(a != b for first, second in zip(one, other, strict=True) for a, b in zip(first, second, strict=True))


@given(st.integers(1, 8), st.integers(1, 5), st.integers(0, 2**32), st.sampled_from([DARK, LIGHT, (90, 200, 30)]))
def test_rows_are_printable_and_of_the_size(columns: int, rows: int, seed: int, ground: tuple[int, int, int]) -> None:
    noise = random.Random(seed).randbytes(columns * ACROSS * rows * DOWN * 4)
    found = letters(noise, columns * ACROSS, rows * DOWN, ground)
    assert [len(line) for line in found] == [columns] * rows
    assert all(line.isascii() and line.isprintable() for line in found)


@given(st.integers(1, 8), st.integers(1, 5), st.tuples(*[st.integers(0, 255)] * 4))
def test_a_flat_picture_is_empty_on_a_dark_ground(columns: int, rows: int, colour: tuple[int, ...]) -> None:
    width, height = columns * ACROSS, rows * DOWN
    assert letters(bytes(colour) * (width * height), width, height, DARK) == [" " * columns] * rows


@pytest.mark.parametrize("ground", [DARK, LIGHT])
def test_nothing_is_spaces(ground: tuple[int, int, int]) -> None:
    assert letters(bytes(8 * 16 * 4), 8, 16, ground) == ["  ", "  "]


def test_a_dark_area_is_shaded_on_a_light_ground_only() -> None:
    dark = bytes([20, 20, 40, 255]) * (40 * 40)
    assert set("".join(letters(dark, 40, 40, LIGHT))) == {":"}
    assert set("".join(letters(dark, 40, 40, DARK))) == {" "}


@pytest.mark.parametrize(
    ("characters", "inked"),
    [
        ("|", lambda x, _: 9 <= x <= 10),
        ("-=~_", lambda _, y: y == 20),
        ("/", lambda x, y: abs(2 * (19 - x) - y) <= 1),
        ("\\", lambda x, y: abs(2 * x - y) <= 1),
        ("@#80", lambda x, y: 6 <= x <= 13 and 14 <= y <= 25),
    ],
)  # fmt: skip
def test_a_line_is_drawn_by_its_shape(characters: str, inked) -> None:
    """In the middle of 5x5 cells."""
    marks = "".join("#" if inked(x, y) else "." for y in range(40) for x in range(20))
    found = letters(drawn(marks), 20, 40)
    assert found[2][2] in characters, "\n".join(found)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("ground", [DARK, LIGHT])
@pytest.mark.parametrize(("size", "least"), [((40, 20), 5), ((20, 10), 2)])
def test_eyes_and_mouth_are_told_apart(
    who: str, ground: tuple[int, int, int], size: tuple[int, int], least: int
) -> None:
    rest = art(who, {}, *size, ground)
    shut = art(who, {"ParamEyeLOpen": 0, "ParamEyeROpen": 0}, *size, ground)
    speaks = art(who, {"ParamMouthOpenY": 1, "ParamMouthForm": 0.2}, *size, ground)
    assert differing(rest, shut) >= least
    assert differing(rest, speaks) >= least
    assert differing(shut, speaks) >= 2 * least
    where = [[row for row in range(size[1]) if rest[row] != other[row]] for other in (shut, speaks)]
    assert max(where[0]) < max(where[1]), "eyes are above the mouth"


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("ground", [DARK, LIGHT])
def test_feelings_differ(who: str, ground: tuple[int, int, int]) -> None:
    faces = {
        emotion: art(who, FACES[who][emotion].pose(4), 40, 20, ground) for emotion in EMOTIONS if emotion in FACES[who]
    }
    assert len(faces) >= 7
    for one, other in combinations(faces, 2):
        assert differing(faces[one], faces[other]) >= 40, (one, other)


@pytest.mark.parametrize("size", [(0, 0), (0, 8), (4, 0), (1, 1), (4, 4), (5, 8), (2, 8), (-4, -8)])
def test_what_is_not_of_whole_cells_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no picture"):
        letters(bytes(abs(size[0] * size[1]) * 4), *size)


@pytest.mark.parametrize("length", [0, 127, 129, 256])
def test_a_picture_of_another_size_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="no picture"):
        letters(bytes(length), 4, 8)

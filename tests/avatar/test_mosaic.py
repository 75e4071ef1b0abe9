"""Pictures as cells: near to their pixels, flat where they are, never worse than halves."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.avatar.rigs import CHARACTERS
from vtuber_cli.avatar import expressions_file
from vtuber_cli.avatar.mosaic import ACROSS, DOWN, HALVES, QUADRANTS, Bytes, Colour, Floats, cells, mosaic
from vtuber_cli.avatar.raster import Raster
from vtuber_cli.avatar.rig import load

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)
SIZES = st.tuples(st.integers(1, 6), st.integers(1, 5))
"""In cells."""
GLYPHS = st.sampled_from([QUADRANTS, HALVES])


@st.composite
def pictures(draw: st.DrawFn) -> tuple[bytes, int, int]:
    """Noise, noise of few colours, or stripes; opaque and not."""
    columns, rows = draw(SIZES)
    width, height = columns * ACROSS, rows * DOWN
    chance = random.Random(draw(st.integers(0, 2**32)))
    few = [chance.randbytes(4) for _ in range(draw(st.integers(1, 5)))]
    pixels = [chance.choice(few) if len(few) < 5 else chance.randbytes(4) for _ in range(width * height)]
    return b"".join(pixels), width, height


def parted(rgba: bytes, width: int, height: int, ground: Colour, crisp: float) -> Floats:
    """The pixels over the ground by cell: shape (rows, columns, 8, 3)."""
    found = cells(rgba, width, height, ground, crisp=crisp)
    return found.reshape(8, height // DOWN, width // ACROSS, 3).transpose(1, 2, 0, 3)


def error(shown: Bytes, wanted: Floats) -> Floats:
    """Squared, a cell: shape (rows, columns)."""
    rows, columns = wanted.shape[:2]
    again = shown.reshape(rows, DOWN, columns, ACROSS, 3).transpose(0, 2, 1, 3, 4).reshape(rows, columns, 8, 3)
    return ((again.astype(float) - wanted) ** 2).sum(axis=(2, 3))


@given(pictures(), COLOURS, GLYPHS, st.sampled_from([0.0, 0.6]))
def test_both_colours_are_among_those_of_the_pixels(
    picture: tuple[bytes, int, int], ground: Colour, glyphs: str, crisp: float
) -> None:
    found = mosaic(*picture, ground, glyphs, crisp=crisp)
    wanted = parted(*picture, ground, crisp)
    low, high = wanted.min(axis=2) - 0.51, wanted.max(axis=2) + 0.51
    for colour in (found.front, found.back):
        assert (colour >= low).all()
        assert (colour <= high).all()


@given(pictures(), COLOURS)
def test_no_cell_is_further_from_its_pixels_than_a_half_block(picture: tuple[bytes, int, int], ground: Colour) -> None:
    wanted = parted(*picture, ground, 0.6)
    fine, plain = (error(mosaic(*picture, ground, glyphs).pixels(), wanted) for glyphs in (QUADRANTS, HALVES))
    rounding = 24 * 0.51**2
    assert (fine <= plain + rounding).all()


@given(SIZES, COLOURS, COLOURS, st.integers(0, 255), GLYPHS)
def test_a_flat_picture_is_spaces(
    size: tuple[int, int], colour: Colour, ground: Colour, opacity: int, glyphs: str
) -> None:
    width, height = size[0] * ACROSS, size[1] * DOWN
    found = mosaic(bytes([*colour, opacity]) * (width * height), width, height, ground, glyphs)
    assert found.lines() == [" " * size[0]] * size[1]
    assert (found.front == found.back).all()
    assert len(np.unique(found.back.reshape(-1, 3), axis=0)) == 1
    if opacity == 0:
        assert tuple(found.back[0, 0].tolist()) == ground


@given(pictures(), COLOURS, GLYPHS)
def test_cells_are_of_the_characters_asked_for_and_of_the_size(
    picture: tuple[bytes, int, int], ground: Colour, glyphs: str
) -> None:
    _, width, height = picture
    found = mosaic(*picture, ground, glyphs)
    rows, columns = height // DOWN, width // ACROSS
    assert found.glyphs.shape == (rows, columns)
    assert found.front.shape == found.back.shape == (rows, columns, 3)
    assert {one.dtype for one in found[1:]} == {np.dtype(np.uint8)}
    assert set("".join(found.lines())) <= set(glyphs)
    assert [len(line) for line in found.lines()] == [columns] * rows
    assert found.pixels().shape == (height, width, 3)


@pytest.mark.parametrize("glyph", sorted(QUADRANTS))
def test_every_character_is_found_in_its_own_picture(glyph: str) -> None:
    drawn = {
        " ": "........", "▀": "####....", "▄": "....####", "▌": "#.#.#.#.", "▐": ".#.#.#.#", "▘": "#.#.....",
        "▟": ".#.#####", "▝": ".#.#....", "▙": "#.#.####", "▖": "....#.#.", "▜": "####.#.#", "▗": ".....#.#",
        "▛": "#####.#.", "▚": "#.#..#.#", "▞": ".#.##.#.", "▂": "......##", "▆": "..######",
    }  # fmt: skip
    front, ground = (200, 90, 30), (10, 20, 30)
    rgba = b"".join(bytes([*front, 255]) if mark == "#" else bytes(4) for mark in drawn[glyph])
    found = mosaic(rgba, ACROSS, DOWN, ground, crisp=0)
    of_two = {"▀": "▄", "▜": "▖", "▛": "▗"}  # the one that leaves the top to the back
    assert found.lines() == [of_two.get(glyph, glyph)]
    shown = [tuple(pixel) for row in found.pixels().tolist() for pixel in row]
    assert shown == [front if mark == "#" else ground for mark in drawn[glyph]]
    assert of_two.get(glyph, glyph) != glyph or tuple(found.back[0, 0].tolist()) == ground


def test_what_can_hardly_be_seen_is_no_speck() -> None:
    column = bytes([100, 100, 100, 255]), bytes([102, 102, 102, 255])
    found = mosaic(b"".join(column) * DOWN, ACROSS, DOWN)
    assert found.lines() == [" "]


@pytest.mark.parametrize("size", [(0, 0), (0, 4), (2, 0), (1, 1), (1, 4), (3, 4), (2, 5), (2, 2), (-2, -4)])
def test_what_is_not_of_whole_cells_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no picture"):
        mosaic(bytes(abs(size[0] * size[1]) * 4), *size)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_picture_of_another_size_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="no picture"):
        mosaic(bytes(length), 2, 4)


@pytest.mark.parametrize("who", ["mika", "jun"])
def test_quadrants_show_a_face_better_than_halves(who: str) -> None:
    face = expressions_file.read(CHARACTERS / who / "expressions.json")["surprise"].pose(4)
    rgba = Raster(load(CHARACTERS / who)).rgba(face, 80, 80)
    wanted = parted(rgba, 80, 80, (0, 0, 0), 0.6)
    fine, plain = (error(mosaic(rgba, 80, 80, glyphs=one).pixels(), wanted).sum() for one in (QUADRANTS, HALVES))
    assert fine < 0.6 * plain

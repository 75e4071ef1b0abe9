"""Sixels, read back into pixels."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.tui.picture.sixel import Bytes, Palette, sixel

GROUND = (29, 27, 40)
HEAD = re.compile(r'\x1bP0;1q"1;1;(\d+);(\d+)((?:#\d+;2;\d+;\d+;\d+)+)([^\x1b]*)\x1b\\')
TOKEN = re.compile(r"#(\d+)|!(\d+)([?-~])|([?-~])|([$-])")


def read(text: str) -> tuple[Bytes, dict[int, tuple[int, ...]]]:
    """The register of each pixel, and the colours of registers in hundredths; every pixel is painted once."""
    found = HEAD.fullmatch(text)
    assert found
    width, height = int(found[1]), int(found[2])
    registers = {
        int(index): tuple(map(int, levels.split(";")))
        for index, levels in re.findall(r"#(\d+);2;(\d+;\d+;\d+)", found[3])
    }
    pixels = np.full((height + 6, width), -1)
    top = x = colour = position = 0
    while position < len(found[4]):
        token = TOKEN.match(found[4], position)
        assert token, found[4][position : position + 20]
        position = token.end()
        if token[1]:
            colour = int(token[1])
            assert colour in registers
        elif token[5]:
            x, top = 0, top + 6 * (token[5] == "-")
        else:
            times, sign = int(token[2] or 1), token[3] or token[4]
            for row in range(6):
                if ord(sign) - 63 >> row & 1:
                    assert (pixels[top + row, x : x + times] == -1).all()
                    pixels[top + row, x : x + times] = colour
            x += times
        assert x <= width
    assert (pixels[:height] >= 0).all()
    assert (pixels[height:] == -1).all()
    return pixels[:height], registers


def noise(width: int, height: int, seed: int = 1) -> Bytes:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99), st.sampled_from([16, 64, 256]))
def test_every_pixel_has_the_colour_nearest_to_it(width: int, height: int, seed: int, size: int) -> None:
    picture = noise(width, height, seed)
    palette = Palette([picture.tobytes()], GROUND, size)
    found, registers = read(sixel(picture.tobytes(), width, height, palette))
    assert max(registers) < len(palette.colours) <= size
    share = picture[..., 3:] / 255
    flat = picture[..., :3] * share + np.array(GROUND) * (1 - share)
    away = np.sqrt(((flat[:, :, None] - palette.colours) ** 2).sum(axis=-1))
    chosen = np.take_along_axis(away, found[..., None], axis=2)[..., 0]
    assert (chosen <= away.min(axis=2) + 2 * np.sqrt(3) * 4.5).all()  # looked up by the middle of 8 levels


@given(st.integers(1, 30), st.integers(1, 30))
def test_nothing_is_the_ground(width: int, height: int) -> None:
    palette = Palette([noise(9, 9).tobytes()], GROUND)
    found, registers = read(sixel(bytes(width * height * 4), width, height, palette))
    assert (found == 0).all()
    assert registers == {0: tuple(round(level / 2.55) for level in GROUND)}


def test_few_colours_are_kept_as_they_are() -> None:
    colours = np.array([[255, 232, 220, 255], [69, 48, 107, 255], [183, 156, 242, 255], [255, 143, 152, 255]], np.uint8)
    picture = colours[np.random.default_rng(3).integers(0, 4, (20, 20))]
    palette = Palette([picture.tobytes()], GROUND)
    found, _ = read(sixel(picture.tobytes(), 20, 20, palette))
    assert (palette.colours[found] == picture[..., :3]).all()


def test_the_same_picture_is_the_same_text_and_colours_stay() -> None:
    first, second = noise(16, 16, 1).tobytes(), noise(16, 16, 2).tobytes()
    palette, again = Palette([first], GROUND), Palette([first], GROUND)
    assert (palette.colours == again.colours).all()
    before = sixel(first, 16, 16, palette)
    _, one = read(before)
    _, other = read(sixel(second, 16, 16, palette))
    assert all(one[index] == other[index] for index in one.keys() & other.keys())
    assert sixel(first, 16, 16, palette) == before == sixel(first, 16, 16, again)


def test_colours_not_foreseen_are_shown_by_neighbours() -> None:
    palette = Palette([bytes([200, 200, 200, 255]) * 9], GROUND)
    picture = bytes([250, 10, 10, 255]) * 36
    found, _ = read(sixel(picture, 6, 6, palette))
    red, green, blue = palette.colours[found[0, 0]].tolist()
    assert red > 200
    assert max(green, blue) < 60


def test_runs_are_short() -> None:
    palette = Palette([], GROUND)
    assert len(sixel(bytes(320 * 320 * 4), 320, 320, palette)) < 600


def test_nothing_but_one_escape_is_written() -> None:
    picture = noise(33, 17)
    text = sixel(picture.tobytes(), 33, 17, Palette([picture.tobytes()], GROUND))
    assert [sign for sign in text if not sign.isprintable()] == ["\x1b", "\x1b"]
    assert text.isascii()


@pytest.mark.parametrize(
    ("width", "height", "length"), [(0, 0, 0), (0, 4, 0), (1, 0, 0), (1, 1, 3), (2, 3, 20), (-2, -2, 16)]
)
def test_a_picture_of_another_size_is_refused(width: int, height: int, length: int) -> None:
    with pytest.raises(ValueError, match="no picture"):
        sixel(bytes(length), width, height, Palette([], GROUND))


@pytest.mark.parametrize("size", [0, 1, 15, 257])
def test_too_few_or_too_many_colours_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="colours"):
        Palette([], GROUND, size)


@pytest.mark.parametrize("data", [b"", b"123"])
def test_colours_of_no_picture_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no picture"):
        Palette([data], GROUND)

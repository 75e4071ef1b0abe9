"""What is written for kitty, as a small model of kitty reads it."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.picture.small_kitty import Image, Kitty, read
from vtuber_cli.tui.picture import kitty
from vtuber_cli.tui.picture.kitty import LAST_ID, PoseFrames, PoseImages, Rgba

IDS = st.integers(1, LAST_ID)
PICTURES = st.binary(min_size=1, max_size=20_000)


@given(IDS, PICTURES)
def test_a_png_arrives_as_it_is(image: int, data: bytes) -> None:
    terminal = Kitty()
    terminal.write(kitty.transmit(image, data))
    assert terminal.seen(image) == data


@given(IDS, st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False))
def test_pixels_arrive_as_they_are(image: int, width: int, height: int, chance: object) -> None:
    data = chance.randbytes(width * height * 4)  # type: ignore[attr-defined]
    terminal = Kitty()
    terminal.write(kitty.transmit(image, Rgba(data, width, height)))
    assert terminal.seen(image) == data


@given(PICTURES, PICTURES, PICTURES)
def test_frames_are_appended_edited_and_shown(first: bytes, second: bytes, third: bytes) -> None:
    terminal = Kitty()
    terminal.write(kitty.transmit(5, first) + kitty.append(5, second))
    assert terminal.seen(5) == first
    terminal.write(kitty.show(5, 2))
    assert terminal.seen(5) == second
    terminal.write(kitty.edit(5, 1, third))
    assert terminal.seen(5) == second
    terminal.write(kitty.show(5, 1))
    assert terminal.images["5"].frames == [third, second]
    assert terminal.seen(5) == third


def test_an_image_is_placed_hidden_and_freed() -> None:
    terminal = Kitty()
    terminal.write(kitty.transmit(5, b"png") + kitty.place(5, 3, 40, 20))
    (placement,) = terminal.images["5"].placements.values()
    assert (placement["c"], placement["r"]) == ("40", "20")
    terminal.write(kitty.place(5, 3, 30, 15))
    assert len(terminal.images["5"].placements) == 1
    terminal.write(kitty.hide(5, 3))
    assert terminal.images["5"] == Image([b"png"])
    terminal.write(kitty.free(5))
    assert not terminal.images


@given(PICTURES, PICTURES)
def test_nothing_but_escapes_is_written(first: bytes, second: bytes) -> None:
    text = kitty.transmit(1, first) + kitty.edit(1, 1, second) + kitty.place(1, 1, 2, 3) + kitty.free(1)
    assert {sign for sign in text if not sign.isprintable()} == {"\x1b"}
    assert text.isascii()
    assert list(read(text))


@given(st.integers(1, 6), st.lists(st.integers(0, 9), max_size=60))
def test_the_picture_asked_for_is_the_one_that_is_seen(limit: int, keys: list[int]) -> None:
    terminal, frames = Kitty(), PoseFrames(9, limit)
    sent: list[int] = []
    for key in keys:
        picture = bytes([65 + key]) * 5000
        escape = frames.known(key)
        assert (escape is None) == (key not in frames or not sent)
        if escape is None:
            escape = frames.upload(key, picture)
        assert (escape == "") == (bool(sent) and sent[-1] == key)
        terminal.write(escape)
        assert terminal.seen(9) == picture
        sent.append(key)
        assert len(frames) <= limit
        assert len(terminal.images["9"].frames) == len(frames)
    lately = list(dict.fromkeys(reversed(sent)))[:limit]
    assert all(key in frames for key in lately)


def test_what_is_in_a_frame_is_not_sent_again() -> None:
    frames = PoseFrames(9, 3)
    first = [frames.upload(key, b"x" * 9000) for key in "abc"]
    again = [frames.upload(key, b"x" * 9000) for key in "abc"]
    assert min(map(len, first)) > 9000
    assert max(map(len, again)) < 30
    assert all(one != other for one, other in itertools.pairwise(again))


def test_frames_are_freed_once_and_start_anew() -> None:
    terminal, frames = Kitty(), PoseFrames(9, 2)
    assert frames.free() == ""
    terminal.write(frames.upload("a", b"first") + frames.upload("b", b"second"))
    terminal.write(frames.free())
    assert not terminal.images
    assert frames.free() == ""
    assert frames.known("a") is None
    terminal.write(frames.upload("b", b"second"))
    assert terminal.seen(9) == b"second"


@given(st.integers(1, 6), st.lists(st.integers(0, 9), max_size=60))
def test_without_frames_one_image_is_seen_and_never_none(limit: int, keys: list[int]) -> None:
    terminal, images = Kitty(), PoseImages(itertools.count(7), limit, 40, 20)
    before = None
    for key in keys:
        picture = bytes([65 + key]) * 5000
        escape = images.known(key)
        assert (escape is None) == (key not in images)
        if escape is None:
            escape = images.upload(key, picture)
        assert (escape == "") == (key == before)
        for one in re.findall(r"\x1b_Ga=[^\x1b]*\x1b\\(?:\x1b_Gq=[^\x1b]*\x1b\\)*", escape):
            terminal.write(one)
            assert before is None or any(image.placements for image in terminal.images.values()), "gone for a moment"
        (seen,) = [image for image in terminal.images.values() if image.placements]
        assert seen.frames == [picture]
        (placement,) = seen.placements.values()
        assert (placement["c"], placement["r"]) == ("40", "20")
        assert len(images) <= limit
        assert len(terminal.images) == len(images)
        before = key
    terminal.write(images.free())
    assert not terminal.images
    assert images.free() == ""
    assert len(images) == 0


@pytest.mark.parametrize(
    ("width", "height", "length"), [(0, 0, 0), (0, 4, 0), (4, 0, 0), (1, 1, 3), (2, 2, 15), (2, 2, 17), (-1, -1, 4)]
)
def test_pixels_of_another_size_are_refused(width: int, height: int, length: int) -> None:
    with pytest.raises(ValueError, match="no picture"):
        kitty.transmit(1, Rgba(bytes(length), width, height))


def test_an_empty_png_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        kitty.transmit(1, b"")


@pytest.mark.parametrize("number", [0, -1, LAST_ID + 1])
def test_what_is_no_id_is_refused(number: int) -> None:
    for write in (
        lambda: kitty.transmit(number, b"x"),
        lambda: kitty.append(number, b"x"),
        lambda: kitty.edit(1, number, b"x"),
        lambda: kitty.show(1, number),
        lambda: kitty.place(1, 1, number, 1),
        lambda: kitty.place(1, 1, 1, number),
        lambda: kitty.hide(1, number),
        lambda: kitty.free(number),
        lambda: PoseFrames(number, 1),
    ):
        with pytest.raises(ValueError, match="not within"):
            write()
    with pytest.raises(ValueError, match="hold no picture"):
        PoseFrames(1, 0)
    with pytest.raises(ValueError, match="hold no picture"):
        PoseImages(itertools.count(1), 0, 1, 1)
    with pytest.raises(ValueError, match="not within"):
        PoseImages(itertools.count(1), 1, number, 1)

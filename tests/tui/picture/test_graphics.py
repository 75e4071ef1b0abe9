"""The face by the terminal's own graphics: whichever way, the picture asked for is the one that is seen."""

from __future__ import annotations

import re
from collections.abc import Hashable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.avatar.rigs import CHARACTERS
from tests.tui.picture.small_kitty import Kitty
from vtuber_cli.avatar import expressions_file, png
from vtuber_cli.avatar.parameters import Pose
from vtuber_cli.avatar.raster import Raster
from vtuber_cli.avatar.rig import load
from vtuber_cli.tui.picture.answers import Answers
from vtuber_cli.tui.picture.canvas import Ground, Place
from vtuber_cli.tui.picture.choice import choose
from vtuber_cli.tui.picture.graphics import KittyCanvas, SixelCanvas

PLACE = Place(column=80, row=2, columns=6, rows=3)
GROUND = Ground((29, 27, 40), (220, 220, 230))
CURSOR = "\x1b[3;81H"
XTERM = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}


class OneColour:
    """A painter of pictures that are as red as the mouth is open."""

    live = False

    def key(self, pose: Pose, width: int, height: int, view: str = "bust") -> Hashable:
        return (*pose.items(), width, height, view)

    def has(self, *_: object) -> bool:
        return True

    def rgba(self, pose: Pose, width: int, height: int, view: str = "bust") -> bytes:
        return bytes([round(255 * pose.get("ParamMouthOpenY", 0)), 0, 0, 255]) * (width * height)

    def png(self, pose: Pose, width: int, height: int, view: str = "bust") -> bytes:
        pixels = np.frombuffer(self.rgba(pose, width, height, view), np.uint8)
        return png.encode(pixels.reshape(height, width, 4))


def pose(step: int) -> Pose:
    return {"ParamMouthOpenY": step / 9}


def seen(terminal: Kitty) -> bytes:
    (image,) = [image for image in terminal.images.values() if image.placements]
    assert len(image.placements) == 1
    return image.frames[image.shown - 1]


@pytest.mark.parametrize("frames", [True, False])
@given(st.integers(1, 4), st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=30))
def test_the_face_asked_for_is_seen(frames: bool, limit: int, asked: list[tuple[int, bool]]) -> None:
    terminal, painter = Kitty(), OneColour()
    canvas = KittyCanvas(PLACE, GROUND, (8, 16), limit, frames=frames)
    for step, kept in asked:
        drawn = None if kept and canvas.has(step) else canvas.draw(painter, pose(step), "bust")
        change = canvas.show(step if kept else None, drawn)
        assert not list(change.rows)
        terminal.write(re.sub(r"\x1b\[\d+;\d+H", "", change.escapes))
        if "a=p" in change.escapes:
            before, _, _ = change.escapes.partition("\x1b_Ga=p")
            assert CURSOR in before
        assert seen(terminal) == painter.png(pose(step), *canvas.pixels)
    terminal.write(canvas.lift())
    assert not terminal.images
    assert not canvas.has(0)


@pytest.mark.parametrize(
    ("name", "frames"), [("kitty(0.26.5)", True), ("WezTerm 20240203", False), ("ghostty 1.1.3", False), ("", False)]
)
def test_only_kitty_is_trusted_with_frames(name: str, frames: bool) -> None:
    choice = choose(Answers(graphics=True, name=name, ended=True), "auto", XTERM)
    assert (choice.way, choice.frames) == ("kitty", frames)


def test_sixels_are_painted_at_their_place_in_one_go() -> None:
    canvas, painter = SixelCanvas(PLACE, GROUND, (8, 16)), OneColour()
    (_, _, columns, rows) = PLACE
    assert canvas.pixels == (8 * columns, 16 * rows)
    first = canvas.draw(painter, pose(3), "bust")
    escapes = canvas.show("a", first).escapes
    assert escapes.startswith(f"\x1b[?2026h{CURSOR}\x1bP")
    assert escapes.endswith("\x1b\\\x1b[?2026l")
    assert canvas.has("a")
    assert canvas.show("a").escapes == escapes
    assert canvas.overwritten()


@pytest.mark.parametrize("who", ["mika", "jun"])
def test_sixels_keep_the_colour_of_every_feeling(who: str) -> None:
    """The palette is chosen from a calm face and few others, before any feeling was shown."""
    raster = Raster(load(CHARACTERS / who))
    canvas = SixelCanvas(Place(0, 0, 20, 10), GROUND, (8, 16))
    canvas.draw(raster, {}, "bust")
    palette = canvas._palette
    assert palette
    for emotion, expression in expressions_file.read(CHARACTERS / who / "expressions.json").items():
        pixels = np.frombuffer(raster.rgba(expression.pose(4), *canvas.pixels), np.uint8).reshape(-1, 4)
        solid = pixels[pixels[:, 3] == 255][:, :3]
        away = np.abs(palette.colours[palette.nearest(solid)].astype(int) - solid)
        assert away.mean() < 2.5, emotion
        assert (away.max(axis=1) > 25).mean() < 0.005, emotion

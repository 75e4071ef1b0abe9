"""In real terminals: she is where she belongs, nothing of her is anywhere else, and nothing of her stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.terminals import scenes
from tests.terminals.display import Display, Image, display, lacking
from tests.terminals.windows import BASICS, NEEDS, OPTIONAL

_FINE, _PLAIN = 0.15, 0.02
"""Shares of cells with more in them than two colours: a picture has more than the first, blocks less than the other."""


def case(terminal: str, *more: str) -> object:
    """Strict runs are to have what is marked; the rest is skipped where it is not installed."""
    return pytest.param(terminal, *more, marks=() if terminal in OPTIONAL else pytest.mark.window)


def check_way(on: scenes.Play, image: Image, size: tuple[int, int], way: str) -> None:
    """It was chosen, and looks like it."""
    assert on.way == way
    fineness = scenes.fineness(image, on.display.size(), size)
    assert fineness > _FINE if way in ("kitty", "sixel") else fineness < _PLAIN


@pytest.fixture
def screen(terminal: str) -> Iterator[Display]:
    if missing := lacking(*BASICS, *NEEDS[terminal]):
        pytest.skip(f"not installed: {', '.join(missing)}")
    with display() as shown:
        yield shown


@pytest.mark.parametrize(
    ("terminal", "options", "way"),
    [
        case("kitty", "--light", "kitty"),
        case("kitty", "--avatar=half", "half"),
        case("xterm", "--light", "half"),
        case("tmux", "--avatar=kitty", "half"),
        case("foot", "--avatar=sixel", "sixel"),
        case("foot", "", "half"),
    ],
)
def test_a_face_at_the_edge_of_a_small_screen(screen: Display, terminal: str, options: str, way: str) -> None:
    size = (80, 24)
    with scenes.play(screen, terminal, size) as on:
        on.begin("--truecolor", options)
        seen = screen.until(on.inside(scenes.beside(*size)), "her face in its column")
        check_way(on, seen, size, way)


@pytest.mark.parametrize(("terminal", "way"), [case("kitty", "kitty"), case("xterm", "half"), case("tmux", "half")])
def test_a_whole_talk_leaves_nothing(screen: Display, terminal: str, way: str) -> None:
    with scenes.play(screen, terminal, (120, 40)) as on:
        shell = screen.image()
        here = on.inside(scenes.beside(120, 40))
        on.begin("--truecolor")
        seen = screen.until(here, "her face in its column")
        check_way(on, seen, (120, 40), way)
        screen.type("many")
        screen.press("Prior")
        screen.until(here, "her face beside a talk that was scrolled")
        screen.press("F1")
        screen.until(lambda image: not scenes.shown(image), "her face in the shade of the help")
        screen.press("Escape")
        screen.until(here, "her face again")
        width, height = screen.size()
        screen.resize(width * 2 // 5, height * 2 // 5)
        screen.until(scenes.gone, "no face where there is no room")
        screen.resize(width, height)
        screen.until(here, "her face where there is room again")
        screen.press("ctrl+z")
        screen.until(scenes.gone, "no face on the shell's screen")
        screen.settled()  # the prompt is there: what is typed before is thrown away
        screen.type("fg")
        screen.until(here, "her face after going on")
        on.leave()
        screen.until(scenes.gone, "no face at the end")
        assert scenes.changed(screen.settled(), shell) < 0.05

"""Every text can be read: contrast is computed, for ours and for any character's colours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.tui.symbols import ASCII, UNICODE, symbols
from vtuber_cli.tui.themes import (
    CONTRAST,
    DAY_GROUNDS,
    NIGHT_GROUNDS,
    Grounds,
    Look,
    contrast,
    dim,
    readable,
    themes,
    tinted,
)

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
both = pytest.mark.parametrize("grounds", [NIGHT_GROUNDS, DAY_GROUNDS], ids=["night", "day"])


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@both
def test_text_and_dim_text_can_be_read_on_every_ground(grounds: Grounds) -> None:
    for colour in (grounds.text, dim(grounds)):
        assert min(contrast(colour, ground) for ground in grounds.all) >= CONTRAST


@both
@settings(max_examples=40)
@given(colour=colours)
def test_any_colour_of_a_character_is_made_readable(grounds: Grounds, colour: str) -> None:
    assert min(contrast(readable(colour, grounds), ground) for ground in grounds.all) >= CONTRAST


@both
def test_a_colour_that_can_be_read_is_left_alone(grounds: Grounds) -> None:
    assert readable(grounds.text, grounds) == grounds.text
    assert readable(Look().accent, NIGHT_GROUNDS) == Look().accent


@both
@settings(max_examples=40)
@given(colour=colours)
def test_a_ground_in_any_hue_stays_as_light_and_as_readable(grounds: Grounds, colour: str) -> None:
    found = tinted(grounds, colour)
    for text in (found.text, dim(found)):
        assert min(contrast(text, ground) for ground in found.all) >= CONTRAST


def test_a_characters_background_gives_night_and_day_its_hue() -> None:
    night, day = themes(Look(background="#00ff00"))
    for theme in (night, day):
        red, green, blue = (int((theme.background or "")[at : at + 2], 16) for at in (1, 3, 5))
        assert green > red
        assert green > blue
    assert themes(Look(background=NIGHT_GROUNDS.background))[0].background == NIGHT_GROUNDS.background


def test_the_themes_text_slots_keep_the_contrast() -> None:
    for theme in themes(Look(accent="#7a3b10", you="#ffffff", star="#000000")):
        grounds = [theme.background, theme.surface, theme.panel]
        for text in (theme.primary, theme.secondary, theme.warning, theme.variables["text-muted"]):
            assert text is not None
            assert min(contrast(text, ground) for ground in grounds if ground) >= CONTRAST, (theme.name, text)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LANG": "C"}, ASCII),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, ASCII),  # what Python makes of LANG=C
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, ASCII),
        ({"LANG": "en_US.ISO-8859-1"}, ASCII),
        ({"LANG": "ko_KR.UTF-8"}, UNICODE),
        ({"LANG": "de_DE.utf8@euro"}, UNICODE),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, UNICODE),
        ({}, UNICODE),
    ],
)
def test_a_terminal_without_unicode_gets_ascii(environ: dict[str, str], expected: object) -> None:
    assert symbols(environ) is expected


def test_the_ascii_signs_are_ascii_and_fit_the_same_places() -> None:
    for phase, sign in ASCII.phases.items():
        assert sign.isascii()
        assert len(sign) == len(UNICODE.phases[phase]) == 1
    assert all(sign.isascii() for sign in (*ASCII.engines.values(), ASCII.stars, ASCII.levels, ASCII.cut, ASCII.more))
    assert len(ASCII.levels) == len(UNICODE.levels)
    assert len(ASCII.stars) == len(UNICODE.stars)
    assert ASCII.words("type… · “x”").startswith("type... -")

"""Text in terminal cells: Korean, marks, emoji; wrapping and cutting never take more room than there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.card.cells import cells, centred, clusters, cut, pad, wrap


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("운세", 4),
        ("\u110b\u116e\u11ab\u1109\u1166", 4),  # the same of single jamo
        ("경자(庚子)", 10),
        ("é", 1),
        ("한\u200b글", 4),
        ("♥", 1),
        ("♥\ufe0f", 2),
        ("😀", 2),
        ("👍🏽", 2),
        ("👩\u200d🚀", 2),
        ("🇰🇷🇯🇵", 4),
        ("★☆·─", 4),
        ("Ａ", 2),
    ],
)
def test_widths(text: str, width: int) -> None:
    assert cells(text) == width


@given(st.text())
def test_clusters_are_the_whole_text(text: str) -> None:
    assert "".join(piece for piece, _ in clusters(text)) == text


@given(st.text(), st.integers(1, 30))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert cells(cut(text, width)) <= width
    assert cells(text) > width or cut(text, width) == text


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])), st.integers(4, 40))
def test_what_is_wrapped_anywhere_fits_and_loses_no_letter(text: str, width: int) -> None:
    lines = list(wrap(text, width, "  ", anywhere=True))
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_path_stays_whole() -> None:
    assert list(wrap("see /a/very/long/path/indeed", 10)) == ["see", "/a/very/long/path/indeed"]
    assert list(wrap("see /a/long/path", 8, anywhere=True)) == ["see", "/a/long/", "path"]


def test_padding() -> None:
    assert pad("운세", 6) == "운세  "
    assert centred("운세", 8) == "  운세  "

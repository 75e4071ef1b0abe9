"""The pieces of a help page that are not Typer's: wrapping by terminal cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.card.cells import cells, wrap


def test_a_korean_letter_is_two_cells_wide() -> None:
    assert (cells("abc"), cells("미카"), cells("미카 ok")) == (3, 4, 7)


def test_lines_break_at_spaces_by_cells() -> None:
    assert list(wrap("말이나 글로 이야기해요", 12, "  ")) == ["  말이나", "  글로", "  이야기해요"]
    assert list(wrap("one two three", 8)) == ["one two", "three"]


def test_a_word_wider_than_the_line_stands_alone() -> None:
    assert list(wrap("a bbbbbbbbbbbb c", 5)) == ["a", "bbbbbbbbbbbb", "c"]


def test_own_line_breaks_stay() -> None:
    assert list(wrap("one\n\ntwo", 20)) == ["one", "", "two"]


def test_every_usage_line_is_without_typers_braces() -> None:
    from vtuber_cli.cli.app import COMMANDS, build
    from vtuber_cli.cli.help import usage

    for name in COMMANDS:
        group = build(name)
        for command in getattr(group, "commands", {name: group}).values():
            with command.make_context("x", [], resilient_parsing=True) as context:
                line = usage(command, context)
            assert not set("{}") & set(line) and "[[" not in line, line
            assert line.startswith("x [OPTIONS]")


@given(st.lists(st.text(alphabet="ab미카 ", min_size=1), max_size=20), st.integers(4, 60))
def test_no_word_is_lost_and_no_line_too_wide(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = list(wrap(text, width))
    assert " ".join(lines).split() == text.split()
    assert all(cells(line) <= width or " " not in line for line in lines)

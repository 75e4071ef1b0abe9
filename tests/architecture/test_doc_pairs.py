"""Pages of docs/ that are there in Korean too: the same commands, settings, figures and links as in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.test_readme import CHECKOUT, HEADING, INLINE, LINK, NUMBER, TABLE, Page, page

KOREAN = sorted((CHECKOUT / "docs").glob("*.ko.md"))


def pair(korean: Path) -> tuple[Page, Page]:
    return page(korean.with_name(korean.name.replace(".ko.", "."))), page(korean)


def test_there_are_some() -> None:
    assert KOREAN


@pytest.mark.parametrize("file", KOREAN, ids=lambda file: file.name)
def test_the_same_blocks_but_for_what_the_program_says(file: Path) -> None:
    english, korean = pair(file)
    assert [language for language, _ in english.blocks] == [language for language, _ in korean.blocks]
    said = [[block for language, block in of.blocks if language != "text"] for of in (english, korean)]
    assert said[0] == said[1]
    assert english.commands() == korean.commands()


@pytest.mark.parametrize("file", KOREAN, ids=lambda file: file.name)
def test_the_same_sections_with_the_same_code(file: Path) -> None:
    english, korean = pair(file)
    assert HEADING.findall(english.text) == HEADING.findall(korean.text)
    code = [[set(INLINE.findall(part)) for part in HEADING.split(of.text)] for of in (english, korean)]
    assert code[0] == code[1]


@pytest.mark.parametrize("file", KOREAN, ids=lambda file: file.name)
def test_the_same_figures_in_tables(file: Path) -> None:
    tables = [
        [[sorted(NUMBER.findall(row)) for row in table.splitlines()] for table in TABLE.findall(of.text)]
        for of in pair(file)
    ]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("file", KOREAN, ids=lambda file: file.name)
def test_the_same_links_and_each_other_first(file: Path) -> None:
    english, korean = ([*LINK.findall(of.text)] for of in pair(file))
    assert english[0] == file.name
    assert korean[0] == file.name.replace(".ko.", ".")
    assert english[1:] == [target.replace(".ko.", ".") for target in korean[1:]]

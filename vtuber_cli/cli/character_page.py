"""A character on one page: on a terminal in her own colours, into a pipe as plain text."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TypeAlias

from vtuber_cli.card.cells import wrap
from vtuber_cli.clean import one_line
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.character import Character

_WIDEST = 100
_SWATCH = "███"

Line: TypeAlias = "list[tuple[str, str]]"
"""Pieces of text, each with its style."""


def print_page(person: Character, language: str, origin: str) -> None:
    lines = list(_page(person, language, origin, min(get_terminal_size().columns, _WIDEST)))
    if not sys.stdout.isatty():
        for line in lines:
            print("".join(text for text, _ in line))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        console.print(Text.assemble(*line), no_wrap=True, crop=False)


def _page(person: Character, language: str, origin: str, width: int) -> Iterator[Line]:
    accent = person.theme.accent
    others = [one_line(name) for spoken, name in person.name.items() if spoken != language]
    yield [
        (one_line(person.display_name(language)), f"bold {accent}"),
        ("".join(f"  {name}" for name in others), "dim"),
    ]
    yield [(f"{person.id} · {' '.join(person.languages)} · {origin}", "dim")]
    yield []
    yield [(t("character.page.voices"), "dim"), (f"  {_voices(person)}", "")]
    colours = [colour for colour in (accent, person.theme.secondary, person.theme.background) if colour]
    yield [
        (t("character.page.theme"), "dim"),
        *(piece for each in colours for piece in (("  ", ""), (_SWATCH, each), (f" {each}", ""))),
    ]
    for heading, body in (
        ("persona", [("", paragraph) for paragraph in person.system_prompt(language).splitlines()]),
        ("greetings", [(each.emotion, each.text) for each in person.greetings.get(language, [])]),
    ):
        if body:
            yield []
            yield [(t(f"character.page.{heading}"), f"bold {accent}")]
            yield from _entries(body, width)
    if talk := person.example_talk(language):
        yield []
        yield [(t("character.page.examples"), f"bold {accent}")]
        for asked, answered in talk:
            yield from ([(line, "dim")] for line in wrap(one_line(asked), width, "  "))
            yield from ([(line, "")] for line in wrap(one_line(answered), width, "    "))


def _entries(entries: list[tuple[str, str]], width: int) -> Iterator[Line]:
    column = max((len(label) for label, _ in entries), default=0)
    column = column + 2 if column else 0
    for label, text in entries:
        for number, line in enumerate(wrap(one_line(text), width, " " * (2 + column))):
            yield [(f"  {label:<{column}}" if number == 0 else " " * (2 + column), "dim"), (line[2 + column :], "")]


def _voices(person: Character) -> str:
    said: list[str] = []
    for spoken in person.languages:
        voice = person.voice(spoken)
        options = " ".join(f"{name}={value}" for name, value in voice.options.items()) if voice else ""
        engine = f"{voice.engine} {options}".strip() if voice else t("character.page.silent")
        said.append(f"{spoken} {one_line(engine)}")
    return " · ".join(said)

"""What the pages for people say: every command line in them runs, every link leads somewhere, both READMEs are one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from typer import TyperException

from vtuber_cli import config, paths
from vtuber_cli.cli import app, options
from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.weights import Weights

CHECKOUT = Path(__file__).resolve().parent.parent.parent
READMES = (CHECKOUT / "README.md", CHECKOUT / "README.ko.md")
PAGES = (*READMES, *sorted((CHECKOUT / "docs").glob("*.md")))

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?<=\n\n)(?: {4}.*\n)+")
INLINE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
TABLE = re.compile(r"(?:^\|.*\|\n)+", re.MULTILINE)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
MEASURE = re.compile(r"\d[\d.]* (?:[MG]B|m?s)(?![a-z])")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
OURS = re.compile(r"(?:\./)?vtuber(?:\.cmd)?")
ASSIGNMENT = re.compile(r"[A-Z_]+=")
PLACEHOLDER = re.compile(r"\.\.\.|[A-Z]+(?:=[A-Z]+)?")
"""Stands for a word of the reader's: NAME, KEY=VALUE."""


@dataclass(frozen=True)
class Page:
    text: str
    """Without its blocks of code."""
    blocks: list[tuple[str, str]]
    """Each with its language, "" if none is named."""

    def commands(self) -> list[list[str]]:
        """The words of every call of vtuber, in blocks and in sentences."""
        lines = [line for language, block in self.blocks if language in ("", "sh") for line in block.splitlines()]
        return [words for line in [*lines, *self.named()] for words in calls(line)]

    def named(self) -> list[str]:
        """What stands in sentences as code."""
        return [" ".join(code.split()) for code in INLINE.findall(self.text)]

    def settings(self) -> list[str]:
        return [block for language, block in self.blocks if language == "yaml"]


def parted(markdown: str) -> Page:
    blocks: list[tuple[str, str]] = []

    def keep(found: re.Match[str]) -> str:
        blocks.append((found[1], found[2]) if found.re is FENCED else ("", found[0]))
        return "\n"

    return Page(INDENTED.sub(keep, FENCED.sub(keep, markdown)), blocks)


def page(file: Path) -> Page:
    return parted(file.read_text(encoding="utf-8"))


def calls(line: str) -> Iterator[list[str]]:
    """The calls of vtuber in a line of shell; what follows `#` or a wide gap explains it."""
    line = re.split(r"\s{3,}", line.strip().removeprefix("$ "))[0]
    if not re.search(rf"(?:^|[\s(|]){OURS.pattern}\s", line):
        return
    shell = shlex.shlex(line, posix=True, punctuation_chars="|;&<>()")
    shell.whitespace_split = True
    command: list[str] = []
    for word in [*shell, ";"]:
        if set(word) <= set("|;&<>()"):
            if command and OURS.fullmatch(command[0]):
                yield command
            command = []
        elif command or not ASSIGNMENT.match(word):
            command.append(word)


def understand(words: list[str]) -> None:
    """Parses a call as the program does, without running it.

    Raises:
        TyperException: what the program itself would say against it; or a VtuberError.
    """
    if words[0] != "vtuber" and words[1] == "test":  # the set-up script's own
        return
    command: Any = app.build_group(app.app)
    context, rest, names = None, words[1:], ["vtuber"]
    try:
        while hasattr(command, "resolve_command"):
            context = command.make_context(names[-1], list(rest), parent=context)
            name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            names.append(name)
        given = command.make_context(names[-1], list(rest), parent=context).params
    except typer.Exit:  # after the help
        return
    check_settings(names[1:], given)
    if names[1:3] == ["models", "get"]:
        catalog = Weights(None).catalog
        for model in given["names"] or ():
            assert PLACEHOLDER.fullmatch(model) or catalog.find(model), f"no model {model}"


def check_settings(names: list[str], given: dict[str, Any]) -> None:
    said = [each for each in given.get("settings") or () if not PLACEHOLDER.fullmatch(each)]
    if names[0] == "config" and "key" in given and not PLACEHOLDER.fullmatch(given["key"] or "NONE"):
        if names[1] == "set":
            said.append(f"{given['key']}={given['value']}")
        else:
            assert given["key"] in config.fields(), given["key"]
    config.load(options.assignments(said))


@pytest.fixture(autouse=True)
def _language_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_LANG", "en")  # `--lang` sets it; it is to be taken back


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_command_line_is_one(file: Path) -> None:
    of = page(file)
    for words in of.commands():
        try:
            understand(words)
        except (TyperException, VtuberError, AssertionError) as error:
            # A sentence may name a command without what it is called with: `vtuber config set`.
            if not (" ".join(words) in of.named() and str(error).startswith("Missing parameter")):
                pytest.fail(f"{' '.join(words)}: {error}")


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_settings_in_a_page_are_settings(file: Path) -> None:
    for text in page(file).settings():
        own = paths.config_dir() / "config.yaml"
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(text, encoding="utf-8")
        config.load()


@pytest.mark.parametrize("file", READMES, ids=lambda file: file.name)
def test_every_bare_option_belongs_to_a_command(file: Path) -> None:
    known = {"--help"} | {option for name in app.COMMANDS for option in all_options(app.build(name))}
    whole = file.read_text(encoding="utf-8")
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", whole)) <= known | {"--lang"}


def all_options(command: Any) -> Iterator[str]:
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
    for each in getattr(command, "commands", {}).values():
        yield from all_options(each)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_link_leads_somewhere(file: Path) -> None:
    for target in LINK.findall(page(file).text):
        if "://" not in target:
            place, _, heading = target.partition("#")
            assert not place or (file.parent / place).exists(), target
            assert not heading or heading in anchors(file.parent / place if place else file), target


def anchors(file: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page(file).text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_row_of_a_table_has_as_many_cells(file: Path) -> None:
    for table in TABLE.findall(page(file).text):
        assert len({row.count("|") for row in table.splitlines()}) == 1, table


# --- two READMEs, one text ------------------------------------------------------------------------------------------


def both() -> tuple[Page, Page]:
    english, korean = READMES
    return page(english), page(korean)


def test_both_readmes_have_the_same_blocks_but_for_what_is_quoted_and_explained() -> None:
    def bare(of: Page) -> list[list[str]]:
        return [
            [re.sub(r"\s*(?:#.*)?$", "", QUOTED.sub('""', line)) for line in block.splitlines()]
            for _, block in of.blocks
        ]

    english, korean = both()
    assert bare(english) == bare(korean)


def test_both_readmes_have_the_same_headings() -> None:
    english, korean = both()
    assert HEADING.findall(english.text) == HEADING.findall(korean.text)


def test_both_readmes_have_the_same_figures() -> None:
    def tables(of: Page) -> list[list[list[str]]]:
        return [[sorted(NUMBER.findall(row)) for row in table.splitlines()] for table in TABLE.findall(of.text)]

    def measures(of: Page) -> list[list[str]]:
        return [sorted(MEASURE.findall(section)) for section in HEADING.split(of.text)]

    english, korean = both()
    assert tables(english) == tables(korean)
    assert measures(english) == measures(korean)


def test_both_readmes_name_the_same_code_and_link_to_the_same_places() -> None:
    def code(of: Page) -> list[set[str]]:
        return [set(INLINE.findall(" ".join(section.split()))) for section in HEADING.split(of.text)]

    def links(of: Page) -> list[str]:
        return [target.replace(".ko.", ".") for target in LINK.findall(of.text)]

    english, korean = both()
    assert code(english) == code(korean)
    assert links(english) == links(korean)
    assert [each.name for each in reversed(READMES)] == [LINK.findall(each.text)[0] for each in (english, korean)]


# --- the eyes of these tests ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "vtuber chta",
        "LANG=ko_KR.UTF-8 vtuber chat --plan",
        "cat story.txt | vtuber --lang fr say",
        "./vtuber models lst   # all",
        "vtuber models get kanana-2",
        "vtuber history show one two",
        "vtuber config set talk.hangovr_ms 500",
        "vtuber config set talk.hangover_ms soon",
        "vtuber config explain talk",
        "vtuber chat --set talk.barge_in=perhaps",
        "source <(vtuber completion tcsh)",
    ],
)
def test_a_wrong_line_is_seen(line: str) -> None:
    (words,) = calls(line)
    with pytest.raises((TyperException, UsageError, VtuberError, AssertionError)):
        understand(words)


def test_a_page_is_taken_apart() -> None:
    markdown = (
        "See `vtuber\npaths`, `vtuber.yaml` and [this](that.md).\n\n    vtuber stats\n\n"
        '```sh\nFOO=1 vtuber say "a; b" --wav x | cat   # it\'s `said`\nprintf x | ./vtuber chat && ls\n```\n'
        "```yaml\nlanguage: ko\n```\n"
    )
    of = parted(markdown)
    assert of.commands() == [
        ["vtuber", "say", "a; b", "--wav", "x"],
        ["./vtuber", "chat"],
        ["vtuber", "stats"],
        ["vtuber", "paths"],
    ]
    assert of.settings() == ["language: ko\n"]
    assert LINK.findall(of.text) == ["that.md"]


def test_the_pages_are_full_of_commands() -> None:
    assert all(len(page(file).commands()) > 30 for file in READMES)

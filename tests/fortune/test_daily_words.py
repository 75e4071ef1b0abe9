"""The words everybody reads every day: how many there are, how long, and that no two say the same."""

from __future__ import annotations

import re
import string
from itertools import chain

import pytest

from vtuber_cli.fortune import content as words
from vtuber_cli.fortune.engines import ENGINES
from vtuber_cli.fortune.grades import GRADES
from vtuber_cli.fortune.relations import EFFECTS
from vtuber_cli.fortune.request import CATEGORIES

POOLS = {
    **{f"daily.title.{grade}": 12 for grade in GRADES},
    **{f"daily.{part}.{grade}": 16 for part in ("summary", "advice") for grade in GRADES},
    **{f"daily.{part}.{grade}": 10 for part in CATEGORIES for grade in GRADES},
    **{f"daily.relation.{relation}": 3 for relation in (*EFFECTS, "none")},
    **{f"narration.open.{engine}.{grade}": 3 for engine in ENGINES for grade in GRADES},
    **{f"narration.close.{grade}": 4 for grade in GRADES},
    "daily.item": 60,
}
LONGEST = {
    "title": (24, 48),
    "summary": (70, 140),
    "advice": (60, 120),
    **dict.fromkeys(CATEGORIES, (50, 100)),
    **dict.fromkeys(("relation", "moon", "moon_sign", "term"), (60, 120)),
    "item": (16, 32),
}
"""Letters, Korean and English."""
FILES = ("common", "daily")


def texts(locale: str, *files: str) -> dict[str, list[str]]:
    """All that may be said, by key."""
    read = (words.read_json(words.FOLDER / locale / f"{file}.json") for file in files)
    return {key: value if isinstance(value, list) else [value] for one in read for key, value in one.items()}


@pytest.mark.parametrize("locale", words.LOCALES)
def test_there_are_as_many_as_promised(locale: str) -> None:
    found = texts(locale, *FILES)
    assert {key: len(found[key]) for key in POOLS} == POOLS


@pytest.mark.parametrize("file", FILES)
def test_the_languages_have_the_same_keys_sizes_and_placeholders(file: str) -> None:
    def shape(locale: str) -> dict[str, list[set[str]]]:
        return {key: [placeholders(text) for text in pool] for key, pool in texts(locale, file).items()}

    assert shape("ko") == shape("en")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("at", "locale"), [*enumerate(words.LOCALES)])
def test_lines_fit_their_place(at: int, locale: str) -> None:
    long = [
        (key, text)
        for key, pool in texts(locale, "daily").items()
        for text in pool
        if len(text) > LONGEST[key.split(".")[1]][at]
    ]
    assert long == []


@pytest.mark.parametrize("locale", words.LOCALES)
def test_nothing_is_said_twice(locale: str) -> None:
    said = [re.sub(r"\W", "", text).casefold() for text in chain.from_iterable(texts(locale, *FILES).values())]
    assert sorted({one for one in said if said.count(one) > 1}) == []


@pytest.mark.parametrize("locale", words.LOCALES)
def test_what_is_said_aloud_can_be_said(locale: str) -> None:
    spoken = ("narration.open.", "narration.close.", "narration.same_question", "narration.notice")
    aloud = [text for key, pool in texts(locale, "common").items() if key.startswith(spoken) for text in pool]
    assert [text for text in aloud if not re.fullmatch(r"[\w\s.,!?']+", text)] == []


def test_each_colour_is_a_colour_with_a_name_of_its_own() -> None:
    colors = words.colors()
    assert len(colors) == 24
    assert all(re.fullmatch("#[0-9a-f]{6}", one) for one in colors.values())
    for locale in words.LOCALES:
        assert len({words.content(locale).text(f"color.{one}") for one in colors}) == 24


@pytest.mark.parametrize("locale", words.LOCALES)
def test_every_contact_of_a_notice_has_a_name(locale: str) -> None:
    contacts = words.read_json(words.FOLDER / "contacts.json")
    ids = {one["id"] for kinds in contacts.values() for pool in kinds.values() for one in pool}
    assert {f"contact.{one}" for one in ids} == {key for key in texts(locale, "common") if key.startswith("contact.")}


def test_korean_leaves_no_particle_to_the_reader() -> None:
    said = chain.from_iterable(texts("ko", *FILES).values())
    assert [text for text in said if re.search(r"\((은|는|이|가|을|를|와|과|으로)\)", text)] == []

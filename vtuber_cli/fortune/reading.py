"""What an engine finds: keys and numbers, in no language. `localise` makes a result of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from vtuber_cli.fortune.grades import grade_of

Params: TypeAlias = "Mapping[str, str | int | Text]"
_NONE: Mapping[str, Any] = MappingProxyType({})


class Text(NamedTuple):
    """A text to be looked up in the content.

    `key` is that of a single text ("sign.leo") or of a pool of them ("daily.title.good"), out of which the day's one is
    taken in its turn (`Draw.turn`), unless `at` says which.
    """

    key: str
    params: Params = _NONE
    """Fill the placeholders; a Text among them is looked up too."""
    at: int | None = None


class Category(NamedTuple):
    key: str
    """Of `request.CATEGORIES`."""
    score: int
    text: Text

    @property
    def grade(self) -> str:
        return grade_of(self.score)


class Lucky(NamedTuple):
    numbers: tuple[int, ...]
    """1 to 45, each once, in order."""
    colors: tuple[str, ...]
    """Ids in the content's colours."""
    direction: str
    """N, NE, E …"""
    hour: int
    """The branch of the two-hour span: 0 is 23:00 to 01:00."""
    item: Text


class Card(NamedTuple):
    id: str
    """As in the deck: "major.18", "cups.03"."""
    position: str
    """Of the spread: "past"."""
    reversed: bool
    text: Text


class Basis(NamedTuple):
    """One row of what the fortune rests on."""

    key: str
    """Like "tti.samhap", "moon.sign", "chance", "saju.pillars"."""
    text: Text
    effect: int = 0
    """What it did to the score."""
    data: Mapping[str, object] = _NONE
    """What was computed, for programs."""


class Reading(NamedTuple):
    """All of it. Same request, same reading, on any machine."""

    score: int
    """0 to 100, after softening."""
    title: Text
    summary: Text
    advice: Text
    lucky: Lucky
    categories: tuple[Category, ...] = ()
    cards: tuple[Card, ...] = ()
    basis: tuple[Basis, ...] = ()
    options: Mapping[str, object] = _NONE
    """What the computation was told, for `provenance`."""

    @property
    def grade(self) -> str:
        return grade_of(self.score)

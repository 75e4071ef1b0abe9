"""What is asked of a fortune: which one, whose, for which day, about what."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.fortune.birth import Birth

LONGEST_QUESTION = 300
"""Characters."""
CATEGORIES = ("love", "money", "work", "health", "relations")
"""What a day is looked at for, and what one may be interested in, besides the whole."""


class Person(NamedTuple):
    """Whose fortune it is; what is not known is None. Nothing of it but the seed gets into a draw's name."""

    seed: str | None = None
    """A profile's `seed_id`."""
    birth: Birth | None = None
    sign: str | None = None
    """A zodiac sign's id ("leo"), if it was given rather than a birth."""
    animal: int | None = None
    """A 띠 by its branch, 0 for the rat, if it was given rather than a birth."""
    interests: tuple[str, ...] = ()
    """Of `CATEGORIES`; they come first and are read aloud, and change no number."""


class Request(NamedTuple):
    """One question to the engines."""

    type: str
    """An engine's name: "daily"."""
    day: date
    """The local date it is for."""
    zone: str
    """The IANA time zone of that date."""
    locale: str
    person: Person = Person()
    question: str = ""
    spread: str = "one"
    """Of the tarot."""
    reversals: bool = True
    """Whether cards may lie upside down."""
    reshuffle: int = 0
    """How many times the same question was asked to be drawn anew today."""
    zi_rule: str = "midnight"
    """When a day of the four pillars begins: "midnight", "jasi" (23:00) or "split"."""
    solar_time: bool = False
    """Whether a birth's hour is told by the Sun at the place of birth."""

    @property
    def topic(self) -> str:
        """What of the question a draw is named by."""
        asked = topic_of(self.question)
        return f"{asked}|again {self.reshuffle}" if self.reshuffle else asked


def topic_of(question: str) -> str:
    """A question without what does not change what is asked: letters' forms and case, spaces, marks at the ends."""
    folded = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(folded.split()).strip(" .?!~…,;:\"'“”‘’")

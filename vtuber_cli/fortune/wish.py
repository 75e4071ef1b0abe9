"""Whether somebody asks for a fortune in the middle of a talk, and for which one: "오늘 운세 봐줘", "draw three cards
about work", "/fortune saju 1990-05-05".

Rules, because the smallest models call no tools. They are strict about wanting (talking about fortunes is not asking
for one), and leave the model everything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.content import FOLDER, read_json
from vtuber_cli.fortune.engines import ENGINES
from vtuber_cli.fortune.signs import find_animal, find_sign
from vtuber_cli.fortune.spreads import find_spread

COMMAND = "/fortune"
_LONGEST = 300
"""Characters; nobody asks for a fortune in a speech."""


class Wish(NamedTuple):
    """What somebody wants; what was not said is empty."""

    type: str = "daily"
    spread: str = ""
    question: str = ""
    days: timedelta = timedelta()
    """From today."""
    sign: str | None = None
    animal: int | None = None
    birth: str = ""
    """As it was written: a date, perhaps with a time."""
    again: bool = False
    """Draw anew what was asked before."""
    upright: bool = False


def wish_in(text: str) -> Wish | None:
    """The wish for a fortune in what somebody said; None if it is not one.

    Raises:
        UsageError: it is the command, and something of it is not understood.
    """
    text = " ".join(text.split())
    if text.split(" ", 1)[0] == COMMAND:
        return _commanded(text[len(COMMAND) :].strip())
    if len(text) > _LONGEST or not _wanted(text):
        return None
    kind = _first("type", text) or "daily"
    sign, animal = _sign_in(text), _animal_in(text)
    if kind == "daily":
        kind = "zodiac" if sign else "tti" if animal is not None else kind
    found = Wish(kind, sign=sign, animal=animal, days=_days_in(text), again=_pattern("again").search(text) is not None)
    if birth := _BIRTH.search(text):
        found = found._replace(birth=birth[0].replace(" ", "T"))
    if kind == "tarot":
        found = found._replace(spread=_first("spread", text), question=_question_in(text))
    return found


# --- the command ------------------------------------------------------------------------------------------------


def _commanded(text: str) -> Wish:
    words = text.split()
    found = Wish()
    if words and words[0].casefold() in _NAMES:
        found = found._replace(type=_NAMES[words.pop(0).casefold()])
    elif words and words[0] in ENGINES:
        found = found._replace(type=words.pop(0))
    rest: list[str] = []
    while words:
        word = words.pop(0)
        if word in _DAYS:
            found = found._replace(days=timedelta(days=_DAYS[word]))
        elif _BIRTH.fullmatch(word):
            found = found._replace(birth=word)
        elif word == "--reshuffle":
            found = found._replace(again=True)
        elif word == "--no-reversed":
            found = found._replace(upright=True)
        elif word == "--spread" and words:
            found = found._replace(spread=find_spread(words.pop(0)).id)
        elif word == "--sign" and words:
            rest.append(words.pop(0))
        elif word.startswith("--"):
            raise UsageError("fortune.wish_option", name=word[:40])
        else:
            rest.append(word)
    return _with_rest(found, rest)


def _with_rest(found: Wish, rest: list[str]) -> Wish:
    """What no option has taken: a spread's name and a question for the tarot, else a sign or an animal."""
    if found.type == "tarot":
        if rest and not found.spread and (spread := _spread_named(rest[0])):
            found, rest = found._replace(spread=spread), rest[1:]
        return found._replace(question=" ".join(rest))
    if not rest:
        return found
    name = "".join(rest)
    if found.type == "zodiac":
        return found._replace(sign=find_sign(name))
    if found.type in {"tti", "saju"}:
        return found._replace(animal=find_animal(name))
    try:
        return found._replace(sign=find_sign(name), type="zodiac")
    except UsageError:
        try:
            return found._replace(animal=find_animal(name), type="tti")
        except UsageError:
            raise UsageError("fortune.unknown_type", name=name[:40], names=", ".join(ENGINES)) from None


def _spread_named(word: str) -> str:
    try:
        return find_spread(word).id
    except UsageError:
        return ""


# --- what people say --------------------------------------------------------------------------------------------


_Patterns: TypeAlias = "Mapping[str, re.Pattern[str]]"


@cache
def _words() -> Mapping[str, Any]:
    """How people ask, in both languages: regular expressions, as data."""
    return read_json(FOLDER / "wish.json")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(_words()[name]), re.IGNORECASE)


@cache
def _patterns(name: str) -> _Patterns:
    return {one: re.compile("|".join(many), re.IGNORECASE) for one, many in _words()[name].items()}


def _first(name: str, text: str) -> str:
    """The name of the first pattern that is in the text; empty if none is."""
    return next((one for one, pattern in _patterns(name).items() if pattern.search(text)), "")


_NAMES = {
    "운세": "daily",
    "오늘": "daily",
    "오늘운세": "daily",
    "타로": "tarot",
    "별자리": "zodiac",
    "사주": "saju",
    "띠": "tti",
    "horoscope": "zodiac",
}
_DAYS = {"today": 0, "tomorrow": 1, "yesterday": -1, "오늘": 0, "내일": 1, "어제": -1, "모레": 2, "그저께": -2}
_BIRTH = re.compile(r"(?<!\d)(19|20)\d\d-\d\d?-\d\d?([T ]\d\d?:\d\d)?(?!\d)")


def _wanted(text: str) -> bool:
    return _pattern("wanted").search(text) is not None and _pattern("refused").search(text) is None


def _sign_in(text: str) -> str | None:
    for word in re.findall(r"[가-힣]+(?=자리)|\b[A-Za-z]+\b|[♈-♓]", text):
        if len(word) > 2 or not word.isascii():
            try:
                return find_sign(
                    f"{word}자리" if not word.isascii() and word not in "♈♉♊♋♌♍♎♏♐♑♒♓" else word
                )
            except UsageError:
                continue
    return None


def _animal_in(text: str) -> int | None:
    found = re.search(
        r"([가-힣]{1,3})띠|\byear of the ([a-z]+)|\b(?:born|chinese zodiac)\b.*?\b([a-z]+)\b", text, re.IGNORECASE
    )
    name = next((one for one in found.groups() if one), None) if found else None
    if name is None:
        return None
    try:
        return find_animal(name)
    except UsageError:
        return None


def _days_in(text: str) -> timedelta:
    words = re.findall(r"내일|모레|어제|그저께|\btomorrow\b|\byesterday\b", text.lower())
    return timedelta(days=_DAYS[words[0]]) if words else timedelta()


def _question_in(text: str) -> str:
    """What the cards are asked, out of the whole sentence; empty if it is only asked for cards."""
    for pattern in _words()["about"]:
        if found := re.search(pattern, text, re.IGNORECASE):
            return re.sub(r"^(타로|카드)(로|를|점)?\s*", "", found[1]).strip()
    return ""

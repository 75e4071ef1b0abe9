"""The spreads of the tarot: how many cards, what each place is about, and how much it counts."""

from __future__ import annotations

from typing import NamedTuple

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.request import topic_of


class Spread(NamedTuple):
    """A way to lay cards. Its name is content: `tarot.spread.<id>.name`."""

    id: str
    positions: tuple[str, ...]
    """In the order of the deal. `tarot.spread.<id>.<position>.name` is what it is called, and with `.about` in place of
    `.name` what a card there speaks of."""
    points: tuple[int, ...]
    """What one step of a card's weight does to the score, position by position. Near and final things count most; the
    figures are such that all spreads have about the same odds."""
    chance: int
    """Chance moves the score by u(0..chance) - u(0..chance), less than the cards do: who is dealt the Sun alone has no
    bad day. A single card has five weights only, and takes more of it to have all grades."""
    advises: str
    """The position whose card gives the advice, or "" where the whole gives it."""
    aliases: tuple[str, ...]
    """What it may be called besides its id, without spaces and marks."""


SPREADS: tuple[Spread, ...] = (
    Spread(
        "one",
        ("card",),
        (12,),
        20,
        "card",
        ("1", "onecard", "single", "card", "한장", "1장", "한장뽑기", "원카드", "카드한장", "하나", "오늘의카드"),
    ),
    Spread(
        "three",
        ("past", "present", "future"),
        (4, 8, 10),
        10,
        "",
        ("3", "threecards", "threecard", "pastpresentfuture", "ppf", "세장", "3장", "쓰리카드", "과거현재미래", "셋"),
    ),
    Spread(
        "situation",
        ("situation", "action", "outcome"),
        (8, 4, 10),
        10,
        "action",
        ("situationactionoutcome", "sao", "상황", "상황행동결과", "상황조언결과"),
    ),
    Spread(
        "relationship",
        ("you", "other", "bond", "challenge", "path"),
        (4, 4, 6, 4, 10),
        10,
        "path",
        ("5", "relation", "relationships", "love", "couple", "관계", "관계운", "연애", "다섯장", "5장"),
    ),
    Spread(
        "celtic",
        ("present", "challenge", "root", "past", "crown", "future", "self", "around", "hopes", "outcome"),
        (6, 4, 1, 1, 1, 6, 2, 1, 1, 10),
        10,
        "",
        ("10", "celticcross", "cross", "켈틱", "켈틱크로스", "켈트십자", "켈트십자가", "켈트", "열장", "10장"),
    ),
    Spread(
        "yesno",
        ("answer",),
        (12,),
        20,
        "answer",
        ("yesorno", "yn", "예스노", "예스오어노", "예아니오", "예아니요", "네아니오", "네아니요", "찬반"),
    ),
)

_BY_NAME = {name: spread for spread in SPREADS for name in (spread.id, *spread.aliases)}


def find_spread(text: str) -> Spread:
    """The spread of this name, in English or Korean; case, spaces, hyphens and slashes do not matter.

    Raises:
        UsageError: there is none; its params name the nearest, if one is near.
    """
    name = topic_of(text).translate({ord(mark): None for mark in " -_/·,+."})
    if name in _BY_NAME:
        return _BY_NAME[name]
    from difflib import get_close_matches  # only when a name is wrong

    nearest = [_BY_NAME[one].id for one in get_close_matches(name[:40], _BY_NAME, n=1, cutoff=0.5)]
    key = "fortune.unknown_spread_nearest" if nearest else "fortune.unknown_spread"
    names = ", ".join(spread.id for spread in SPREADS)
    raise UsageError(key, name=text[:40], nearest="".join(nearest), names=names)

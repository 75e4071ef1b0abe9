"""What people call a zodiac sign or one of the twelve animals, in either language, and which one it is."""

from __future__ import annotations

import unicodedata
from functools import cache

from vtuber_cli import i18n
from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.content import LOCALES, content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNS = (
    "aries", "taurus", "gemini", "cancer", "leo", "virgo",
    "libra", "scorpio", "sagittarius", "capricorn", "aquarius", "pisces",
)  # fmt: skip
"""The signs' ids from the spring point on, 30 degrees each."""

_SYMBOLS = "♈♉♊♋♌♍♎♏♐♑♒♓"
_BRANCHES = ("子丑寅卯辰巳午未申酉戌亥", "자축인묘진사오미신유술해")
_ALSO_SIGNS = {
    "aries": "ram 백양",
    "taurus": "bull 금우",
    "gemini": "twins 쌍둥이 쌍자 쌍둥",
    "cancer": "crab 거해",
    "leo": "lion",
    "virgo": "virgin maiden 실녀",
    "libra": "scales balance 저울",
    "scorpio": "scorpion scorpius 천갈",
    "sagittarius": "archer 사수 궁수 인마",
    "capricorn": "seagoat capricornus 염소 산양 마갈",
    "aquarius": "waterbearer 보병",
    "pisces": "fish fishes 쌍어",
}
"""Other words for them, without what `_ENDINGS` has."""
_ALSO_ANIMALS = (
    "rat mouse 생쥐", "ox cow bull 황소", "tiger 범", "rabbit hare", "dragon", "snake serpent", "horse",
    "goat sheep ram 염소", "monkey 잔나비", "rooster chicken cock hen", "dog", "pig boar",
)  # fmt: skip
_ENDINGS = ("별자리", "자리", "띠", "좌", "궁")
"""Of the Korean names; with or without one a name is the same."""
_LONGEST = 40
"""Characters of a wrong name that an error repeats."""


def find_sign(text: str) -> str:
    """The id of the sign a person means by "사자자리", "사자", "Leo" or "♌".

    Raises:
        UsageError: it is none of them; names the nearest.
    """
    return _found(text, _signs(), "fortune.unknown_sign", [f"sign.{sign}" for sign in SIGNS])


def find_animal(text: str) -> int:
    """The branch, 0 for the rat, of the animal a person means by "용띠", "용", "dragon", "辰" or "진".

    Raises:
        UsageError: it is none of them; names the nearest.
    """
    number = _found(text, _animals(), "fortune.unknown_animal", [f"animal.{branch}" for branch in range(12)])
    return int(number)


def _found(text: str, known: Mapping[str, str], error: str, names: list[str]) -> str:
    word = _stem(_folded(text[:_LONGEST]))
    if word in known:
        return known[word]
    from difflib import get_close_matches  # only when a name is wrong

    nearest = get_close_matches(word[:_LONGEST], known, n=1, cutoff=0.6)
    here = content(i18n.language())
    listed = ", ".join(here.text(name) for name in names)
    if nearest:
        meant = here.text(names[list(dict.fromkeys(known.values())).index(known[nearest[0]])])
        raise UsageError(f"{error}_nearest", name=text[:_LONGEST], nearest=meant, names=listed)
    raise UsageError(error, name=text[:_LONGEST], names=listed)


@cache
def _signs() -> Mapping[str, str]:
    """Every word for a sign, folded, and its id; in the order of the signs."""
    known: dict[str, str] = {}
    for sign, symbol in zip(SIGNS, _SYMBOLS, strict=True):
        named = [content(locale).text(f"sign.{sign}") for locale in LOCALES]
        known |= dict.fromkeys(map(_stem, map(_folded, [sign, symbol, *named, *_ALSO_SIGNS[sign].split()])), sign)
    return known


@cache
def _animals() -> Mapping[str, str]:
    """Every word for an animal, folded, and its branch's number; in the order of the branches."""
    known: dict[str, str] = {}
    for branch, also in enumerate(_ALSO_ANIMALS):
        named = [content(locale).text(f"animal.{branch}") for locale in LOCALES]
        symbols = [symbols[branch] for symbols in _BRANCHES]
        known |= dict.fromkeys(map(_stem, map(_folded, [*symbols, *named, *also.split()])), str(branch))
    return known


def _folded(text: str) -> str:
    """Without what tells no two names apart: forms of letters, case, spaces, an emoji's variation selector."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum() or letter in _SYMBOLS)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return word.removesuffix(ending)
    return word

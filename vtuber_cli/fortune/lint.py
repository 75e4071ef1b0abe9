"""What every text of the fortunes has to be: the same keys in all languages, of a length, harmless, said once.

The shipped texts are held to it by a test, a user's pack before it is let in.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from functools import cache
from typing import NamedTuple, TypeAlias
from unicodedata import category

from vtuber_cli.fortune.content import FOLDER, LOCALES, file_of, read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Entries: TypeAlias = "Mapping[str, str | list[str]]"

PARTICLES = (
    "은/는",
    "이/가",
    "을/를",
    "과/와",
    "으로/로",
    "이에요/예요",
    "이라/라",
    "이나/나",
    "아/야",
    "이었/였",
    "이라면/라면",
)
"""The pairs that a Korean text may leave to the word before."""
PLACEHOLDERS = frozenset(
    "a animal area aspect b branch bright card color day earth element facts fire first god heavy hour lacking matter "
    "meaning metal month moon now numbers other point position relation second sign stem then times today water wood "
    "year".split()
)
"""What an engine fills in."""
FIXED = ("notice.", "contact.", "about.", "disclaimer", "narration.prompt", "narration.notice")
"""Keys that no pack replaces: they lead to help, say what the program does, or tell a model what to do."""
_LENGTHS = (
    (r"^tarot\.card\..*\.keywords$", 30, 60),
    (r"^tarot\.card\..*\.(upright|reversed)$", 90, 180),
    (r"^tarot\.card\..*\.advice$", 60, 120),
    (r"^(sign|animal|stem|branch|hour|ganji|element|god|term|phase|planet|relation)\.", 16, 32),
    (r"^(grade|category|direction|color)\.|^daily\.item$|\.name$", 16, 32),
    (r"^\w+\.title\b|^tarot\.answer\.|^saju\.meaning\.|^zodiac\.(area|point|kind)\.", 24, 48),
    (r"^\w+\.(love|money|work|health|relations)\.", 50, 100),
    (r"^\w+\.advice\.|^(\w+\.)?basis\.", 60, 120),
    (r"^narration\.(open|close)\.", 45, 90),
    (r"^tarot\.spread\..*\.about$|^contact\.", 40, 80),
    (r"^notice\.", 160, 320),
    (r"^narration\.prompt$", 110, 180),
    (r"", 70, 140),
)
"""Of a key that has this, the most letters in Korean and in English; the first one counts."""
_MAY_NAME = ("notice.", "contact.", "about.", "sign.", "narration.prompt", "tarot.card.major.13.name")
"""Keys that may name what the others must not: they lead to help, or are a name."""
_SHARED = re.compile(
    r"^(sign|animal|stem|branch|hour|god|element|relation|category|direction|color|planet|phase|term|grade)\."
    r"|^daily\.item$|^tarot\.spread\..*\.name$|^zodiac\.(area|point|kind)\."
)
"""Names, of which two may well be the same word."""
_UPRIGHT_OR_NOT = re.compile(r"^tarot\.card\..*\.advice$")
"""Two texts, the first for a card that lies upright and the second for one that does not."""
_TWO_WAYS = re.compile(r"[은는이가을를과와]\((?:은|는|이|가|을|를|과|와)\)|\((?:이|으)\)[가-힣]")
_MARKUP = re.compile(r"[<>*_`#|\\\[\]\u2014]|https?:|www\.")
_QUOTED = re.compile(r"[\"'‘“][^\"'’”]*[\"'’”]")
_BLUNT = re.compile(
    r"(?:(?<!바)(?<![답랍]니)다|(?<![올새])해|[이거]야|[았었겠했였졌갔왔됐봤][어지]|[봐줘돼]|지 마"
    r"|(?:하|보|가|말|먹|쉬|두|않|되)자|(?:하|해|마|말|보|봐|가)라|(?:하|있|없|좋|겠|되|이)[네지군]"
    r"|(?:좋|같|않)아|(?:있|없|싶)어)[.!?](?!\.)"
)
"""How a Korean sentence ends that is not in 해요체; one that ends with a noun is fine, and so is a quotation."""


class Problem(NamedTuple):
    locale: str
    key: str
    rule: str
    """Its words are `fortune.lint.<rule>`."""
    text: str = ""

    @property
    def file(self) -> str:
        """Where the key stands."""
        return f"{self.locale}/{file_of(self.key)}.json"


def banned(text: str, locale: str) -> list[str]:
    """The words in a text that no fortune says: of death, illness, accidents, betrayal, gambling, and of fate."""
    return [found[0] for pattern in _banned(locale) if (found := pattern.search(text))]


def problems(entries: Mapping[str, Entries]) -> list[Problem]:
    """Everything that is wrong with texts, by locale and key."""
    found = [problem for locale in entries for problem in _of_locale(locale, entries[locale], entries[locale])]
    return [*found, *_unequal(entries)]


def problems_over(entries: Mapping[str, Entries], known: Mapping[str, Entries]) -> list[Problem]:
    """Everything that is wrong with texts that replace some of those that are known."""
    found: list[Problem] = []
    replaced = {key for texts in entries.values() for key in texts}
    for locale, texts in known.items():
        own = entries.get(locale, {})
        found += [Problem(locale, key, "missing") for key in sorted(replaced) if key not in own]
        found += [Problem(locale, key, rule) for key in own if (rule := _misfit(key, own[key], texts))]
    unfit = {(one.locale, one.key) for one in found}
    for locale, texts in known.items():
        own = entries.get(locale, {})
        found += [one for one in _of_locale(locale, own, {**texts, **own}) if (locale, one.key) not in unfit]
    found += [one for one in _unequal(entries) if (one.locale, one.key) not in unfit]
    return found


def _misfit(key: str, value: str | list[str], known: Entries) -> str:
    """Why a text cannot stand in for the known one; empty if it can."""
    if key not in known:
        return "unknown_key"
    if key.startswith(FIXED):
        return "fixed"
    if isinstance(value, list) != isinstance(known[key], list):
        return "kind"
    if _UPRIGHT_OR_NOT.search(key) and len(value) != len(known[key]):
        return "pair"
    return "placeholders" if _names(value) - _names(known[key]) else ""


def shipped() -> dict[str, dict[str, str | list[str]]]:
    """All texts that come with the program, by locale."""
    return {
        locale: {
            key: value for file in sorted((FOLDER / locale).glob("*.json")) for key, value in read_json(file).items()
        }
        for locale in LOCALES
    }


def misplaced() -> list[str]:
    """Shipped keys that stand in another file than the one in which they are looked for."""
    return [
        key
        for locale in LOCALES
        for file in (FOLDER / locale).glob("*.json")
        for key in read_json(file)
        if file_of(key) != file.stem
    ]


def _of_locale(locale: str, entries: Entries, beside: Entries) -> Iterator[Problem]:
    """What is wrong with texts in one language, which stand among the others of it."""
    counts = Counter(
        text.casefold() for key, value in beside.items() if not _SHARED.search(key) for text in _texts(value)
    )
    for key, value in entries.items():
        for text in _texts(value):
            yield from (Problem(locale, key, rule, text) for rule in _faults(locale, key, text))
            if counts[text.casefold()] > 1 and not _SHARED.search(key):
                yield Problem(locale, key, "twice", text)


def _faults(locale: str, key: str, text: str) -> Iterator[str]:
    """The rules that a text breaks."""
    limit = next(limits for pattern, *limits in _LENGTHS if re.search(pattern, key))[LOCALES.index(locale)]
    if not text.strip() or text != text.strip() or "  " in text:
        yield "spaces"
    if len(text) > limit:
        yield "long"
    if not text.replace("\n", "").isprintable() or ("\n" in text and key != "narration.prompt"):
        yield "control"
    if _MARKUP.search(text) or any(category(letter) in {"So", "Sk", "Mn", "Me"} for letter in text):
        yield "markup"
    if not key.startswith(_MAY_NAME) and banned(text, locale):
        yield "banned"
    yield from _in_braces(locale, text)
    if _TWO_WAYS.search(text):
        yield "particle"
    if not _in_script(locale, re.sub(r"\{[^}]*\}", "", text)):
        yield "script"
    if locale == "ko" and _BLUNT.search(_QUOTED.sub("", text)):
        yield "manner"


def _in_script(locale: str, text: str) -> bool:
    """Whether a text is written in the letters of its language; Chinese ones may explain a Korean word in both."""
    letters = [letter for letter in text if letter.isalpha() and not "一" <= letter <= "鿿"]
    korean = ["가" <= letter <= "힣" for letter in letters]
    if locale == "en":
        return all(letter < "ɐ" for letter in letters)
    return (any(korean) or not letters) and all(
        hangul or letter.isascii() for letter, hangul in zip(letters, korean, strict=True)
    )


def _in_braces(locale: str, text: str) -> Iterator[str]:
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:
        yield "braces"
        return
    for _, name, pair, conversion in fields:
        if name is None:
            continue
        if name not in PLACEHOLDERS or conversion:
            yield "braces"
        if pair and (locale != "ko" or pair not in PARTICLES):
            yield "particle"


def _unequal(entries: Mapping[str, Entries]) -> Iterator[Problem]:
    """What one language has and another has not."""
    for locale, other in (LOCALES, LOCALES[::-1]):
        own, theirs = entries.get(locale, {}), entries.get(other, {})
        for key, value in own.items():
            if key not in theirs:
                yield Problem(other, key, "missing")
            elif isinstance(value, list) != isinstance(theirs[key], list):
                yield Problem(locale, key, "kind")
            elif len(_texts(value)) != len(_texts(theirs[key])):
                yield Problem(locale, key, "pool")
            else:
                for text, same in zip(_texts(value), _texts(theirs[key]), strict=True):
                    if _names(text) != _names(same):
                        yield Problem(locale, key, "placeholders", text)


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _names(value: str | list[str]) -> set[str]:
    """The placeholders of all texts of a key."""
    found: set[str] = set()
    for text in _texts(value):
        try:
            found |= {name for _, name, _, _ in string.Formatter().parse(text) if name}
        except ValueError:
            continue
    return found


@cache
def _banned(locale: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one, re.IGNORECASE) for one in read_json(FOLDER / "banned.json").get(locale, ()))

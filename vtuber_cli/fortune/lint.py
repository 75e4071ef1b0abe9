"""What every text of the fortunes has to be: the same keys in all languages, of a length, harmless, said once.

The shipped texts are held to it by a test, a user's pack before it is let in.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from functools import cache
from typing import NamedTuple, TypeAlias

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
_LENGTHS = (
    (r"\.keywords$", 30, 60),
    (
        r"^(sign|animal|stem|branch|element|god|term|phase|planet|relation|grade|category|direction|ganji|color)\.",
        16,
        32,
    ),
    (r"^tarot\.card\.[\w.]+\.name$", 16, 32),
    (r"\.title\b", 40, 72),
    (r"^(notice|about|narration\.prompt)", 220, 420),
    (r"", 110, 200),
)
"""Of a key that has this, the most letters in Korean and in English; the first one counts."""
_HARMLESS = ("notice.", "contact.", "about.", "sign.", "narration.prompt", "tarot.card.major.13.name")
"""Keys that may name what the others must not: they lead to help, or are a name."""
_SHORT_AND_SHARED = (
    "sign.",
    "animal.",
    "stem.",
    "branch.",
    "hour.",
    "god.",
    "element.",
    "relation.",
    "category.",
    "direction.",
    "daily.item",
    "color.",
    "planet.",
    "phase.",
    "term.",
    "grade.",
)
"""Names of which two may well be the same word."""
_TWO_WAYS = re.compile(r"[은는이가을를과와]\((?:은|는|이|가|을|를|과|와)\)|\((?:이|으)\)[가-힣]")
_MARKUP = re.compile(r"[<>*_`#|\\]|\[|\]|https?:")
_HANGUL = re.compile("[가-힣]")
_BLUNT = re.compile(r"(?<!니)(?:다|해|하자|하라|마라)[.!?](?!\.)")
"""How a Korean sentence ends that is not in 해요체; one that ends with a noun is fine."""


class Problem(NamedTuple):
    locale: str
    key: str
    rule: str
    """Its words are `fortune.lint.<rule>`."""
    text: str = ""


def banned(text: str, locale: str) -> list[str]:
    """The words in a text that no fortune says: of death, illness, accidents, betrayal, gambling, and of fate."""
    return [found[0] for pattern in _banned(locale) if (found := pattern.search(text))]


def problems(entries: Mapping[str, Entries], known: Mapping[str, Entries] | None = None) -> list[Problem]:
    """Everything that is wrong with texts.

    Args:
        entries: by locale, the texts by their keys.
        known: what these lie over, if they are a pack: nothing may be new, and placeholders are as they were.
    """
    found = [problem for locale in entries for problem in _of_locale(locale, entries[locale])]
    found += _unequal(entries)
    if known is not None:
        for locale, own in entries.items():
            found += [Problem(locale, key, "unknown_key") for key in own if key not in known.get(locale, {})]
            found += [
                Problem(locale, key, "placeholders", str(one))
                for key in own
                if key in known.get(locale, {}) and (one := _names(own[key]) - _names(known[locale][key]))
            ]
    return found


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


def _of_locale(locale: str, entries: Entries) -> Iterator[Problem]:
    counts = Counter(
        text for key, value in entries.items() if not key.startswith(_SHORT_AND_SHARED) for text in _texts(value)
    )
    for key, value in entries.items():
        for text in _texts(value):
            yield from (Problem(locale, key, rule, text) for rule in _faults(locale, key, text))
            if counts[text] > 1 and len(text) > 12 and not key.startswith(_SHORT_AND_SHARED):
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
    if _MARKUP.search(text) or "—" in text:
        yield "markup"
    if not key.startswith(_HARMLESS) and banned(text, locale):
        yield "banned"
    yield from _in_braces(locale, text)
    if locale == "ko" and _TWO_WAYS.search(text):
        yield "particle"
    if locale == "en" and _HANGUL.search(text):
        yield "script"
    if locale == "ko" and _BLUNT.search(text):
        yield "manner"


def _in_braces(locale: str, text: str) -> Iterator[str]:
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:
        yield "braces"
        return
    for _, name, pair, conversion in fields:
        if name is None:
            continue
        if not name.isidentifier() or conversion:
            yield "braces"
        if pair and (locale != "ko" or pair not in PARTICLES):
            yield "particle"


def _unequal(entries: Mapping[str, Entries]) -> Iterator[Problem]:
    """What one language has and another has not."""
    for locale, other in ((LOCALES[0], LOCALES[1]), (LOCALES[1], LOCALES[0])):
        own, theirs = entries.get(locale, {}), entries.get(other, {})
        for key, value in own.items():
            if key not in theirs:
                yield Problem(other, key, "missing")
            elif len(_texts(value)) != len(_texts(theirs[key])) or isinstance(value, list) != isinstance(
                theirs[key], list
            ):
                yield Problem(locale, key, "pool")
            elif isinstance(value, str) and _names(value) != _names(theirs[key]):
                yield Problem(locale, key, "placeholders", value)


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

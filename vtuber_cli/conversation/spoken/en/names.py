"""English abbreviations, initials and Roman numerals in words."""

from __future__ import annotations

import re
from typing import Final

from vtuber_cli.conversation.spoken import roman
from vtuber_cli.conversation.spoken.en.dates import full_stop
from vtuber_cli.conversation.spoken.en.numbers import cardinal, ordinal
from vtuber_cli.conversation.spoken.en.tables import (
    ABBREVIATIONS,
    BEFORE_CAPITALS,
    BEFORE_NUMBERS,
    ENDING,
    FIXED,
    MONARCHS,
    NUMBERED,
)
from vtuber_cli.conversation.spoken.rules import Rule, any_of, compiled

_ABBREVIATION: Final = re.compile(r"(?<![\w.@/-])([A-Za-z]{1,6})\.(?!\w)")
_INITIALS: Final = re.compile(r"\b((?:[A-Z]\.\s?){2,})(?=\W|\Z|[A-Z])|\b([A-Z])\.(?=\s+[A-Z][a-z])")
_NOT_ON: Final = r"(?![\w-]|['’](?!s\b)|\.[A-Za-z])"
_AFTER_NUMBERS: Final = frozenset("min sec pt p c ch v".split())
"""Behind a number these are units, or something else."""
_REIGN: Final = re.compile(
    rf"\b(?:(?P<name>(?:{any_of(MONARCHS)})(?: (?:Paul|Francis|William|Albert|Joseph))?) (?P<n>{roman.LONG})"
    rf"|(?P<rank>(?:King|Queen|Pope|Emperor|Tsar|Czar|Prince) (?:{any_of(MONARCHS)})) (?P<one>[IVX])){_NOT_ON}"
)
_PART: Final = re.compile(
    rf"\b(?P<what>(?i:{any_of(NUMBERED)}))(?P<many>s?) (?P<n>{roman.PATTERN})"
    rf"(?:\s?[-–]\s?(?P<to>{roman.PATTERN}))?{_NOT_ON}"
)
_CENTURY: Final = re.compile(rf"\b(?P<n>{roman.PATTERN})(?:th|st|nd|rd)?(?=[- ][Cc]entur)")
_NAMED: Final = re.compile(rf"(?<=[a-z] )(?P<n>{roman.LONG}){_NOT_ON}")
_SMALL: Final = 40
"""`Rocky IV`, but `MIX`, `LI` and `XL` are names of their own."""


def _abbreviation(m: re.Match[str]) -> str:
    """A word with a dot behind it, said in full where what stands around it fits."""
    word, rest = m[1], m.string[m.end() :].lstrip()[:1]
    said = ABBREVIATIONS.get(word.lower())
    behind = m.string[max(0, m.start() - 2) : m.start()].rstrip()[-1:].isdecimal()
    if rest.isdecimal() and not (behind and word.lower() in _AFTER_NUMBERS):
        said = BEFORE_NUMBERS.get(word.lower(), said)
    if rest.isupper() and word[0].isupper():
        said = BEFORE_CAPITALS.get(word.lower(), said)
    if said is None:
        return m[0]
    if word[0].isupper():
        said = said[0].upper() + said[1:]
    if said.lower() in ENDING:
        return said + full_stop(m)
    return f"{said}." if m.end() == len(m.string) else said


def _initials(m: re.Match[str]) -> str:
    letters = " ".join(re.findall("[A-Z]", m[0]))
    if m[0][-1].isspace():
        return f"{letters} "
    return letters + (full_stop(m) if m[1] else "")


def _reign(m: re.Match[str]) -> str:
    n = roman.value(m["n"] or m["one"])
    return f"{m['name'] or m['rank']} the {ordinal(n)}" if n else m[0]


def _part(m: re.Match[str]) -> str:
    n = roman.value(m["n"])
    to = f" to {cardinal(roman.value(m['to']))}" if m["to"] else ""
    return f"{m['what']}{m['many']} {cardinal(n)}{to}" if n else m[0]


def _century(m: re.Match[str]) -> str:
    n = roman.value(m["n"])
    return ordinal(n) if n else m[0]


def _named(m: re.Match[str]) -> str:
    n = roman.value(m["n"])
    return cardinal(n) if 0 < n < _SMALL else m[0]


RULES: Final[tuple[Rule, ...]] = (
    *compiled((rf"(?<![\w.]){written}", said) for written, said in FIXED),
    (_ABBREVIATION, _abbreviation),
    (_INITIALS, _initials),
    (_REIGN, _reign),
    (_PART, _part),
    (_CENTURY, _century),
    (_NAMED, _named),
)

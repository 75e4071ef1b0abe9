"""English money, measures, codes and counts in words."""

from __future__ import annotations

import re
from typing import Final

from vtuber_cli.conversation.spoken import digits
from vtuber_cli.conversation.spoken.en.dates import slashed
from vtuber_cli.conversation.spoken.en.numbers import (
    by_digit,
    cardinal,
    fraction,
    is_year,
    label,
    number,
    number_or_year,
    ordinal,
    year,
)
from vtuber_cli.conversation.spoken.en.tables import (
    CLOSE_UNITS,
    DOLLARS,
    LABELLED,
    MONEY,
    MONEY_SCALES,
    PARTS_OF,
    PER,
    RELEASED,
    UNITS,
)
from vtuber_cli.conversation.spoken.rules import Rule, any_of

# --- money ------------------------------------------------------------------------------------------------------

_SCALE: Final = r"(?:\s?(?P<scale>thousand|million|billion|trillion|[kKmMbB]n?|T)(?![A-Za-z]))?"
_SIGNS: Final = "[$€£₩¥₹₽]"
_MONEY: Final = re.compile(
    rf"(?P<a_or_an>\ba\s)?(?P<sign>{digits.SIGN})?(?:\b(?P<whose>US|AU|CA|HK|NZ|A|C|S))?"
    rf"(?P<unit>{_SIGNS}|\b(?:USD|EUR|GBP|KRW|JPY|CNY)(?=\s?[0-9]))\s?(?P<a>{digits.NUMBER}|(?=\.[0-9]))"
    rf"(?P<cents>[.,][0-9]{{2}}(?![0-9]|[.,][0-9]))?"
    rf"(?:[kKmMbB]?\s?[-–~]\s?{_SIGNS}?(?P<b>{digits.NUMBER}))?{_SCALE}(?:/(?P<per>{any_of(PER)})(?!\w))?"
)
_MONEY_AFTER: Final = re.compile(
    rf"(?P<a_or_an>\ba\s)?{digits.QUANTITY}(?P<cents>(?!))?(?P<whose>(?!))?{_SCALE}"
    rf"\s?(?P<unit>USD|EUR|GBP|KRW|JPY|CNY|원|[$€₩¢])(?!\w)(?:/(?P<per>{any_of(PER)})(?!\w))?"
)
_ADJECTIVE: Final = re.compile(r"[ -][a-z]{3,}")
_NO_NOUN: Final = re.compile(r"[ -](?:and|per|for|from|off|each|more|less|the|was|are|but|than|in|of|or|to|so)\b")


def _qualifies(m: re.Match[str]) -> bool:
    """Whether the amount stands before its noun: a five dollar coffee."""
    rest = m.string[m.end() :][:12]
    return m["a_or_an"] is not None and _ADJECTIVE.match(rest) is not None and not _NO_NOUN.match(rest)


def _money(m: re.Match[str]) -> str:
    one, many, cent, cents = MONEY[m["unit"]]
    if m["unit"] == "$" and m["whose"]:
        one, many = (DOLLARS.get(m["whose"], "") + name for name in (one, many))
    if _qualifies(m):
        many = one
    lead = (m["a_or_an"] or "") + ("minus " if m["sign"] else "")
    per = f" per {PER[m['per']]}" if m["per"] else ""
    whole, decimals = digits.split(m["a"] + (m["cents"] or "").replace(",", "."))
    amount = whole + (f".{decimals}" if decimals else "")
    if m["scale"] or m["b"]:
        to = f" to {number(m['b'])}" if m["b"] else ""
        scale = f" {MONEY_SCALES[m['scale'].lower()]}" if m["scale"] else ""
        return f"{lead}{number(amount)}{to}{scale} {many}{per}"
    if not decimals or not int(decimals[:9]):
        return f"{lead}{number(whole)} {one if whole == '1' else many}{per}"
    if not cent or len(decimals) > 2:
        return f"{lead}{number(amount)} {many}{per}"
    small = int(decimals.ljust(2, "0"))
    said = f"{cardinal(small)} {cent if small == 1 else cents}"
    if whole.strip("0"):
        said = f"{number(whole)} {one if whole == '1' else many} and {said}"
    return lead + said + per


# --- measures ---------------------------------------------------------------------------------------------------

_UNIT: Final = re.compile(
    rf"(?P<a_or_an>\ban?\s)?{digits.QUANTITY}(?:(?P<close>{any_of(CLOSE_UNITS)})|(?P<sep>\s?-?)(?P<unit>{any_of(UNITS)}))"
    rf"(?:/(?P<per>{any_of(PER)}))?(?![\w²³/]|\^[23])(?:(?<=[a-z])\.(?=\s[a-z]))?"
)
_LINES: Final = re.compile(r"(?<![\w.,])([0-9]{3,4})([pi])(?![\w-])")
_RESOLUTION: Final = re.compile(r"(?<![\w.,])([0-9]{3,4})\s?[x×]\s?([0-9]{3,4})(?![\w.])")
_BIG: Final = re.compile(rf"{digits.QUANTITY}(?:(?P<large>M|B|mn|bn)|(?P<kilo>[kK]))(?![\w/])")
_KILO: Final = frozenset(("2", "3", "4", "5", "8"))
"""A 4K video and a 5K run keep their letter."""


def _unit(m: re.Match[str]) -> str:
    unit = m["unit"] or m["close"]
    hyphen = bool(m["sep"]) and m["sep"].endswith("-")
    if hyphen and len(unit) < 2 and not _ADJECTIVE.match(m.string[m.end() :][:12]):
        return m[0]
    one, many = (UNITS | CLOSE_UNITS)[unit]
    single = (m["a"] == "1" and not m["b"]) or hyphen or _qualifies(m)
    per = f" per {PER[m['per']]}" if m["per"] else ""
    return f"{m['a_or_an'] or ''}{quantity(m)} {one if single else many}{per}"


def _big(m: re.Match[str]) -> str:
    """1.2M and 10k in full; 8B parameters and 4K pictures by their letter."""
    if m["kilo"]:
        return f"{quantity(m)} {'K' if m['kilo'] == 'K' and (m['a'] in _KILO or len(m['a']) > 3) else 'thousand'}"
    if m["large"] == "B" and "." not in m["a"]:
        return f"{quantity(m)} B"
    return f"{quantity(m)} {MONEY_SCALES[m['large'].lower()]}"


def quantity(m: re.Match[str]) -> str:
    """A match of `digits.QUANTITY`."""
    sign = "minus " if m["sign"] else ""
    return sign + number(m["a"]) + (f" to {number(m['b'])}" if m["b"] else "")


# --- codes ------------------------------------------------------------------------------------------------------

_LABELLED: Final = re.compile(
    rf"\b(?P<what>(?i:{any_of(LABELLED)}))(?P<sep>[ -])(?P<n>[1-9][0-9]{{2,3}})(?!\w|[.,:][0-9])"
)
_RELEASE: Final = re.compile(
    rf"\b(?P<what>(?i:{any_of(RELEASED)})) ?(?P<major>[0-9]{{1,3}})\.(?P<minor>[0-9]{{2}})(?![\w]|\.[0-9])"
)
_PORT: Final = re.compile(r"((?:[0-9]{1,3}\.){3}[0-9]{1,3}|localhost):([0-9]{2,5})(?![\w:])")
_HEXADECIMAL: Final = re.compile(r"(?<![\w.])0[xX]([0-9A-Fa-f]{1,32})(?!\w)")
_EMERGENCY: Final = re.compile(r"(?i)\b(call|dial)\s([0-9]{3})\b(?![-.,]?[0-9])")


def _hexadecimal(m: re.Match[str]) -> str:
    """0x1F by its digits and letters."""
    return "zero x " + " ".join(by_digit(char) if char.isdecimal() else char.upper() for char in m[1])


def _phone(m: re.Match[str]) -> str:
    groups = digits.groups(m[0])
    if len(groups) == 2 and all(map(is_year, groups)) and groups[0] < groups[1]:
        return m[0]
    plus = "plus " if m[0].startswith("+") else ""
    return plus + ", ".join(map(by_digit, groups))


def _version(m: re.Match[str]) -> str:
    parts = m["parts"].split(".")
    if len(parts) == 4 and not m["v"]:
        return " dot ".join(label(int(part)) if len(part) == 3 else number(part) for part in parts)
    said = " point ".join(map(number, parts))
    return f"version {said}" if m["v"] else said


def _release(m: re.Match[str]) -> str:
    minor = int(m["minor"])
    said = f"oh {cardinal(minor)}" if m["minor"][0] == "0" else cardinal(minor)
    what = "version" if m["what"] in "vV" else m["what"]
    return f"{what} {number(m['major'])} point {said}"


def _labelled(m: re.Match[str]) -> str:
    return f"{m['what']} {label(int(m['n']))}"


# --- shapes -----------------------------------------------------------------------------------------------------

_ORDINAL_RANGE: Final = re.compile(r"(?<=[0-9])(st|nd|rd|th)\s?[-–~]\s?(?=[0-9]{1,3}(?:st|nd|rd|th)\b)")
_ORDINAL: Final = re.compile(r"(?<![\w.,])([0-9]{1,3}(?:,[0-9]{3})*|[0-9]{1,12})(?:st|nd|rd|th)\b", re.IGNORECASE)
_DECADE: Final = re.compile(r"(?<![\w.,])(?:['’]([0-9]{2})|([12][0-9]{3}))['’]?s\b")
_AGE: Final = re.compile(r"\b([Tt]he|early|mid|late|[Mm]y|[Hh]is|[Hh]er|[Tt]heir|[Yy]our|[Oo]ur)([ -])([2-9]0)s\b")
_DIGITS: Final = re.compile(r"\b((?:[Tt]he|and|of|all|any|some|many|more|two|three|four|five) )([0-9])s\b")
_PLURALS: Final = "zeros ones twos threes fours fives sixes sevens eights nines".split()
_PART_OF: Final = re.compile(rf"(?<![\w./])(?<![0-9]\s)([1-9])/([2-9]|10)(?:\s|-)({any_of(PARTS_OF)})\b")
_MIXED: Final = re.compile(r"(?<![\w./])([0-9]+)\s+([0-9]+)/([0-9]+)(?![\w/])")
_FRACTION: Final = re.compile(r"(?<![\w./])([0-9]{1,4})/([0-9]{1,4})(?![\w/])")
_RATIO: Final = re.compile(r"(?<![0-9:.])([0-9]{1,4}):([0-9]{1,4})(?![0-9:])")
_YEARS: Final = re.compile(r"(?<![\w.,:/+-])([12][0-9]{3})\s?[-–~/]\s?([12][0-9]{3})(?!\w|[.,:/-][0-9])")
_SEASON: Final = re.compile(r"(?<![\w.,:/+-])(1[0-9]{3}|20[0-9]{2})[-–/]([1-9][0-9])(?![\w-]|[.,:/][0-9])")
_YEAR: Final = re.compile(r"(?<![\w.,:/+-])(19[0-9]{2}|20[0-9]{2})(?![\w%]|[.,:/-][0-9])")
_OLD_YEAR: Final = re.compile(
    r"(?i)\b(in|since|from|until|till|by|of|around|circa|year|before|after|established)\s(1[0-8][0-9]{2})(?![\w%]|[.,:/-][0-9])"
)
_TIMES: Final = re.compile(rf"(?<![\w.])({digits.NUMBER})[x×](?!\w|\s*[-+=*/^])")


def _decade(m: re.Match[str]) -> str:
    n = int(m[1] or m[2])
    if n % 10:
        return m[0]
    said = year(n) if n > 99 else cardinal(n)
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def _part_of(m: re.Match[str]) -> str:
    """Half an hour, a quarter of a cup, three quarters of a mile."""
    noun = UNITS[m[3]][0] if m[3] in UNITS else m[3]
    an = "an" if noun.startswith(("a", "e", "i", "o", "hour")) else "a"
    if (m[1], m[2]) == ("1", "2"):
        return f"half {an} {noun}"
    said = fraction(int(m[1]), int(m[2]))
    return f"{said.replace('one ', 'a ', 1) if m[1] == '1' else said} of {an} {noun}"


def _mixed(m: re.Match[str]) -> str:
    if not int(m[3]):
        return m[0]
    said = fraction(int(m[2]), int(m[3]))
    return f"{number(m[1])} and {said.replace('one ', 'a ', 1) if m[2] == '1' else said}"


def _fraction(above: int, below: int) -> str:
    """60/40 is a split."""
    return f"{cardinal(above)} {cardinal(below)}" if above + below == 100 else fraction(above, below)


def _range_of_years(m: re.Match[str]) -> str:
    return f"{number_or_year(m[1])} to {number_or_year(m[2])}"


CODES: Final[tuple[Rule, ...]] = ((_HEXADECIMAL, _hexadecimal),)
"""What must be said before signs between numbers are."""
RULES: Final[tuple[Rule, ...]] = (
    (_MONEY, _money),
    (_MONEY_AFTER, _money),
    (_PORT, lambda m: f"{m[1]} port {label(int(m[2]))}"),
    (digits.PHONE, _phone),
    (_RELEASE, _release),
    (digits.VERSION, _version),
    (_LABELLED, _labelled),
    (_RESOLUTION, lambda m: f"{label(int(m[1]))} by {label(int(m[2]))}"),
    (_LINES, lambda m: f"{label(int(m[1]))} {m[2]}"),
    (_AGE, lambda m: f"{m[1]}{m[2]}{cardinal(int(m[3]))[:-1]}ies"),
    (_DECADE, _decade),
    (_DIGITS, lambda m: m[1] + _PLURALS[int(m[2])]),
    (_PART_OF, _part_of),
    (_MIXED, _mixed),
    (_UNIT, _unit),
    (_BIG, _big),
    (_ORDINAL_RANGE, r"\1 to "),
    (_ORDINAL, lambda m: ordinal(int(m[1].replace(",", "")))),
    (_YEARS, _range_of_years),
    (digits.SLASHED, slashed),
    (_FRACTION, lambda m: _fraction(int(m[1]), int(m[2])) if int(m[2]) else m[0]),
    (_RATIO, lambda m: f"{number(m[1])} to {number(m[2])}"),
    (_SEASON, lambda m: f"{year(int(m[1]))} to {cardinal(int(m[2]))}"),
    (_OLD_YEAR, lambda m: f"{m[1]} {year(int(m[2]))}"),
    (_YEAR, lambda m: year(int(m[1]))),
    (_EMERGENCY, lambda m: f"{m[1]} {by_digit(m[2])}"),
    (_TIMES, lambda m: f"{number(m[1])} times"),
)

"""English: numbers, dates, times, money, units, abbreviations and signs in words."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from vtuber_cli.conversation.spoken import digits
from vtuber_cli.conversation.spoken.en_tables import (
    ABBREVIATIONS,
    BEFORE_NUMBERS,
    DENOMINATORS,
    ENDING_ABBREVIATIONS,
    MONEY,
    MONEY_SCALES,
    MONTH_NUMBERS,
    MONTHS,
    ONES,
    ORDINALS,
    SCALES,
    SYMBOLS,
    TENS,
    UNITS,
)
from vtuber_cli.conversation.spoken.markup import Words

WORDS: Final = Words(code="code", link=None, at="at", dot="dot", hashtag="hashtag")

_MOST_DIGITS: Final = 3 * len(SCALES)
_FIRST_YEAR, _LAST_YEAR = 1001, 2099


# --- numbers ----------------------------------------------------------------------------------------------------


def cardinal(n: int) -> str:
    """42 as "forty-two"; beyond the named scales digit by digit."""
    if n < 0:
        return f"minus {cardinal(-n)}"
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{ONES[n // 100]} hundred" + (f" {cardinal(n % 100)}" if n % 100 else "")
    text = str(n)
    if len(text) > _MOST_DIGITS:
        return by_digit(text)
    parts: list[str] = []
    for scale in SCALES:
        n, rest = divmod(n, 1000)
        if rest:
            parts.append(f"{cardinal(rest)} {scale}".rstrip())
        if not n:
            break
    return " ".join(reversed(parts))


def ordinal(n: int) -> str:
    """42 as "forty-second"."""
    head, hyphen, last = cardinal(n).rpartition("-")
    if not hyphen:
        head, hyphen, last = cardinal(n).rpartition(" ")
    if last in ORDINALS:
        last = ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return head + hyphen + last


def year(n: int) -> str:
    """2026 as "twenty twenty-six", 1905 as "nineteen oh five", 2007 as "two thousand seven"."""
    century, rest = divmod(n, 100)
    if not _FIRST_YEAR <= n <= _LAST_YEAR or (century == 20 and rest < 10):
        return cardinal(n)
    if not rest:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def by_digit(text: str) -> str:
    return " ".join(ONES[int(char)] for char in text)


def number(text: str) -> str:
    """`1,234.5` in words; a leading zero (007) is a code, said digit by digit."""
    whole, fraction = digits.split(text)
    code = (len(whole) > 1 and whole[0] == "0" and not fraction) or len(whole) > _MOST_DIGITS
    said = by_digit(whole) if code else cardinal(int(whole))
    return f"{said} point {by_digit(fraction)}" if fraction else said


def _number_or_year(text: str) -> str:
    return year(int(text)) if len(text) == 4 and _FIRST_YEAR <= int(text) <= _LAST_YEAR else number(text)


def _quantity(m: re.Match[str]) -> str:
    sign = "minus " if m["sign"] else ""
    return sign + number(m["a"]) + (f" to {number(m['b'])}" if m["b"] else "")


# --- dates and times --------------------------------------------------------------------------------------------

_MONTH: Final = r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|June?\.?|July?\.?|" + (
    r"Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_MONTH_DAY = re.compile(
    rf"\b{_MONTH}\s+(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?\b(?![:.,]?[0-9]|%)(?:,?\s+(?P<y>[0-9]{{4}})\b)?"
)
_MONTH_YEAR = re.compile(rf"\b{_MONTH}\s+(?P<y>[0-9]{{4}})\b")
_DAY_MONTH = re.compile(
    rf"(?P<the>\b[Tt]he\s+)?\b(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b(?:,?\s+(?P<y>[0-9]{{4}})\b)?"
)
_TIME = re.compile(digits.TIME)
_TIME_RANGE = re.compile(r"(:[0-5][0-9](?:\s?[AaPp]\.?[Mm]\.?)?)\s?[-–~]\s?(?=[0-9]{1,2}:[0-5][0-9])")
_HOUR = re.compile(
    r"(?<![\w.,:-])(?P<hour>1[0-2]|0?[1-9])(?:\s?[-–~]\s?(?P<to>1[0-2]|[1-9]))?\s?(?P<half>[AaPp])\.?[Mm]\b\.?"
)


def _month(name: str) -> int:
    return MONTH_NUMBERS[name.rstrip(".").lower()]


def _date(y: str | None, m: int, d: int) -> str:
    return f"{MONTHS[m - 1]} {ordinal(d)}" + (f", {year(int(y))}" if y else "")


def _iso_date(m: re.Match[str]) -> str:
    month, day = int(m["m"]), int(m["d"])
    return _date(m["y"], month, day) if digits.is_month_and_day(month, day) else m[0]


def _slashed(m: re.Match[str]) -> str:
    """A date if there is a year or it can hardly be a fraction, else a fraction."""
    a, b = int(m["m"]), int(m["d"])
    if m["y"] and not digits.is_month_and_day(a, b):
        a, b = b, a
    date = digits.is_month_and_day(a, b)
    if date and (m["y"] or b > 12 or a > b > 1):
        return _date(m["y"], a, b)
    if m["y"] or not b:
        return m[0]
    return _fraction(a, b)


def _fraction(a: int, b: int) -> str:
    if a == b > 1:
        return f"{cardinal(a)} out of {cardinal(b)}"
    if b in DENOMINATORS:
        part = DENOMINATORS[b][a != 1]
    elif b == 1:
        return f"{cardinal(a)} over one"
    else:
        part = ordinal(b) + ("" if a == 1 else "s")
    return f"{cardinal(a)} {part}"


def _month_day(m: re.Match[str]) -> str:
    day = int(m["d"])
    return _date(m["y"], _month(m["month"]), day) if 1 <= day <= 31 else m[0]


def _day_month(m: re.Match[str]) -> str:
    day = int(m["d"])
    if not 1 <= day <= 31:
        return m[0]
    said = f"{m['the'] or 'the '}{ordinal(day)} of {MONTHS[_month(m['month']) - 1]}"
    return said + (f", {year(int(m['y']))}" if m["y"] else "")


def _clock(m: re.Match[str]) -> str:
    hour, minute = int(m["hour"]), int(m["minute"])
    half = f" {m['half'].upper()}M" if m["half"] else ""
    if not minute and not half and not hour % 24:
        said = "midnight"
    elif minute:
        said = f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif half:
        said = cardinal(hour)
    else:
        said = f"{cardinal(hour)} o'clock" if 1 <= hour <= 12 else f"{cardinal(hour)} hundred"
    if m["second"]:
        said += f" and {_counted(m['second'], 'second', 'seconds')}"
    return said + half + _full_stop(m)


def _hour(m: re.Match[str]) -> str:
    to = f" to {cardinal(int(m['to']))}" if m["to"] else ""
    return f"{cardinal(int(m['hour']))}{to} {m['half'].upper()}M{_full_stop(m)}"


def _full_stop(m: re.Match[str]) -> str:
    """The dot of `p.m.` where it also ends a sentence."""
    rest = m.string[m.end() :].lstrip()
    return "." if m[0].endswith(".") and (not rest or rest[0].isupper()) else ""


# --- money, units, other shapes ---------------------------------------------------------------------------------

_SCALE: Final = r"(?:\s?(?P<scale>thousand|million|billion|trillion|[kKmMbB]n?|T)\b)?"
_MONEY = re.compile(
    rf"(?P<sign>{digits.SIGN})?(?:\b(?:US|AU|CA|HK|NZ|A|C))?(?P<unit>[$€£₩¥₹])\s?(?P<a>{digits.NUMBER})"
    rf"(?:\s?[-–~]\s?[$€£₩¥₹]?(?P<b>{digits.NUMBER}))?{_SCALE}"
)
_MONEY_AFTER = re.compile(rf"{digits.QUANTITY}{_SCALE}\s?(?P<unit>USD|EUR|GBP|KRW|JPY|원|[$€₩])(?!\w)")
_UNIT_NAMES: Final = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
_UNIT = re.compile(rf"{digits.QUANTITY}(?P<sep>\s?-?)(?P<unit>{_UNIT_NAMES})(?![\w²³/])")
_ORDINAL = re.compile(r"(?<![\w.,])([0-9]{1,3}(?:,[0-9]{3})*|[0-9]{1,12})(?:st|nd|rd|th)\b", re.IGNORECASE)
_DECADE = re.compile(r"(?<![\w.,])['’]?([0-9]{2}|[12][0-9]{3})['’]?s\b")
_MIXED_FRACTION = re.compile(r"(?<![\w./])([0-9]+)\s+([0-9]+)/([0-9]+)(?![\w/])")
_FRACTION = re.compile(r"(?<![\w./])([0-9]{1,4})/([0-9]{1,4})(?![\w/])")
_RATIO = re.compile(r"(?<![0-9:.])([0-9]{1,4}):([0-9]{1,4})(?![0-9:])")
_YEARS = re.compile(r"(?<![\w.,:/+-])([12][0-9]{3})\s?[-–~]\s?([12][0-9]{3})(?!\w|[.,:/-][0-9])")
_SEASON = re.compile(r"(?<![\w.,:/+-])(1[0-9]{3}|20[0-9]{2})[-–]([1-9][0-9])(?![\w-]|[.,:/][0-9])")
_YEAR = re.compile(r"(?<![\w.,:/+-])(19[0-9]{2}|20[0-9]{2})(?![\w%]|[.,:/-][0-9])")
_OLD_YEAR = re.compile(
    r"(?i)\b(in|since|from|until|till|by|of|around|circa|year|before|after)\s+(1[0-8][0-9]{2})(?![\w%]|[.,:/-][0-9])"
)
_TIMES = re.compile(rf"(?<![\w.])({digits.NUMBER})[x×](?!\w|\s*[-+=*/^])")
_BY = re.compile(r"(?<![\w.])([0-9]{2,})\s?[x×]\s?([0-9]{2,})(?![\w.])")
_RANGE = re.compile(digits.QUANTITY)
_EMERGENCY = re.compile(r"(?i)\b(call|dial)\s+([0-9]{3})\b(?![-.,]?[0-9])")
_ABBREVIATIONS: Final = tuple(
    (re.compile(rf"(?<![\w.]){short}(?!\w)" if short[-1] != ")" else rf"(?<![\w.]){short}"), said)
    for short, said in ABBREVIATIONS.items()
)
_INITIALS = re.compile(r"\b((?:[A-Z]\.\s?){2,})(?=\W|\Z|[A-Z])|\b([A-Z])\.(?=\s+[A-Z][a-z])")
_DOT_INSIDE: Final = (
    (re.compile(r"(?<=[a-z])\.(?=[A-Z][a-z])"), ". "),
    (re.compile(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z])"), " dot "),
    (re.compile(r"(?<!\w)\.(?=[a-z]{2,})"), "dot "),
)
_PER = re.compile(r"\b(dollars?|cents?|euros?|pounds?|won|yen)/(?=\w)")
_BEFORE_NUMBERS: Final = tuple((re.compile(sign), said) for sign, said in BEFORE_NUMBERS)
_SYMBOLS: Final = tuple((re.compile(sign), said) for sign, said in SYMBOLS)


def _counted(n: str, one: str, many: str) -> str:
    return f"{number(n.lstrip('0') or '0')} {one if int(n[:15]) == 1 and len(n) < 15 else many}"


def _money(m: re.Match[str]) -> str:
    one, many, cent, cents = MONEY[m["unit"]]
    sign = "minus " if m["sign"] else ""
    whole, fraction = digits.split(m["a"])
    if m["scale"] or m["b"]:
        to = f" to {number(m['b'])}" if m["b"] else ""
        scale = f" {MONEY_SCALES[m['scale'].lower()]}" if m["scale"] else ""
        return f"{sign}{number(m['a'])}{to}{scale} {many}"
    if not fraction or not int(fraction[:9]):
        return f"{sign}{number(whole)} {one if whole == '1' else many}"
    if not cent or len(fraction) > 2:
        return f"{sign}{number(m['a'])} {many}"
    small = int(fraction.ljust(2, "0"))
    said = f"{cardinal(small)} {cent if small == 1 else cents}"
    if whole.strip("0"):
        said = f"{number(whole)} {one if whole == '1' else many} and {said}"
    return sign + said


def _unit(m: re.Match[str]) -> str:
    unit = m["unit"]
    if m["sep"].endswith("-") and len(unit) < 2:
        return m[0]
    one, many = UNITS[unit]
    return f"{_quantity(m)} {one if m['a'] == '1' and not m['b'] else many}"


def _phone(m: re.Match[str]) -> str:
    groups = digits.groups(m[0])
    years = len(groups) == 2 and all(len(g) == 4 and _FIRST_YEAR <= int(g) <= _LAST_YEAR for g in groups)
    if years and groups[0] < groups[1]:
        return m[0]
    plus = "plus " if m[0].startswith("+") else ""
    return plus + ", ".join(map(by_digit, groups))


def _version(m: re.Match[str]) -> str:
    parts = m["parts"].split(".")
    address = len(parts) == 4 and not m["v"]
    said = (" dot " if address else " point ").join(map(number, parts))
    return f"version {said}" if m["v"] else said


def _decade(m: re.Match[str]) -> str:
    n = int(m[1])
    if n % 10:
        return m[0]
    said = year(n) if n > 99 else cardinal(n)
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def _abbreviations(text: str) -> str:
    for short, said in _ABBREVIATIONS:
        text = short.sub(partial(_abbreviation, said), text)
    return _INITIALS.sub(_initials, text)


def _abbreviation(said: str, m: re.Match[str]) -> str:
    if said in ENDING_ABBREVIATIONS:
        return said + _full_stop(m)
    return f"{said}." if m[0].endswith(".") and m.end() == len(m.string) else said


def _initials(m: re.Match[str]) -> str:
    letters = " ".join(re.findall("[A-Z]", m[0]))
    if m[0][-1].isspace():
        return f"{letters} "
    return letters + (_full_stop(m) if m[1] else "")


def _dates_and_times(text: str) -> str:
    text = digits.ISO_DATE.sub(_iso_date, text)
    text = _MONTH_DAY.sub(_month_day, text)
    text = _DAY_MONTH.sub(_day_month, text)
    text = _MONTH_YEAR.sub(lambda m: f"{MONTHS[_month(m['month']) - 1]} {_number_or_year(m['y'])}", text)
    text = _TIME.sub(_clock, _TIME_RANGE.sub(r"\1 to ", text))
    return _HOUR.sub(_hour, text)


def _shapes(text: str) -> str:
    text = _MONEY_AFTER.sub(_money, _MONEY.sub(_money, text))
    text = _PER.sub(r"\1 per ", text)
    text = digits.PHONE.sub(_phone, text)
    text = digits.VERSION.sub(_version, text)
    text = _UNIT.sub(_unit, _DECADE.sub(_decade, text))
    text = _ORDINAL.sub(lambda m: ordinal(int(m[1].replace(",", ""))), text)
    text = _MIXED_FRACTION.sub(lambda m: f"{number(m[1])} and {m[2]}/{m[3]}", text)
    text = digits.SLASHED.sub(_slashed, text)
    text = _FRACTION.sub(lambda m: _fraction(int(m[1]), int(m[2])) if int(m[2]) else m[0], text)
    text = _RATIO.sub(lambda m: f"{number(m[1])} to {number(m[2])}", text)
    text = _SEASON.sub(lambda m: f"{year(int(m[1]))} to {cardinal(int(m[2]))}", text)
    text = _YEARS.sub(lambda m: f"{_number_or_year(m[1])} to {_number_or_year(m[2])}", text)
    text = _OLD_YEAR.sub(lambda m: f"{m[1]} {year(int(m[2]))}", text)
    text = _YEAR.sub(lambda m: year(int(m[1])), text)
    text = _EMERGENCY.sub(lambda m: f"{m[1]} {by_digit(m[2])}", text)
    text = _BY.sub(r"\1 by \2", text)
    return _TIMES.sub(lambda m: f"{number(m[1])} times", text)


def say(text: str) -> str:
    """`text` (one line, no markup) with everything in words that English does not read as it is written."""
    text = _abbreviations(digits.plain(text))
    for pattern, said in _BEFORE_NUMBERS:
        text = pattern.sub(said, text)
    text = _shapes(_dates_and_times(text))
    for pattern, said in (*_DOT_INSIDE, *_SYMBOLS):
        text = pattern.sub(said, text)
    text = digits.DIGIT_THEN_LETTER.sub(" ", digits.LETTER_THEN_DIGIT.sub(" ", text))
    text = _RANGE.sub(_quantity, digits.unchain(digits.BARE_FRACTION.sub("0", text)))
    return digits.LEFT_OVER.sub(lambda m: number(m[0]), text)

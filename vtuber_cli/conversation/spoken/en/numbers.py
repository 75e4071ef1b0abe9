"""English numbers in words."""

from __future__ import annotations

from typing import Final

from vtuber_cli.conversation.spoken import digits

ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS: Final = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES: Final = ("", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion")
_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_DENOMINATORS: Final = {2: ("half", "halves"), 4: ("quarter", "quarters")}

_MOST_DIGITS: Final = 3 * len(SCALES)
FIRST_YEAR, LAST_YEAR = 1001, 2099


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
    if last in _ORDINALS:
        last = _ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return head + hyphen + last


def fraction(above: int, below: int) -> str:
    """3/4 as "three quarters", 5/5 as "five out of five"."""
    if above == below > 1:
        return f"{cardinal(above)} out of {cardinal(below)}"
    if below == 1:
        return f"{cardinal(above)} over one"
    if below in _DENOMINATORS:
        part = _DENOMINATORS[below][above != 1]
    else:
        part = ordinal(below) + ("" if above == 1 else "s")
    return f"{cardinal(above)} {part}"


def year(n: int) -> str:
    """2026 as "twenty twenty-six", 1905 as "nineteen oh five", 2007 as "two thousand seven"."""
    century, rest = divmod(n, 100)
    if not FIRST_YEAR <= n <= LAST_YEAR or (century == 20 and rest < 10):
        return cardinal(n)
    if not rest:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def label(n: int) -> str:
    """The number of a room, a road, a port: 204 as "two oh four", 1080 as "ten eighty", 3000 as "three thousand"."""
    high, low = divmod(n, 100)
    if not 1 <= high <= 99 or not n % 1000:
        return cardinal(n)
    if not low:
        return f"{cardinal(high)} hundred"
    return f"{cardinal(high)} {'oh ' if low < 10 else ''}{cardinal(low)}"


def by_digit(text: str) -> str:
    return " ".join(ONES[int(char)] for char in text)


def number(text: str) -> str:
    """`1,234.5` in words; a leading zero (007) is a code, said digit by digit."""
    whole, decimals = digits.split(text)
    code = (len(whole) > 1 and whole[0] == "0" and not decimals) or len(whole) > _MOST_DIGITS
    said = by_digit(whole) if code else cardinal(int(whole))
    return f"{said} point {by_digit(decimals)}" if decimals else said


def is_year(text: str) -> bool:
    return len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR


def number_or_year(text: str) -> str:
    return year(int(text)) if is_year(text) else number(text)


def counted(n: str, one: str, many: str) -> str:
    """`01`, minute, minutes as "one minute"."""
    return f"{number(n.lstrip('0') or '0')} {one if int(n[:15]) == 1 and len(n) < 15 else many}"

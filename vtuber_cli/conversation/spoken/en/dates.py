"""English dates and times of day in words."""

from __future__ import annotations

import re
from typing import Final

from vtuber_cli.conversation.spoken import digits
from vtuber_cli.conversation.spoken.en.numbers import (
    cardinal,
    counted,
    label,
    number,
    number_or_year,
    ordinal,
    year,
)
from vtuber_cli.conversation.spoken.rules import Rule

MONTHS: Final = "January February March April May June July August September October November December".split()
_MONTH_NUMBERS: Final = {
    **{name.lower(): at for at, name in enumerate(MONTHS, 1)},
    **{name[:3].lower(): at for at, name in enumerate(MONTHS, 1)},
    "sept": 9,
}
_DAYS: Final = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip

_MONTH: Final = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|June?\.?|July?\.?|"
    r"Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DAY: Final = r"(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?"
_TO_DAY: Final = r"(?:\s?[-–]\s?(?P<to>[0-3]?[0-9])(?:st|nd|rd|th)?)?"
_YEAR: Final = r"(?:,?\s+(?P<y>[0-9]{4})\b)?"
_MONTH_DAY: Final = re.compile(rf"\b{_MONTH}\s+{_DAY}{_TO_DAY}\b(?![:.,]?[0-9]|%){_YEAR}")
_MONTH_YEAR: Final = re.compile(rf"\b{_MONTH}\s+(?P<y>[0-9]{{4}})\b")
_DAY_MONTH: Final = re.compile(rf"(?P<the>\b[Tt]he\s+)?\b{_DAY}\s+(?:of\s+)?{_MONTH}\b{_YEAR}")

_AFTER_DAY: Final = rf"\s+(?:{'|'.join(MONTHS)}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b|the\s+[0-9]|[0-9])"
_WEEKDAY: Final = re.compile(
    rf"\b(Mon|Tues?|Wed|Thu(?:rs?)?|Fri)\.|\b(Sat|Sun)\.(?=\s*,|\s+(?:and|or|to)\s|\s?[-–&/]|{_AFTER_DAY})"
    rf"|(?<=\b(?:Sat|Fri)\. and )(Sun)\.|(?<=[-–])(Sat|Sun)\."
    rf"|\b(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?=,?{_AFTER_DAY})"
)

_DAY_RANGE: Final = re.compile(
    r"\b(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\.?\s?[-–]\s?(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b(?!day)\.?"
)
_SHORT_MONTHS: Final = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_MONTH_RANGE: Final = re.compile(rf"\b({_SHORT_MONTHS})\.?\s?[-–]\s?({_SHORT_MONTHS})\b\.?")
_MONTH_SHORT_YEAR: Final = re.compile(rf"\b({_SHORT_MONTHS})\.?(?=\s['’][0-9]{{2}}\b)")

_TIME: Final = re.compile(digits.TIME)
_TIME_RANGE: Final = re.compile(
    r"(:[0-5][0-9](?:\s?[AaPp]\.?[Mm]\.?)?|[0-9]\s?[AaPp]\.?[Mm]\.?)\s?[-–~]\s?(?=[0-9]{1,2}(?::[0-5][0-9]|\s?[AaPp]\.?[Mm]))"
)
_HOUR: Final = re.compile(
    r"(?<![\w.,:-])(?P<hour>1[0-2]|0?[1-9])(?:\s?[-–~]\s?(?P<to>1[0-2]|[1-9]))?\s?(?P<half>[AaPp])\.?[Mm]\b\.?"
)
_HALF: Final = re.compile(r"(?<![\w.])(?P<half>[aApP])\.[mM]\.")


_ZONE: Final = re.compile(r"[A-Z]{2,4}\b")


def full_stop(m: re.Match[str]) -> str:
    """The dot of `p.m.` where it also ends a sentence."""
    rest = m.string[m.end() :].lstrip()
    return "." if m[0].endswith(".") and (not rest or (rest[0].isupper() and not _ZONE.match(rest))) else ""


def _month(name: str) -> int:
    return _MONTH_NUMBERS[name.rstrip(".").lower()]


def date(y: str | None, m: int, d: int) -> str:
    return f"{MONTHS[m - 1]} {ordinal(d)}" + (f", {year(int(y))}" if y else "")


def _iso_date(m: re.Match[str]) -> str:
    month, day = int(m["m"]), int(m["d"])
    return date(m["y"], month, day) if digits.is_month_and_day(month, day) else m[0]


_ON: Final = re.compile(r"\b(?:[Oo]n|[Uu]ntil|[Ss]ince|[Dd]ue)\s\Z")


def slashed(m: re.Match[str]) -> str:
    """A date if there is a year or it can hardly be a fraction; else as it was."""
    a, b = int(m["m"]), int(m["d"])
    if m["y"] and not digits.is_month_and_day(a, b):
        a, b = b, a
    announced = _ON.search(m.string, max(0, m.start() - 8), m.start()) is not None
    if digits.is_month_and_day(a, b) and (m["y"] or b > 12 or a > b > 1 or announced):
        return date(m["y"], a, b)
    return m[0]


def _month_day(m: re.Match[str]) -> str:
    day, to = int(m["d"]), int(m["to"] or 31)
    if not 1 <= day <= to <= 31:
        return m[0]
    said = date(None, _month(m["month"]), day)
    return said + (f" to {ordinal(to)}" if m["to"] else "") + (f", {year(int(m['y']))}" if m["y"] else "")


def _day_month(m: re.Match[str]) -> str:
    day = int(m["d"])
    if not 1 <= day <= 31:
        return m[0]
    said = f"{m['the'] or 'the '}{ordinal(day)} of {MONTHS[_month(m['month']) - 1]}"
    return said + (f", {year(int(m['y']))}" if m["y"] else "")


def _month_year(m: re.Match[str]) -> str:
    return f"{MONTHS[_month(m['month']) - 1]} {number_or_year(m['y'])}"


def _weekday(m: re.Match[str]) -> str:
    return _DAYS[next(filter(None, m.groups()))]


def _clock(m: re.Match[str]) -> str:
    hour, minute = int(m["hour"]), int(m["minute"])
    half = f" {m['half'].upper()}M" if m["half"] else ""
    if not minute and not half and not hour % 24:
        said = "midnight"
    elif not hour and m["hour"] == "00" and not half:
        said = f"{label(1200 + minute)} AM"
    elif minute:
        said = f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif half:
        said = cardinal(hour)
    else:
        said = f"{cardinal(hour)} o'clock" if 1 <= hour <= 12 else f"{cardinal(hour)} hundred"
    if m["second"]:
        said += f" and {counted(m['second'], 'second', 'seconds')}"
    return said + half + full_stop(m)


def _hour(m: re.Match[str]) -> str:
    to = f" to {number(m['to'])}" if m["to"] else ""
    return f"{cardinal(int(m['hour']))}{to} {m['half'].upper()}M{full_stop(m)}"


RULES: Final[tuple[Rule, ...]] = (
    (digits.TIMESTAMP, r"\1, \2"),
    (_DAY_RANGE, lambda m: f"{_DAYS[m[1]]} to {_DAYS[m[2]]}"),
    (_MONTH_RANGE, lambda m: f"{MONTHS[_month(m[1]) - 1]} to {MONTHS[_month(m[2]) - 1]}"),
    (_MONTH_SHORT_YEAR, lambda m: MONTHS[_month(m[1]) - 1]),
    (_WEEKDAY, _weekday),
    (digits.ISO_DATE, _iso_date),
    (_MONTH_DAY, _month_day),
    (_DAY_MONTH, _day_month),
    (_MONTH_YEAR, _month_year),
    (_TIME_RANGE, r"\1 to "),
    (_TIME, _clock),
    (_HOUR, _hour),
    (_HALF, lambda m: f"{m['half'].upper()}M{full_stop(m)}"),
)

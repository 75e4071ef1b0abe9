"""Korean dates and times of day in words."""

from __future__ import annotations

import re
from typing import Final

from vtuber_cli.conversation.spoken import digits
from vtuber_cli.conversation.spoken.ko.numbers import counted, sino
from vtuber_cli.conversation.spoken.rules import Rule

_MONTHS: Final = {6: "유월", 10: "시월"}
"""Months that drop a final consonant."""
_ENGLISH: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DENOMINATORS: Final = (2, 3, 4, 5, 6, 8, 10)

_HALVES: Final = "오전|오후|새벽|아침|저녁|밤|낮"
_WEEKDAY: Final = re.compile(r"(?<=[0-9일.])\s?\(([월화수목금토일])\)")
_ENGLISH_DATE: Final = re.compile(
    r"\b(?P<m>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?\s(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?(?![0-9:.,]*[0-9])(?:,?\s(?P<y>[0-9]{4})(?![0-9]))?"
)
_TIME: Final = re.compile(rf"(?P<said>{_HALVES})?\s?{digits.TIME}")
_TIME_RANGE: Final = re.compile(r"(:[0-5][0-9])\s?[-–~～]\s?(?=[0-9]{1,2}(?::[0-5][0-9]|\s?시))")
_HOUR: Final = re.compile(r"(?<![\w.,:-])(?P<hour>1[0-2]|0?[1-9])\s?(?P<half>[AaPp])\.?[Mm](?![A-Za-z])\.?")
_MONTH: Final = re.compile(
    r"(?<![0-9.])(?:(?P<a>1[0-2]|0?[1-9])\s?[-–~～]\s?)?(?P<b>1[0-2]|0?[1-9])\s?월(?!드|급|요일)"
)
_SPACED_DATE: Final = re.compile(
    r"(?<![0-9.-])(?P<y>[0-9]{4})\.\s(?P<m>[01]?[0-9])\.\s(?P<d>[0-3]?[0-9])(?:\.(?=\s*\S)|(?![0-9.]))"
)
_UNTIL: Final = re.compile(rf"(?<=[년월일시분초원개명층도%대세살회번위급점])\s?[~～]\s?(?=[0-9]|{_HALVES})")


def _month(n: int) -> str:
    return _MONTHS.get(n) or f"{sino(n)}월"


def _date(y: str | None, m: int, d: int) -> str:
    return (f"{sino(int(y))} 년 " if y else "") + f"{_month(m)} {sino(d)} 일"


def _iso_date(m: re.Match[str]) -> str:
    at, day = int(m["m"]), int(m["d"])
    if not digits.is_month_and_day(at, day):
        return m[0]
    said = _date(m["y"], at, day)
    return said.removesuffix(" 일") if m.string.startswith("일", m.end()) else said


def _english_date(m: re.Match[str]) -> str:
    at, day = _ENGLISH.index(m["m"][:3].lower()) + 1, int(m["d"])
    return _date(m["y"], at, day) if digits.is_month_and_day(at, day) else m[0]


def slashed(m: re.Match[str]) -> str:
    """A date if there is a year or it is no everyday fraction, else as it was."""
    a, b = int(m["m"]), int(m["d"])
    if not digits.is_month_and_day(a, b):
        return m[0]
    everyday = a < b and (a == 1 or b in _DENOMINATORS)
    until = re.match(r"\s?(?:까지|부터|[월화수목금토일]요일)", m.string[m.end() : m.end() + 6])
    return _date(m["y"], a, b) if m["y"] or not everyday or until else m[0]


def _clock(m: re.Match[str]) -> str:
    hour, minute = int(m["hour"]), int(m["minute"])
    half = m["said"] or ({"a": "오전", "p": "오후"}[m["half"].lower()] if m["half"] else "")
    said = f"{counted(str(hour), '시')} 시"
    if minute:
        said += f" {sino(minute)} 분"
    if m["second"]:
        said += f" {sino(int(m['second']))} 초"
    lead = " " if m[0][0].isspace() else ""
    return f"{lead}{half} {said}" if half else lead + said


def _hour(m: re.Match[str]) -> str:
    return f"{'오전' if m['half'] in 'aA' else '오후'} {counted(str(int(m['hour'])), '시')} 시"


def _months(m: re.Match[str]) -> str:
    return (f"{_month(int(m['a']))}에서 " if m["a"] else "") + _month(int(m["b"]))


RULES: Final[tuple[Rule, ...]] = (
    (_WEEKDAY, r" \1요일"),
    (digits.TIMESTAMP, r"\1 \2"),
    (_ENGLISH_DATE, _english_date),
    (_UNTIL, "에서 "),
    (_SPACED_DATE, _iso_date),
    (digits.ISO_DATE, _iso_date),
    (_TIME_RANGE, r"\1에서 "),
    (_TIME, _clock),
    (_HOUR, _hour),
    (_MONTH, _months),
)

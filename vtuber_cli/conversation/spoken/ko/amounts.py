"""Korean counters, money, measures and codes in words."""

from __future__ import annotations

import re
from typing import Final

from vtuber_cli.conversation.spoken import digits
from vtuber_cli.conversation.spoken.ko.dates import slashed
from vtuber_cli.conversation.spoken.ko.numbers import by_digit, counted, few, neighbours, number, sino
from vtuber_cli.conversation.spoken.ko.tables import (
    MACHINES,
    MONEY,
    NATIVE_COUNTERS,
    NUMBERED_BY_BEON,
    PER,
    SCALES,
    SINO_COUNTERS,
    SPANS,
    SPEEDS,
    UNITS,
)
from vtuber_cli.conversation.spoken.rules import Rule, any_of


def quantity(m: re.Match[str], minus: str = "마이너스 ") -> str:
    """A match of `digits.QUANTITY`."""
    return (minus if m["sign"] else "") + number(m["a"]) + (f"에서 {number(m['b'])}" if m["b"] else "")


# --- scales and money -------------------------------------------------------------------------------------------

_ENGLISH_SCALE: Final = re.compile(
    r"(?<![\w.,])(?P<whole>[0-9]{1,3}(?:,[0-9]{3})*|[0-9]{1,9})(?:\.(?P<part>[0-9]{1,9}))?"
    r"(?:\s(?P<word>thousand|million|billion|trillion)|(?P<letter>[kM]|(?<![0-9]{4})K))(?![A-Za-z0-9/Ω])"
)
_LARGE: Final = re.compile(rf"{digits.QUANTITY}\s?(?P<scale>[십백천]?[만억조]|[십백천])(?P<won>\s?원)?")
_SPANNED: Final = re.compile(
    r"(?<![0-9.,~-])([1-9])[~,]([1-9])0(?![0-9,.])|(?<![0-9.,~-])([1-9])~([1-9])(00|000)(?![0-9,.])"
)
_MONEY: Final = re.compile(
    rf"(?P<sign>{digits.SIGN})?(?:\b(?:US|AU|CA|HK|NZ|A|C|S))?(?P<unit>[$€£₩¥₹]|\b(?:USD|EUR|GBP|KRW|JPY|CNY)(?=\s?[0-9]))"
    rf"\s?(?P<a>{digits.NUMBER}|(?=\.[0-9]))(?P<cents>[.,][0-9]{{2}}(?![0-9]|[.,][0-9]))?"
    rf"(?:\s?[-–~]\s?[$€£₩¥₹]?(?P<b>{digits.NUMBER}))?(?P<large>[십백천만억조]*)(?:/(?P<per>{any_of(PER)})(?![A-Za-z]))?"
)
_MONEY_AFTER: Final = re.compile(rf"{digits.QUANTITY}\s?(?P<unit>USD|EUR|GBP|KRW|JPY|CNY|[$€₩])(?![A-Za-z0-9])")


def _in_digits(m: re.Match[str]) -> str:
    """1.2M as 1200000, for the Korean scales to say."""
    zeros, part = SCALES[(m["word"] or m["letter"]).lower()], m["part"] or ""
    if len(part) > zeros:
        return m[0]
    return str(int(m["whole"].replace(",", "") + part.ljust(zeros, "0")))


def _spanned(m: re.Match[str]) -> str:
    """5~60 as 오륙십, 2~300 as 이삼백."""
    a, b, scale = (m[1], m[2], "십") if m[1] else (m[3], m[4], "백" if m[5] == "00" else "천")
    counter = " " if "가" <= m.string[m.end() : m.end() + 1] <= "힣" else ""
    return neighbours(a, b) + scale + counter if int(b) == int(a) + 1 else m[0]


def _large(m: re.Match[str]) -> str:
    scale = m["scale"]
    won = " 원" if m["won"] else ""
    if m["a"] == "1" and not m["b"] and scale[0] in "십백천만":
        return scale + won
    if some := few(m["a"], m["b"], counted_natively=False):
        return some + scale + won
    return quantity(m) + scale + won


def _money(m: re.Match[str]) -> str:
    unit, cent = MONEY[m["unit"]]
    lead = (f"{PER[m['per']]} " if m["per"] else "") + ("마이너스 " if m["sign"] else "")
    whole, fraction = digits.split(m["a"] + (m["cents"] or "").replace(",", "."))
    if m["b"]:
        return f"{lead}{number(whole)}에서 {number(m['b'])}{m['large']} {unit}"
    if cent and len(fraction) == 2 and int(fraction) and not m["large"]:
        said = f"{number(whole)} {unit} " if whole.strip("0") else ""
        return f"{lead}{said}{sino(int(fraction))} {cent}"
    amount = f"{whole}.{fraction}" if fraction.strip("0") else whole
    return f"{lead}{number(amount)}{m['large']} {unit}"


# --- measures ---------------------------------------------------------------------------------------------------

_UNIT: Final = re.compile(
    rf"{digits.QUANTITY}\s?(?P<unit>{any_of((*UNITS, *SPEEDS))})(?:/(?P<per>{any_of(PER)}))?(?![A-Za-z0-9²³/])"
)


def _unit(m: re.Match[str]) -> str:
    unit, per = m["unit"], f"{PER[m['per']]} " if m["per"] else ""
    if unit not in SPEEDS:
        return f"{per}{quantity(m)} {UNITS[unit]}"
    before, after = SPEEDS[unit]
    if after == "도" and m["sign"]:
        return f"{quantity(m, '영하 ')} 도"
    return f"{before} {quantity(m)} {after}"


# --- counters ---------------------------------------------------------------------------------------------------


def _with_limits(counters: dict[str, str]) -> str:
    return "|".join(re.escape(name) + counters[name] for name in sorted(counters, key=len, reverse=True))


_ORDERED: Final = r"(?P<ordered>(?<![가-힣])제\s?)?"
_NATIVE: Final = re.compile(rf"{_ORDERED}{digits.QUANTITY}\s?(?P<counter>{_with_limits(NATIVE_COUNTERS)})")
_SINO: Final = re.compile(rf"{digits.QUANTITY}\s?(?P<counter>{_with_limits(SINO_COUNTERS)})")
_LONGER_SINO: Final = re.compile(r"\s?(?:" + "|".join(name for name in SINO_COUNTERS if len(name) > 1) + ")")
_SOME: Final = re.compile(r"(?<![0-9A-Za-z.,])([0-9]{2,6})여\s?(?=[가-힣])")
_BEON: Final = re.compile(rf"{_ORDERED}{digits.QUANTITY}\s?번(?!호|째|지|역|개|가(?![\s,.!?]|\Z))")
_BEON_AFTER: Final = re.compile(
    rf"\s*(?:{'|'.join(NUMBERED_BY_BEON)})|을|이(?:에요|예요|다|야|고|죠|지|었)|입니다|인\s|으로|에(?!서)|(?:\s*,|과|와|이나|\s*또는)\s*[0-9]+\s?번"
)
_BEON_BEFORE: Final = re.compile(r"(?:번(?:\s*,|과|와|이나|\s*또는)|정답은|답은|보기)\s*\Z")
_MACHINES: Final = re.compile(rf"(?:{'|'.join(MACHINES)})(?:은|는|이|가|을|를|도|만)?\s*\Z")
_COUNTS_MACHINES: Final = re.compile(
    r"\Z|[,.!?)]|[를가는의로도만씩쯤이나와]|까지|정도|\s(?:[,.!?]|있|없|[샀사팔주]|필요|남|더|뿐|정도|중|이상|이하|미만)"
)
_AGAINST: Final = re.compile(
    r"(?<![0-9.])([0-9]{1,3})(?:\s?:\s?|대|\s대\s|대\s(?=[0-9]{1,3}(?:으?로|의|\s*(?:[,.!?]|\Z))))([0-9]{1,3})(?![0-9:대명개배살권번]|\.[0-9])"
)


def _native_counter(m: re.Match[str]) -> str:
    counter = m["counter"]
    if _LONGER_SINO.match(m.string, m.start("counter")):
        return m[0]
    if m["ordered"] and counter != "번째":
        return m["ordered"].rstrip() + f"{quantity(m)} {counter}"
    if counter == "대" and (sino_said := _dae(m)) is not None:
        return sino_said
    if counter != "시" and (some := few(m["a"], m["b"], counted_natively=True)):
        return f"{some} {counter}"
    said = f"{ordinal(m['a'], counter)} {counter}"
    return (m["ordered"] or "") + said if not m["b"] else f"{said}에서 {counted(m['b'], counter)} {counter}"


def _dae(m: re.Match[str]) -> str | None:
    """`대` of ages (십 대) and of a kind's great ones (삼 대 영양소); None if it counts machines (세 대)."""
    before = m.string[max(0, m.start() - 12) : m.start()]
    if _MACHINES.search(before):
        return None
    ages = m["a"].endswith("0") and (not m["b"] or m["b"].endswith("0")) and len(m["a"]) < 3
    if ages:
        return f"{number(m['a'])} 대" + (f"에서 {number(m['b'])} 대" if m["b"] else "")
    if m["b"] or _COUNTS_MACHINES.match(m.string, m.end()):
        return None
    return f"{number(m['a'])} 대" if "가" <= m.string[m.end() : m.end() + 2].lstrip()[:1] <= "힣" else None


def ordinal(text: str, counter: str = "번째") -> str:
    return "첫" if counter == "번째" and text == "1" else counted(text, counter)


def _sino_counter(m: re.Match[str]) -> str:
    counter, before = m["counter"], m.string[max(0, m.start() - 3) : m.start()]
    if (
        counter in SPANS
        and not before.rstrip().endswith("월")
        and (some := few(m["a"], m["b"], counted_natively=False))
    ):
        said = f"{some} {counter}"
    else:
        minus = ("영하 " if counter == "도" else "마이너스 ") if m["sign"] else ""
        to = f" {counter}에서 {number(m['b'])}" if m["b"] else ""
        said = f"{minus}{number(m['a'])}{to} {counter}"
    ordered = re.search(r"(?<![가-힣])제\Z", before)
    return said if ordered or not before[-1:].isalnum() else f" {said}"


def _beon(m: re.Match[str]) -> str:
    """`번` counts times (세 번) or names a number (삼 번): what stands around it decides."""
    whole, fraction = digits.split(m["a"])
    named = (
        bool(m["ordered"] or fraction or (m["b"] is None and len(whole) > 2))
        or _BEON_AFTER.match(m.string, m.end()) is not None
        or _BEON_BEFORE.search(m.string, max(0, m.start() - 12), m.start()) is not None
    )
    some = few(m["a"], m["b"], counted_natively=True)
    if named or (m["b"] and not some):
        return f"{(m['ordered'] or '').rstrip()}{quantity(m)} 번"
    return f"{some or counted(m['a'], '번')} 번"


# --- codes and shapes -------------------------------------------------------------------------------------------

_ANNIVERSARY: Final = re.compile(r"(?<![0-9.·])([1-9]|1[0-2])·([1-9]|[12][0-9]|3[01])(?![0-9·])")
_ADDRESS: Final = re.compile(r"([0-9]+)-([0-9]+)\s?(?=번지)|(?<=[로길리] )([0-9]+)-([0-9]+)(?![0-9-])")
_CHAPTER: Final = re.compile(r"(?<!제)(?<![0-9])([0-9]{1,3})장(?=\s?[0-9]+\s?절)")
_QUARTER: Final = re.compile(r"(?<![0-9/])([1-4])/4\s?분기")
_CARD: Final = re.compile(r"\b((?:RTX|GTX|RX)\s?)([0-9]{3,4})(?![0-9])")
_NUMBER_SIGN: Final = re.compile(r"#\s?([0-9]{1,9})(?![0-9\w])")
_ORDINAL: Final = re.compile(r"(?<![\w.,])([0-9]{1,3})(?:st|nd|rd|th)(?![A-Za-z])", re.IGNORECASE)
_MIXED: Final = re.compile(r"(?<![\w./])([0-9]+)\s([0-9]{1,4})/([0-9]{1,4})(?![0-9/])")
_FRACTION: Final = re.compile(r"(?<![\w./])(?:([0-9]+)\s)?([0-9]{1,4})/([0-9]{1,4})(?![0-9/])")
_DECEMBER: Final = "12"


def _anniversary(m: re.Match[str]) -> str:
    """4·19 as 사일구."""
    return sino(int(m[1])) + (sino(12) if m[2] == _DECEMBER else by_digit(m[2], "영"))


def _version(m: re.Match[str]) -> str:
    parts = m["parts"].split(".")
    address = len(parts) == 4 and not m["v"]
    said = " 점 ".join(by_digit(part, "영") if address else number(part) for part in parts)
    return f"버전 {said}" if m["v"] else said


def _phone(m: re.Match[str]) -> str:
    return ("플러스 " if m[0][0] == "+" else "") + ", ".join(map(by_digit, digits.groups(m[0])))


def _fraction(m: re.Match[str]) -> str:
    if not int(m[3]):
        return m[0]
    return (f"{number(m[1])}과 " if m[1] else "") + f"{sino(int(m[3]))}분의 {sino(int(m[2]))}"


def _address(m: re.Match[str]) -> str:
    a, b = (m[1], m[2]) if m[1] else (m[3], m[4])
    return f"{number(a)} 다시 {number(b)}{' ' if m[1] else ''}"


RULES: Final[tuple[Rule, ...]] = (
    (_ENGLISH_SCALE, _in_digits),
    (_ANNIVERSARY, _anniversary),
    (_CARD, lambda m: m[1] + by_digit(m[2])),
    (_MONEY, _money),
    (_MONEY_AFTER, lambda m: f"{quantity(m)} {MONEY[m['unit']][0]}"),
    (digits.PHONE, _phone),
    (digits.VERSION, _version),
    (_ADDRESS, _address),
    (_NUMBER_SIGN, lambda m: f"{number(m[1])} 번"),
    (_ORDINAL, lambda m: f"{ordinal(m[1])} 번째"),
    (_QUARTER, lambda m: f"{sino(int(m[1]))}사분기"),
    (_MIXED, _fraction),
    (digits.SLASHED, slashed),
    (_FRACTION, _fraction),
    (_UNIT, _unit),
    (_AGAINST, lambda m: f"{number(m[1])} 대 {number(m[2])}"),
    (_SPANNED, _spanned),
    (_SOME, lambda m: f"{number(m[1])}여 "),
    (_CHAPTER, lambda m: f"{number(m[1])} 장"),
    (_BEON, _beon),
    (_NATIVE, _native_counter),
    (_SINO, _sino_counter),
    (_LARGE, _large),
)

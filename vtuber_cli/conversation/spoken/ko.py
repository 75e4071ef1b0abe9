"""Korean: numbers (native or Sino-Korean, by their counter), dates, times, money, units and signs in words."""

from __future__ import annotations

import re
from typing import Final

from vtuber_cli.conversation.spoken import digits
from vtuber_cli.conversation.spoken.ko_tables import (
    BY_DIGIT,
    FIXED,
    LARGE,
    MONEY,
    MONTHS,
    NATIVE_COUNTERS,
    NATIVE_ONES,
    NATIVE_TENS,
    NUMBERED_BY_BEON,
    SCALES,
    SINO,
    SINO_COUNTERS,
    SMALL,
    SPEEDS,
    SYMBOLS,
    UNITS,
)
from vtuber_cli.conversation.spoken.markup import Words

WORDS: Final = Words(code="코드", link="링크", at="골뱅이", dot="점", hashtag="해시태그")

_MOST_DIGITS: Final = 4 * len(LARGE)
_SINO_HOURS: Final = 24
"""From here hours are counted the Sino-Korean way: 이십사 시간."""


# --- numbers ----------------------------------------------------------------------------------------------------


def sino(n: int) -> str:
    """12345 as "만 이천삼백사십오": a space at every 만; beyond 해 digit by digit."""
    if not n:
        return SINO[0]
    text = str(n)
    if len(text) > _MOST_DIGITS:
        return by_digit(text)
    parts: list[str] = []
    for large in LARGE:
        n, rest = divmod(n, 10_000)
        if rest:
            # 만 alone is ten thousand, but 일억 and 일조 are said in full.
            parts.append(large if rest == 1 and large == "만" else _under_ten_thousand(rest) + large)
    return " ".join(reversed(parts))


def _under_ten_thousand(n: int) -> str:
    said = ""
    for power in (3, 2, 1, 0):
        digit = n // 10**power % 10
        if digit:
            said += SMALL[power] if digit == 1 and power else SINO[digit] + SMALL[power]
    return said


def native(n: int) -> str | None:
    """21 as "스물한", as it stands before a counter; None where only Sino-Korean is natural."""
    if n in (0,) or n >= 1000:
        return None
    hundreds, rest = divmod(n, 100)
    if hundreds and not 0 < rest < 20:
        return None
    tens, ones = divmod(rest, 10)
    said = "스무" if rest == 20 else NATIVE_TENS[tens] + NATIVE_ONES[ones]
    return (_under_ten_thousand(hundreds * 100) if hundreds else "") + said


def by_digit(text: str) -> str:
    return "".join(BY_DIGIT[int(char)] for char in text)


def number(text: str) -> str:
    """`1,234.5` in Sino-Korean; a leading zero (007) is a code, said digit by digit."""
    whole, fraction = digits.split(text)
    code = (len(whole) > 1 and whole[0] == "0" and not fraction) or len(whole) > _MOST_DIGITS
    said = by_digit(whole) if code else sino(int(whole))
    return f"{said} 점 {''.join(SINO[int(char)] for char in fraction)}" if fraction else said


def _counted(text: str, counter: str) -> str:
    """The number as it stands before a native counter."""
    whole, fraction = digits.split(text)
    if fraction or len(whole) > 3:
        return number(text)
    n = int(whole)
    if counter in ("시", "시간") and (n >= _SINO_HOURS or (counter == "시" and n > 12)):
        return sino(n)
    if counter in ("대", "번") and n >= 20 and not n % 10:
        return sino(n)
    return native(n) or sino(n)


def _quantity(m: re.Match[str], minus: str = "마이너스 ") -> str:
    sign = minus if m["sign"] else ""
    return sign + number(m["a"]) + (f"에서 {number(m['b'])}" if m["b"] else "")


# --- dates and times --------------------------------------------------------------------------------------------

_TIME = re.compile(rf"(?P<said>오전|오후|새벽|아침|저녁|밤|낮)?\s?{digits.TIME}")
_TIME_RANGE = re.compile(r"(:[0-5][0-9])\s?[-–~～]\s?(?=[0-9]{1,2}:[0-5][0-9])")
_HOUR = re.compile(r"(?<![\w.,:-])(?P<hour>1[0-2]|0?[1-9])\s?(?P<half>[AaPp])\.?[Mm](?![A-Za-z])\.?")
_MONTH = re.compile(r"(?<![0-9.])(?:(?P<a>1[0-2]|0?[1-9])\s?[-–~～]\s?)?(?P<b>1[0-2]|0?[1-9])\s?월(?!드|급)")


def month(n: int) -> str:
    return MONTHS.get(n) or f"{sino(n)}월"


def _date(y: str | None, m: int, d: int) -> str:
    return (f"{sino(int(y))} 년 " if y else "") + f"{month(m)} {sino(d)} 일"


def _iso_date(m: re.Match[str]) -> str:
    at, day = int(m["m"]), int(m["d"])
    if not digits.is_month_and_day(at, day):
        return m[0]
    rest = m.string[m.end() :]
    said = _date(m["y"], at, day)
    return said.removesuffix(" 일") if rest.startswith("일") else said


def _slashed(m: re.Match[str]) -> str:
    """A date if there is a year or it can hardly be a fraction, else a fraction."""
    a, b = int(m["m"]), int(m["d"])
    if digits.is_month_and_day(a, b) and (m["y"] or b > 12 or a > b > 1):
        return _date(m["y"], a, b)
    return m[0] if m["y"] or not b else f"{sino(b)}분의 {sino(a)}"


def _clock(m: re.Match[str]) -> str:
    hour, minute = int(m["hour"]), int(m["minute"])
    half = m["said"] or ({"a": "오전", "p": "오후"}[m["half"].lower()] if m["half"] else "")
    said = f"{_counted(str(hour), '시')} 시"
    if minute:
        said += f" {sino(minute)} 분"
    if m["second"]:
        said += f" {sino(int(m['second']))} 초"
    lead = " " if m[0][0].isspace() else ""
    return f"{lead}{half} {said}" if half else lead + said


def _hour(m: re.Match[str]) -> str:
    return f"{'오전' if m['half'] in 'aA' else '오후'} {_counted(str(int(m['hour'])), '시')} 시"


def _months(m: re.Match[str]) -> str:
    return (f"{month(int(m['a']))}에서 " if m["a"] else "") + month(int(m["b"]))


# --- counters, money, units -------------------------------------------------------------------------------------


def _longest_first(patterns: dict[str, str]) -> str:
    return "|".join(re.escape(name) + patterns[name] for name in sorted(patterns, key=len, reverse=True))


_ORDERED: Final = r"(?P<ordered>(?<![가-힣])제\s?)?"
_NATIVE = re.compile(rf"{_ORDERED}{digits.QUANTITY}\s?(?P<counter>{_longest_first(NATIVE_COUNTERS)})")
_SINO = re.compile(rf"{digits.QUANTITY}\s?(?P<counter>{_longest_first(dict.fromkeys(SINO_COUNTERS, ''))})")
_LONGER_SINO = re.compile(r"\s?(?:" + "|".join(name for name in SINO_COUNTERS if len(name) > 1) + ")")
_BEON = re.compile(rf"{_ORDERED}{digits.QUANTITY}\s?번(?!호|째|지|역)")
_BEON_AFTER = re.compile(
    rf"\s*(?:{'|'.join(NUMBERED_BY_BEON)})|을|이(?:에요|예요|다|야|고|죠|지|었)|입니다|인\s|으로|에(?!서)|(?:\s*,|과|와|이나|\s*또는)\s*[0-9]+\s?번"
)
_BEON_BEFORE = re.compile(r"(?:번(?:\s*,|과|와|이나|\s*또는)|정답은|답은|보기)\s*\Z")
_AGAINST = re.compile(r"(?<![0-9.])([0-9]{1,3})(?:\s?:\s?|대|\s대\s)([0-9]{1,3})(?![0-9:.대명개배살권번])")
_LARGE = re.compile(rf"{digits.QUANTITY}\s?(?P<scale>[십백천]?[만억조]|[십백천])")
_MONEY = re.compile(
    rf"(?P<sign>{digits.SIGN})?(?:\b(?:US|A|C))?(?P<unit>[$€£₩¥₹])\s?(?P<a>{digits.NUMBER})"
    rf"(?:\s?(?P<scale>thousand|million|billion|[kKmMbB]n?)(?![A-Za-z]))?(?P<large>[십백천만억조]*)"
)
_MONEY_AFTER = re.compile(rf"{digits.QUANTITY}\s?(?P<unit>USD|EUR|GBP|KRW|JPY|[$€₩])(?![A-Za-z0-9])")
_UNIT = re.compile(
    rf"{digits.QUANTITY}\s?(?P<unit>{_longest_first(dict.fromkeys((*UNITS, *SPEEDS), ''))})(?![A-Za-z0-9²³/])"
)
_SPACED_DATE = re.compile(
    r"(?<![0-9.-])(?P<y>[0-9]{4})\.\s(?P<m>[01]?[0-9])\.\s(?P<d>[0-3]?[0-9])(?:\.(?=\s*\S)|(?![0-9.]))"
)
_ORDINAL = re.compile(r"(?<![\w.,])([0-9]{1,3})(?:st|nd|rd|th)(?![A-Za-z])", re.IGNORECASE)
_FRACTION_WITH_WHOLE = re.compile(r"(?<![\w./])([0-9]+)\s([0-9]{1,4})/([0-9]{1,4})(?![0-9/])")
_FRACTION = re.compile(r"(?<![\w./])(?:([0-9]+)\s)?([0-9]{1,4})/([0-9]{1,4})(?![0-9/])")
_UNTIL = re.compile(r"(?<=[년월일시분초원개명층도%])\s?[~～]\s?(?=[0-9]|오전|오후|새벽|아침|저녁|밤|낮)")
_RANGE = re.compile(digits.QUANTITY)
_DOT_INSIDE = re.compile(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z])|(?<!\S)\.(?=[A-Za-z]{2})")
_EQUALS = re.compile(r"(\S?)\s*={1,3}\s*")
_FIXED: Final = tuple((re.compile(written), said) for written, said in FIXED.items())
_SYMBOLS: Final = tuple((re.compile(sign), said) for sign, said in SYMBOLS)


def _native_counter(m: re.Match[str]) -> str:
    counter = m["counter"]
    if _LONGER_SINO.match(m.string, m.start("counter")):
        return m[0]
    if m["ordered"] and counter != "번째":
        return m["ordered"].rstrip() + f"{_quantity(m)} {counter}"
    if counter == "대" and m["b"] and m["a"].endswith("0") and m["b"].endswith("0"):
        return m[0]  # ages: 십 대에서 이십 대
    said = f"{_ordinal(m['a'], counter)} {counter}"
    return (m["ordered"] or "") + said if not m["b"] else f"{said}에서 {_counted(m['b'], counter)} {counter}"


def _ordinal(text: str, counter: str) -> str:
    return "첫" if counter == "번째" and text == "1" else _counted(text, counter)


def _sino_counter(m: re.Match[str]) -> str:
    counter = m["counter"]
    minus = "영하 " if counter == "도" else "마이너스 "
    ordered = re.search(r"(?<![가-힣])제\Z", m.string[: m.start()])
    said = (
        f"{_quantity(m, minus)} {counter}"
        if not m["b"]
        else f"{number(m['a'])} {counter}에서 {number(m['b'])} {counter}"
    )
    return said if ordered or not m.string[: m.start()][-1:].isalnum() else f" {said}"


def _beon(m: re.Match[str]) -> str:
    """`번` counts times (세 번) or names a number (삼 번): what stands around it decides."""
    whole, fraction = digits.split(m["a"])
    named = (
        bool(m["ordered"] or fraction or (m["b"] is None and len(whole) > 2))
        or _BEON_AFTER.match(m.string, m.end()) is not None
        or _BEON_BEFORE.search(m.string, 0, m.start()) is not None
    )
    if named:
        return f"{(m['ordered'] or '').rstrip()}{_quantity(m)} 번"
    said = f"{_counted(m['a'], '번')} 번"
    return f"{said}에서 {_counted(m['b'], '번')} 번" if m["b"] else said


def _large(m: re.Match[str]) -> str:
    scale = m["scale"]
    if m["a"] == "1" and not m["b"] and scale[0] in "십백천만":
        return scale
    return _quantity(m) + scale


def _money(m: re.Match[str]) -> str:
    unit = MONEY[m["unit"]]
    sign = "마이너스 " if m["sign"] else ""
    whole, fraction = digits.split(m["a"])
    if m["scale"]:
        zeros = SCALES[m["scale"].lower()]
        amount = int(whole) * 10**zeros + int(fraction[:zeros].ljust(zeros, "0")) if len(whole) < 12 else 0
        return f"{sign}{sino(amount) if amount else number(m['a'])} {unit}"
    if unit == "달러" and len(fraction) == 2 and int(fraction) and not m["large"]:
        dollars = f"{number(whole)} 달러 " if whole.strip("0") else ""
        return f"{sign}{dollars}{sino(int(fraction))} 센트"
    if not fraction.strip("0"):
        return f"{sign}{number(whole)}{m['large']} {unit}"
    return f"{sign}{number(m['a'])}{m['large']} {unit}"


def _unit(m: re.Match[str]) -> str:
    unit = m["unit"]
    if unit in SPEEDS:
        before, after = SPEEDS[unit]
        if after == "도" and m["sign"]:
            return f"{_quantity(m, '영하 ')} 도"
        return f"{before} {_quantity(m)} {after}"
    return f"{_quantity(m)} {UNITS[unit]}"


def _version(m: re.Match[str]) -> str:
    said = " 점 ".join(map(number, m["parts"].split(".")))
    return f"버전 {said}" if m["v"] else said


def _fraction(m: re.Match[str]) -> str:
    if not int(m[3]):
        return m[0]
    return (f"{number(m[1])}과 " if m[1] else "") + f"{sino(int(m[3]))}분의 {sino(int(m[2]))}"


def _is(m: re.Match[str]) -> str:
    """`=` as 은 or 는, by the final consonant before it."""
    last = m[1]
    closed = "가" <= last <= "힣" and (ord(last) - ord("가")) % 28 != 0
    return f"{last}{'은' if closed else '는'} " if last else " "


def _dates_and_times(text: str) -> str:
    text = digits.ISO_DATE.sub(_iso_date, _SPACED_DATE.sub(_iso_date, text))
    text = _TIME.sub(_clock, _TIME_RANGE.sub(r"\1에서 ", text))
    text = _HOUR.sub(_hour, text)
    return _MONTH.sub(_months, text)


def _shapes(text: str) -> str:
    text = _MONEY_AFTER.sub(_money_after, _MONEY.sub(_money, text))
    text = digits.PHONE.sub(lambda m: ", ".join(map(by_digit, digits.groups(m[0]))), text)
    text = digits.VERSION.sub(_version, text)
    text = _ORDINAL.sub(lambda m: f"{_ordinal(m[1], '번째')} 번째", text)
    text = digits.SLASHED.sub(_slashed, _FRACTION_WITH_WHOLE.sub(_fraction, text))
    text = _FRACTION.sub(_fraction, text)
    text = _UNIT.sub(_unit, text)
    text = _AGAINST.sub(lambda m: f"{number(m[1])} 대 {number(m[2])}", text)
    text = _BEON.sub(_beon, text)
    text = _NATIVE.sub(_native_counter, text)
    text = _SINO.sub(_sino_counter, text)
    return _LARGE.sub(_large, text)


def _money_after(m: re.Match[str]) -> str:
    return f"{_quantity(m)} {MONEY[m['unit']]}"


def say(text: str) -> str:
    """`text` (one line, no markup) with everything in words that Korean does not read as it is written."""
    text = digits.plain(text)
    for written, said in _FIXED:
        text = written.sub(said, text)
    text = _shapes(_dates_and_times(_UNTIL.sub("에서 ", text)))
    text = _DOT_INSIDE.sub(" 점 ", text)
    for sign, said in _SYMBOLS:
        text = sign.sub(said, text)
    text = digits.DIGIT_THEN_LETTER.sub(" ", digits.LETTER_THEN_DIGIT.sub(" ", text))
    text = _RANGE.sub(_quantity, digits.unchain(digits.BARE_FRACTION.sub("0", text)))
    return _EQUALS.sub(_is, digits.LEFT_OVER.sub(lambda m: number(m[0]), text))

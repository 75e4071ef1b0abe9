"""Korean numbers in words: native (하나, 둘) and Sino-Korean (일, 이)."""

from __future__ import annotations

from typing import Final

from vtuber_cli.conversation.spoken import digits

SINO: Final = "영일이삼사오육칠팔구"
BY_DIGIT: Final = "공일이삼사오육칠팔구"
_SMALL: Final = ("", "십", "백", "천")
LARGE: Final = ("", "만", "억", "조", "경", "해")
_NATIVE_ONES: Final = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS: Final = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_FEW: Final = {1: "한두", 2: "두세", 3: "서너", 4: "네다섯", 5: "대여섯", 6: "예닐곱", 7: "일고여덟", 8: "여덟아홉"}

_MOST_DIGITS: Final = 4 * len(LARGE)
_SINO_HOURS: Final = 24
"""From here hours are counted the Sino-Korean way: 이십사 시간."""


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
            said += _SMALL[power] if digit == 1 and power else SINO[digit] + _SMALL[power]
    return said


def native(n: int) -> str | None:
    """21 as "스물한", as it stands before a counter; None where only Sino-Korean is natural."""
    if not 0 < n < 1000:
        return None
    hundreds, rest = divmod(n, 100)
    if hundreds and not 0 < rest < 20:
        return None
    tens, ones = divmod(rest, 10)
    said = "스무" if rest == 20 else _NATIVE_TENS[tens] + _NATIVE_ONES[ones]
    return (_under_ten_thousand(hundreds * 100) if hundreds else "") + said


def by_digit(text: str, zero: str = "공") -> str:
    return "".join(BY_DIGIT[int(char)] if char != "0" else zero for char in text)


def number(text: str) -> str:
    """`1,234.5` in Sino-Korean; a leading zero (007) is a code, said digit by digit."""
    whole, fraction = digits.split(text)
    code = (len(whole) > 1 and whole[0] == "0" and not fraction) or len(whole) > _MOST_DIGITS
    said = by_digit(whole) if code else sino(int(whole))
    return f"{said} 점 {by_digit(fraction, '영')}" if fraction else said


def counted(text: str, counter: str) -> str:
    """The number as it stands before a counter that wants native numbers."""
    whole, fraction = digits.split(text)
    if fraction or len(whole) > 3:
        return number(text)
    n = int(whole)
    if counter in ("시", "시간") and (n >= _SINO_HOURS or (counter == "시" and n > 12)):
        return sino(n)
    if counter in ("대", "번") and n >= 20 and not n % 10:
        return sino(n)
    return native(n) or sino(n)


def few(a: str, b: str | None, *, counted_natively: bool) -> str | None:
    """2~3 as 두세 or 이삼, as people say it; None for what are not neighbours below ten."""
    if b is None or not (a.isdecimal() and b.isdecimal() and 1 <= int(a) < int(b) == int(a) + 1 <= 9):
        return None
    return _FEW[int(a)] if counted_natively else neighbours(a, b)


def neighbours(a: str, b: str) -> str:
    """5 and 6 as 오륙."""
    return SINO[int(a)] + ("륙" if b == "6" else SINO[int(b)])

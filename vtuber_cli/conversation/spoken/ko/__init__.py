"""Korean: numbers (native or Sino-Korean, by their counter), dates, times, money, units, signs and letters in words."""

from __future__ import annotations

import re
from typing import Final

from vtuber_cli.conversation.spoken import digits, roman
from vtuber_cli.conversation.spoken.addresses import Words
from vtuber_cli.conversation.spoken.ko import amounts, dates, latin
from vtuber_cli.conversation.spoken.ko.numbers import number
from vtuber_cli.conversation.spoken.ko.tables import AFTER, BEFORE, FIXED, HOSTS, SHORTHAND
from vtuber_cli.conversation.spoken.rules import Rule, any_of, apply, compiled

WORDS: Final = Words(
    code="코드", link="링크", at="골뱅이", dot="점", slash="슬래시", dash="", over=" {b}분의 {a} ",
    rating=" 별 {of}개 중 {n}개 ", stars="성", love="아이 러브 ", endings=HOSTS, shorthand=SHORTHAND,
)  # fmt: skip

_AFTER_VOWEL: Final = {
    "은": "는", "이": "가", "을": "를", "과": "와", "으로": "로", "이에요": "예요", "이랑": "랑", "이나": "나",
    "이야": "야",
    "이라": "라", "아": "야", "이고": "고",
}  # fmt: skip
_PARTICLE: Final = re.compile(rf"(?<=[링코][크드])\s?({any_of(_AFTER_VOWEL)}|는|가|를|와|로|에서|에|의|도)(?![가-힣])")
"""Behind what stands for a link or code, the writer's particle fits the address, not the word."""
_ROMAN: Final = re.compile(
    rf"(?<![A-Za-z])(?P<n>{roman.PATTERN}(?=\s?(?:세(?!대)|장|부|편|권|막))|{roman.LONG}(?=\s?(?:급|단계|차|형)))"
    rf"|(?<=제)(?P<ordered>{roman.PATTERN})(?![A-Za-z])|(?<=[a-z가-힣] )(?P<named>{roman.LONG})(?![A-Za-z])"
)
_SMALL: Final = 40
"""`XL` is a size."""
_DOT_INSIDE: Final = re.compile(
    r"(?<=[A-Za-z0-9])\.(?=[A-Za-z])|(?<!\S)\.(?=[A-Za-z]{2})|(?<=[가-힣])\.(?=[a-z0-9]{2,4}(?![A-Za-z0-9]))"
)
_EQUALS: Final = re.compile(r"(\S?)\s?={1,3}\s?")


def _roman(m: re.Match[str]) -> str:
    n = roman.value(m["n"] or m["ordered"] or m["named"])
    return str(n) if 0 < n < _SMALL else m[0]


def _is(m: re.Match[str]) -> str:
    """`=` as 은 or 는, by the final consonant before it."""
    last = m[1]
    closed = "가" <= last <= "힣" and (ord(last) - ord("가")) % 28 != 0
    return f"{last}{'은' if closed else '는'} " if last else " "


_RULES: Final[tuple[Rule, ...]] = (
    (_PARTICLE, lambda m: _AFTER_VOWEL.get(m[1], m[1])),
    *compiled(FIXED),
    (_ROMAN, _roman),
    *latin.MODELS,
    *compiled(BEFORE),
    *dates.RULES,
    *amounts.RULES,
    (_DOT_INSIDE, " 점 "),
    *compiled(AFTER),
    (digits.LETTER_THEN_DIGIT, " "),
    (digits.DIGIT_THEN_LETTER, " "),
    (digits.BARE_FRACTION, "0"),
    (digits.CHAIN, digits.unchained),
    (re.compile(digits.QUANTITY), amounts.quantity),
    (digits.LEFT_OVER, lambda m: number(m[0])),
    *latin.WORDS,
    (_EQUALS, _is),
)


def say(text: str) -> str:
    """`text` (one line, no markup) with everything in words that Korean does not read as it is written."""
    return apply(_RULES, digits.plain(text))

"""How numbers are written, for both languages; only ASCII digits, as `markup.strip` leaves them."""

from __future__ import annotations

import re
from typing import Final

NUMBER: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
SIGN: Final = r"(?:(?<![\w)\]])[-−])"
QUANTITY: Final = (
    rf"(?<![0-9A-Za-z])(?<![0-9]\.)(?P<sign>{SIGN})?(?P<a>{NUMBER})(?:(?:-|\s?[–~～]\s?)(?P<b>{NUMBER})(?!-?[0-9]))?"
)
"""A number or a range: groups sign, a, b."""

PHONE = re.compile(
    r"(?<![0-9A-Za-z.-])(?:01[016789][ .][0-9]{3,4}[ .][0-9]{4}|0[0-9]{1,2}\)\s?[0-9]{3,4}-[0-9]{4}"
    r"|\+[0-9]{1,3}[- ]?\(?[0-9]{1,4}\)?(?:[- ][0-9]{3,4}){1,3}"
    r"|\([0-9]{2,4}\)\s?[0-9]{3,4}-[0-9]{4}"
    r"|(?:[0-9]{1,2}-)?[0-9]{2,4}-[0-9]{3,4}-[0-9]{4}"
    r"|[0-9]{3,4}-[0-9]{4}"
    r"|[0-9]{4}(?:[ -][0-9]{4}){3}|(?<=ISBN )[0-9]{1,5}(?:-[0-9]{1,7}){3,4}"
    r")(?![0-9A-Za-z-])"
)
"""Of a telephone, a card or a book: said digit by digit."""
VERSION = re.compile(
    r"(?<![0-9A-Za-z.])(?P<v>[vV]\.?\s?)?(?P<parts>[0-9]+(?:\.[0-9]+){2,}|(?<=[vV])[0-9]+(?:\.[0-9]+)*)(?!\.?[0-9])"
)
TIME = (
    r"(?<![0-9:.,])(?P<hour>[01]?[0-9]|2[0-4]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?(?![0-9:])"
)
ISO_DATE = re.compile(r"(?<![0-9.-])(?P<y>[0-9]{4})(?P<sep>[-./])(?P<m>[01]?[0-9])(?P=sep)(?P<d>[0-3]?[0-9])(?![0-9])")
TIMESTAMP = re.compile(
    r"(?<![0-9.-])([0-9]{4}-[01][0-9]-[0-3][0-9])[T ]([0-2]?[0-9]:[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?(?![\w:])"
)
SLASHED = re.compile(r"(?<![0-9/.])(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})(?:/(?P<y>[0-9]{4}))?(?![0-9/])")
MODEL_NUMBER = re.compile(r"(?<=[A-Za-z])-?([0-9]+(?:\.[0-9]+)?)-(?=[0-9])")
"""The hyphens of `i7-12700` and `Llama-3.1-8B` make no range."""
DIFFERENCE = re.compile(r"(?<=[0-9])-(?=[0-9.,]+\s?=)")
"""The minus of `5-3=2`."""
LETTER_THEN_DIGIT = re.compile(r"(?<=[A-Za-z])-?(?=[0-9])")
DIGIT_THEN_LETTER = re.compile(r"(?<=[0-9])(?=[A-Za-z])")
CHAIN = re.compile(r"(?<![0-9-])[0-9]+(?:-[0-9]+){2,}")
"""Numbers with hyphens that are neither a date nor a telephone number."""
BARE_FRACTION = re.compile(r"(?<![\w.])(?=\.[0-9])")
LEFT_OVER = re.compile(NUMBER)

VULGAR: Final = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
    "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
_VULGAR = re.compile(f"\\s?([{''.join(VULGAR)}])")


_SPACED_THOUSANDS = re.compile(r"(?<![0-9.,:/+-])(?<![0-9] )([0-9]{1,3})((?: [0-9]{3}){2,})(?! ?[0-9])")


def plain(text: str) -> str:
    """`2½` as `2 1/2`, `5-3=2` with spaces around its minus, `i7-12700` without its hyphen."""
    text = MODEL_NUMBER.sub(r" \1 ", DIFFERENCE.sub(" - ", text))
    text = _SPACED_THOUSANDS.sub(lambda m: m[1] + m[2].replace(" ", ""), text)
    return _VULGAR.sub(lambda m: f" {VULGAR[m[1]]}", text)


def groups(phone: str) -> list[str]:
    """The groups of digits of a telephone number."""
    return re.findall(r"[0-9]+", phone)


def split(number: str) -> tuple[str, str]:
    """`1,234.50` as ("1234", "50"); `.5` as ("0", "5")."""
    whole, _, fraction = number.replace(",", "").partition(".")
    return whole or "0", fraction


def is_month_and_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def unchained(m: re.Match[str]) -> str:
    """`1-2-3` as `1, 2, 3`, so that nobody takes it for a range."""
    return m[0].replace("-", ", ")

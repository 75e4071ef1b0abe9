"""Numbers in words, read back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.conversation.spoken import roman
from vtuber_cli.conversation.spoken.en import numbers as en
from vtuber_cli.conversation.spoken.ko import numbers as ko


@settings(deadline=None)
@given(st.integers(0, 10**24))
def test_english_cardinals_read_back(n: int) -> None:
    assert _english(en.cardinal(n)) == n or n >= 10**24


def _english(words: str) -> int:
    names = {word: at for at, word in enumerate(en.ONES)} | {word: at * 10 for at, word in enumerate(en.TENS) if at > 1}
    scales = {word: 1000**at for at, word in enumerate(en.SCALES) if at}
    total = part = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            part *= 100
        elif word in scales:
            total, part = total + part * scales[word], 0
        else:
            part += names[word]
    return total + part


@settings(deadline=None)
@given(st.integers(0, 10**24 - 1))
def test_korean_cardinals_read_back(n: int) -> None:
    assert _korean(ko.sino(n)) == n


def _korean(words: str) -> int:
    total = part = digit = 0
    for char in words.replace(" ", ""):
        if char in "일이삼사오육칠팔구영":
            digit = "영일이삼사오육칠팔구".index(char)
        elif char in "십백천":
            part, digit = part + (digit or 1) * 10 ** ("십백천".index(char) + 1), 0
        else:
            total, part, digit = total + (part + digit or 1) * 10_000 ** ("만억조경해".index(char) + 1), 0, 0
    return total + part + digit


@pytest.mark.parametrize(
    ("n", "said"), [(-7, "minus seven"), (10**30, " ".join(["one"] + ["zero"] * 30)), (1_000_001, "one million one")]
)
def test_cardinal(n: int, said: str) -> None:
    assert en.cardinal(n) == said


@given(st.integers(1, 89))
def test_roman_numerals_read_back(n: int) -> None:
    assert roman.value(_roman(n)) == n


def _roman(n: int) -> str:
    tens = ("", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX")
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return tens[n // 10] + ones[n % 10]


@pytest.mark.parametrize("text", ["", "IIX", "IIII", "VV", "LL", "IL", "CD", "MIX", "ix"])
def test_what_is_no_roman_numeral_is_nothing(text: str) -> None:
    assert roman.value(text) == 0

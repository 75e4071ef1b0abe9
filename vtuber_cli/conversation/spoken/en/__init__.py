"""English: numbers, dates, times, money, units, abbreviations and signs in words."""

from __future__ import annotations

import re
from typing import Final

from vtuber_cli.conversation.spoken import digits, romanise
from vtuber_cli.conversation.spoken.addresses import Words
from vtuber_cli.conversation.spoken.en import amounts, dates, names
from vtuber_cli.conversation.spoken.en.numbers import number
from vtuber_cli.conversation.spoken.en.tables import AFTER, BEFORE, GREEK
from vtuber_cli.conversation.spoken.rules import Rule, apply, compiled

WORDS: Final = Words(
    code="code", link=None, at="at", dot="dot", slash="slash", dash="dash", over=" {a} over {b} ",
    rating=" {n} out of {of} stars ", stars=" stars", love="I love ",
)  # fmt: skip

_DOT_INSIDE: Final = compiled((
    (r"(?<=[a-z])\.(?=[A-Z][a-z])", ". "),
    (r"(?<=[A-Za-z0-9])\.(?=[A-Za-z])", " dot "),
    (r"(?<!\w)\.(?=[a-z]{2,})", "dot "),
))  # fmt: skip
_GREEK: Final = re.compile(r"(?<![\u0370-\u03ff])[\u00b5\u0370-\u03ff](?![\u0370-\u03ff])")

_RULES: Final[tuple[Rule, ...]] = (
    *names.RULES,
    *amounts.CODES,
    *compiled(BEFORE),
    *dates.RULES,
    *amounts.RULES,
    *_DOT_INSIDE,
    *compiled(AFTER),
    (_GREEK, lambda m: f" {GREEK.get(m[0], m[0])} "),
    (digits.LETTER_THEN_DIGIT, " "),
    (digits.DIGIT_THEN_LETTER, " "),
    (digits.BARE_FRACTION, "0"),
    (digits.CHAIN, digits.unchained),
    (re.compile(digits.QUANTITY), amounts.quantity),
    (digits.LEFT_OVER, lambda m: number(m[0])),
    (romanise.HANGUL, romanise.romanised),
)


def say(text: str) -> str:
    """`text` (one line, no markup) with everything in words that English does not read as it is written."""
    return apply(_RULES, digits.plain(text))

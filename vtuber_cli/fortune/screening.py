"""Questions that no card should answer: caught before anything is drawn, by patterns that are data.

Whatever the interface's language, both languages' patterns are tried. Missing somebody in need is worse than being
careful with somebody who is not, so the patterns for a crisis are broad; the others leave everyday words alone (배고파
죽겠다, "sick of my job", the sign of Cancer).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from vtuber_cli.fortune.content import FOLDER, read_json

_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
"""What is not seen on the screen and would take a word apart."""


def kind_of(question: str) -> str | None:
    """What a question is about that must not be told from cards: "crisis", "violence", "medical", "legal", "money",
    "minor", in this order; None if it may be asked.
    """
    if not question.strip():
        return None
    text = " ".join(_UNSEEN.sub("", unicodedata.normalize("NFKC", question)).casefold().replace("’", "'").split())
    compact = re.sub(r"[\W_]", "", text)
    for kind, (korean, english) in _patterns().items():
        if korean.search(compact) or english.search(text):
            return kind
    return None


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    found = read_json(FOLDER / "screening.json")
    return {kind: (re.compile("|".join(one["ko"])), re.compile("|".join(one["en"]))) for kind, one in found.items()}

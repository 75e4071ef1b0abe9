"""Word and character error rates."""

from __future__ import annotations

import re

_SAME = {"mr": "mister", "mrs": "missus", "dr": "doctor", "1": "one", "2": "two", "3": "three", "ok": "okay"}


def words(text: str) -> list[str]:
    """Lower case, without punctuation; a hyphen parts words."""
    found = re.findall(r"[\w']+", text.lower().replace("-", " "))
    return [_SAME.get(word, word) for word in (word.replace("'", "") for word in found)]


def errors(said: list[str], heard: list[str]) -> int:
    """The fewest insertions, deletions and substitutions that make one of the other."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        above, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (word != other))
    return row[-1]


def error_rate(pairs: list[tuple[str, str]]) -> float:
    """Over all (said, heard) pairs together: errors per word said."""
    counted = [(errors(words(said), words(heard)), len(words(said))) for said, heard in pairs]
    return sum(wrong for wrong, _ in counted) / sum(count for _, count in counted)


def character_error_rate(pairs: list[tuple[str, str]]) -> float:
    """The same by letters and digits, for languages whose words have no fixed bounds."""
    letters = [([c for c in said if c.isalnum()], [c for c in heard if c.isalnum()]) for said, heard in pairs]
    return sum(errors(said, heard) for said, heard in letters) / sum(len(said) for said, _ in letters)

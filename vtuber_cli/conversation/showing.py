"""What remains of images when their turn is over: a note that there were some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NOTES: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("(an image)", "({count} images)"),
    "ko": ("(이미지 한 장)", "(이미지 {count}장)"),
}


def with_note(text: str, count: int, language: str | None) -> str:
    """What was said, and that so many images were shown with it; history and later turns know no more of them."""
    if not count:
        return text
    one, several = _NOTES.get(language or "en", _NOTES["en"])
    return f"{text} {one if count == 1 else several.format(count=count)}".strip()

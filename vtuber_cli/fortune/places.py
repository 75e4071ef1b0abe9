"""Cities by name, in English and Korean: their time zones and longitudes. Any IANA zone's name will do as well."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast
from unicodedata import normalize
from zoneinfo import ZoneInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = Path(__file__).parent / "places.json"
_ENDINGS = ("특별자치시", "특별시", "광역시", "시")
"""What a Korean city's name may end with."""


class Place(NamedTuple):
    zone: str
    longitude: float | None
    """Degrees east; None where a zone was named and no city."""


def find(text: str) -> Place:
    """The place that is meant: a city of the table, or else an IANA zone.

    Raises:
        UsageError: it is neither; names the nearest.
    """
    word = _folded(text)
    known = _cities()
    bare = (word.removesuffix(ending) for ending in _ENDINGS)
    city = next((known[name] for name in (word, *bare) if name in known), None)
    if city is not None:
        return city
    return zone(text.strip())


def zone(name: str) -> Place:
    """A place of which the IANA zone is all that is known.

    Raises:
        UsageError: there is no such zone; names the nearest.
    """
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        from vtuber_cli.fortune.birth import time_zone

        time_zone(name)  # says what it has to say
    return Place(name, None)


@cache
def _cities() -> Mapping[str, Place]:
    rows = cast("list[dict[str, Any]]", json.loads(_FILE.read_bytes()))
    found: dict[str, Place] = {}
    for row in rows:
        place = Place(row["zone"], row["longitude"])
        found |= dict.fromkeys(map(_folded, (row["en"], row["ko"], *row.get("also", ()))), place)
    return found


def _folded(text: str) -> str:
    """Without what tells no two names apart: case, spaces, hyphens."""
    return "".join(letter for letter in normalize("NFKC", text).casefold() if letter.isalnum())

"""The character's colour, found without reading YAML: a card does not wait for a parser."""

from __future__ import annotations

from vtuber_cli import paths
from vtuber_cli.cli import language

_FALLBACK = "mika"
_HEAD = 64 * 1024
_KEY = "  accent:"
_HEX = frozenset("0123456789abcdefABCDEF")


def accent() -> str:
    """The accent of whoever talks to the user, as `#rrggbb`; empty if nothing plain says it."""
    who = language.setting("character:") or _FALLBACK
    if not who.replace("-", "").replace("_", "").isalnum():
        return ""
    for root in (paths.data_dir() / "characters", paths.shipped("characters")):
        try:
            with (root / who / "character.yaml").open(encoding="utf-8") as file:
                lines = file.read(_HEAD).splitlines()
        except (OSError, ValueError):
            continue
        return next((found for line in lines if line.startswith(_KEY) and (found := _colour(line))), "")
    return ""


def _colour(line: str) -> str:
    value = line.removeprefix(_KEY).strip()[1:8]
    return value if len(value) == 7 and value[0] == "#" and _HEX.issuperset(value[1:]) else ""

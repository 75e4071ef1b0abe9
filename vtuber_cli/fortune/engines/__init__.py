"""The fortune engines by name; one is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from vtuber_cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.fortune.engines.base import FortuneEngine

ENGINES = ("daily", "tarot", "zodiac", "saju", "tti")


def engine(name: str) -> FortuneEngine:
    """The engine of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in ENGINES:
        from difflib import get_close_matches

        nearest = get_close_matches(name, ENGINES, n=1, cutoff=0.5)
        key = "fortune.unknown_type_nearest" if nearest else "fortune.unknown_type"
        raise UsageError(key, name=name[:40], nearest="".join(nearest), names=", ".join(ENGINES))
    return import_module(f"vtuber_cli.fortune.engines.{name}").ENGINE

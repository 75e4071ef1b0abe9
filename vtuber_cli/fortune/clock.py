"""Which time zone this computer is in, by its IANA name."""

from __future__ import annotations

import os
import time
from zoneinfo import ZoneInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK = "/etc/localtime"
_DEBIAN = "/etc/timezone"
_FOLDER = "zoneinfo/"


def local_zone() -> str:
    """The zone that the system is set to; where it tells no name, one of the same offset, or UTC."""
    return next((name for name in _told() if _exists(name)), "UTC")


def _told() -> Iterator[str]:
    if told := os.environ.get("TZ", ""):
        yield _below_folder(told.removeprefix(":"))
    else:
        try:
            yield _below_folder(os.path.realpath(_LINK))
            with open(_DEBIAN, encoding="ascii") as file:  # noqa: PTH123 - before pathlib is needed
                yield file.read(100).strip()
        except (OSError, ValueError):
            pass
    yield _by_offset(-time.timezone)


def _below_folder(path: str) -> str:
    return path.rpartition(_FOLDER)[2]


def _by_offset(seconds: int) -> str:
    """A zone of so many whole hours east; their names count to the west."""
    hours, rest = divmod(seconds, 3600)
    return f"Etc/GMT{-hours:+d}" if hours and not rest else "UTC"


def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True

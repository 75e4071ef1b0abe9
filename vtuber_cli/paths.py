"""Where things are: what ships with the program, and the user's own folders.

`VTUBER_HOME` moves all of the user's folders into one place (tests, portable installs).
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ON_LINUX = {
    "config": ("XDG_CONFIG_HOME", ".config", "vtuber"),
    "data": ("XDG_DATA_HOME", ".local/share", "vtuber"),
    "log": ("XDG_STATE_HOME", ".local/state", "vtuber/log"),
    "cache": ("XDG_CACHE_HOME", ".cache", "vtuber"),
}
"""The variable, the folder in the home that it moves, and what is ours in it."""


@cache
def checkout() -> Path | None:
    """The root of the source checkout this runs from, or None when installed as a package."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "characters").is_dir() else None


def shipped(name: str) -> Path:
    """A file or folder that ships with the program ("characters", "models/catalog.yaml")."""
    return (checkout() or _PACKAGE / "shipped") / name


def _user_folder(kind: str) -> Path:
    if home := os.environ.get("VTUBER_HOME"):
        return Path(os.path.expanduser(home)) / kind  # noqa: PTH111 - which takes an unknown ~user as it is
    if (folder := _linux_folder(kind)) is not None:
        return folder
    from platformdirs import PlatformDirs

    return Path(getattr(PlatformDirs("vtuber", appauthor=False), f"user_{kind}_dir"))


def _linux_folder(kind: str) -> Path | None:
    """What platformdirs would say in the plain case; importing it takes as long as telling a fortune."""
    if sys.platform != "linux" or "ANDROID_DATA" in os.environ:
        return None
    variable, below_home, ours = _ON_LINUX[kind]
    moved, home = os.environ.get(variable, ""), os.environ.get("HOME", "")
    if moved.startswith("/"):
        return Path(moved) / ours
    return Path(home) / below_home / ours if home.startswith("/") else None


def config_dir() -> Path:
    return _user_folder("config")


def data_dir() -> Path:
    return _user_folder("data")


def log_dir() -> Path:
    return _user_folder("log")


def cache_dir() -> Path:
    return _user_folder("cache")


def database() -> Path:
    return data_dir() / "vtuber.db"

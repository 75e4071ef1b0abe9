"""Which language the program talks in: what `--lang` or a variable says, else the settings, else the terminal's."""

from __future__ import annotations

import os

from vtuber_cli import i18n, paths
from vtuber_cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Choice = i18n.Language | Literal["auto"]

CHOICES: dict[str, Choice] = {"en": "en", "ko": "ko", "auto": "auto"}
VARIABLE = "VTUBER_LANG"

_HEAD = 64 * 1024
_KEY = "language:"


def chosen(value: str) -> Choice:
    """What `--lang` or its variable says.

    Raises:
        UsageError: there is no such language.
    """
    if value not in CHOICES:
        raise UsageError("cli.unknown_language", name=value)
    return CHOICES[value]


def choose(value: str) -> None:
    """Talks in this language from now on. Raises as `chosen` does."""
    language = chosen(value)
    os.environ[VARIABLE] = value  # the settings take it from here, over whatever else says a language
    i18n.set_language(language)


def written() -> Choice:
    """The language that the user's settings ask for, looked up without reading YAML: help pages want it too."""
    name = os.environ.get("VTUBER_LANGUAGE", "") or setting(_KEY)
    return CHOICES.get(name, "auto")


def setting(key: str) -> str:
    """The value of a setting at the margin of the user's file, like `language: ko`; empty if there is none."""
    try:
        with (paths.config_dir() / "config.yaml").open(encoding="utf-8-sig") as file:
            lines = file.read(_HEAD).splitlines()
    except (OSError, ValueError):
        return ""
    found = next((line.removeprefix(key) for line in lines if line.startswith(key)), "")
    return found.partition(" #")[0].strip().strip("\"'")

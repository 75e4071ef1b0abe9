"""Every error that a user may meet. Raised where it is known, translated and shown in one place per face.

    VtuberError            exit 1
    |- UsageError          exit 2   a wrong option, name or file given by the user
    |  |- ConfigError               a config or character file: names file, line and key
    |- WeightsError        exit 3   missing, damaged or refused weight files
    |- EngineUnavailable   exit 3   not installed or not loadable; the hint says what to install
    |- EngineFailed        exit 1   a loaded engine failed during a turn
    |  |- ContextOverflow           the messages do not fit the model's window
    |- ProfileNeeded       exit 3   a fortune takes a birth, a sign or an animal that nobody gave
    |- ContentError        exit 4   the fortunes' texts are missing or corrupt
    |- AudioUnavailable    exit 4   no device, no PortAudio, device gone
    |- StoreError          exit 5   the database: disk full, damaged, newer than this program

An error is a key (`area.name`) and its parameters; its words live in `locales/<language>/<area>.json` under `name`, its
advice under `name.hint`. Anything that is not a VtuberError is a bug and keeps its traceback.
"""

from __future__ import annotations

from typing import ClassVar


class VtuberError(Exception):
    """An expected failure: a message key, its parameters, and advice.

    Args:
        key: looked up in the locales; a plug-in may pass its own plain sentence instead.
        hint: plain advice that replaces the locale's; for plug-ins and computed advice.
        params: fill the placeholders of message and hint. Foreign text in them is cleaned when shown.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, key: str, *, hint: str | None = None, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.hint = hint
        self.params = params


class UsageError(VtuberError):
    exit_code = 2


class ConfigError(UsageError):
    """A file the user wrote; params hold `file`, `line` and, where known, `name` and `nearest`."""


class WeightsError(VtuberError):
    exit_code = 3


class EngineUnavailable(VtuberError):
    exit_code = 3


class EngineFailed(VtuberError):
    pass


class ContextOverflow(EngineFailed):
    pass


class ProfileNeeded(VtuberError):
    exit_code = 3


class ContentError(VtuberError):
    exit_code = 4


class AudioUnavailable(VtuberError):
    exit_code = 4


class StoreError(VtuberError):
    exit_code = 5

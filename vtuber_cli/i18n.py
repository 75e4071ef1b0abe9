"""Words for people, in English and Korean.

Words live in `locales/<language>/<area>.json`, flat keys. `t("weights.missing", name="base")` reads the key `missing`
of `weights.json`, on first use of that area only. Placeholders are `str.format`'s; a Korean particle pair after a
colon picks the right one for what stands before it: `{name:이/가}`, `{file:을/를}`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, cast

Language: TypeAlias = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")

_FOLDER = Path(__file__).parent / "locales"
_current: Language | None = None


def set_language(language: Language | Literal["auto"]) -> None:
    """Chooses the interface's language for this process; "auto" asks the environment."""
    global _current
    _current = None if language == "auto" else language


def language() -> Language:
    """The interface's language: as set, else from LC_ALL, LC_MESSAGES or LANG, else English."""
    if _current is not None:
        return _current
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"


def t(key: str, /, **params: object) -> str:
    """The text of `area.rest-of-key` in the current language; an unknown key is shown as it is (plug-ins)."""
    text = find(key)
    return key if text is None else filled(text, params)


def filled(template: str, params: Mapping[str, object]) -> str:
    """`template` with its placeholders filled and its particles chosen."""
    return template.format_map(_Params(params))


def find(key: str) -> str | None:
    """The raw text of a key, or None; for asking whether there is a hint."""
    area, _, rest = key.partition(".")
    return _area(language(), area).get(rest)


def words_of_option(kind: str, engine: str, option: str) -> str | None:
    """What an option of one of our engines is for; None for a plug-in's, which has its docstring only."""
    return find(f"engine_options.{kind}.{engine}.{option}")


@cache
def _area(language: Language, area: str) -> dict[str, str]:
    file = _FOLDER / language / f"{area}.json"
    if not area.isidentifier() or len(area) > 40 or not file.is_file():  # a plug-in's sentence is no file name
        return {}
    return cast("dict[str, str]", json.loads(file.read_text(encoding="utf-8")))


class _Params:
    """What `str.format_map` looks names up in. (`string.Formatter` would do; importing it takes a millisecond.)"""

    __slots__ = ("_params",)

    def __init__(self, params: Mapping[str, object]) -> None:
        self._params = params

    def __getitem__(self, name: str) -> _Param:
        # A missing parameter must never turn an error message into a second error.
        value = self._params.get(name, "?")
        return _Param(of_the_system(value) if name == "reason" and isinstance(value, str) else value)


class _Param:
    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        if "/" in spec:
            word = str(self._value)
            return word + particle(word, spec)
        return format(self._value, spec)


def of_the_system(reason: str) -> str:
    """What the operating system says of a failure, which is English in most languages, in the reader's words."""
    name = _system_sentences().get(reason)
    return (find(f"errno.{name}") if name else None) or reason


@cache
def _system_sentences() -> dict[str, str]:
    import errno

    return {os.strerror(number): name.lower() for number, name in errno.errorcode.items()}


_DIGIT_FINALS = {"0": True, "1": True, "3": True, "6": True, "7": True, "8": True}
_RIEUL = {"1", "7", "8"}


def particle(word: str, pair: str) -> str:
    """The right one of a Korean particle pair ("은/는", "으로/로") after `word`, by its last sound.

    Digits count as read in Korean; a Latin ending counts as open, except l, m, n and ng, which Koreans read closed.
    """
    closed, _, open_ = pair.partition("/")
    if word.endswith(")"):  # of "경자(庚子)" the word is read
        word = word[: word.rfind("(")] or word
    last = word.rstrip("\"')]}>»”’ ")[-1:].lower()
    if "가" <= last <= "힣":
        final = (ord(last) - 0xAC00) % 28
        rieul, has_final = final == 8, final != 0
    elif last.isdigit():
        rieul, has_final = last in _RIEUL, _DIGIT_FINALS.get(last, False)
    else:
        rieul, has_final = last == "l", last in {"l", "m", "n"}
    if closed.startswith("으") and rieul:
        return open_
    return closed if has_final else open_

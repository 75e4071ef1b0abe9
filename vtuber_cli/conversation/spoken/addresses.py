"""Addresses of the web, of people and of files, for the ear: `https://www.a.org/x?y=1` as "a dot org"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from vtuber_cli.conversation.spoken.rules import any_of


@dataclass(frozen=True, slots=True)
class Words:
    """What a language says for what cannot be read out."""

    code: str
    link: str | None
    """None: the link's host is said."""
    at: str
    dot: str
    slash: str
    dash: str
    """Of a command's option; may be empty."""
    over: str
    """A fraction, {a} above {b}."""
    rating: str
    """{n} stars {of} five."""
    stars: str
    """Behind their number."""
    love: str
    """A heart between I and somebody."""
    shorthand: Mapping[str, str] = field(default_factory=dict[str, str])
    """Single Korean letters that stand for a word."""
    endings: Mapping[str, str] = field(default_factory=dict[str, str])
    """What is said for the last part of a host and its dot, where that is not "dot" and the part."""


_TOP: Final = (
    "com net org io dev ai app co kr jp uk us de fr eu ca au in tv gg me info edu gov xyz ly gl be so to sh cloud wiki"
).split()
_URL: Final = re.compile(
    r"<?\b(?:https?://|ftp://|www\.)(?:[^\s/@<>]{1,100}@)?([^\s/:?#<>)\]\"'가-힣、。]+)"
    r"(?:(?:[^\s<>)\]\"'가-힣、。(]|\([^\s()<>]*\)|(?<=[/=])[가-힣]+(?=[\s)\]]|\Z))*(?:[^\s<>)\]\"'가-힣、。.,!?;:(]|\([^\s()<>]*\)|(?<=[/=])[가-힣]+(?=[\s)\]]|\Z)))?>?"
)
_SURE: Final = "com net org io dev ai kr jp uk gg tv edu gov".split()
"""Ends of hosts that are no words, and so need no path behind them."""
_BARE: Final = re.compile(
    rf"(?<![\w@./-])((?:[A-Za-z0-9-]+\.)+(?:{any_of(_TOP)}))/(?:[^\s<>)\]\"'가-힣、。]*[^\s<>)\]\"'가-힣、。.,!?;:])?"
    rf"|(?<![\w@./-])((?:[A-Za-z0-9-]+\.)+(?:{any_of(_SURE)}))(?![\w/-]|\.\w)|(?<![\w@./-])((?:[A-Za-z0-9-]+\.)+(?:{any_of(_SURE)}))(?=[가-힣])"
)
_EMAIL: Final = re.compile(r"(?:mailto:)?(?<![\w.%+-])([A-Za-z0-9._%+-]{1,64})@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_DRIVE: Final = re.compile(r"(?<!\w)([A-Za-z]):\\([^\s\"'<>|:*?]*)")
_NAME: Final = r"[\w@%+-][\w.@%+-]*"
_PATH: Final = re.compile(rf"(?<![\w/.:~])(?:~|\.{{1,2}}|\$[A-Za-z_]\w*)?/(?:{_NAME}/)*(?:{_NAME})?(?<!\.)")
_INSIDE: Final = re.compile(r"(?<![\w/.:~@-])((?:[\w-]+/)+)([A-Za-z_][\w-]*\.[A-Za-z][a-z0-9]{0,4})(?![\w/])")


def without_addresses(text: str, words: Words) -> str:
    """`text` with hosts for URLs, the words of e-mail addresses and the names along paths."""
    text = _URL.sub(lambda m: words.link or _host(m[1].removeprefix("www."), words), text)
    text = _EMAIL.sub(lambda m: f"{_dotted(m[1], words)} {words.at} {_host(m[2], words)}", text)
    text = _BARE.sub(lambda m: _host((m[1] or m[2] or m[3]).removeprefix("www."), words), text)
    if "/" in text or "\\" in text:
        text = _DRIVE.sub(lambda m: f"{m[1]} " + _names(m[2].replace("\\", "/"), words), text)
        text = _INSIDE.sub(lambda m: _names(m[0], words), text)
        text = _PATH.sub(lambda m: _path(m[0], words), text)
    return text


def _path(path: str, words: Words) -> str:
    """The names along a path; one name alone (`/help`) is a command, said with its slash."""
    first, _, rest = path.partition("/")
    names = [name for name in rest.split("/") if name]
    if not any(any(char.isalpha() for char in name) for name in names):
        return path
    return f"{words.slash} {_dotted(names[0], words)}" if not first and len(names) == 1 else _names(rest, words)


def _names(path: str, words: Words) -> str:
    return " ".join(_dotted(name, words) for name in path.split("/") if name)


def _dotted(name: str, words: Words) -> str:
    return f" {words.dot} ".join(part for part in name.split(".") if part)


def _host(name: str, words: Words) -> str:
    """A host by its parts; one of numbers is left to the language."""
    *names, last = [part for part in name.split(".") if part] or [""]
    if last.isdecimal():
        return name
    ending = words.endings.get(last.lower()) or f"{words.dot} {last}"
    return f"{f' {words.dot} '.join(names)} {ending}" if names else last

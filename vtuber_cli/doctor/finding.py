"""What an examination finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from vtuber_cli.clean import one_line
from vtuber_cli.errors import VtuberError
from vtuber_cli.i18n import find, t

State: TypeAlias = Literal["ok", "limit", "fail", "skipped"]
"""Limit: it works, with less; fail: something that ought to work does not; skipped: could not be looked at."""

Fact: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    """A stable name, "audio.output"; for programs."""
    state: State
    message: str
    fix: str = ""
    """The one thing to do about it; empty if there is nothing to do."""
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    """The figures behind the message; for programs."""


def finding(check: str, state: State, words: str = "", /, **facts: Fact) -> Finding:
    """A finding in the words of `doctor.<check>`, or `doctor.<check>.<words>`; its fix stands under `<key>.fix`."""
    key = f"doctor.{check}.{words}" if words else f"doctor.{check}"
    shown = {name: "?" if value is None else value for name, value in facts.items()}
    fix = t(f"{key}.fix", **shown) if find(f"{key}.fix") is not None else ""
    kept = {name: private(value) if isinstance(value, str) else value for name, value in facts.items()}
    return Finding(check, state, private(t(key, **shown)), private(fix), kept)


def of_error(check: str, error: VtuberError, state: State = "fail", fix: str = "") -> Finding:
    """An error in its own words, its hint as the fix; `fix` if it has none."""
    hint = error.hint
    if hint is None:
        hint = t(f"{error.key}.hint", **error.params) if find(f"{error.key}.hint") is not None else fix
    return Finding(check, state, private(t(error.key, **error.params)), private(hint), {"error": error.key})


def private(text: str) -> str:
    """One line that drives no terminal and does not tell who the user is: their home folder is `~`."""
    line = one_line(text)
    try:
        home = str(Path.home())
    except RuntimeError:  # no home at all
        return line
    return line.replace(home, "~") if len(home) > 1 else line

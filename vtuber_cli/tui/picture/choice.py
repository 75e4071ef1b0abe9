"""Which way a picture goes into this terminal, and why. Pure: facts in, a choice out.

What a user asks for is done, with one exception: a picture in a protocol that the terminal does not answer for would be
an empty place at best and pages of letters at worst, so then it is what "auto" takes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from vtuber_cli.clean import one_line
from vtuber_cli.tui.picture.answers import Answers, question
from vtuber_cli.tui.picture.ways import Way, Wish
from vtuber_cli.tui.symbols import symbols

_TRUECOLOR = (
    *("xterm", "kitty", "foot", "wezterm", "iterm2", "ghostty", "konsole", "vte", "contour", "mintty", "mlterm"),
    *("rio", "warp", "windows terminal", "alacritty", "terminology", "blackbox"),
)
"""Beginnings of what terminals that draw 24 bits a colour call themselves."""
UNANSWERED = "picture.reason.unanswered"
"""The reason where what was wished for is not what is done."""
_MULTIPLEXERS = {"TMUX": "tmux", "STY": "screen", "ZELLIJ": "zellij"}


@dataclass(frozen=True, slots=True)
class Choice:
    way: Way
    truecolor: bool = False
    """Whether the screen is to be drawn in 24 bits a colour."""
    cell: tuple[int, int] | None = None
    """Width and height of a cell in pixels, where the terminal says."""
    reason: str = "picture.reason.blocks"
    """A key of the locales."""
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    """What fills the reason's placeholders; clean."""
    frames: bool = True
    """Whether an image may have frames, for kitty's graphics. Others who speak them show the first for ever."""


def needed(
    wish: Wish, environ: Mapping[str, str] = os.environ, *, truecolor: bool = False, letters: bool = False
) -> bytes:
    """What the terminal has to be asked before `choose` can answer; nothing if it is clear already.

    Args:
        wish: the setting `screen.avatar`.
        truecolor: `--truecolor`.
        letters: `--ascii`.
    """
    inside = multiplexer(environ)
    if wish in ("kitty", "sixel"):
        return question(graphics=not inside)
    if wish in ("off", "ascii") or inside or _letters(environ, letters):
        return b""
    if wish == "half" or over_ssh(environ):
        return b"" if truecolor or full_colours(environ) else question(graphics=False)
    return question(graphics=True)


def choose(
    answers: Answers,
    wish: Wish = "auto",
    environ: Mapping[str, str] = os.environ,
    *,
    truecolor: bool = False,
    letters: bool = False,
    source: str = "",
) -> Choice:
    """The way, and why.

    Args:
        answers: what the terminal said to what was `needed`.
        wish: the setting `screen.avatar`.
        truecolor: `--truecolor`.
        letters: `--ascii`.
        source: who wished it: an option, a variable, a line of a file.
    """
    way, reason, params = _way(answers, wish, environ, letters)
    place = {"place": one_line(source), "way": wish} if reason in ("wished", "unanswered") else {}
    return Choice(
        way,
        truecolor or full_colours(environ) or answers.name.lower().startswith(_TRUECOLOR),
        answers.cell,
        f"picture.reason.{reason}",
        {**place, **params},
        frames=way != "kitty" or answers.name.lower().startswith("kitty"),
    )


def _way(answers: Answers, wish: Wish, environ: Mapping[str, str], letters: bool) -> tuple[Way, str, Mapping[str, str]]:
    match wish:
        case "kitty" | "sixel":
            if answers.graphics if wish == "kitty" else answers.sixel:
                return wish, "wished", {}
            return _best(answers, environ, letters)[0], "unanswered", {}
        case "off":
            return wish, "wished", {}
        case "ascii" | "half" if not letters:
            return wish, "wished", {}
        case _:
            return _best(answers, environ, letters)


def _best(answers: Answers, environ: Mapping[str, str], letters: bool) -> tuple[Way, str, Mapping[str, str]]:
    if why := _letters(environ, letters):
        return "ascii", *why
    if name := multiplexer(environ):
        return "half", "multiplexer", {"name": name}
    if over_ssh(environ):
        return "half", "ssh", {}
    if answers.graphics:
        return "kitty", "kitty", {}
    return "half", "sixel" if answers.sixel else "blocks" if answers.ended else "silent", {}


def _letters(environ: Mapping[str, str], wished: bool) -> tuple[str, Mapping[str, str]] | None:
    """Why nothing but letters would do; None if more will."""
    if wished:
        return "letters", {}
    if environ.get("NO_COLOR"):
        return "no_color", {}
    if (term := environ.get("TERM", "")) in ("", "dumb", "unknown", "linux"):
        # The Linux console has 16 colours, and letters with few of the blocks.
        return "term", {"term": one_line(term)}
    return ("charset", {}) if symbols(environ).ascii else None


def multiplexer(environ: Mapping[str, str] = os.environ) -> str:
    """The program that draws between us and the terminal; empty if there is none."""
    for variable, name in _MULTIPLEXERS.items():
        if environ.get(variable):
            return name
    return next((name for name in ("tmux", "screen") if environ.get("TERM", "").startswith(name)), "")


def over_ssh(environ: Mapping[str, str] = os.environ) -> bool:
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def full_colours(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment says that the terminal draws 24 bits a colour."""
    return environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")

r"""What a terminal is asked about pictures, and what its answers say. Pure; the asking is `ask`'s.

A terminal answers on the same line as the keyboard, so an answer looks like something typed. Whatever is a report and
can be no key is taken out; what is left was typed. The questions and answers, in the order in which they are asked:

    kitty's graphics   APC G i=ID,a=q,...;AAAA ST   APC G i=ID;OK ST   or an error instead of OK
    the name           CSI > q                      DCS > | NAME ST
    a cell's size      CSI 16 t                     CSI 6 ; HEIGHT ; WIDTH t
    attributes (DA1)   CSI c                        CSI ? N ; N ; ... c       4 among them is sixel

Every terminal knows the last one and none answers out of turn: once it is there, nothing more will come.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from vtuber_cli.clean import one_line

_ID = "31415926"
GRAPHICS = f"\x1b_Gi={_ID},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\".encode()
"""Would a picture of one pixel do? It is not stored, and nothing is shown."""
NAME = b"\x1b[>q"
CELL = b"\x1b[16t"
ATTRIBUTES = b"\x1b[c"

_NAME_LENGTH = 60
_TYPED_LENGTH = 2000
_CELL_SIZES = range(1, 400)
_OPEN_LENGTH = 4096
"""A string that has not ended by then is no answer of any terminal."""

_STRING = r"\x1b[P_\]^X][^\x1b\x07]*(?:\x1b\\|\x07)"
_REPORT = re.compile(rf"{_STRING}|\x1b\[[?>=][0-9;:]*\$?[@-~]|\x1b\[6;[0-9]+;[0-9]+t")
"""No key sends any of these."""
_GRAPHICS = re.compile(rf"\x1b_Gi={_ID}(?:,[^;\x1b]*)?;([^\x1b]*)\x1b\\")
_NAME = re.compile(r"\x1bP>\|([^\x1b]*)\x1b\\")
_CELL = re.compile(r"\x1b\[6;([0-9]{1,5});([0-9]{1,5})t")
_ATTRIBUTES = re.compile(r"\x1b\[\?([0-9;]{0,200})c")
_BEGUN = re.compile(r"\x1b(?:(?:_G|P>)[^\x1b\x07]*\x1b?|\[[?>=][0-9;:]*\$?)\Z")
"""An answer that has not ended yet; nothing else begins so."""
_PERHAPS = re.compile(r"\x1b(?:[_P]|\[(?:6(?:;[0-9;]*)?)?)?\Z")
"""The beginning of an answer, or of a key."""
_ANSWER = re.compile(r"\x1b(?:_G|P>|\[[?>=]|\[6;)")
"""How ours begin."""
_KEY = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]?|O.?|.)?|[\x00\x80-\x9f\ufffd]", re.DOTALL)
"""Keys that need no repeating (arrows and their like), and what is no text."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the terminal said; everything is empty if it said nothing."""

    graphics: bool | None = None
    """Whether it took kitty's picture; None if it did not answer."""
    name: str = ""
    """As it calls itself, "XTerm(379)"; one clean line."""
    cell: tuple[int, int] | None = None
    """Width and height of a cell in pixels."""
    sixel: bool = False
    ended: bool = False
    """Whether the last question was answered: nothing more will come."""
    typed: str = ""
    """What the user typed meanwhile."""
    begun: str = ""
    """An answer, or perhaps one, that had not ended when the time was over."""


def question(*, graphics: bool) -> bytes:
    """The questions in one piece; without that for graphics for multiplexers, which take it for a title."""
    return (GRAPHICS if graphics else b"") + NAME + CELL + ATTRIBUTES


def parse(data: bytes) -> Answers:
    """Reads whatever came, be it answers, keys, both or neither."""
    text = data.decode("utf-8", "replace")
    attributes = _ATTRIBUTES.search(text)
    begun = (_BEGUN.search(text) or _PERHAPS.search(text)) if attributes is None else None
    typed = _REPORT.sub("", text[: begun.start()] if begun else text)
    graphics, name = _GRAPHICS.search(text), _NAME.search(text)
    return Answers(
        graphics=graphics[1] == "OK" if graphics else None,
        name=one_line(name[1])[:_NAME_LENGTH] if name else "",
        cell=_cell(text),
        sixel=attributes is not None and "4" in attributes[1].split(";")[1:],
        ended=attributes is not None,
        typed=_KEY.sub("", typed)[:_TYPED_LENGTH],
        begun=begun[0] if begun else "",
    )


def has_ended(data: bytes) -> bool:
    """Whether the answer to the last question is among it."""
    return _ATTRIBUTES.search(data.decode("latin-1")) is not None


def sized(width: int, height: int) -> tuple[int, int] | None:
    """The size of a cell, if it can be one."""
    return (width, height) if width in _CELL_SIZES and height in _CELL_SIZES else None


def _cell(text: str) -> tuple[int, int] | None:
    found = _CELL.search(text)
    return sized(int(found[2]), int(found[1])) if found else None


class Latecomers:
    """Takes answers out of what is read after the asking, until the last has come or nobody waits for it any more.

    Args:
        begun: the answer that had not ended (`Answers.begun`).
        waits: whether it is still worth looking; asked at every `feed`.
        more: whether more is there to be read at once. What may be the beginning of an answer or a key on its own
            (escape!) is kept back only then.
    """

    def __init__(self, begun: str, waits: Callable[[], bool], more: Callable[[], bool]) -> None:
        self._held = begun
        self._waits = waits
        self._more = more
        self._over = False
        self._first = True

    def feed(self, text: str) -> str:
        """What of `text` was typed."""
        if self._over:
            return text
        text, self._held = self._joined(text), ""
        self._over = _ATTRIBUTES.search(text) is not None
        text = _REPORT.sub("", text)
        if self._over:
            return text
        self._over = not self._waits()
        begun = _BEGUN.search(text)
        if begun and (self._over or len(begun[0]) > _OPEN_LENGTH):
            return text[: begun.start()]  # nobody types this
        if begun or ((begun := _PERHAPS.search(text)) and not self._over and self._more()):
            self._held = begun[0]
            return text[: begun.start()]
        return text

    def _joined(self, text: str) -> str:
        """With what was held back; but what was left of the asking and begins no answer was a lone key, long gone."""
        first, self._first = self._first, False
        return text if first and not _ANSWER.match(self._held + text) else self._held + text

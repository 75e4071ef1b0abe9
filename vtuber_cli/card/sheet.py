"""Lines of styled pieces, and the frame around them: what a card in the terminal is drawn with."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from vtuber_cli.card import ink
from vtuber_cli.card.cells import cells, cut, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO


class Piece(NamedTuple):
    text: str
    style: str = "text"
    """Of `Palette`, or a colour as `#rrggbb`; with `*` before it, bold."""
    width: int = -1
    """Its cells where the text has codes of its own, which are left as they are."""

    @property
    def cells(self) -> int:
        return cells(self.text) if self.width < 0 else self.width


Line: TypeAlias = tuple[Piece, ...]


class Marks(NamedTuple):
    """What is drawn with, by what the output's encoding has."""

    corners: str
    """Top left, top right, bottom left, bottom right."""
    across: str
    down: str
    full: str
    """Of a bar."""
    rest: str
    star: str
    no_star: str
    spark: str
    dot: str
    quote: str
    swatch: str
    blocks: str
    """Half a cell each, what pictures are made of; empty if there are none."""


FINE = Marks("╭╮╰╯", "─", "│", "━", "─", "★", "☆", "✦", "·", "▌", "██", "▀▄")
_SQUARE = Marks("┌┐└┘", "─", "│", "=", "-", "★", "☆", "◆", "·", "|", "■", "")
ASCII = Marks("++++", "-", "|", "=", "-", "*", ".", "*", "-", "|", "##", "")


def marks(out: TextIO) -> Marks:
    """The finest ones that the output can show."""
    for each in (FINE, _SQUARE):
        try:
            "".join(each).encode(getattr(out, "encoding", None) or "ascii")
        except (UnicodeError, LookupError):
            continue
        return each
    return ASCII


NIGHT = "#1b1828"
"""What lies under a card where there are colours enough."""

_COLOURS = {
    "text": ("#eae6f5", ""),
    "dim": ("#9d95b8", "2"),
    "frame": ("#5d5480", "2"),
    "accent": ("#b79cf2", "35"),
    "star": ("#f5d58a", "1"),
    "track": ("#3d3657", "2"),
    "excellent": ("#f7d774", "1"),
    "good": ("#8ad6c4", "36"),
    "normal": ("#b9b1dc", ""),
    "bad": ("#8fa9e0", "34"),
    "warning": ("#f0977a", "31"),
}
"""A style's colour, and its code on a terminal of sixteen colours: nothing pale, as its ground may be white."""


class Pen:
    """Draws pieces for one output.

    Args:
        depth: how many colours there are.
        accent: the character's colour as `#rrggbb`; empty for the usual one.
        ground: whether what is drawn gets a ground of its own, where there are colours enough.
    """

    def __init__(self, depth: ink.Depth, signs: Marks, accent: str = "", *, ground: bool = True) -> None:
        self.depth: ink.Depth = depth
        self.marks = signs
        self._accent = accent
        self._ground = ground and depth in ("256", "true")
        self._codes: dict[str, str] = {}

    def line(self, line: Iterable[Piece]) -> str:
        return "".join(piece.text if piece.width >= 0 else self._piece(piece) for piece in line)

    @property
    def behind(self) -> str:
        """The colour of the ground; empty if it is the terminal's."""
        return NIGHT if self._ground else ""

    def _piece(self, piece: Piece) -> str:
        if self.depth == "none" or not piece.text:
            return piece.text
        if piece.style not in self._codes:
            self._codes[piece.style] = self._code(piece.style)
        return ink.painted(piece.text, self._codes[piece.style])

    def _code(self, style: str) -> str:
        bold, name = style.startswith("*"), style.removeprefix("*")
        codes = ["1"] if bold else []
        colour, plain = _COLOURS.get(name, (name, ""))
        if name == "accent" and self._accent:
            colour = self._accent
        if self.depth == "16":
            codes.append(plain)
        elif self._ground or name not in ("text", "dim", "track", "frame"):
            codes.append(ink.colour(colour, self.depth))
        elif name != "text":  # on a ground that may be white, faint is faint whichever it is
            codes.append("2")
        if self._ground:
            codes.append(ink.colour(NIGHT, self.depth, behind=True))
        return ";".join(code for code in codes if code)


def width_of(line: Sequence[Piece]) -> int:
    return sum(piece.cells for piece in line)


def filled(line: Line, width: int) -> Line:
    """The line with spaces behind it up to `width` cells."""
    return (*line, Piece(" " * max(0, width - width_of(line))))


def paragraph(text: str, width: int, style: str = "text", lead: Line = ()) -> list[Line]:
    """The text in lines of `width` cells; `lead` stands before the first one, and its room before the others."""
    indent = width_of(lead)
    lines = list(wrap(text, width - indent, anywhere=True)) or [""]
    below: Line = (Piece(" " * indent),) if indent else ()
    return [(*(lead if at == 0 else below), Piece(line, style)) for at, line in enumerate(lines)]


def beside(left: Sequence[Line], right: Sequence[Line], width: int, gap: int) -> list[Line]:
    """Two columns; the left one is `width` cells wide."""
    rows = max(len(left), len(right))
    empty: Line = ()
    return [
        (
            *filled(left[at] if at < len(left) else empty, width),
            Piece(" " * gap),
            *(right[at] if at < len(right) else empty),
        )
        for at in range(rows)
    ]


def flowed(items: Iterable[list[Line]], width: int, gap: int = 3) -> list[Line]:
    """The items one after another, a new line where the next one does not fit any more, or has several lines."""
    lines: list[Line] = []
    for item in items:
        if lines and len(item) == 1 and width_of(lines[-1]) + gap + width_of(item[0]) <= width:
            lines[-1] = (*lines[-1], Piece(" " * gap), *item[0])
        else:
            lines += item
    return lines


def bar(share: float, width: int, style: str, signs: Marks) -> Line:
    """So much of `width` cells, 0 to 1, and the rest of them."""
    full = min(width, max(0, round(share * width)))
    return (Piece(signs.full * full, style), Piece(signs.rest * (width - full), "track"))


def framed(lines: Iterable[Line], width: int, pen: Pen, head: tuple[str, str] = ("", ""), inset: int = 2) -> list[str]:
    """The lines in a frame of `width` cells, `head` in its upper edge: left and right."""
    signs = pen.marks
    inner = width - 2 - 2 * inset
    side, space = Piece(signs.down, "frame"), Piece(" " * inset)
    rows: list[Line] = [_edge(head, width, signs)]
    rows += [(side, space, *filled(line, inner), space, side) for line in ((), *lines, ())]
    rows.append((Piece(signs.corners[2] + signs.across * (width - 2) + signs.corners[3], "frame"),))
    return [pen.line(row) for row in rows]


def _edge(head: tuple[str, str], width: int, signs: Marks) -> Line:
    right = f" {head[1]} " if head[1] else ""
    left = cut(head[0], width - 8 - cells(right))
    left = f" {left} " if left else ""
    rule = signs.across * (width - 4 - cells(left) - cells(right))
    return (
        Piece(signs.corners[0] + signs.across, "frame"),
        Piece(left, "*accent"),
        Piece(rule, "frame"),
        Piece(right, "dim"),
        Piece(signs.across + signs.corners[1], "frame"),
    )

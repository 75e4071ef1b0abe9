"""`vtuber fortune about`: what is computed, what is chance, and the odds."""

from __future__ import annotations

import sys

from vtuber_cli import i18n
from vtuber_cli.card.cells import cells, pad
from vtuber_cli.card.sheet import Line, Pen, Piece, bar, framed, paragraph
from vtuber_cli.cli import fortune_view
from vtuber_cli.fortune import odds
from vtuber_cli.fortune.content import Content, content, version
from vtuber_cli.fortune.engines import ENGINES
from vtuber_cli.fortune.grades import CUTS, GRADES

_PARTS = (
    ("computed", "chance", "score"),
    ("softening", "same_question", "rotation", "interests"),
    ("sky", "calendar"),
    ("privacy", "safety", "entertainment"),
)
"""The texts of the content, and where a blank line stands between them."""
_FRAMED_FROM, _WIDEST = 60, 80
_BAR = 18
_MOST = 40.0
"""Per cent that a whole bar stands for."""
_CELL = 8


def show(locale: str, *, as_json: bool, plain: bool) -> None:
    """Prints the page.

    Raises:
        ContentError: its texts are missing or corrupt.
    """
    words, out = content(locale), sys.stdout
    i18n.set_language("ko" if locale == "ko" else "en")
    if as_json:
        out.write(fortune_view.json_text(document(words)))
        return
    if not fortune_view.wants_card(plain=plain):
        out.write("".join(f"{line}\n" for line in lines(words)))
        return
    width = min(_WIDEST, fortune_view.columns())
    framed_ = width >= _FRAMED_FROM
    pen = fortune_view.pen(ground=framed_)
    inside = _inside(words, width - 6 if framed_ else width, pen)
    head = (f"{pen.marks.spark} {words.text('about.title')}", version())
    rows = framed(inside, width, pen, head) if framed_ else [pen.line(line) for line in inside]
    out.write("".join(f"{row}\n" for row in rows))


def document(words: Content) -> dict[str, object]:
    """The same for programs."""
    return {
        "content_version": version(),
        "cuts": dict(CUTS),
        "designed": odds.DESIGNED,
        "drawn": odds.DRAWN,
        "told": odds.TOLD,
        "about": {name: words.text(f"about.{name}") for part in _PARTS for name in part},
    }


def lines(words: Content) -> list[str]:
    """A line for each thing; the odds as a table with tabs."""
    found = [words.text("about.title")]
    found += [words.text(f"about.{name}") for part in _PARTS for name in part]
    found.append(words.text("about.odds"))
    found.append("\t".join(["", *(words.text(f"grade.{grade}") for grade in GRADES)]))
    found += ["\t".join([engine, *(f"{odds.TOLD[engine][grade]:.1f}%" for grade in GRADES)]) for engine in ENGINES]
    return found


def _inside(words: Content, width: int, pen: Pen) -> list[Line]:
    rows: list[Line] = []
    for part in _PARTS:
        for name in part:
            rows += paragraph(words.text(f"about.{name}"), width, lead=(Piece(f"{pen.marks.dot} ", "accent"),))
        rows.append(())
    rows.append((Piece(words.text("about.odds"), "*accent"),))
    rows += _bars(words, width, pen)
    rows.append(())
    return [*rows, *_table(words, width)]


def _bars(words: Content, width: int, pen: Pen) -> list[Line]:
    """The odds of the day's fortune."""
    names = {grade: words.text(f"grade.{grade}") for grade in GRADES}
    label = max(map(cells, names.values())) + 2
    room = min(width - label - _CELL, _BAR * 2)
    return [
        (
            Piece(pad(names[grade], label), grade),
            *bar(share / _MOST, room, grade, pen.marks),
            Piece(f"{share:5.1f} %", "dim"),
        )
        for grade, share in odds.TOLD["daily"].items()
    ]


def _table(words: Content, width: int) -> list[Line]:
    """Those of every engine, where there is room."""
    label = max(map(cells, ENGINES)) + 2
    if width < label + _CELL * len(GRADES):
        return []
    head = [Piece(" " * label), *(Piece(_right(words.text(f"grade.{grade}")), grade) for grade in GRADES)]
    rows: list[Line] = [tuple(head)]
    for engine in ENGINES:
        shares = (Piece(_right(f"{odds.TOLD[engine][grade]:.1f}"), "dim") for grade in GRADES)
        rows.append((Piece(pad(engine, label), "text"), *shares))
    return rows


def _right(text: str) -> str:
    return " " * max(1, _CELL + 2 - cells(text)) + text

"""A fortune as a card in the terminal: framed from 60 cells on, in two columns from 100 on, a plain column below."""

from __future__ import annotations

from typing import NamedTuple

from vtuber_cli.card import spread as fortune_spread
from vtuber_cli.card import words
from vtuber_cli.card.cells import cells, pad
from vtuber_cli.card.lines import effect, safe
from vtuber_cli.card.sheet import Line, Pen, Piece, bar, beside, filled, flowed, framed, paragraph, width_of
from vtuber_cli.i18n import t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.fortune.localise import Result

FRAMED_FROM, TWO_COLUMNS_FROM = 60, 100
_WIDEST, _WIDEST_OF_TWO = 80, 116
_BESIDE_FROM = 60
"""Cells inside, from which on a category's words stand beside its bar."""
_PICTURE_BESIDE_FROM = 70
"""The same for one card's picture beside everything else."""
_ELEMENTS = {"wood": "good", "fire": "warning", "earth": "star", "metal": "text", "water": "bad"}
EMPTY: Line = ()


class Look(NamedTuple):
    """How a card is drawn, besides the pen."""

    columns: int
    """The terminal's cells."""
    explain: bool = False
    name: str = ""
    """Of whose fortune it is."""
    question: str = ""
    deck: Path | None = None
    """The user's own pictures of the cards."""


def card(result: Result, look: Look, pen: Pen) -> list[str]:
    """The lines to print, codes and all."""
    head = (f"{pen.marks.spark} {safe(words.heading(result, look.name))}", words.when(result))
    if look.columns < FRAMED_FROM:
        lines = [*paragraph(head[0], look.columns, "*accent"), (Piece(head[1], "dim"),), EMPTY]
        lines += _inside(result, look, pen, look.columns)
        return [pen.line(line).rstrip() for line in lines]
    wide = look.columns >= TWO_COLUMNS_FROM and result["notice"] is None
    width = min(look.columns, _WIDEST_OF_TWO if wide else _WIDEST)
    return framed(_inside(result, look, pen, width - 6), width, pen, head)


def _inside(result: Result, look: Look, pen: Pen, width: int) -> list[Line]:
    """What stands within the frame."""
    question = paragraph(safe(look.question), width, "accent", (Piece(f"{pen.marks.quote} ", "accent"),))
    lines = [*question, EMPTY] if look.question else []
    if result["notice"] is not None:
        return [*lines, *_notice(result, pen, width)]
    if fortune_spread.lies_wide(result, width):
        lines += [*fortune_spread.across(result, pen, width, look.deck), EMPTY]
    is_one = len(result.get("cards", ())) == 1
    picture = fortune_spread.large(result, pen, look.deck) if is_one and width >= _PICTURE_BESIDE_FROM else []
    if picture:
        room = width - fortune_spread.LARGE - fortune_spread.GAP
        column = _one_column(result, pen, room, fortune_spread.said_alone(result, room))
        lines += beside(picture, column, fortune_spread.LARGE, fortune_spread.GAP)
    elif width >= TWO_COLUMNS_FROM - 6 and not is_one:
        lines += _two_columns(result, pen, width)
    else:
        lines += _one_column(result, pen, width, fortune_spread.stack(result, pen, width, look.deck))
    lines += [EMPTY, *(_basis(result, pen, width) if look.explain else _days(result, pen, width))]
    return lines + paragraph(safe(result["disclaimer"]), width, "dim")


def _two_columns(result: Result, pen: Pen, width: int) -> list[Line]:
    """What is said and what to do to the left, the categories to the right."""
    left_width = (width - 5) // 2
    right_width = width - left_width - 5
    said = [*_said(result, pen, left_width), EMPTY, *_advice(result, pen, left_width)]
    if len(result["categories"]) > 1:
        left = [*said, EMPTY, *_lucky(result, pen, left_width)]
        right = [*_pillars(result, right_width), EMPTY] if words.pillars(result) else []
        right += _categories(result, pen, right_width)
    else:
        left, right = said, [*_categories(result, pen, right_width), EMPTY] if result["categories"] else []
        right += _lucky(result, pen, right_width)
    rule: list[Line] = [(Piece(pen.marks.down, "frame"),)] * max(len(left), len(right))
    return beside(beside(left, rule, left_width, 2), right, left_width + 3, 2)


def _one_column(result: Result, pen: Pen, width: int, cards: list[Line]) -> list[Line]:
    """One thing below another; `cards` are the lines about the cards, if there are any."""
    lines = _said(result, pen, width)
    if cards:
        lines += [EMPTY, *cards]
    if words.pillars(result):
        lines += [EMPTY, *_pillars(result, width)]
    if result["categories"]:
        lines += [EMPTY, *_categories(result, pen, width)]
    return [*lines, EMPTY, *_advice(result, pen, width), EMPTY, *_lucky(result, pen, width)]


def _said(result: Result, pen: Pen, width: int) -> list[Line]:
    """Title, grade and summary."""
    lit, unlit = words.stars(result, pen.marks.star, pen.marks.no_star)
    style = result["grade"]
    stars = (Piece(lit, style), Piece(unlit, "frame"), Piece(f"  {words.grade(result)}", f"*{style}"))
    score = (Piece(f" {result['score']:3d}", f"*{style}"),)
    room = width - width_of(stars) - width_of(score) - 2
    return [
        *paragraph(safe(result["title"]["text"]), width, "*text"),
        (*stars, Piece("  "), *bar(result["score"] / 100, max(0, min(room, 40)), style, pen.marks), *score),
        EMPTY,
        *paragraph(safe(result["summary"]["text"]), width),
    ]


def _categories(result: Result, pen: Pen, width: int) -> list[Line]:
    labels = [words.named(result, f"category.{one['key']}") for one in result["categories"]]
    column = max(map(cells, labels))
    lines: list[Line] = []
    for label, one in zip(labels, result["categories"], strict=True):
        is_beside = width >= _BESIDE_FROM
        lead = (
            Piece(f"{pad(label, column)}  ", "dim"),
            *bar(one["score"] / 100, 10 if is_beside else min(24, width - column - 8), one["grade"], pen.marks),
            Piece(f" {one['score']:3d}  ", one["grade"]),
        )
        text = safe(one["text"]["text"])
        if is_beside:
            lines += paragraph(text, width, lead=lead)
        else:
            lines += [lead, *paragraph(text, width, lead=(Piece(" " * (column + 2)),))]
    return lines


def _lucky(result: Result, pen: Pen, width: int) -> list[Line]:
    lead = (Piece(f"{t('fortune_view.lucky')}  ", "star"),)
    room = width - width_of(lead)
    items: list[list[Line]] = []
    for one in result["lucky"]["colors"]:
        swatch: Line = (Piece(pen.marks.swatch, one["hex"]), Piece(" ")) if pen.depth in ("256", "true") else ()
        items.append(paragraph(safe(one["name"]), room, lead=swatch))
    items += [paragraph(safe(said), room, lead=(Piece(f"{label} ", "dim"),)) for label, said in words.lucky(result)]
    below = (Piece(" " * width_of(lead)),)
    return [(*(below if at else lead), *line) for at, line in enumerate(flowed(items, room))]


def _advice(result: Result, pen: Pen, width: int) -> list[Line]:
    mark = Piece(f"{pen.marks.quote} ", "accent")
    return [(mark, *line) for line in paragraph(safe(result["advice"]["text"]), width - 2)]


def _pillars(result: Result, width: int) -> list[Line]:
    """The four pillars in two rows of letters, the hour to the left as they are written."""
    columns = words.pillars(result)
    slot = min(width // len(columns), max(8, *(cells(label) + 2 for label, _ in columns)))
    labels = tuple(Piece(pad(label, slot), "dim") for label, _ in columns)
    rows: list[Line] = [labels]
    for at in (0, 1):
        letters = [letters[at] if len(letters) == 2 else "-" for _, letters in columns]
        rows.append(tuple(Piece(pad(one, slot), _style(one)) for one in letters))
    return rows


def _style(letter: str) -> str:
    return "dim" if letter == "-" else f"*{_ELEMENTS[words.element(letter)]}"


def _days(result: Result, pen: Pen, width: int) -> list[Line]:
    days = words.day_in_the_calendars(result)
    return paragraph(safe(f" {pen.marks.dot} ".join(days)), width, "dim") if days else []


def _basis(result: Result, pen: Pen, width: int) -> list[Line]:
    """What the score is made of, row by row."""
    lines: list[Line] = [(Piece(t("fortune_view.basis"), "*dim"),)]
    rows = [(t("fortune_view.base"), "50", "dim")]
    for row in result["basis"]:
        style = "good" if row["effect"] > 0 else "warning" if row["effect"] < 0 else "dim"
        rows.append((safe(row["text"]), effect(row["effect"]) or pen.marks.dot, style))
    for text, number, style in rows:
        wrapped = paragraph(text, width - 6, "dim")
        lines += [(*filled(wrapped[0], width - 4), Piece(f"{number:>4}", style)), *wrapped[1:]]
    return [*lines, EMPTY]


def _notice(result: Result, pen: Pen, width: int) -> list[Line]:
    """What is said in place of a fortune, and whom to call."""
    lines = paragraph(safe(result["notice"]["text"]), width)
    contacts = result["notice"].get("contacts", ())
    column = max((cells(one["number"]) for one in contacts), default=0)
    if contacts:
        lines.append(EMPTY)
    for one in contacts:
        lines += paragraph(safe(one["name"]), width, lead=(Piece(f"{pad(safe(one['number']), column)}  ", "*star"),))
    return lines

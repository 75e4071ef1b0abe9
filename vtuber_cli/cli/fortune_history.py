"""`vtuber fortune history`: the last days' fortunes and cards, and how regularly somebody came by."""

from __future__ import annotations

import sys
from datetime import date, timedelta

from vtuber_cli.card import words
from vtuber_cli.card.cells import cut, pad
from vtuber_cli.card.lines import safe
from vtuber_cli.card.sheet import Line, Pen, Piece, framed
from vtuber_cli.cli import fortune_view
from vtuber_cli.fortune.past import Streak, streak, told
from vtuber_cli.i18n import t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.fortune.localise import Result

_FRAMED_FROM, _WIDEST = 60, 80
_ALL = date(1900, 1, 1)
_DATE, _KIND, _STARS = 13, 8, 6


def show(subjects: Sequence[str], name: str, today: date, days: int, *, as_json: bool, plain: bool) -> None:
    """Prints what was told.

    Args:
        subjects: whose draws these are.
        name: of the person; may be empty.
        today: the last of the days.
        days: how many of them.
        as_json: for programs.
        plain: without a frame, as it is also into a pipe.
    """
    every = told(subjects, _ALL, today)
    run = streak((date.fromisoformat(one["date"]) for one in every), today)
    first = today - timedelta(days=days - 1)
    recent = [one for one in every if one["date"] >= first.isoformat()][::-1]
    out = sys.stdout
    if as_json:
        found = {"streak": run._asdict(), "told": recent}
        out.write(fortune_view.json_text(found))
        return
    if not fortune_view.wants_card(plain=plain):
        out.write("".join(f"{line}\n" for line in lines(recent, run)))
        return
    width = min(_WIDEST, fortune_view.columns())
    is_framed = width >= _FRAMED_FROM
    pen = fortune_view.pen(ground=is_framed)
    inside = _inside(recent, run, width - 6 if is_framed else width, pen)
    title = t("fortune_view.head_of", head=t("fortune_view.history"), name=safe(name)) if name else ""
    head = (f"{pen.marks.spark} {title or t('fortune_view.history')}", today.isoformat())
    rows = framed(inside, width, pen, head) if is_framed else [pen.line(line) for line in inside]
    out.write("".join(f"{row}\n" for row in rows))


def lines(recent: Sequence[Result], run: Streak) -> list[str]:
    """A line a fortune, tabs between, the newest first."""
    rows = [[one["date"], one["type"], str(one["score"]), words.grade(one), _what(one)] for one in recent]
    return [*("\t".join(map(safe, row)) for row in rows), _streak(run)]


def _inside(recent: Sequence[Result], run: Streak, width: int, pen: Pen) -> list[Line]:
    rows: list[Line] = []
    last = ""
    for one in recent:
        day = words.when(one) if one["date"] != last else ""
        if last and day:
            rows.append(())
        last = one["date"]
        lit, unlit = words.stars(one, pen.marks.star, pen.marks.no_star)
        rows.append(
            (
                Piece(pad(day, _DATE + 4), "dim"),
                Piece(pad(t(f"fortune_view.kind.{one['type']}"), _KIND), "accent"),
                Piece(lit, one["grade"]),
                Piece(unlit + " " * (_STARS - len(lit + unlit)), "track"),
                Piece(cut(safe(_what(one)), width - _DATE - 4 - _KIND - _STARS)),
            )
        )
    if not rows:
        rows.append((Piece(t("fortune_view.history_empty"), "dim"),))
    return [*rows, (), (Piece(f"{pen.marks.spark} ", "star"), Piece(_streak(run), "star"))]


def _what(result: Result) -> str:
    """The cards that were drawn, or else the title."""
    cards = result.get("cards", [])
    if not cards:
        return str(result["title"]["text"])
    turned = t("fortune_view.reversed")
    return ", ".join(f"{card['name']} ({turned})" if card["reversed"] else str(card["name"]) for card in cards)


def _streak(run: Streak) -> str:
    key = "fortune_view.streak" if run.now > 1 else "fortune_view.streak_none"
    return t(key, days=run.now, longest=run.longest, all=run.days)

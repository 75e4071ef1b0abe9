"""`vtuber fortune almanac`: the sky and the calendars of a moment, as a card, as lines or as JSON."""

from __future__ import annotations

import sys
from datetime import timedelta

from vtuber_cli import i18n
from vtuber_cli.card.cells import cells, pad
from vtuber_cli.card.sheet import Line, Pen, Piece, bar, beside, filled, flowed, framed, paragraph, width_of
from vtuber_cli.cli import fortune_view
from vtuber_cli.fortune.almanac import Almanac, almanac, document
from vtuber_cli.fortune.content import content
from vtuber_cli.fortune.elements import BRANCH_ELEMENTS
from vtuber_cli.i18n import t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime, time
    from typing import TextIO

    from vtuber_cli.fortune.content import Content
    from vtuber_cli.fortune.pillars import Pillar
    from vtuber_cli.fortune.sky import Position

_FRAMED_FROM, _WIDEST = 60, 80
_SHORTEST_BAR = 6
_GAP = 2
_ELEMENTS = ("good", "warning", "star", "text", "bad")
"""The styles of wood, fire, earth, metal and water, as in the card of the pillars."""
EMPTY: Line = ()


def show(day: date, clock: time | None, zone: str, locale: str, *, as_json: bool = False, plain: bool = False) -> None:
    """Prints the almanac of a day at a place.

    Args:
        day: the local date.
        clock: the local time; None for noon.
        zone: the place's IANA time zone.
        locale: of the content.
        as_json: for programs.
        plain: without a frame, as it is also into a pipe.

    Raises:
        UsageError: there is no almanac of that day or no such time on it.
        ContentError: names are missing or corrupt.
    """
    found, names, out = almanac(day, clock, zone), content(locale), sys.stdout
    i18n.set_language("ko" if locale == "ko" else "en")
    if as_json:
        out.write(fortune_view.json_text(document(found, names)))
    elif not fortune_view.wants_card(plain=plain):
        out.write(_writable("".join(f"{line}\n" for line in lines(found, names)), out))
    else:
        width = fortune_view.columns()
        pen = fortune_view.pen(ground=width >= _FRAMED_FROM)
        out.write(_writable("".join(f"{line}\n" for line in card(found, names, width, pen)), out))


def _writable(text: str, out: TextIO) -> str:
    """With the signs of degrees and minutes that the output's encoding has."""
    try:
        "°′".encode(out.encoding or "ascii")
    except (UnicodeError, LookupError):
        return text.translate({ord("°"): "d", ord("′"): "m"})
    return text


# --- lines ------------------------------------------------------------------------------------------------------


def lines(found: Almanac, names: Content) -> Iterator[str]:
    """A line for each thing, a tab behind its label."""

    def row(label: str, *words: str) -> str:
        return f"{t(f'almanac.{label}')}\t{', '.join(words)}"

    def at(instant: datetime) -> str:
        return _to_the_minute(instant).strftime("%Y-%m-%d %H:%M")

    yield row("solar", f"{found.instant:%Y-%m-%d %H:%M} {found.instant.tzinfo}", _weekday(found))
    if (lunar := found.lunar) is not None:
        leap = [t("almanac.leap")] if lunar.leap else []
        yield row("lunar", f"{lunar.year}-{lunar.month:02}-{lunar.day:02}", *leap)
    yield row("ganji", *(_pillar(key, one, names) for key, one in _pillars(found)))
    yield row("iljin", names.text(f"ganji.{found.pillars.day.index}"))
    yield row("animal", names.text(f"animal.{found.animal}"))
    yield row("term", *(f"{names.text(f'term.{one.number}')} {at(one.instant)}" for one in found.terms))
    yield row("phase_now", _phase(found, names))
    yield row("quarter", *(f"{names.text(f'phase.{one.name}')} {at(one.instant)}" for one in found.quarters))
    yield row("ingress", f"{names.text(f'sign.{found.ingress.sign}')} {at(found.ingress.instant)}")
    for body, one in found.positions.items():
        turned = f", {t('almanac.retrograde')}" if one.retrograde else ""
        yield f"{names.text(f'planet.{body}')}\t{names.text(f'sign.{one.sign}')} {_degree(one)}{turned}"


# --- card -------------------------------------------------------------------------------------------------------


def card(found: Almanac, names: Content, columns: int, pen: Pen) -> list[str]:
    """The lines to print, codes and all; without a frame where it is narrow."""
    head = (f"{pen.marks.spark} {t('almanac.head')}", f"{found.instant:%H:%M} {pen.marks.dot} {found.instant.tzinfo}")
    if columns < _FRAMED_FROM:
        rows = [(Piece(head[0], "*accent"),), (Piece(head[1], "dim"),), EMPTY, *_inside(found, names, columns, pen)]
        return [pen.line(row).rstrip() for row in rows]
    width = min(columns, _WIDEST)
    return framed(_inside(found, names, width - 6, pen), width, pen, head)


def _inside(found: Almanac, names: Content, width: int, pen: Pen) -> list[Line]:
    animal = t("almanac.year_of", animal=names.text(f"animal.{found.animal}"))
    under = f" {pen.marks.dot} ".join(filter(None, (_lunar(found), animal)))
    return [
        (Piece(_date(found), "*text"),),
        *paragraph(under, width, "dim"),
        EMPTY,
        *flowed([[_named(key, one, names)] for key, one in _pillars(found)], width),
        EMPTY,
        *_turns(found, names, width, pen),
        EMPTY,
        *_planets(found, names, width),
    ]


def _named(key: str, one: Pillar, names: Content) -> Line:
    stem, branch = one.hanja
    return (
        Piece(stem, f"*{_ELEMENTS[one.stem // 2]}"),
        Piece(branch, f"*{_ELEMENTS[BRANCH_ELEMENTS[one.branch]]}"),
        Piece(f" {t(f'almanac.pillar.{key}', name=_sound(one, names))}", "dim"),
    )


def _turns(found: Almanac, names: Content, width: int, pen: Pen) -> list[Line]:
    """What was last and what comes next: of the terms, the Moon's quarters, the Sun's signs."""
    now, sun = found.instant, found.positions["sun"]
    labels = [t(f"almanac.{key}") for key in ("term", "moon", "sun")]
    column = max(map(cells, labels)) + _GAP
    room = width - column
    terms, quarters = (
        [(names.text(f"{area}.{name}"), _short(instant)) for name, instant in rows]
        for area, rows in (("term", found.terms), ("phase", found.quarters))
    )
    signs = [(names.text(f"sign.{sun.sign}"), _degree(sun))]
    signs.append((names.text(f"sign.{found.ingress.sign}"), _short(found.ingress.instant)))
    rows = (
        _turn(terms, _share(found.terms[0].instant, now, found.terms[1].instant), room, "good", pen),
        [
            (Piece(_phase(found, names)),),
            *_turn(quarters, _share(found.quarters[0].instant, now, found.quarters[1].instant), room, "star", pen),
        ],
        _turn(signs, sun.degree / 30, room, "warning", pen),
    )
    return [
        (Piece(pad(label if at == 0 else "", column), "dim"), *line)
        for label, group in zip(labels, rows, strict=True)
        for at, line in enumerate(group)
    ]


def _turn(ends: list[tuple[str, str]], share: float, room: int, style: str, pen: Pen) -> list[Line]:
    """Both ends with a bar between them; below each other where that does not fit."""
    last, coming = ((Piece(f"{name} "), Piece(when, "dim")) for name, when in ends)
    between = room - width_of(last) - width_of(coming) - 2 * _GAP
    if between < _SHORTEST_BAR:
        column = max(cells(name) for name, _ in ends) + _GAP
        return [(Piece(pad(name, column)), Piece(when, "dim")) for name, when in ends]
    gap = Piece(" " * _GAP)
    return [(*last, gap, *bar(share, between, style, pen.marks), gap, *coming)]


def _planets(found: Almanac, names: Content, width: int) -> list[Line]:
    bodies = [
        (names.text(f"planet.{body}"), names.text(f"sign.{one.sign}"), _degree(one), one.retrograde)
        for body, one in found.positions.items()
    ]
    first, second = max(cells(row[0]) for row in bodies), max(cells(row[1]) for row in bodies)
    rows: list[Line] = [
        (
            Piece(f"{pad(name, first)}  ", "dim"),
            Piece(f"{pad(sign, second)} {degree:>6}"),
            Piece(f"  {t('almanac.retro')}" if retrograde else "", "warning"),
        )
        for name, sign, degree, retrograde in bodies
    ]
    half, column = len(rows) // 2, width // 2
    if max(map(width_of, rows)) >= column:
        return rows
    return beside([filled(row, column) for row in rows[:half]], rows[half:], column, 0)


# --- words ------------------------------------------------------------------------------------------------------


def _pillars(found: Almanac) -> list[tuple[str, Pillar]]:
    named = found.pillars._asdict()
    return [(key, one) for key, one in named.items() if one is not None]


def _pillar(key: str, one: Pillar, names: Content) -> str:
    return f"{t(f'almanac.pillar.{key}', name=_sound(one, names))} {one.hanja}"


def _sound(one: Pillar, names: Content) -> str:
    """병오 of 병오(丙午)."""
    return names.text(f"ganji.{one.index}").partition("(")[0].strip()


def _date(found: Almanac) -> str:
    here = found.instant
    month = t(f"almanac.month.{here.month}")
    return t("almanac.date", year=here.year, month=month, day=here.day, weekday=_weekday(found))


def _weekday(found: Almanac) -> str:
    return t(f"almanac.weekday.{found.instant.weekday()}")


def _lunar(found: Almanac) -> str:
    if found.lunar is None:
        return ""
    key = "almanac.lunar_leap_date" if found.lunar.leap else "almanac.lunar_date"
    return t(key, year=found.lunar.year, month=found.lunar.month, day=found.lunar.day)


def _phase(found: Almanac, names: Content) -> str:
    lit = round(100 * found.phase.lit)
    return t("almanac.phase", name=names.text(f"phase.{found.phase.name}"), lit=lit)


def _short(instant: datetime) -> str:
    at = _to_the_minute(instant)
    return t("almanac.at", month=t(f"almanac.short_month.{at.month}"), day=at.day, clock=f"{at:%H:%M}")


def _to_the_minute(instant: datetime) -> datetime:
    return instant + timedelta(seconds=30)


def _degree(one: Position) -> str:
    whole, rest = divmod(int(one.degree * 60), 60)
    return f"{whole}°{rest:02}′"


def _share(begin: datetime, now: datetime, end: datetime) -> float:
    return (now - begin) / (end - begin)

"""The fortune by the four pillars of a birth (사주): what today's pillar is to the day master and to its branches."""

from __future__ import annotations

from datetime import time
from typing import NamedTuple

from vtuber_cli.errors import ProfileNeeded
from vtuber_cli.fortune.elements import COLORS, DIRECTIONS, ELEMENTS, HOURS, NUMBERS, balance, element_of, is_strong
from vtuber_cli.fortune.engines.daily import animal_of
from vtuber_cli.fortune.grades import clamped, grade_of, noise, scored, softened
from vtuber_cli.fortune.pillars import BRANCHES, FourPillars, day_pillar, four_pillars
from vtuber_cli.fortune.reading import Basis, Category, Lucky, Reading, Text
from vtuber_cli.fortune.relations import relation
from vtuber_cli.fortune.request import CATEGORIES
from vtuber_cli.fortune.ten_gods import GODS, god, gods, kin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from vtuber_cli.fortune.birth import Birth
    from vtuber_cli.fortune.draw import Draw
    from vtuber_cli.fortune.request import Request

STRONG = dict(zip(GODS, (-4, -6, 6, 2, 4, 5, 1, 5, -5, -3), strict=True))
WEAK = dict(zip(GODS, (4, 2, 1, -5, -3, 0, -6, -1, 4, 6), strict=True))
"""What today's ten god does to the score of a strong day master, which has enough and wants to spend it, and of a weak
one, which wants support (억부).
"""
DAY = {"yukhap": 10, "samhap": 9, "chung": -10, "wonjin": -6, "hae": -5, "hyeong": -4, "pa": -4, "same": 3}
YEAR = {"yukhap": 5, "samhap": 4, "chung": -5, "wonjin": -3, "hae": -3, "hyeong": -2, "pa": -2, "same": 1}
"""What the relation of today's branch to that of the day of birth does, and to that of the year."""

_BRIDGES = (1, 4, 1, 4, 0)
"""The element that makes use of today's stem or stands between it and the master (통관), counted from the master's
own; by the god's kin.
"""
_MATTERS = ("relations", "health", "money", "work", "love")
"""What the gods of each kin see to: company; food and ease; wealth; duty; being cared for."""
_LAST_MINUTE = time(23, 59)
_AROUND = 21
"""Chance moves a category up to 10 away from where the computation has it."""


class Today(NamedTuple):
    """What a day is to a birth."""

    god: str
    to_day: str | None
    """How its branch stands to that of the day of birth; None for no relation."""
    to_year: str | None
    effects: tuple[int, int, int]
    """Of these three."""


class Saju:
    name = "saju"
    version = 1

    def subject(self, request: Request) -> str:
        animal = animal_of(request.person)
        return request.person.seed or ("guest" if animal is None else f"animal {animal}")

    def compute(self, request: Request, draw: Draw) -> Reading:
        birth = request.person.birth
        if birth is None:
            raise ProfileNeeded("fortune.birth_needed")
        pillars = four_pillars(birth, zi_rule=request.zi_rule, solar_time=request.solar_time)

        def raw(day: date) -> int:
            return scored(draw.on(day), sum(today(pillars, day).effects))

        drawn = raw(request.day)
        score = softened(request.day, raw)
        grade = grade_of(score)
        now = today(pillars, request.day)
        basis = [*_birth_rows(pillars), *_doubts(birth, request)]
        basis += [*_day_rows(pillars, request.day), _lucky_row(pillars, now)]
        basis.append(Basis("chance", Text("basis.chance"), noise(draw)))
        if score != drawn:
            basis.append(Basis("softened", Text("basis.softened"), score - drawn))
        return Reading(
            score=score,
            title=Text(f"saju.title.{grade}"),
            summary=Text(f"saju.summary.{grade}", {"god": Text(f"saju.god.{now.god}")}),
            advice=Text(f"saju.advice.{grade}"),
            categories=_categories(draw, score, now),
            lucky=_lucky(draw, pillars, now),
            basis=tuple(basis),
            options={"zi_rule": request.zi_rule, "solar_time": request.solar_time},
        )


def today(pillars: FourPillars, day: date) -> Today:
    """What the day's pillar is to the pillars of a birth."""
    stem, branch = day_pillar(day)
    found = god(pillars.day.stem, stem)
    to_day, to_year = relation(branch, pillars.day.branch), relation(branch, pillars.year.branch)
    by_god = (STRONG if is_strong(pillars) else WEAK)[found]
    return Today(found, to_day, to_year, (by_god, DAY.get(to_day or "", 0), YEAR.get(to_year or "", 0)))


def _birth_rows(pillars: FourPillars) -> list[Basis]:
    """What follows from the birth alone, and is the same every day."""
    return [_pillars_row(pillars), _gods_row(pillars), *_element_rows(pillars)]


def _pillars_row(pillars: FourPillars) -> Basis:
    there = {name: pillar for name, pillar in pillars._asdict().items() if pillar is not None}
    named = {name: Text(f"ganji.{pillar.index}") for name, pillar in there.items()}
    data = {name: pillar.hanja if pillar else None for name, pillar in pillars._asdict().items()}
    return Basis("saju.pillars", Text("saju.basis.pillars" if pillars.hour else "saju.basis.three", named), 0, data)


def _gods_row(pillars: FourPillars) -> Basis:
    named: dict[str, Text] = {}
    data: dict[str, object] = {}
    for name, (stem, branch) in gods(pillars).items():
        halves = {"branch": Text(f"god.{branch}")}
        if stem is not None:
            halves["stem"] = Text(f"god.{stem}")
        named[name] = Text("saju.basis.pair" if stem else "saju.basis.single", halves)
        data[name] = [stem, branch]
    return Basis("saju.gods", Text("saju.basis.gods" if pillars.hour else "saju.basis.gods.three", named), 0, data)


def _element_rows(pillars: FourPillars) -> list[Basis]:
    spread = balance(pillars)
    master = pillars.day.stem
    strong = "strong" if is_strong(pillars) else "weak"
    counts: dict[str, int] = dict(zip(ELEMENTS, spread.counts, strict=True))
    weights = dict(zip(ELEMENTS, spread.weights, strict=True))
    strongest = ELEMENTS[spread.strongest]
    rows = [
        Basis("saju.master", Text(f"saju.master.{master}"), 0, {"stem": pillars.day.hanja[0]}),
        Basis("saju.strength", Text(f"saju.strength.{strong}"), 0, {"strength": strong}),
        Basis("saju.elements", Text("saju.basis.elements", counts), 0, {"counts": counts, "weights": weights}),
        Basis("saju.strongest", Text(f"saju.element.strong.{strongest}"), 0, {"element": strongest}),
    ]
    for element in spread.missing:
        name = ELEMENTS[element]
        rows.append(Basis("saju.missing", Text(f"saju.element.missing.{name}"), 0, {"element": name}))
    if not spread.missing:
        faintest = ELEMENTS[spread.faintest]
        text = Text("saju.element.even", {"element": Text(f"element.{faintest}")})
        rows.append(Basis("saju.even", text, 0, {"faintest": faintest}))
    return rows


def _doubts(birth: Birth, request: Request) -> list[Basis]:
    """Where others might have come to other pillars: an hour that nobody knows on the day of a solar term, one before
    midnight, one told by the Sun, one told by clocks that were ahead.
    """
    if birth.clock is None:
        begin, end = (four_pillars(birth._replace(clock=clock)) for clock in (time.min, _LAST_MINUTE))
        turns = (begin.year, begin.month) != (end.year, end.month)
        return [Basis("saju.term_day", Text("saju.basis.term_day"))] if turns else []
    rows: list[Basis] = []
    if (birth.solar_time if request.solar_time else birth.clock).hour == _LAST_MINUTE.hour:
        rows.append(Basis("saju.zi", Text(f"saju.basis.zi.{request.zi_rule}")))
    if request.solar_time:
        rows.append(Basis("saju.solar", Text("saju.basis.solar")))
    elif birth.summer_time:
        rows.append(Basis("saju.summer_time", Text("saju.basis.summer_time")))
    return rows


def _day_rows(pillars: FourPillars, day: date) -> list[Basis]:
    """What today is to the birth, with what each did to the score."""
    now = today(pillars, day)
    pillar = day_pillar(day)
    named = {
        "day": Text(f"ganji.{pillar.index}"),
        "god": Text(f"god.{now.god}"),
        "meaning": Text(f"saju.meaning.{now.god}"),
    }
    rows = [Basis(f"saju.{now.god}", Text("saju.basis.god", named), now.effects[0], {"day": pillar.hanja})]
    sides = (
        ("day", pillars.day.branch, now.to_day, now.effects[1]),
        ("year", pillars.year.branch, now.to_year, now.effects[2]),
    )
    for side, branch, found, effect in sides:
        params = {
            "today": Text(f"branch.{pillar.branch}"),
            "now": BRANCHES[pillar.branch],
            "branch": Text(f"branch.{branch}"),
            "then": BRANCHES[branch],
            "relation": Text(f"relation.{found or 'none'}"),
        }
        ending = "" if found and found != "same" else f".{found or 'none'}"
        data = {"today": BRANCHES[pillar.branch], "birth": BRANCHES[branch], "relation": found}
        rows.append(Basis(f"saju.{side}", Text(f"saju.basis.{side}{ending}", params), effect, data))
    return rows


def _categories(draw: Draw, score: int, now: Today) -> tuple[Category, ...]:
    """The whole, leaning where the day's signs lean: the god on what it sees to, the branch of the day of birth (the
    partner's seat) on love, that of the year (family and the world) on people; the rest is chance.
    """
    by_god, to_day, to_year = now.effects
    lean = {"love": to_day // 2, "relations": to_year}
    matter = _MATTERS[kin(now.god)]
    lean[matter] = lean.get(matter, 0) + 2 * by_god
    found: list[Category] = []
    for key in CATEGORIES:
        own = clamped(score + lean.get(key, 0) + draw.stream(f"category.{key}").below(_AROUND) - _AROUND // 2)
        found.append(Category(key, own, Text(f"saju.{key}.{grade_of(own)}")))
    return tuple(found)


def _helpers(pillars: FourPillars, now: Today) -> tuple[int, int]:
    """The element that the birth has least of, and the one that helps with what comes today."""
    return balance(pillars).faintest, (element_of(pillars.day.stem) + _BRIDGES[kin(now.god)]) % 5


def _lucky(draw: Draw, pillars: FourPillars, now: Today) -> Lucky:
    lacking, helping = _helpers(pillars, now)
    first = draw.stream("color.1").below(len(COLORS[lacking]))
    others = [color for color in COLORS[helping] if color != COLORS[lacking][first]]
    second = others[draw.stream("color.2").below(len(others))]
    near, far = ([one + ten for one in NUMBERS[kind] for ten in (0, 10, 20, 30)] for kind in (lacking, helping))
    drawn = [near[at] for at in draw.stream("numbers").shuffled(len(near))[:2]]
    rest = [number for number in far if number not in drawn]
    drawn.append(rest[draw.stream("numbers.2").below(len(rest))])
    return Lucky(
        numbers=tuple(sorted(drawn)),
        colors=(COLORS[lacking][first], second),
        direction=DIRECTIONS[lacking][draw.stream("direction").below(len(DIRECTIONS[lacking]))],
        hour=HOURS[helping][draw.stream("hour").below(len(HOURS[helping]))],
        item=Text("daily.item"),
    )


def _lucky_row(pillars: FourPillars, now: Today) -> Basis:
    lacking, helping = (ELEMENTS[element] for element in _helpers(pillars, now))
    key = "saju.basis.lucky.one" if lacking == helping else "saju.basis.lucky"
    text = Text(key, {"lacking": Text(f"element.{lacking}"), "today": Text(f"element.{helping}")})
    data: Mapping[str, object] = {"lacking": lacking, "helping": helping}
    return Basis("saju.lucky", text, 0, data)


ENGINE = Saju()

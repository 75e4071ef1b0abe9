"""The fortune by the animal of one's birth year (띠): how it gets on with the day's branch."""

from __future__ import annotations

from vtuber_cli.errors import ProfileNeeded
from vtuber_cli.fortune.calendar import lunar_date
from vtuber_cli.fortune.elements import BRANCH_ELEMENTS, COLORS, NUMBERS
from vtuber_cli.fortune.engines.daily import animal_of, categories
from vtuber_cli.fortune.grades import grade_of, noise, scored, softened
from vtuber_cli.fortune.pillars import BRANCHES, day_pillar, year_branch
from vtuber_cli.fortune.reading import Basis, Lucky, Reading, Text
from vtuber_cli.fortune.relations import EFFECTS, relation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

    from vtuber_cli.fortune.birth import Birth
    from vtuber_cli.fortune.draw import Draw
    from vtuber_cli.fortune.request import Request

_DIRECTIONS = ("N", "NE", "NE", "E", "SE", "SE", "S", "SW", "SW", "W", "NW", "NW")
"""Where the twelve branches lie."""
_AWAKE = range(3, 12)
"""The branches of the hours between 05:00 and 23:00."""
_TENS = 5
"""An element's number is also 11 to 41 and its like."""


class Tti:
    name = "tti"
    version = 1

    def subject(self, request: Request) -> str:
        animal = animal_of(request.person)
        return request.person.seed or ("guest" if animal is None else f"animal {animal}")

    def compute(self, request: Request, draw: Draw) -> Reading:
        animal = animal_of(request.person)
        if animal is None:
            raise ProfileNeeded("fortune.animal_needed")

        def raw(day: date) -> int:
            return scored(draw.on(day), _effect(day, animal))

        drawn = raw(request.day)
        score = softened(request.day, raw)
        grade = grade_of(score)
        named = {"day": Text(f"ganji.{day_pillar(request.day).index}"), "animal": Text(f"animal.{animal}")}
        found = relation(day_pillar(request.day).branch, animal) or "none"
        basis = [_relation(request.day, animal), Basis("tti.about", Text(f"tti.about.{animal}"))]
        basis += _by_other_new_years(request.person.birth, animal)
        basis.append(Basis("tti.lucky", Text("tti.basis.lucky", named)))
        basis.append(Basis("chance", Text("basis.chance"), noise(draw)))
        if score != drawn:
            basis.append(Basis("softened", Text("basis.softened"), score - drawn))
        return Reading(
            score=score,
            title=Text(f"tti.title.{grade}"),
            summary=Text(f"tti.summary.{grade}", {"relation": Text(f"tti.relation.{found}", named)}),
            advice=Text(f"tti.advice.{grade}"),
            categories=categories(draw, score, "tti"),
            lucky=_lucky(draw, animal),
            basis=tuple(basis),
        )


def _effect(day: date, animal: int) -> int:
    found = relation(day_pillar(day).branch, animal)
    return EFFECTS[found] if found else 0


def _relation(day: date, animal: int) -> Basis:
    pillar = day_pillar(day)
    found = relation(pillar.branch, animal)
    named = {"day": Text(f"ganji.{pillar.index}"), "animal": Text(f"animal.{animal}")}
    key = "basis.no_relation"
    if found:
        key, named["relation"] = "basis.relation", Text(f"relation.{found}")
    data = {"day": pillar.hanja, "animal": BRANCHES[animal]}
    return Basis(f"tti.{found or 'none'}", Text(key, named), _effect(day, animal), data)


def _by_other_new_years(birth: Birth | None, animal: int) -> list[Basis]:
    """A row for the births of January and February of which some count the year from another day."""
    if birth is None or birth.day.month > 2 or year_branch(birth) != animal:
        return []
    years = {birth.day.year}
    if (lunar := lunar_date(birth.day)) is not None:
        years.add(lunar.year)
    others = {(year - 4) % 12 for year in years} - {animal}
    named = {"animal": Text(f"animal.{animal}")}
    return [
        Basis("tti.ipchun", Text("tti.basis.ipchun", {**named, "other": Text(f"animal.{other}")})) for other in others
    ]


def _lucky(draw: Draw, animal: int) -> Lucky:
    """Direction and hour of the branches that are in harmony with the animal, number and colour of its element or of
    the one that feeds it; which of them, chance says.
    """
    friends = [branch for branch in range(12) if relation(branch, animal) in {"yukhap", "samhap"}]
    awake = [branch for branch in friends if branch in _AWAKE]
    own = BRANCH_ELEMENTS[animal]
    kind = (own - draw.stream("element").below(2)) % 5
    numbers = [number + ten * 10 for number in NUMBERS[kind] for ten in range(_TENS) if number + ten * 10 <= 45]
    order = draw.stream("numbers").shuffled(len(numbers))
    return Lucky(
        numbers=tuple(sorted(numbers[at] for at in order[:2])),
        colors=(COLORS[kind][draw.stream("color.1").below(len(COLORS[kind]))],),
        direction=_DIRECTIONS[friends[draw.stream("direction").below(len(friends))]],
        hour=awake[draw.stream("hour").below(len(awake))],
        item=Text("daily.item"),
    )


ENGINE = Tti()

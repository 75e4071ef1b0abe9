"""The fortune of the day: how the day's branch stands to the year of birth, the Moon, and a draw."""

from __future__ import annotations

from vtuber_cli.fortune.grades import clamped, grade_of, noise, softened
from vtuber_cli.fortune.pillars import BRANCHES, day_pillar, year_branch
from vtuber_cli.fortune.reading import Basis, Category, Lucky, Reading, Text
from vtuber_cli.fortune.relations import EFFECTS, relation
from vtuber_cli.fortune.request import CATEGORIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

    from vtuber_cli.fortune.draw import Draw
    from vtuber_cli.fortune.request import Person, Request

_AROUND = 31
"""A category's score is up to 15 away from the whole."""
_FIRST_HOUR, _HOURS = 3, 9
"""Lucky hours are from 05:00 to 23:00: nobody is to stay up for luck."""
_NUMBERS = 45


class Daily:
    name = "daily"
    version = 1

    def subject(self, request: Request) -> str:
        return subject_of(request.person)

    def compute(self, request: Request, draw: Draw) -> Reading:
        from vtuber_cli.fortune import sky_of_day  # a kept fortune wants no sky

        animal = animal_of(request.person)

        def raw(day: date) -> int:
            return raw_score(draw.on(day), animal)

        effect, _ = _effects(draw, animal)
        drawn = raw(request.day)
        score = softened(request.day, raw)
        grade = grade_of(score)
        basis = [_relation(request.day, animal, effect), *sky_of_day.basis(request.day, request.zone)]
        basis.append(Basis("chance", Text("basis.chance"), drawn - 50 - effect if animal is not None else drawn - 50))
        if score != drawn:
            basis.append(Basis("softened", Text("basis.softened"), score - drawn))
        return Reading(
            score=score,
            title=Text(f"daily.title.{grade}"),
            summary=Text(f"daily.summary.{grade}"),
            advice=Text(f"daily.advice.{grade}"),
            categories=categories(draw, score, "daily"),
            lucky=lucky(draw),
            basis=tuple(basis),
        )


def raw_score(draw: Draw, animal: int | None) -> int:
    """The score as drawn, before softening."""
    return clamped(50 + sum(_effects(draw, animal)))


def subject_of(person: Person) -> str:
    """Whose draw it is: the profile's, else that of everybody of the same animal or sign, else a guest's."""
    animal = animal_of(person)
    return person.seed or (f"animal {animal}" if animal is not None else person.sign or "guest")


def animal_of(person: Person) -> int | None:
    """The 띠 of the year of birth by its branch; None if nobody said anything that tells."""
    if person.animal is not None or person.birth is None:
        return person.animal
    return year_branch(person.birth)


def _effects(draw: Draw, animal: int | None) -> tuple[int, int]:
    """What the relation does to the score, and what chance does. Of a guest's animal chance decides, every day anew:
    the odds are the same for everybody.
    """
    other = draw.stream("animal").below(12) if animal is None else animal
    found = relation(day_pillar(draw.day).branch, other)
    effect, chance = EFFECTS[found] if found else 0, noise(draw)
    return (0, effect + chance) if animal is None else (effect, chance)


def _relation(day: date, animal: int | None, effect: int) -> Basis:
    pillar = day_pillar(day)
    if animal is None:
        text = Text("basis.no_animal", {"day": Text(f"ganji.{pillar.index}")})
        return Basis("day", text, 0, {"day": pillar.hanja})
    found = relation(pillar.branch, animal) or "none"
    named = {"day": Text(f"ganji.{pillar.index}"), "animal": Text(f"animal.{animal}")}
    data = {"day": pillar.hanja, "animal": BRANCHES[animal]}
    return Basis(f"tti.{found}", Text(f"daily.relation.{found}", named), effect, data)


def categories(draw: Draw, score: int, area: str) -> tuple[Category, ...]:
    """The five categories around the whole: each its own drawn distance away."""
    found: list[Category] = []
    for key in CATEGORIES:
        own = clamped(score + draw.stream(f"category.{key}").below(_AROUND) - _AROUND // 2)
        found.append(Category(key, own, Text(f"{area}.{key}.{grade_of(own)}")))
    return tuple(found)


def lucky(draw: Draw) -> Lucky:
    """Numbers, a colour, a direction, an hour and a thing; all of it chance."""
    from vtuber_cli.fortune.content import colors

    names = sorted(colors())
    drawn = draw.stream("numbers").shuffled(_NUMBERS)
    return Lucky(
        numbers=tuple(sorted(number + 1 for number in drawn[:2])),
        colors=(names[draw.stream("color.1").below(len(names))],),
        direction=DIRECTIONS[draw.stream("direction").below(len(DIRECTIONS))],
        hour=_FIRST_HOUR + draw.stream("hour").below(_HOURS),
        item=Text("daily.item"),
    )


DIRECTIONS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")

ENGINE = Daily()

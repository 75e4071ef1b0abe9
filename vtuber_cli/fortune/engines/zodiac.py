"""The fortune of a zodiac sign: the day's sky at local noon, as seen from the sign.

Five things move the score, and each is a row of the basis: the house that the Moon goes through, the two strongest
aspects of the planets to the sign (to the Sun of the birth, where that is known), the Moon's closest aspect up there,
and a planet near us that goes backwards. Measured at every third noon of 2018 to 2041 for the twelve signs, with
chance: excellent 12.7, good 35.0, normal 33.8, bad 13.3, warning 5.2 %, no sign more than 0.4 from it; for births all
around the year 12.0, 34.7, 34.3, 13.6, 5.4 %. Softening leaves 13.1 % bad and 4.5 % warning.
"""

from __future__ import annotations

from datetime import datetime, time
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vtuber_cli.errors import ProfileNeeded
from vtuber_cli.fortune.aspects import SOFT, aspect, aspect_to_sign, house
from vtuber_cli.fortune.engines.daily import lucky
from vtuber_cli.fortune.grades import clamped, grade_of, noise, scored, softened
from vtuber_cli.fortune.reading import Basis, Category, Reading, Text
from vtuber_cli.fortune.request import CATEGORIES
from vtuber_cli.fortune.signs import SIGNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from vtuber_cli.fortune.draw import Draw
    from vtuber_cli.fortune.request import Person, Request
    from vtuber_cli.fortune.sky import Position

    Sky = Mapping[str, Position]

PLANETS = ("sun", "mercury", "venus", "mars", "jupiter", "saturn")
"""Those whose aspects count; what is farther out stays where it is for years."""
KINDS = ("conjunction", "sextile", "square", "trine", "opposition")

_HOUSES = (4, 2, 5, -3, 9, -4, -3, -9, 8, 3, 7, -10)
"""What the Moon does to the score in each house from the first on."""
_TO_YOU = {
    "sun": (3, 2, -3, 3, -3),
    "mercury": (2, 1, -2, 2, -2),
    "venus": (4, 3, -2, 4, -1),
    "mars": (-2, 2, -4, 2, -4),
    "jupiter": (4, 3, -1, 4, -1),
    "saturn": (-3, 1, -4, 2, -3),
}
"""What a planet's aspect to the sign does, by `KINDS`."""
_TOLD = 2
"""Aspects to the sign that count."""
_MOON_MEETS = {"sun": 2, "mercury": 1, "venus": 3, "mars": -2, "jupiter": 3, "saturn": -2}
_MOON = {"sextile": 2, "square": -3, "trine": 3, "opposition": -2}
"""What the Moon's closest aspect does; where it meets a planet, the planet tells."""
_OTHERS = {"conjunction": 1, "sextile": 1, "square": -2, "trine": 2, "opposition": -1}
"""What the closest aspect of two others does, on a day when the Moon has none."""
_BACKWARDS = {"mercury": -2, "venus": -2, "mars": -2, "jupiter": 0, "saturn": 0, "uranus": 0, "neptune": 0}
"""What a retrograde planet does; of several the one nearest to us is told and counts."""

_TILT = 10
"""The rulers move a category by at most this much."""
_AROUND = 13
"""And chance by up to half of this, either way."""


class You(NamedTuple):
    """Where a fortune is seen from."""

    sign: str
    sun: float | None = None
    """The Sun's longitude at the birth, if that is known."""
    cusp: tuple[str, ...] = ()
    """Both signs of a birthday on which the Sun went from one to the other, if nobody knows the hour."""

    @property
    def number(self) -> int:
        return SIGNS.index(self.sign)


class Sight(NamedTuple):
    """One thing in the sky that is told, and what it does to the score."""

    key: str
    text: Text
    effect: int
    data: Mapping[str, object]

    @property
    def row(self) -> Basis:
        return Basis(self.key, self.text, self.effect, self.data)


class Zodiac:
    name = "zodiac"
    version = 1

    def subject(self, request: Request) -> str:
        if request.person.seed:
            return request.person.seed
        you = seen_from(request.person)
        return you.sign if you else "guest"

    def compute(self, request: Request, draw: Draw) -> Reading:
        you = seen_from(request.person)
        if you is None:
            raise ProfileNeeded("fortune.sign_needed")

        def raw(day: date) -> int:
            return scored(draw.on(day), sum(one.effect for one in sights(sky_at_noon(day, request.zone), you)))

        drawn = raw(request.day)
        score = softened(request.day, raw)
        grade = grade_of(score)
        sky = sky_at_noon(request.day, request.zone)
        moon = sky["moon"]
        seen = {
            "sign": Text(f"sign.{you.sign}"),
            "moon": Text(f"sign.{moon.sign}"),
            "area": Text(f"zodiac.area.{house(moon.longitude, you.number)}"),
        }
        basis = [*_birth(you), *_moon(request.day, request.zone), *(one.row for one in sights(sky, you)), _season(sky)]
        basis.append(Basis("chance", Text("basis.chance"), noise(draw)))
        if score != drawn:
            basis.append(Basis("softened", Text("basis.softened"), score - drawn))
        return Reading(
            score=score,
            title=Text(f"zodiac.title.{grade}"),
            summary=Text(f"zodiac.summary.{grade}", seen),
            advice=Text(f"zodiac.advice.{grade}"),
            categories=_categories(draw, score, sky, you),
            lucky=lucky(draw),
            basis=tuple(basis),
        )


def seen_from(person: Person) -> You | None:
    """The sign as given, else that of the instant of birth; None if nobody said anything that tells."""
    if person.sign is not None or person.birth is None:
        return You(person.sign) if person.sign else None
    from vtuber_cli.fortune.sky import sign_of, solar_longitude, sun_signs_of_day

    birth = person.birth
    sun = solar_longitude(birth.instant)
    signs = sun_signs_of_day(birth.day, birth.zone) if birth.clock is None else ()
    return You(sign_of(sun), sun, signs if len(signs) > 1 else ())


@lru_cache(maxsize=64)
def sky_at_noon(day: date, zone: str) -> Sky:
    """Sun, Moon and planets at noon by that zone's clocks."""
    from vtuber_cli.fortune.sky import positions

    return positions(_noon(day, zone))


def _noon(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(zone))


def sights(sky: Sky, you: You) -> list[Sight]:
    """What moves the score, the strongest aspects first."""
    number = house(sky["moon"].longitude, you.number)
    data = {"house": number, "from": you.sign}
    moon = Sight("moon.house", Text(f"zodiac.house.{number}"), _HOUSES[number - 1], data)
    return [moon, *_to_you(sky, you)[:_TOLD], *_up_there(sky), _backwards(sky)]


def _to_you(sky: Sky, you: You) -> list[Sight]:
    """The planets' aspects to the sign or the birth's Sun. How close they are to exact stays untold: with it, a day of
    birth could be told from a result.
    """
    point = "sign" if you.sun is None else "sun"
    found: list[tuple[float, Sight]] = []
    for planet in PLANETS:
        at = sky[planet].longitude
        one = aspect_to_sign(at, you.number) if you.sun is None else aspect(at, you.sun)
        if one is None:
            continue
        effect = _TO_YOU[planet][KINDS.index(one.kind)]
        text = Text(f"zodiac.aspect.{planet}.{one.kind}", {"point": Text(f"zodiac.point.{point}")})
        data = {"planet": planet, "aspect": one.kind, "to": point}
        found.append((one.strength * abs(effect), Sight(f"aspect.{planet}", text, effect, data)))
    return [one for _, one in sorted(found, key=lambda pair: -pair[0])]


def _up_there(sky: Sky) -> list[Sight]:
    """The Moon's closest aspect, else that of two others; none on a rare day."""
    return _closest(sky, [("moon", planet) for planet in PLANETS]) or _closest(
        sky, [(one, other) for at, one in enumerate(PLANETS) for other in PLANETS[at + 1 :]]
    )


def _closest(sky: Sky, pairs: list[tuple[str, str]]) -> list[Sight]:
    held = [(aspect(sky[one].longitude, sky[other].longitude), one, other) for one, other in pairs]
    found = [(one, first, second) for one, first, second in held if one is not None]
    if not found:
        return []
    (kind, _), first, second = max(found, key=lambda one: one[0].strength)
    data = {"planets": [first, second], "aspect": kind}
    if first != "moon":
        text = Text(f"zodiac.sky.{kind}", {"a": Text(f"planet.{first}"), "b": Text(f"planet.{second}")})
        return [Sight("aspect.sky", text, _OTHERS[kind], data)]
    if kind == "conjunction":
        return [Sight("aspect.moon", Text(f"zodiac.sky.{second}.conjunction"), _MOON_MEETS[second], data)]
    manner = "soft" if kind in SOFT else "hard"
    text = Text(f"zodiac.sky.{second}.{manner}", {"aspect": Text(f"zodiac.kind.{kind}")})
    return [Sight("aspect.moon", text, _MOON[kind], data)]


def _backwards(sky: Sky) -> Sight:
    planets = [planet for planet in _BACKWARDS if sky[planet].retrograde]
    told = planets[0] if planets else "none"
    return Sight("retrograde", Text(f"zodiac.retrograde.{told}"), _BACKWARDS.get(told, 0), {"planets": planets})


def _birth(you: You) -> list[Basis]:
    rows = [Basis("zodiac.sign", Text(f"zodiac.about.{you.sign}"), 0, {"sign": you.sign})]
    if you.cusp:
        first, second = you.cusp
        named = {"first": Text(f"sign.{first}"), "second": Text(f"sign.{second}"), "sign": Text(f"sign.{you.sign}")}
        rows.append(Basis("zodiac.cusp", Text("zodiac.cusp", named), 0, {"signs": [first, second], "taken": you.sign}))
    return rows


def _moon(day: date, zone: str) -> list[Basis]:
    from vtuber_cli.fortune.sky import moon_phase

    moon = sky_at_noon(day, zone)["moon"]
    phase = moon_phase(_noon(day, zone))
    lit = {"angle": round(phase.angle, 1), "phase": phase.name}
    at = {"longitude": round(moon.longitude, 1), "sign": moon.sign}
    return [
        Basis("moon.phase", Text(f"zodiac.phase.{phase.name}"), 0, lit),
        Basis("moon.sign", Text(f"zodiac.moon.{moon.sign}"), 0, at),
    ]


def _season(sky: Sky) -> Basis:
    return Basis("sun.sign", Text(f"zodiac.season.{sky['sun'].sign}"), 0, {"sign": sky["sun"].sign})


def _categories(draw: Draw, score: int, sky: Sky, you: You) -> tuple[Category, ...]:
    """The five categories around the whole: the rulers of each draw it up or down, and chance a little more."""
    drawn_by = _rulers(sky, you)
    middle = sum(drawn_by.values()) // len(drawn_by)
    found: list[Category] = []
    for key in CATEGORIES:
        tilt = max(-_TILT, min(_TILT, drawn_by[key] - middle))
        own = clamped(score + tilt + draw.stream(f"category.{key}").below(_AROUND) - _AROUND // 2)
        found.append(Category(key, own, Text(f"zodiac.{key}.{grade_of(own)}")))
    return tuple(found)


def _rulers(sky: Sky, you: You) -> dict[str, int]:
    """What moves each category: Venus love, Jupiter and the second house money, Saturn and Mars work, the Moon's house
    how rested one is, Mercury the getting on with people.
    """
    by = {str(one.data["planet"]): one.effect for one in _to_you(sky, you)}
    second = sum(
        {"venus": 3, "jupiter": 4, "saturn": -3, "mars": -2}.get(planet, 0)
        for planet in PLANETS
        if house(sky[planet].longitude, you.number) == 2
    )
    return {
        "love": 2 * by.get("venus", 0),
        "money": 2 * by.get("jupiter", 0) + second,
        "work": 2 * (by.get("saturn", 0) + by.get("mars", 0)),
        "health": _HOUSES[house(sky["moon"].longitude, you.number) - 1],
        "relations": 2 * by.get("mercury", 0) - (3 if sky["mercury"].retrograde else 0),
    }


ENGINE = Zodiac()

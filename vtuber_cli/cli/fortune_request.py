"""What the options of `vtuber fortune` and a profile ask for, as a request to the engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from vtuber_cli import i18n
from vtuber_cli.errors import ProfileNeeded, UsageError
from vtuber_cli.fortune import clock, profiles
from vtuber_cli.fortune.request import Person, Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.cli.fortune_options import Given
    from vtuber_cli.fortune.birth import Birth
    from vtuber_cli.fortune.places import Place
    from vtuber_cli.fortune.profiles import Profile

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
"""Between them the sky is computed to the minute."""
_DAYS = {"today": 0, "오늘": 0, "tomorrow": 1, "내일": 1, "yesterday": -1, "어제": -1}
_ZI_RULES = ("midnight", "jasi", "split")
_LONGEST = 40
"""Letters of a wrong value that an error repeats."""


def requested(engine: str, given: Given) -> tuple[Request, Profile | None]:
    """The request, and the profile that was looked at for it.

    Raises:
        UsageError: an option's value is wrong, or the profile is damaged.
        ProfileNeeded: there is no profile of the name that was given.
    """
    profile = profile_of(None if given["profile"] is None else str(given["profile"]))
    place = place_of(None if given["tz"] is None else str(given["tz"]), profile)
    request = Request(
        type=engine,
        day=day(_text(given, "date", "today"), place.zone),
        zone=place.zone,
        locale=locale_of(_text(given, "locale"), profile),
        person=_person(engine, given, profile, place),
        question=clean(_text(given, "question")),
        spread=_spread(_text(given, "spread", "one")),
        reversals=not given.get("no_reversed"),
        reshuffle=int(given.get("reshuffle") or 0),
        zi_rule=_zi_rule(_text(given, "zi_rule", _ZI_RULES[0])),
        solar_time=bool(given.get("solar_time")),
    )
    return request, profile


def day(text: str, zone: str) -> date:
    """A date as it is typed: YYYY-MM-DD, or a word of either language.

    Raises:
        UsageError: it is no date, or too far away.
    """
    word = text.strip().casefold()
    if word in _DAYS:
        return today(zone) + timedelta(days=_DAYS[word])
    try:
        if not (len(word) == 10 and word.isascii() and word[4] == word[7] == "-"):
            raise ValueError
        found = date.fromisoformat(word)
    except ValueError:
        raise UsageError("fortune.bad_date", given=text[:_LONGEST]) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise UsageError("fortune.date_range", first=FIRST_DAY.year, last=LAST_DAY.year)
    return found


def today(zone: str) -> date:
    """The date in this time zone, now."""
    from zoneinfo import ZoneInfo

    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def clean(text: str) -> str:
    """What somebody typed, as one harmless line."""
    if text.isprintable():
        return text.strip()
    from vtuber_cli.clean import one_line  # its patterns take longer to make than most fortunes

    return one_line(text)


# --- whose ------------------------------------------------------------------------------------------------------


def profile_of(name: str | None) -> Profile | None:
    """The profile that was named, or the default one if there is one."""
    if name is None:
        return profiles.read(profiles.DEFAULT)
    if (found := profiles.read(name)) is None:
        there = ", ".join(profiles.names())
        raise ProfileNeeded("fortune.no_profile" if there else "fortune.no_profile_yet", name=name, names=there)
    return found


def _person(engine: str, given: Given, profile: Profile | None, place: Place) -> Person:
    """Whose fortune: of whoever has the sign or birth that was typed, else of the profile.

    Of a profile that was named with it, everything else stays.
    """
    sign, birth, named = given.get("sign"), given["birth"], _text(given, "profile")
    if sign is not None and birth is not None:
        raise UsageError("fortune.sign_or_birth")
    if birth is None and (given["lunar"] or given["leap"]):
        raise UsageError("fortune.lunar_alone")
    person = Person()
    if profile is not None and (named or (sign is None and birth is None)):
        person = Person(seed=profile.seed, interests=profile.interests)
        if sign is None and birth is None:
            person = person._replace(birth=_birth_of(profile, named or profiles.DEFAULT, place.zone))
    if birth is not None:
        person = person._replace(birth=_birth(str(birth), given, place))
    if given.get("longitude") is not None:
        if person.birth is None:
            raise UsageError("fortune.longitude_alone")
        person = person._replace(birth=person.birth._replace(longitude=_longitude(_text(given, "longitude"))))
    return person if sign is None else _with_sign(person, str(sign), engine)


def _birth_of(profile: Profile, name: str, zone: str) -> Birth | None:
    try:
        return profile.born(zone)
    except UsageError as error:
        raise UsageError("profile.damaged_part", file=profiles.file(name), name="birth") from error


def _birth(text: str, given: Given, place: Place) -> Birth:
    from vtuber_cli.fortune.birth import parse_birth

    return parse_birth(
        text,
        place.zone,
        lunar=bool(given["lunar"] or given["leap"]),
        leap=bool(given["leap"]),
        longitude=place.longitude,
        today=today(place.zone),
    )


def _with_sign(person: Person, text: str, engine: str) -> Person:
    """A sign for the zodiac, an animal for the 띠, either for the others."""
    from vtuber_cli.fortune import signs

    if engine != "zodiac":
        try:
            return person._replace(animal=signs.find_animal(text))
        except UsageError:
            if engine == "tti":
                raise
    return person._replace(sign=signs.find_sign(text))


# --- values -----------------------------------------------------------------------------------------------------


def _text(given: Given, name: str, otherwise: str = "") -> str:
    value = given.get(name)
    return value if isinstance(value, str) else otherwise


def place_of(told: str | None, profile: Profile | None) -> Place:
    """The place that is meant: as it was typed, else the profile's, else this computer's."""
    from vtuber_cli.fortune import places

    if told is not None:
        return places.find(told)
    if profile is not None and profile.zone:
        return places.zone(profile.zone)
    return places.Place(clock.local_zone(), None)


def locale_of(told: str, profile: Profile | None) -> str:
    """The language of a fortune: as it was typed, else the profile's, else the program's.

    Raises:
        UsageError: there are no fortunes in it.
    """
    locale = told or (profile.locale if profile else "") or i18n.language()
    if locale not in profiles.LOCALES:
        raise UsageError("fortune.unknown_locale", given=locale[:_LONGEST], names=", ".join(profiles.LOCALES))
    return locale


def _spread(text: str) -> str:
    if text == "one":
        return text
    from vtuber_cli.fortune.spreads import find_spread

    return find_spread(text).id


def _zi_rule(text: str) -> str:
    if text not in _ZI_RULES:
        raise UsageError("fortune.unknown_zi_rule", given=text[:_LONGEST], names=", ".join(_ZI_RULES))
    return text


def _longitude(text: str) -> float:
    try:
        degrees = float(text)
    except ValueError:
        raise UsageError("fortune.birth_longitude") from None
    if not -180 <= degrees <= 180:  # nan neither
        raise UsageError("fortune.birth_longitude")
    return degrees

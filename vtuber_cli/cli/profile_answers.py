"""What somebody tells of themselves for `vtuber profile set`: by options, or asked for one after another."""

from __future__ import annotations

from typing import NamedTuple

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune import clock, places, profiles
from vtuber_cli.fortune.request import CATEGORIES
from vtuber_cli.i18n import t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_cli.fortune.profiles import Profile

_LONGEST = 40
"""Letters of a wrong value that an error repeats."""
_ALSO = {
    "love": "애정 연애 사랑 dating romance",
    "money": "금전 돈 재물 재물운 finance",
    "work": "직장 일 사업 공부 학업 job career study",
    "health": "건강",
    "relations": "대인 관계 인간관계 대인관계 people friends relationships",
}
"""Other words for what one may be interested in."""


class Answers(NamedTuple):
    """Each as it was typed; None where nothing was said, empty to forget what is known."""

    name: str | None = None
    birth: str | None = None
    lunar: bool | None = None
    leap: bool | None = None
    place: str | None = None
    interests: str | None = None
    locale: str | None = None

    @property
    def nothing(self) -> bool:
        return all(answer is None for answer in self)


def changed(profile: Profile, told: Answers) -> Profile:
    """The profile with what was told.

    Raises:
        UsageError: some of it cannot be; says which, and of a birth not what was given.
    """
    if told.name is not None:
        profile = profile._replace(name=_name(told.name))
    if told.place is not None:
        place = places.find(told.place) if told.place.strip() else places.Place("", None)
        profile = profile._replace(place=_short(told.place.strip()), zone=place.zone, longitude=place.longitude)
    if told.interests is not None:
        profile = profile._replace(interests=_interests(told.interests))
    if told.locale is not None:
        profile = profile._replace(locale=_locale(told.locale))
    return _born(profile, told)


def _born(profile: Profile, told: Answers) -> Profile:
    """A new birth is solar unless it says otherwise; the old one's calendar can be put right by itself."""
    if told.birth is not None:
        profile = profile._replace(birth=told.birth.strip().upper().replace(" ", "T"), lunar=False, leap=False)
    if told.leap is not None:
        profile = profile._replace(leap=told.leap, lunar=profile.lunar or told.leap)
    if told.lunar is not None:
        profile = profile._replace(lunar=told.lunar, leap=profile.leap and told.lunar)
    if not profile.birth:
        if told.lunar or told.leap:
            raise UsageError("fortune.lunar_alone")
        return profile._replace(lunar=False, leap=False)
    from vtuber_cli.cli.fortune_request import today

    zone = profile.zone or clock.local_zone()
    born = profile.born(zone)
    if born is not None and born.day > today(zone):
        raise UsageError("fortune.birth_future")
    return profile


def _name(text: str) -> str:
    from vtuber_cli.clean import one_line

    name = one_line(text)
    if len(name) > profiles.LONGEST_NAME:
        raise UsageError("profile.long_name", longest=profiles.LONGEST_NAME)
    return "".join(letter for letter in name if letter.isprintable())


def _interests(text: str) -> tuple[str, ...]:
    known = {word: key for key in CATEGORIES for word in (key, *_ALSO[key].split())}
    found: list[str] = []
    for word in filter(None, (one.strip().casefold() for one in text.replace(" ", ",").split(","))):
        if word not in known:
            names = ", ".join(f"{key} ({t(f'profile.interest.{key}')})" for key in CATEGORIES)
            raise UsageError("profile.unknown_interest", name=_short(word), names=names)
        found.append(known[word])
    return tuple(dict.fromkeys(found))


def _locale(text: str) -> str:
    if text not in ("", *profiles.LOCALES):
        raise UsageError("fortune.unknown_locale", given=_short(text), names=", ".join(profiles.LOCALES))
    return text


def _short(text: str) -> str:
    return text[:_LONGEST]


# --- asking -----------------------------------------------------------------------------------------------------


def asked(profile: Profile) -> Answers:
    """What is answered on a terminal, question by question; an empty line leaves things as they are.

    Raises:
        UsageError: there is nobody to be asked.
    """
    from vtuber_cli.cli import ask, show

    if not ask.is_possible():
        raise UsageError("profile.nothing_told")
    show.notice(t("profile.ask"))
    told = Answers()
    for question in (_ask_name, _ask_place, _ask_birth, _ask_interests):
        told = _until_it_can_be(profile, told, question)
    return told


def _until_it_can_be(profile: Profile, told: Answers, question: Callable[[Answers], Answers]) -> Answers:
    from vtuber_cli.cli import show

    while True:
        answered = question(told)
        try:
            changed(profile, answered)
        except UsageError as error:
            show.error(error)
        else:
            return answered


def _ask_name(told: Answers) -> Answers:
    return told._replace(name=_line(t("profile.ask.name")))


def _ask_place(told: Answers) -> Answers:
    return told._replace(place=_line(t("profile.ask.place")))


def _ask_birth(told: Answers) -> Answers:
    from vtuber_cli.cli import ask

    birth = _line(t("profile.ask.birth"))
    lunar = ask.yes(t("profile.ask.lunar"), otherwise=False) if birth else None
    leap = ask.yes(t("profile.ask.leap"), otherwise=False) if lunar else None
    return told._replace(birth=birth, lunar=lunar, leap=leap)


def _ask_interests(told: Answers) -> Answers:
    names = ", ".join(t(f"profile.interest.{key}") for key in CATEGORIES)
    return told._replace(interests=_line(t("profile.ask.interests", names=names)))


def _line(question: str) -> str | None:
    """What is typed; None if nothing is."""
    from vtuber_cli.cli import ask

    return ask.line(question) or None

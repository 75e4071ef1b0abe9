"""The zodiac: what it says of the sky is held against published ephemerides, what it draws against its own rows."""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from datetime import date, time, timedelta
from itertools import pairwise
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from tests.fortune.oracles import ORACLES, utc
from tests.fortune.oracles import SIGNS as KOREAN
from tests.fortune.reading_texts import texts
from vtuber_cli import i18n
from vtuber_cli.errors import ProfileNeeded
from vtuber_cli.fortune.birth import Birth
from vtuber_cli.fortune.content import FOLDER, LOCALES, Content
from vtuber_cli.fortune.draw import Draw
from vtuber_cli.fortune.engines import engine
from vtuber_cli.fortune.engines.zodiac import You, seen_from, sights, sky_at_noon
from vtuber_cli.fortune.grades import GRADES, NEGATIVE, clamped, grade_of
from vtuber_cli.fortune.reading import Basis, Reading
from vtuber_cli.fortune.request import CATEGORIES, Person, Request
from vtuber_cli.fortune.signs import SIGNS

SEOUL = "Asia/Seoul"
DAY = date(2026, 11, 22)
DESIGN = {"excellent": 12.0, "good": 34.0, "normal": 35.0, "bad": 13.5, "warning": 5.5}
CHANCE = Counter(one - other for one in range(37) for other in range(37))


def read(person: Person, day: date = DAY, zone: str = SEOUL) -> Reading:
    zodiac = engine("zodiac")
    request = Request("zodiac", day, zone, "ko", person)
    return zodiac.compute(request, Draw("zodiac", zodiac.subject(request), day))


def row(reading: Reading, key: str) -> Basis:
    return next(one for one in reading.basis if one.key == key)


def years(step: int) -> list[date]:
    """A day in every `step` from 2018 on, long enough for Saturn to go through most signs."""
    return [date(2018, 1, 1) + timedelta(days) for days in range(0, 24 * 365, step)]


def sun_birth(number: int, at: int) -> You:
    """Somebody with the Sun in a sign, here and there in it."""
    return You(SIGNS[number], number * 30 + at * 7.31 % 30)


# --- whose ------------------------------------------------------------------------------------------------------


def test_without_a_sign_there_is_no_fortune() -> None:
    with pytest.raises(ProfileNeeded) as caught:
        read(Person(seed="somebody", animal=4))
    assert caught.value.key == "fortune.sign_needed"
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        hint = i18n.t("fortune.sign_needed.hint")
        assert "--sign" in hint and "--birth" in hint and "vtuber profile set" in hint
    i18n.set_language("auto")


def test_the_sign_is_that_of_the_instant_of_birth() -> None:
    """Two minutes before and after each published entry of the Sun into a sign."""
    for year in ORACLES["computed_sun_ingress_utc"].values():
        for named, at in year.items():
            number = KOREAN.index(named.removesuffix("자리"))
            for minutes, expected in ((-2, SIGNS[number - 1]), (2, SIGNS[number])):
                local = (utc(at) + timedelta(minutes=minutes)).astimezone(ZoneInfo(SEOUL))
                you = seen_from(Person(birth=Birth(local.date(), local.time().replace(second=0), SEOUL)))
                assert you is not None and you.sign == expected and not you.cusp


def test_a_cusp_day_without_an_hour_says_so() -> None:
    birth = Birth(date(1995, 10, 24), None, SEOUL)
    found = row(read(Person(birth=birth)), "zodiac.cusp")
    assert found.data == {"signs": ["libra", "scorpio"], "taken": "scorpio"}
    keys = [one.key for one in read(Person(birth=birth._replace(clock=time(9)))).basis]
    assert "zodiac.cusp" not in keys
    assert "zodiac.cusp" not in [one.key for one in read(Person(birth=birth._replace(day=date(1995, 10, 25)))).basis]


def test_a_given_sign_stands_over_a_birth() -> None:
    birth = Birth(date(1995, 10, 24), None, SEOUL)
    assert seen_from(Person(sign="leo", birth=birth)) == You("leo")


def test_the_draw_is_named_by_seed_or_sign_and_never_by_birth() -> None:
    birth = Birth(date(1988, 7, 2), time(10), SEOUL)
    zodiac = engine("zodiac")
    asked = [Person(seed="s", birth=birth), Person(birth=birth), Person(sign="leo"), Person()]
    assert [zodiac.subject(Request("zodiac", DAY, SEOUL, "ko", one)) for one in asked] == [
        "s",
        "cancer",
        "leo",
        "guest",
    ]


def test_a_reading_does_not_tell_how_close_an_aspect_to_the_birth_is() -> None:
    reading = read(Person(seed="s", birth=Birth(date(1988, 7, 2), time(10), SEOUL)))
    mine = [one.data for one in reading.basis if one.data.get("to") == "sun"]
    assert mine and all(set(one) == {"planet", "aspect", "to"} for one in mine)
    assert "1988" not in repr(reading)


# --- the sky ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["2000-01-01T12:00", "1961-08-04T00:00", "2026-11-22T00:00"])
def test_the_moon_stands_where_the_ephemeris_has_it(at: str) -> None:
    """Read where it is noon at that time."""
    longitudes = dict(ORACLES["computed_de421_apparent_ecliptic_longitudes_deg"])[at]
    zone = f"Etc/GMT-{12 - utc(at).hour}".replace("GMT-0", "GMT")
    reading = read(Person(sign="leo"), utc(at).date(), zone)
    moon = row(reading, "moon.sign").data
    assert moon["longitude"] == pytest.approx(longitudes["Moon"], abs=0.06)
    assert moon["sign"] == SIGNS[int(longitudes["Moon"] // 30)]
    assert row(reading, "moon.house").data["house"] == (int(longitudes["Moon"] // 30) - 4) % 12 + 1
    assert row(reading, "sun.sign").data["sign"] == SIGNS[int(longitudes["Sun"] // 30)]


def test_mercury_goes_back_until_it_is_published_to_go_on() -> None:
    for at, manner in ORACLES["computed_de421_stations_utc_2024_2027"]["Mercury"]:
        assert manner == "direct"
        day = utc(at).date()
        before, after = (read(Person(sign="virgo"), day + timedelta(days), "UTC") for days in (-2, 2))
        assert "mercury" in list(row(before, "retrograde").data["planets"])  # pyright: ignore[reportArgumentType]
        assert "mercury" not in list(row(after, "retrograde").data["planets"])  # pyright: ignore[reportArgumentType]


def test_the_noon_is_that_of_the_place() -> None:
    """26 hours lie between the noons of Kiritimati and Midway, and the Moon goes 13 degrees meanwhile."""
    moons = [
        row(read(Person(sign="leo"), DAY, zone), "moon.sign").data for zone in ("Pacific/Kiritimati", "Pacific/Midway")
    ]
    first, last = (float(str(one["longitude"])) for one in moons)
    assert 11.5 < (last - first) % 360 < 17


def test_what_is_said_of_an_aspect_is_so() -> None:
    """Venus is told to be trine to a sign on a day when it is four signs away."""
    for day in years(97):
        sky = sky_at_noon(day, SEOUL)
        for number, sign in enumerate(SIGNS):
            for one in sights(sky, You(sign)):
                if one.data.get("to") == "sign":
                    away = (int(sky[str(one.data["planet"])].longitude // 30) - number) % 12
                    angle = min(away, 12 - away) * 30
                    assert (
                        one.data["aspect"]
                        == {0: "conjunction", 60: "sextile", 90: "square", 120: "trine", 180: "opposition"}[angle]
                    )
                    assert one.text.key == f"zodiac.aspect.{one.data['planet']}.{one.data['aspect']}"


# --- the score --------------------------------------------------------------------------------------------------


def test_the_rows_add_up_to_the_score() -> None:
    lifted = 0
    for at, day in enumerate(years(31)):
        reading = read(Person(sign=SIGNS[at % 12]), day)
        drawn = clamped(50 + sum(one.effect for one in reading.basis if one.key != "softened"))
        softened = [one.effect for one in reading.basis if one.key == "softened"]
        assert reading.score == drawn + sum(softened)
        lifted += len(softened)
    assert lifted < 8


def odds(effects: Counter[int]) -> dict[str, float]:
    found: Counter[str] = Counter()
    for effect, times in effects.items():
        for chance, ways in CHANCE.items():
            found[grade_of(clamped(50 + effect + chance))] += times * ways
    return {grade: 100 * found[grade] / found.total() for grade in GRADES}


def test_the_odds_are_those_of_the_design() -> None:
    """With all of chance, over 24 years; for the signs, each of them, and births."""
    by_sign: dict[str, Counter[int]] = {sign: Counter() for sign in SIGNS}
    births: Counter[int] = Counter()
    for at, day in enumerate(years(20)):
        sky = sky_at_noon(day, SEOUL)
        for number, sign in enumerate(SIGNS):
            by_sign[sign][sum(one.effect for one in sights(sky, You(sign)))] += 1
            births[sum(one.effect for one in sights(sky, sun_birth(number, at)))] += 1
    everybody = sum(by_sign.values(), Counter[int]())
    for found, within in ((everybody, 1.5), (births, 1.0), *((one, 2.0) for one in by_sign.values())):
        assert odds(found) == {grade: pytest.approx(share, abs=within) for grade, share in DESIGN.items()}


def test_nobody_has_three_bad_days_on_end() -> None:
    grades = [read(Person(sign="cancer"), DAY + timedelta(days)).grade for days in range(300)]
    assert not any(NEGATIVE.issuperset(three) for three in zip(grades, grades[1:], grades[2:], strict=False))
    assert ("warning", "warning") not in pairwise(grades)
    assert NEGATIVE.intersection(grades)


def test_categories_differ_and_hang_together() -> None:
    apart: list[float] = []
    for at, day in enumerate(years(31)):
        reading = read(Person(sign=SIGNS[at % 12]), day)
        assert [one.key for one in reading.categories] == list(CATEGORIES)
        scores = [one.score for one in reading.categories]
        assert max(abs(score - reading.score) for score in scores) <= 16
        assert len(set(scores)) > 1
        apart.append(sum(scores) / 5 - reading.score)
    assert abs(sum(apart) / len(apart)) < 1
    assert max(map(abs, apart)) <= 8


def test_venus_rules_love() -> None:
    """Where Venus is trine to a sign its love is higher above the whole than where she is square to it."""
    above: dict[int, list[int]] = {4: [], 3: []}
    for day in years(31):
        at = int(sky_at_noon(day, SEOUL)["venus"].longitude // 30)
        for signs_on, found in above.items():
            reading = read(Person(sign=SIGNS[at - signs_on]), day)
            found.append(reading.categories[0].score - reading.score)
    trine, square = (sum(found) / len(found) for found in above.values())
    assert trine - square > 5


def test_the_same_request_has_the_same_reading_in_every_release() -> None:
    """A change here is a new version of the engine."""
    reading = read(Person(sign="leo"))
    assert reading == read(Person(sign="leo"))
    effects = {one.key: one.effect for one in reading.basis if one.effect}
    assert effects == {"moon.house": 8, "aspect.mercury": -2, "aspect.venus": 3, "aspect.moon": 3, "chance": 24}
    assert (reading.score, [one.score for one in reading.categories]) == (86, [90, 94, 80, 97, 75])


def test_a_draw_costs_little() -> None:
    """CPU, everything imported: the sky of a fresh day each, and what softening looks back on."""
    read(Person(sign="leo"))
    sky_at_noon.cache_clear()
    begun = process_time()
    for at in range(40):
        read(Person(sign=SIGNS[at % 12]), date(2031, 1, 1) + timedelta(at * 9))
    assert (process_time() - begun) / 40 < 0.06


# --- the words --------------------------------------------------------------------------------------------------


def shipped(locale: str) -> dict[str, str | list[str]]:
    return json.loads((FOLDER / locale / "zodiac.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def said() -> dict[str, set[str]]:
    """Every text of many days, with what fills its placeholders."""
    cusp = read(Person(birth=Birth(date(1995, 10, 24), None, SEOUL)))
    found = {one.key: set(one.params) for one in texts(cusp)}
    for at, day in enumerate(years(20)):
        for sign in SIGNS:
            found |= {one.text.key: set(one.text.params) for one in sights(sky_at_noon(day, SEOUL), You(sign))}
        found |= {one.key: set(one.params) for one in texts(read(Person(sign=SIGNS[at % 12]), day))}
    return found


def test_everything_written_can_be_said_and_everything_said_is_written(said: dict[str, set[str]]) -> None:
    assert {key for key in said if key.startswith("zodiac.")} == set(shipped("ko")) == set(shipped("en"))
    for locale in LOCALES:
        content = Content(locale)
        assert all(content.has(key) for key in said if key != "daily.item")


@pytest.mark.parametrize("locale", LOCALES)
def test_no_placeholder_is_left_open(locale: str, said: dict[str, set[str]]) -> None:
    for key, entry in shipped(locale).items():
        for one in entry if isinstance(entry, list) else [entry]:
            assert {name for _, name, _, _ in string.Formatter().parse(one) if name} <= said[key]


LENGTHS = {"title": (24, 48), "summary": (70, 140), "advice": (60, 120)} | dict.fromkeys(CATEGORIES, (50, 100))
LONGEST = {
    "ko": {
        "sign": "쌍둥이자리",
        "moon": "쌍둥이자리",
        "area": "마주 앉은 사람",
        "point": "내 별자리",
        "aspect": "어포지션",
    },
    "en": {"sign": "Sagittarius", "moon": "Sagittarius", "area": "learning and faraway places", "aspect": "opposition"},
}


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_keep_to_their_lengths_and_none_comes_twice(locale: str) -> None:
    seen: Counter[str] = Counter()
    for key, entry in shipped(locale).items():
        limit = LENGTHS.get(key.split(".")[1], (60, 120))[LOCALES.index(locale)]
        for one in entry if isinstance(entry, list) else [entry]:
            seen[one] += 1
            filled = re.sub(
                r"{(\w+)(?::\W*(\w*)/\w*)?}", lambda at: LONGEST[locale].get(at[1], "목성") + (at[2] or ""), one
            )
            assert len(filled) <= limit, filled
    assert max(seen.values()) == 1


def test_pools_are_as_large_in_both_locales() -> None:
    korean, english = shipped("ko"), shipped("en")
    sizes = [{key: len(one) for key, one in both.items() if isinstance(one, list)} for both in (korean, english)]
    assert sizes[0] == sizes[1]
    for key, one in korean.items():
        fields = (
            [re.findall(r"{(\w+)", "\n".join(both[key])) for both in (korean, english)] if isinstance(one, list) else []
        )
        assert not fields or Counter(fields[0]) == Counter(fields[1])

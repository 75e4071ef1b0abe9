"""The four pillars read: what computes is checked against what is known, what is drawn against what it was."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.fortune.oracles import ORACLES
from tests.fortune.reading_texts import entries, texts
from vtuber_cli import i18n
from vtuber_cli.errors import ProfileNeeded
from vtuber_cli.fortune.birth import Birth, parse_birth
from vtuber_cli.fortune.content import FOLDER, LOCALES, Content, colors
from vtuber_cli.fortune.draw import Draw, Stream
from vtuber_cli.fortune.elements import (
    BRANCH_ELEMENTS,
    COLORS,
    ELEMENTS,
    HIDDEN_STEMS,
    WHOLE,
    balance,
    element_of,
    is_strong,
    main_stem,
)
from vtuber_cli.fortune.engines import engine
from vtuber_cli.fortune.engines.saju import today
from vtuber_cli.fortune.grades import NEGATIVE, clamped, grade_of
from vtuber_cli.fortune.pillars import BRANCHES, STEMS, FourPillars, Pillar, four_pillars
from vtuber_cli.fortune.reading import Basis, Reading
from vtuber_cli.fortune.request import Person, Request
from vtuber_cli.fortune.ten_gods import GODS, god, gods

SEOUL = "Asia/Seoul"
KST = "Etc/GMT-9"
BIRTH = Birth(date(1990, 1, 28), time(14, 30), SEOUL)
SUMMER = Birth(date(1988, 7, 1), time(9, 30), SEOUL)
"""By clocks an hour ahead."""
DAY = date(2026, 11, 22)
DESIGN = {"excellent": 12.0, "good": 34.0, "normal": 35.0, "bad": 13.5, "warning": 5.5}


def read(birth: Birth | None, day: date = DAY, seed: str | None = "seed", **asked: Any) -> Reading:
    saju = engine("saju")
    request = Request("saju", day, SEOUL, "ko", Person(seed=seed, birth=birth), **asked)
    return saju.compute(request, Draw("saju", saju.subject(request), day, request.topic))


def row(reading: Reading, key: str) -> Basis:
    return next(one for one in reading.basis if one.key == key)


def keys(reading: Reading) -> list[str]:
    return [one.key for one in reading.basis]


def signs(text: str) -> FourPillars:
    """Pillars as they are written: "庚午 戊子 甲子 丙寅"."""
    found = [Pillar(STEMS.index(one[0]), BRANCHES.index(one[1])) for one in text.split()]
    return FourPillars(found[0], found[1], found[2], found[3] if len(found) > 3 else None)


def births(number: int) -> list[Birth]:
    """Drawn ones, one in four without a time."""
    stream, found = Stream("births"), []
    for _ in range(number):
        day = date(1930, 1, 1) + timedelta(stream.below(33_000))
        clock = time(stream.below(24), stream.below(60)) if stream.below(4) else None
        found.append(Birth(day, clock, KST))
    return found


# --- the computation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", ORACLES["four_pillars"], ids=lambda one: f"{one['clock']} {one['zi_rule']}")
def test_births_that_were_worked_out_elsewhere(one: dict[str, Any]) -> None:
    offset, correction = one["utc_offset_min"], one["longitude_correction_min"]
    birth = parse_birth(one["clock"], f"Etc/GMT-{offset // 60}", longitude=(offset + correction) / 4)
    reading = read(birth, zi_rule=one["zi_rule"], solar_time=correction != 0)
    found = row(reading, "saju.pillars").data
    assert found == dict(zip(("year", "month", "day", "hour"), one["reference_impl"], strict=True))
    assert reading.options == {"zi_rule": one["zi_rule"], "solar_time": correction != 0}


def test_births_by_the_hundred() -> None:
    rows = ORACLES["four_pillars_bulk_kst_midnight"]["rows"]
    found = [[*row(read(parse_birth(one[0], KST)), "saju.pillars").data.values()] for one in rows]
    assert found == [one[1:] for one in rows]


def test_the_ten_gods_are_those_of_the_books() -> None:
    """Of 甲 they come in the stems' order, of 乙 each pair the other way round, of 癸 as in any table."""
    assert [god(0, stem) for stem in range(10)] == list(GODS)
    assert [god(1, stem) for stem in (1, 0, 3, 2, 5, 4, 7, 6, 9, 8)] == list(GODS)
    table = "상관 식신 정재 편재 정관 편관 정인 편인 겁재 비견".split()
    names = Content("ko")
    assert [names.text(f"god.{god(9, stem)}") for stem in range(10)] == table


def test_every_master_has_each_god_once() -> None:
    assert all(sorted(god(master, stem) for stem in range(10)) == sorted(GODS) for master in range(10))


def test_a_birth_has_its_gods() -> None:
    """癸 with 己 and 丁, over 巳 (丙), 丑 (己) and 未 (己)."""
    found = gods(signs("己巳 丁丑 癸巳 己未"))
    assert found["year"] == ("pyeongwan", "jeongjae")
    assert found["month"] == ("pyeonjae", "pyeongwan")
    assert found["day"] == (None, "jeongjae")
    assert found["hour"] == ("pyeongwan", "pyeongwan")
    assert "hour" not in gods(signs("己巳 丁丑 癸巳"))


def test_hidden_stems_fill_the_month_of_their_branch() -> None:
    for branch, hidden in enumerate(HIDDEN_STEMS):
        assert sum(days for _, days in hidden) == WHOLE
        assert max(days for _, days in hidden) == hidden[-1][1]
        assert element_of(main_stem(branch)) == BRANCH_ELEMENTS[branch]


def test_elements_are_counted_and_weighed() -> None:
    found = balance(signs("己巳 丁丑 癸巳 己未"))
    assert dict(zip(ELEMENTS, found.counts, strict=True)) == {"wood": 0, "fire": 3, "earth": 4, "metal": 0, "water": 1}
    # Wood: 未 3; fire: 丁, 巳 16, 巳 16, 未 9; earth: 己, 己, 巳 7, 丑 18, 巳 7, 未 18; water: 癸, 丑 9.
    assert found.weights == (3, 71, 110, 17, 39)
    assert (ELEMENTS[found.strongest], found.missing, ELEMENTS[found.faintest]) == ("earth", (0, 3), "wood")


@pytest.mark.parametrize(("text", "strong"), [("甲寅 丙寅 甲子 甲子", True), ("己巳 丁丑 癸巳 己未", False)])
def test_a_master_with_half_of_the_weight_is_strong(text: str, strong: bool) -> None:
    assert is_strong(signs(text)) == strong


def test_weights_add_up() -> None:
    for birth in births(60):
        found = balance(four_pillars(birth))
        number = 8 if birth.clock else 6
        assert (sum(found.counts), sum(found.weights)) == (number, number * WHOLE)


def test_without_a_time_there_are_three_pillars() -> None:
    reading = read(BIRTH._replace(clock=None))
    found = row(reading, "saju.pillars")
    assert found.data["hour"] is None
    assert found.text.key == "saju.basis.three"
    assert sum(row(reading, "saju.elements").data["counts"].values()) == 6  # pyright: ignore[reportAttributeAccessIssue]
    assert row(reading, "saju.gods").text.key == "saju.basis.gods.three"


# --- where pillars are in doubt -----------------------------------------------------------------------------------


def test_a_birth_before_midnight_says_by_which_rule() -> None:
    late = Birth(date(1990, 1, 28), time(23, 30), SEOUL)
    found = {rule: read(late, zi_rule=rule) for rule in ("midnight", "jasi", "split")}
    assert [row(one, "saju.zi").text.key for one in found.values()] == [f"saju.basis.zi.{rule}" for rule in found]
    pillars = {rule: row(one, "saju.pillars").data for rule, one in found.items()}
    assert pillars["midnight"]["day"] == pillars["split"]["day"] != pillars["jasi"]["day"]
    assert pillars["split"]["hour"] == pillars["jasi"]["hour"] != pillars["midnight"]["hour"]
    assert "saju.zi" not in keys(read(BIRTH))


def test_the_rule_goes_by_the_hour_that_counts() -> None:
    """23:10 by the clocks of Seoul is before 23:00 by its Sun, and 00:20 is not past midnight yet."""
    early, past = (BIRTH._replace(clock=clock) for clock in (time(23, 10), time(0, 20)))
    assert "saju.zi" in keys(read(early)) and "saju.zi" not in keys(read(early, solar_time=True))
    assert "saju.zi" not in keys(read(past)) and "saju.zi" in keys(read(past, solar_time=True))
    assert "saju.solar" in keys(read(past, solar_time=True)) and "saju.solar" not in keys(read(past))


def test_clocks_that_were_ahead_are_told_of() -> None:
    """The Sun knows no summer time, and without a time there is no hour to doubt."""
    assert "saju.summer_time" in keys(read(SUMMER)) and "saju.summer_time" not in keys(read(BIRTH))
    assert "saju.summer_time" not in keys(read(SUMMER, solar_time=True))
    assert "saju.summer_time" not in keys(read(SUMMER._replace(clock=None)))


def test_the_day_of_a_solar_term_without_a_time_is_in_doubt() -> None:
    """입춘 of 1990 was at 11:14 on 4 February in Seoul."""
    days = [date(1990, 2, number) for number in (3, 4, 5)]
    assert ["saju.term_day" in keys(read(Birth(day, None, SEOUL))) for day in days] == [False, True, False]
    assert "saju.term_day" not in keys(read(Birth(days[1], time(9), SEOUL)))


# --- the score ----------------------------------------------------------------------------------------------------


def test_the_basis_adds_up_to_the_score() -> None:
    softened = 0
    for at, birth in enumerate(births(25)):
        for number in range(40):
            reading = read(birth, DAY + timedelta(number), seed=f"seed {at}")
            drawn = clamped(50 + sum(one.effect for one in reading.basis if one.key != "softened"))
            lifted = [one.effect for one in reading.basis if one.key == "softened"]
            assert reading.score == drawn + sum(lifted)
            softened += len(lifted)
    assert softened


def test_the_odds_are_those_of_the_design() -> None:
    """Every pair of a birth and one of the sixty days, with each outcome of chance by its weight."""
    effects = Counter[int]()
    for birth in births(250):
        pillars = four_pillars(birth)
        for number in range(60):
            effects[sum(today(pillars, DAY + timedelta(number)).effects)] += 1
    odds = Counter[str]()
    for effect, times in effects.items():
        for noise in range(-36, 37):
            odds[grade_of(clamped(50 + effect + noise))] += times * (37 - abs(noise))
    share = {grade: 100 * number / odds.total() for grade, number in odds.items()}
    assert {grade: abs(share[grade] - wanted) < 2 for grade, wanted in DESIGN.items()} == dict.fromkeys(DESIGN, True)


def test_nobody_has_three_bad_days_on_end() -> None:
    for number in range(6):
        scores = [read(BIRTH, DAY + timedelta(day), seed=f"seed {number}").score for day in range(120)]
        grades = [grade_of(score) for score in scores]
        assert not any(NEGATIVE.issuperset(grades[at : at + 3]) for at in range(len(grades) - 2))
        assert ("warning", "warning") not in pairwise(grades)


def test_a_day_god_sees_to_its_own_part_of_life() -> None:
    """What a favourable wealth star lifts is money, on average over many draws."""
    strong = Birth(date(1974, 3, 4), time(0, 30), SEOUL)
    assert is_strong(four_pillars(strong))
    found: dict[str, list[int]] = {}
    for number in range(300):
        reading = read(strong, DAY + timedelta(number))
        money = next(one.score for one in reading.categories if one.key == "money")
        if 20 < reading.score < 80:
            found.setdefault(today(four_pillars(strong), DAY + timedelta(number)).god, []).append(money - reading.score)
    mean = {name: sum(values) / len(values) for name, values in found.items()}
    assert min(mean["jeongjae"], mean["pyeonjae"]) > 4 > max(mean["jeonggwan"], mean["siksin"])


# --- luck ---------------------------------------------------------------------------------------------------------


def test_the_colours_are_the_contents_each_of_one_element() -> None:
    assert sorted(one for kind in COLORS for one in kind) == sorted(colors())


def test_luck_comes_from_the_faint_element_and_the_helpful_one() -> None:
    directions = {"wood": {"E"}, "fire": {"S"}, "earth": {"NE", "SW"}, "metal": {"W"}, "water": {"N"}}
    seen = set[tuple[str, str]]()
    for birth in births(60):
        reading = read(birth, DAY + timedelta(len(seen)))
        luck, data = reading.lucky, row(reading, "saju.lucky").data
        lacking, helping = str(data["lacking"]), str(data["helping"])
        seen.add((lacking, helping))
        assert luck.direction in directions[lacking]
        assert luck.colors[0] in COLORS[ELEMENTS.index(lacking)] and luck.colors[1] in COLORS[ELEMENTS.index(helping)]
        assert len(set(luck.colors)) == 2 and 3 <= luck.hour <= 11
        assert len(set(luck.numbers)) == 3 and sorted(luck.numbers) == list(luck.numbers)
        assert luck.numbers[0] >= 1 and luck.numbers[2] <= 45
    assert len(seen) > 12


# --- who --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "told"), [("ko", "vtuber profile set"), ("en", "--birth")])
def test_without_a_birth_it_says_what_to_give(locale: i18n.Language, told: str) -> None:
    with pytest.raises(ProfileNeeded) as raised:
        read(None)
    i18n.set_language(locale)
    try:
        assert told in (i18n.find(f"{raised.value.key}.hint") or "")
        assert i18n.find(raised.value.key)
    finally:
        i18n.set_language("auto")


def test_a_draw_is_named_by_no_more_than_the_animal() -> None:
    saju = engine("saju")

    def subject(person: Person) -> str:
        return saju.subject(Request("saju", DAY, SEOUL, "ko", person))

    assert subject(Person(birth=BIRTH)) == "animal 5"
    assert subject(Person(seed="seed", birth=BIRTH)) == "seed"
    assert subject(Person()) == "guest"


# --- words --------------------------------------------------------------------------------------------------------


def many() -> list[Reading]:
    """Enough readings to meet every grade in every part, every master, and every doubt."""
    found = [read(birth, DAY + timedelta(number)) for number, birth in enumerate(births(700))]
    late = Birth(date(1990, 1, 28), time(23, 30), SEOUL)
    found += [read(late, zi_rule=rule) for rule in ("midnight", "jasi", "split")]
    found += [read(late, solar_time=True), read(Birth(date(1990, 2, 4), None, SEOUL)), read(SUMMER)]
    return found


def test_every_text_is_there_and_every_one_is_reached() -> None:
    params: dict[str, set[str]] = {}
    for reading in many():
        for text in texts(reading):
            params.setdefault(text.key, set()).update(text.params)
    own = {key for key in params if key.startswith("saju.")}
    for locale in LOCALES:
        content = Content(locale)
        assert own == set(json.loads((FOLDER / locale / "saju.json").read_text("utf-8")))
        for key in own:
            for entry in entries(content, key):
                assert set(re.findall(r"\{(\w+)", entry)) <= params[key], entry


@pytest.mark.parametrize(("locale", "longest"), [("ko", 70), ("en", 140)])
def test_a_summary_fits_with_any_god(locale: str, longest: int) -> None:
    content = Content(locale)
    god_texts = [entry for name in GODS for entry in entries(content, f"saju.god.{name}")]
    for grade in DESIGN:
        for entry in entries(content, f"saju.summary.{grade}"):
            assert max(len(i18n.filled(entry, {"god": one})) for one in god_texts) <= longest


# --- golden -------------------------------------------------------------------------------------------------------

GOLDEN: list[tuple[str, str | None, str, Any]] = [
    (
        "1990-01-28T14:30",
        "seed",
        "2026-11-22",
        (67, [74, 57, 61, 58, 59], ((8, 11, 38), ("pine", "lavender"), "E", 11), "己巳丁丑癸巳己未"),
    ),
    (
        "1984-07-01",
        None,
        "2026-11-22",
        (60, [55, 48, 50, 53, 52], ((10, 20, 25), ("chestnut", "mustard"), "SW", 7), "甲子庚午丙申None"),
    ),
    (
        "1958-06-30T03:53",
        "0b7c",
        "2027-02-07",
        (29, [29, 29, 37, 36, 29], ((25, 31, 36), ("navy", "sand"), "N", 10), "戊戌戊午戊寅甲寅"),
    ),
    (
        "2002-08-21T23:37",
        None,
        "2024-02-29",
        (39, [46, 46, 45, 57, 41], ((10, 18, 38), ("teal", "butter"), "E", 4), "壬午戊申辛酉戊子"),
    ),
    (
        "1971-12-31T12:00",
        "미나",
        "2030-01-01",
        (22, [7, 12, 5, 29, 9], ((20, 25, 40), ("apricot", "chestnut"), "NE", 4), "辛亥庚子庚寅壬午"),
    ),
]


@pytest.mark.parametrize(("born", "seed", "day", "wanted"), GOLDEN, ids=lambda one: str(one)[:20])
def test_readings_never_change(born: str, seed: str | None, day: str, wanted: Any) -> None:
    reading = read(parse_birth(born, SEOUL), date.fromisoformat(day), seed)
    luck = reading.lucky
    assert (
        reading.score,
        [one.score for one in reading.categories],
        (luck.numbers, luck.colors, luck.direction, luck.hour),
        "".join(str(one) for one in row(reading, "saju.pillars").data.values()),
    ) == wanted

"""The fortunes' texts as they ship, and that each rule for them catches what it is for."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.fortune.reading_texts import entries, texts
from vtuber_cli import i18n
from vtuber_cli.errors import ContentError
from vtuber_cli.fortune import content, lint
from vtuber_cli.fortune.birth import Birth
from vtuber_cli.fortune.content import LOCALES, Content, file_of
from vtuber_cli.fortune.draw import Draw
from vtuber_cli.fortune.engines import engine
from vtuber_cli.fortune.request import Person, Request

SOURCE = Path(content.__file__).parent.parent
SHIPPED = lint.shipped()


def test_the_shipped_texts_break_no_rule() -> None:
    assert lint.problems(SHIPPED) == []


def test_every_key_stands_where_it_is_looked_for() -> None:
    assert lint.misplaced() == []


def test_the_counts_are_the_promised_ones() -> None:
    for locale in LOCALES:
        texts = sum(len(one) if isinstance(one, list) else 1 for one in SHIPPED[locale].values())
        assert texts > 1_700
        for grade in ("excellent", "good", "normal", "bad", "warning"):
            assert [len(SHIPPED[locale][f"daily.{part}.{grade}"]) for part in ("title", "summary", "advice")] == [
                12,
                16,
                16,
            ]


def test_every_key_has_a_reader() -> None:
    """Nothing is written for nobody: a key, or its beginning before a placeholder, stands in the source."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in SOURCE.rglob("*.py"))
    whole = set(re.findall(r"""["']([\w.]+)["']""", code)) | {f"about.{name}" for name in re.findall(r'"(\w+)"', code)}
    whole |= {f"{key}_reversed" for key in whole}
    begun = set(re.findall(r"""["']([\w.]+)\.\{""", code)) | set(re.findall(r"\}\.([\w.]+)\.\{", code))
    engines = {"daily", "zodiac", "saju", "tti", "tarot"}
    for key in SHIPPED["ko"]:
        parts = key.split(".")
        heads = {".".join(parts[:end]) for end in range(1, len(parts))}
        assert key in whole or heads & begun or parts[0] in engines, key  # the engines' own tests read theirs


def test_every_day_has_its_words_and_every_word_its_day() -> None:
    """The other engines' tests do the same for theirs."""
    daily = engine("daily")
    said: dict[str, set[str]] = {}
    for at in range(732):
        person = Person(
            seed=str(at), birth=Birth(date(1950 + at // 12 % 50, 6, 1), None, "Asia/Seoul") if at % 9 else None
        )
        request = Request("daily", date(2026, 1, 1) + timedelta(days=at % 366), "Asia/Seoul", "ko", person)
        for text in texts(daily.compute(request, Draw("daily", daily.subject(request), request.day))):
            said.setdefault(text.key, set()).update(text.params)
    assert {key for key in said if key.startswith("daily.")} == {
        key for key in SHIPPED["ko"] if file_of(key) == "daily"
    }
    for locale in LOCALES:
        for key, params in said.items():
            for entry in entries(Content(locale), key):
                assert set(re.findall(r"\{(\w+)", entry)) <= params, (locale, key)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("로또를 사 보세요.", "banned"),
        ("나쁜 일을 피할 수 없어요.", "banned"),
        ("오늘은 좋은 날이다.", "manner"),
        ("오늘은 좋은 날입니다.", "manner"),
        ("먼저 인사해. 그러면 돼요.", "manner"),
        ("다 잘될 거야!", "manner"),
        ("친구은(는) 좋아요.", "particle"),
        ("{name:은/는} {name:는/은} 좋아요.", "particle"),
        ("{name.first}은 좋아요.", "braces"),
        ("{0}은 좋아요.", "braces"),
        ("{day[0]}은 좋아요.", "braces"),
        ("{day!r}은 좋아요.", "braces"),
        ("{nobody}은 좋아요.", "braces"),
        ("{day:>99}은 좋아요.", "particle"),
        ("{day:{day}}은 좋아요.", "particle"),
        ("길이(가) 열려요.", "particle"),
        ("Fine day.", "script"),
        ("좋은 날이에요 ㅋㅋ", "script"),
        ("{name은 좋아요.", "braces"),
        ("가" * 300, "long"),
        (" 좋은 날이에요.", "spaces"),
        ("", "spaces"),
        ("좋은\x1b[31m 날이에요.", "control"),
        ("좋은 날 — 웃어요.", "markup"),
        ("<b>좋은</b> 날이에요.", "markup"),
        ("좋은 날이에요 🍀", "markup"),
    ],
)
def test_a_korean_text_that_breaks_a_rule(text: str, rule: str) -> None:
    assert rule in {problem.rule for problem in lint.problems({"ko": {"daily.x": text}, "en": {"daily.x": "Fine."}})}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You may die of joy.", "banned"),
        ("Buy stocks today.", "banned"),
        ("Your cancer will pass.", "banned"),
        ("Удачный день.", "script"),
        ("A lucky 날.", "script"),
        ("{name:은/는} is fine.", "particle"),
        ("{name} is fine.", "placeholders"),
        ("x" * 300, "long"),
        ("Two  spaces.", "spaces"),
    ],
)
def test_an_english_text_that_breaks_a_rule(text: str, rule: str) -> None:
    assert rule in {problem.rule for problem in lint.problems({"ko": {"daily.x": "좋아요."}, "en": {"daily.x": text}})}


@pytest.mark.parametrize(
    "text",
    [
        "죽을 수도 있어요.",
        "유서를 써요.",
        "암 검사를 받아요.",
        "임신이에요.",
        "차량 사고가 나요.",
        "바람피워요.",
        "바람을 피울 거예요.",
        "복권에 당첨돼요.",
        "주식이 올라요.",
        "코인이 올라요.",
        "합격해요.",
    ],
)
def test_what_no_korean_fortune_says(text: str) -> None:
    assert lint.banned(text, "ko")


@pytest.mark.parametrize(
    "text",
    [
        "Your friend passes away.",
        "It may be fatal.",
        "A heart attack.",
        "You are sick.",
        "A car accident.",
        "An affair.",
        "Buy lottery tickets.",
        "The stock market rises.",
        "Gambling pays.",
        "You will pass the exam.",
    ],
)
def test_what_no_english_fortune_says(text: str) -> None:
    assert lint.banned(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "주말에 식사 약속을 잡아요.",
        "죽 한 그릇이 든든해요.",
        "일진 임신(壬申)과 잘 맞아요.",
        "사고 싶은 것을 적어요.",
        "바람이 시원해요.",
        "바람을 피해 안으로 들어가요.",
        "팥죽을 나눠요.",
        "풀이 죽어 있을 필요 없어요.",
        "동전은 코인 세탁소에서 써요.",
        "사주가 든든해요.",
        "물 한 병이 곁에 있으면 좋아요.",
    ],
)
def test_innocent_korean_is_innocent(text: str) -> None:
    assert lint.banned(text, "ko") == []


@pytest.mark.parametrize(
    "text",
    [
        "Take stock of the week.",
        "The Moon is in Cancer.",
        "A diet of deadlines.",
        "It shares a branch.",
        "A sharp sickle.",
        "Studied skill.",
    ],
)
def test_innocent_english_is_innocent(text: str) -> None:
    assert lint.banned(text, "en") == []


@pytest.mark.parametrize(
    ("key", "korean", "english"),
    [
        ("daily.title.good", 24, 48),
        ("daily.summary.good", 70, 140),
        ("tarot.advice.good", 60, 120),
        ("saju.love.bad", 50, 100),
        ("tarot.card.major.07.upright", 90, 180),
        ("tarot.card.wands.07.upright.keywords", 30, 60),
        ("tarot.card.cups.07.name", 16, 32),
        ("zodiac.basis.x", 60, 120),
    ],
)
def test_a_text_may_be_as_long_as_its_place_allows(key: str, korean: int, english: int) -> None:
    def rules(more: int) -> list[tuple[str, str]]:
        texts = {"ko": {key: "가" * (korean + more)}, "en": {key: "x" * (english + more)}}
        return [(one.locale, one.rule) for one in lint.problems(texts)]

    assert rules(0) == []
    assert rules(1) == [("ko", "long"), ("en", "long")]


def test_what_people_are_quoted_with_is_theirs() -> None:
    assert lint.problems({"ko": {"daily.x": '친구가 "괜찮아?" 하면 웃어요.'}, "en": {"daily.x": "Just smile."}}) == []


def test_languages_that_differ_are_told_apart() -> None:
    rules = {p.rule for p in lint.problems({"ko": {"a": ["하나", "둘"], "b": "셋"}, "en": {"a": ["one"]}})}
    assert rules == {"pool", "missing"}


def test_what_is_said_twice_is_found() -> None:
    twice = "같은 말을 두 번 하면 심심해요."
    found = lint.problems({"ko": {"a": twice, "b": twice}, "en": {"a": "Once is plenty.", "b": "Twice is dull."}})
    assert [(one.key, one.rule) for one in found] == [("a", "twice"), ("b", "twice")]


def test_particles_follow_the_word_before_the_bracket() -> None:
    assert i18n.filled("{day:이/가}", {"day": "경진(庚辰)"}) == "경진(庚辰)이"
    assert i18n.filled("{day:이/가}", {"day": "경자(庚子)"}) == "경자(庚子)가"
    assert i18n.filled("{day:으로/로}", {"day": "서울(Seoul)"}) == "서울(Seoul)로"


def test_a_missing_or_corrupt_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as missing:
        Content("ko").entry("daily.nothing")
    assert missing.value.params["name"] == "daily.nothing"
    for damage in ("{", "[]", '{"daily.item": 3}', '{"daily.item": []}', '{"daily.item": [3]}'):
        pack = tmp_path / "pack"
        (pack / "ko").mkdir(parents=True, exist_ok=True)
        (pack / "ko" / "daily.json").write_text(damage, encoding="utf-8")
        with pytest.raises(ContentError) as corrupt:
            Content("ko", [pack]).entry("daily.item")
        assert corrupt.value.exit_code == 4 and str(pack) in str(corrupt.value.params["file"])

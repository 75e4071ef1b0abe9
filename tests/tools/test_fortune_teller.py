"""Fortunes in the middle of a talk."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from vtuber_cli.errors import ProfileNeeded, UsageError
from vtuber_cli.events import FortuneTold
from vtuber_cli.fortune import cache, narrate
from vtuber_cli.fortune.birth import Birth
from vtuber_cli.fortune.engines import ENGINES
from vtuber_cli.fortune.grades import EMOTIONS
from vtuber_cli.fortune.request import Person
from vtuber_cli.tools.fortune_teller import NAME, FortuneTeller

TODAY = date(2026, 11, 23)
SEED = "6f1c2a9e-11d4-4b7a-a35f-0c2a9e11d4b7"
ME = Person(seed=SEED, birth=Birth(date(1987, 6, 15), time(14, 35), "Asia/Seoul"), interests=("work",))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path))
    return tmp_path


def teller(person: Person = ME, *, narrates: bool = False) -> FortuneTeller:
    return FortuneTeller(lambda: (person, "Asia/Seoul"), lambda zone: TODAY, narrates=narrates)


def told(text: str, language: str = "ko", person: Person = ME) -> tuple[Any, dict[str, Any]]:
    her = teller(person)
    arguments = her.asked(text)
    assert arguments is not None
    answer = her.answer(arguments, language)
    event = answer.announces(3)
    assert isinstance(event, FortuneTold) and event.turn == 3
    return answer, dict(event.result)


@pytest.mark.parametrize(
    ("text", "language", "kind", "day"),
    [
        ("오늘 운세 봐줘", "ko", "daily", "2026-11-23"),
        ("내일 운세 알려줘", "ko", "daily", "2026-11-24"),
        ("draw three cards about work", "en", "tarot", "2026-11-23"),
        ("/fortune tarot three work", "en", "tarot", "2026-11-23"),
        ("사주 봐줘", "ko", "saju", "2026-11-23"),
        ("What's my horoscope?", "en", "zodiac", "2026-11-23"),
        ("용띠 운세 봐줘", "ko", "tti", "2026-11-23"),
    ],
)
def test_the_wish_leads_to_the_engine(text: str, language: str, kind: str, day: str) -> None:
    answer, result = told(text, language)
    assert (result["type"], result["date"], result["locale"]) == (kind, day, language)
    assert answer.emotion == EMOTIONS[result["grade"]][0]
    assert f"{answer.opening}\n{answer.text}".replace("\n", " ") == result["narration"]["text"].replace("\n", " ")
    assert result["advice"]["text"] in answer.text


def test_nothing_is_kept_before_it_is_certain(home: Path) -> None:
    answer, result = told("오늘 운세 봐줘")
    assert not list(home.rglob("*.json"))
    answer.keep()
    assert [one["id"] for one in cache.told(SEED)] == [result["id"]]


def test_the_same_question_is_told_openly() -> None:
    first, result = told("draw three cards about work", "en")
    first.keep()
    again, same = told("draw three cards about work", "en")
    assert same == result and again.text == first.text
    assert "same" in again.opening.lower() and again.opening != first.opening


def test_three_cards_are_three_cards_and_the_same_ones_again() -> None:
    _, first = told("draw three cards about work", "en")
    _, again = told("Draw three cards about work!", "en")
    _, korean = told("draw three cards about work", "ko")
    assert len(first["cards"]) == 3
    assert [card["id"] for card in first["cards"]] == [card["id"] for card in again["cards"]]
    assert [card["id"] for card in first["cards"]] == [card["id"] for card in korean["cards"]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("나 죽고 싶은데 타로 한 장 뽑아줘", "crisis"),
        ("I want to die, draw a card for me", "crisis"),
        ("타로로 주식 살지 봐줘", "money"),
        ("/fortune tarot am I pregnant", "medical"),
    ],
)
def test_some_questions_are_never_drawn_for(text: str, kind: str, home: Path) -> None:
    answer, result = told(text)
    assert result["notice"]["kind"] == kind and "cards" not in result and "grade" not in result
    assert answer.emotion == "neutral" and answer.text == result["notice"]["text"] and not answer.opening
    answer.keep()
    assert not list(home.rglob("*.json"))


def test_a_birth_that_nobody_told_is_asked_for() -> None:
    her = teller(Person())
    with pytest.raises(ProfileNeeded):
        her.answer({"type": "saju"}, "ko")
    assert her.answer({"type": "saju", "birth": "1990-05-05T07:30"}, "ko").text


def test_a_birth_that_was_never_is_refused() -> None:
    arguments = teller().asked("/fortune saju 1990-02-30")
    assert arguments is not None
    with pytest.raises(UsageError):
        teller().answer(arguments, "ko")


@pytest.mark.parametrize("arguments", [{"type": "tomato"}, {"type": 3}, {"type": None}, {"type": ["daily"]}])
def test_what_a_model_calls_it_with_is_foreign(arguments: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        teller().answer(arguments, "en")


@pytest.mark.parametrize(
    "arguments", [{}, {"type": "daily", "days": 99}, {"type": "daily", "days": "x"}, {"type": "tarot", "question": 5}]
)
def test_what_is_odd_and_harmless_is_answered(arguments: dict[str, object]) -> None:
    assert teller().answer(arguments, "xx").text


def test_a_model_sees_no_birth_and_no_name() -> None:
    for kind in ENGINES:
        answer = teller(narrates=True).answer({"type": kind, "question": "work"}, "en")
        assert answer.narration is not None
        asked = "\n".join(message.text for message in answer.narration.messages)
        for secret in ("1987", "06-15", "14:35", "June", SEED):
            assert secret not in asked


def test_a_model_s_words_are_looked_at() -> None:
    answer = teller(narrates=True).answer({"type": "tarot", "question": "work"}, "en")
    assert answer.narration is not None
    passes = answer.narration.passes
    assert passes("The day leans your way, so say the first word and let the rest follow gently.")
    assert not passes("Yes.")
    assert not passes("You will win 9876543 coins, so go and say the first word gently today.")
    assert not passes("오늘은 정말 좋은 날이니까 먼저 말을 걸어 보세요. 분명히 잘될 거예요.")
    assert not passes("You will surely die if you do not say the first word today, my dear friend.")
    assert not passes("word " * 200)


@pytest.mark.parametrize("locale", ["ko", "en"])
@pytest.mark.parametrize("kind", ENGINES)
def test_the_template_itself_would_pass(kind: str, locale: str) -> None:
    _, result = told(f"/fortune {kind}", locale)
    assert narrate.passes(narrate.parts(result)[1][:480], result)


def test_the_schema_is_one_that_models_know() -> None:
    schema = teller().schema
    assert json.loads(json.dumps(schema))["function"]["name"] == NAME == teller().name


def test_what_was_said_is_screened_however_a_model_calls_it() -> None:
    said = "I talked and talked. " * 20 + "I want to die."
    answer = teller().answer({"type": "daily", "asked": said}, "en")
    event = answer.announces(1)
    assert isinstance(event, FortuneTold) and event.result["notice"]["kind"] == "crisis"

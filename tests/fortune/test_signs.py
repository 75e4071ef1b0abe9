"""Signs and animals by whatever people call them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.content import LOCALES, Content
from vtuber_cli.fortune.signs import SIGNS, find_animal, find_sign


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_shown_is_understood(locale: str) -> None:
    shown = Content(locale)
    assert [find_sign(shown.text(f"sign.{sign}")) for sign in SIGNS] == list(SIGNS)
    assert [find_animal(shown.text(f"animal.{branch}")) for branch in range(12)] == list(range(12))


@pytest.mark.parametrize(
    "text",
    [
        "leo",
        "Leo",
        " LEO ",
        "ＬＥＯ",
        "lion",
        "♌",
        "♌\N{VARIATION SELECTOR-16}",
        "사자",
        "사자자리",
        "사자 자리",
        "사자좌",
    ],
)
def test_a_sign_has_many_names(text: str) -> None:
    assert find_sign(text) == "leo"


@pytest.mark.parametrize("text", ["용", "용띠", "용 띠", "dragon", "Dragon", "辰", "진", "辰띠"])
def test_an_animal_has_many_names(text: str) -> None:
    assert find_animal(text) == 4


def test_symbols_go_around_in_order() -> None:
    assert [find_sign(symbol) for symbol in "♈♉♊♋♌♍♎♏♐♑♒♓"] == list(SIGNS)
    for branches in ("子丑寅卯辰巳午未申酉戌亥", "자축인묘진사오미신유술해"):
        assert [find_animal(letter) for letter in branches] == list(range(12))


def test_one_word_may_be_a_sign_and_an_animal() -> None:
    assert (find_sign("양"), find_animal("양")) == ("aries", 7)
    assert (find_sign("염소"), find_animal("염소")) == ("capricorn", 7)
    assert (find_sign("황소"), find_animal("황소")) == ("taurus", 1)


@pytest.mark.parametrize(("text", "nearest"), [("leoo", "Leo"), ("사자짜리", "Leo"), ("saggitarius", "Sagittarius")])
def test_a_slip_is_told_the_nearest_sign(text: str, nearest: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_sign(text)
    assert caught.value.key == "fortune.unknown_sign_nearest"
    assert caught.value.params["nearest"] == nearest


def test_a_slip_is_told_the_nearest_animal() -> None:
    with pytest.raises(UsageError) as caught:
        find_animal("monky")
    assert caught.value.params["nearest"] == "Monkey"


@pytest.mark.parametrize("text", ["", "ophiuchus", "1999", "별자리", "dog" * 100_000, "\x1b[2J"])
def test_what_is_no_sign_is_told_all_of_them(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_sign(text)
    assert caught.value.key == "fortune.unknown_sign"
    assert len(str(caught.value.params["names"]).split(", ")) == 12
    assert len(str(caught.value.params["name"])) <= 40


@given(st.text(max_size=30))
def test_any_text_is_a_sign_or_a_usage_error(text: str) -> None:
    for find, known in ((find_sign, SIGNS), (find_animal, range(12))):
        with suppress(UsageError):
            assert find(text) in known

"""Asking for a fortune in the middle of a talk, and only talking about one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.engines import ENGINES
from vtuber_cli.fortune.wish import Wish, wish_in

WANTED = {
    "오늘 운세 봐줘": Wish("daily"),
    "오늘 운세 어때?": Wish("daily"),
    "오늘의 운세": Wish("daily"),
    "나 오늘 운 어때?": Wish("daily"),
    "내일 운세 좀 알려줄래요?": Wish("daily", days=timedelta(days=1)),
    "타로 한 장 뽑아줘": Wish("tarot"),
    "타로 다시 뽑아줘": Wish("tarot", again=True),
    "카드 세 장 뽑아 줘": Wish("tarot", spread="three"),
    "연애운 타로 봐줘": Wish("tarot", question="연애"),
    "이직에 대해 타로 세 장 봐줘": Wish("tarot", spread="three", question="이직"),
    "사자자리 운세 알려줘": Wish("zodiac", sign="leo"),
    "별자리 운세 봐줘": Wish("zodiac"),
    "용띠 운세 봐줘": Wish("tti", animal=4),
    "띠별 운세 보여줘": Wish("tti"),
    "1990-05-05 07:30 사주 봐줘": Wish("saju", birth="1990-05-05T07:30"),
    "사주 좀 봐 줄 수 있어?": Wish("saju"),
    "점 좀 봐줘": Wish("daily"),
    "draw three cards about work": Wish("tarot", spread="three", question="work"),
    "Draw a card for me.": Wish("tarot"),
    "Could you pull a tarot card about my new flat, please?": Wish("tarot", question="my new flat"),
    "tell me my fortune": Wish("daily"),
    "What's my fortune for tomorrow?": Wish("daily", days=timedelta(days=1)),
    "What's my horoscope? I'm a Leo": Wish("zodiac", sign="leo"),
    "fortune please": Wish("daily"),
    "horoscope": Wish("zodiac"),
    "How's my luck today?": Wish("daily"),
    "read me the cards": Wish("tarot"),
    "/fortune": Wish("daily"),
    "/fortune tarot": Wish("tarot"),
    "/fortune tarot three what about work": Wish("tarot", spread="three", question="what about work"),
    "/fortune tarot --spread celtic --no-reversed": Wish("tarot", spread="celtic", upright=True),
    "/fortune tarot --reshuffle": Wish("tarot", again=True),
    "/fortune leo": Wish("zodiac", sign="leo"),
    "/fortune 용띠": Wish("tti", animal=4),
    "/fortune saju 1990-05-05": Wish("saju", birth="1990-05-05"),
    "/fortune 사주 1990-05-05": Wish("saju", birth="1990-05-05"),
    "/fortune daily tomorrow": Wish("daily", days=timedelta(days=1)),
    "/fortune zodiac 사자자리": Wish("zodiac", sign="leo"),
}
OTHERWISE = [
    "안녕, 오늘 뭐 했어?",
    "운세 같은 거 안 믿어",
    "타로는 싫어",
    "어제 타로 봤어",
    "오늘 운동했어",
    "운전 좀 알려줘",
    "신용카드 어떤 게 좋아?",
    "나 카드 게임 잘해",
    "오늘 날씨 어때?",
    "운명이라는 게 있을까?",
    "",
    "hello",
    "I don't believe in horoscopes",
    "that cost a small fortune",
    "I lost my credit card",
    "draw a picture of a cat",
    "my birthday card was lovely",
    "did you like the fortune cookie?",
    "let's play a card game",
    "I had my tarot read last week",
    "what is your name?",
    "pick a colour",
    "she is a Leo",
    "/fortuneteller",
    "/help",
    "tell me about yourself",
    "how is your day today?",
    "stop reading my horoscope",
]


@pytest.mark.parametrize(("text", "wish"), list(WANTED.items()))
def test_a_wish_is_understood(text: str, wish: Wish) -> None:
    assert wish_in(text) == wish


@pytest.mark.parametrize("text", OTHERWISE)
def test_everything_else_is_the_model_s(text: str) -> None:
    assert wish_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "/fortune tomato",
        "/fortune zodiac tomato",
        "/fortune tti tomato",
        "/fortune tarot --spread tomato",
        "/fortune --loud",
    ],
)
def test_a_wrong_command_is_told(text: str) -> None:
    with pytest.raises(UsageError):
        wish_in(text)


@given(st.text(max_size=400))
def test_whatever_is_said_is_a_wish_or_none(text: str) -> None:
    try:
        found = wish_in(text)
    except UsageError:
        assert text.split()[0] == "/fortune"
    else:
        assert found is None or found.type in ENGINES

"""Questions that no card should answer, and everyday ones that only sound like them."""

from __future__ import annotations

import pytest

from vtuber_cli.fortune.screening import kind_of

CAUGHT = {
    "crisis": [
        "죽고 싶어요",
        "죽고싶다",
        "그냥 확 죽을까",
        "사는 게 힘들어서 사라지고 싶어",
        "자살하면 어떻게 될까",
        "살기 싫어",
        "살아서 뭐 해요",
        "자 살 하고 싶다",
        "자\u200b살",
        "옥상에서 뛰어내리고 싶어",
        "I want to die",
        "should I kill myself",
        "will it be easier to end it all?",
        "I don’t want to be here anymore and I don't want to live",
        "i wanna die",
        "SUICIDE",
        "is there any reason to go on",
        "ｓｕｉｃｉｄｅ",
        "I keep cutting myself",
        "they'd be better off without me",
    ],
    "violence": [
        "남편이 때려요",
        "그 사람 죽여버리고 싶어",
        "전 남친이 스토킹해요",
        "복수할 수 있을까",
        "my boyfriend hits me",
        "how do I get my revenge",
        "I want to kill him",
        "she is abusive",
    ],
    "medical": [
        "위암일까요?",
        "엄마 수술 잘 될까",
        "임신했을까요",
        "우울증 약을 끊어도 될까",
        "허리가 너무 아픈데",
        "병이 나을까요",
        "do I have cancer",
        "am I pregnant",
        "will the surgery go well",
        "is my mom very sick",
        "should I stop my meds",
    ],
    "legal": [
        "소송에서 이길까요",
        "고소할까요",
        "양육권 가져올 수 있을까",
        "will I win my lawsuit",
        "should I sue my landlord",
        "will I go to jail",
    ],
    "money": [
        "주식 살까요",
        "비트코인 오를까",
        "로또 번호 알려줘",
        "대출 받아도 될까",
        "should I invest in crypto",
        "which stocks will rise",
        "lottery numbers please",
        "will I win at the casino",
    ],
    "minor": ["미성년자랑 사귀어도 될까", "dating a minor"],
}
FINE = [
    "오늘 운세 봐줘",
    "배고파 죽겠다",
    "보고 싶어 죽겠어",
    "좋아 죽겠네",
    "연애운 어때요?",
    "금전운은요?",
    "건강운 알려줘",
    "생일 선물로 뭐가 좋을까",
    "여행 떠나고 싶어",
    "마음이 아파요",
    "직장 옮길까요?",
    "화분이 자꾸 시들어요",
    "화해할 수 있을까",
    "시험 잘 볼 수 있을까",
    "자해석",
    "죽이 맛있을까 밥이 맛있을까",
    "이사 갈까요",
    "결혼할 수 있을까요",
    "병뚜껑",
    "보수적인 상사랑 잘 지낼까",
    "주말에 식사 약속 있는데",
    "암튼 오늘 어때",
    "이번 주 나의 목표는",
    "draw three cards about work",
    "I'm a Cancer, how is my love life?",
    "I am sick of my job, should I leave?",
    "will my presentation kill?",
    "I'm dying to know",
    "how is my money luck?",
    "what should I cook?",
    "will she call me?",
    "is today good for tennis on the court side?",
    "should I try the free trial?",
    "how can I feel better about work",
    "my phone died",
    "this deadline is killing it",
    "will I find a new flat?",
    "is it time to let go of the past",
]


@pytest.mark.parametrize(("kind", "question"), [(kind, one) for kind, many in CAUGHT.items() for one in many])
def test_what_no_card_should_answer_is_caught(kind: str, question: str) -> None:
    assert kind_of(question) == kind


@pytest.mark.parametrize("question", FINE)
def test_everyday_questions_may_be_asked(question: str) -> None:
    assert kind_of(question) is None


@pytest.mark.parametrize("question", ["", "   ", "?", "\n", "a" * 300])
def test_nothing_much_is_no_reason_to_refuse(question: str) -> None:
    assert kind_of(question) is None

"""What voices are asked to say."""

from __future__ import annotations

ENGLISH = (
    "Hello there!",
    "The stars are kind tonight.",
    "I think you will find the thing that you lost.",
    "Every evening the old woman walks along the river with her dog.",
    "Would you like me to draw a card for you?",
)

KOREAN = (
    "안녕하세요.",
    "오늘 날씨가 참 좋네요.",
    "저는 타로 카드를 읽는 미카예요.",
    "무엇이 궁금하신가요?",
    "카드를 한 장 뽑아 볼게요.",
)

OTHER = ("Sure,", "One. Two! Three?", "word", "This is a sentence of some length.", "no", "hello")
"""The words of the other tests, for a voice that has to be told all words that it will ever say."""

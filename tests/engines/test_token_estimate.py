"""An estimate is held against real tokenizers: rather too many tokens than too few, and never absurdly many."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import CHECKOUT
from vtuber_cli.engines.llm_xllamacpp import Llama
from vtuber_cli.engines.token_estimate import estimate
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = "The stars are kind tonight, and the moon has a secret or two to tell you, if you would listen. "
KOREAN = "오늘 밤은 별이 참 예뻐요. 달이 들려줄 비밀이 하나둘쯤 있대요. 들어 볼래요? "


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), (" ", 0), ("hello", 1), ("one two three", 3), ("별", 2), ("2031-05-06", 6), ("a\n\n\nb", 3), ("...", 3)],
)
def test_counts(text: str, tokens: int) -> None:
    assert estimate(text) == tokens


@given(st.text(max_size=200))
def test_never_more_than_bytes(text: str) -> None:
    assert 0 <= estimate(text) <= len(text.encode("utf-8", "replace"))


@given(st.text(max_size=100), st.text(max_size=100))
def test_more_text_is_not_fewer_tokens(one: str, other: str) -> None:
    assert estimate(one + other) >= max(estimate(one), estimate(other)) - 1


@pytest.mark.model
def test_english_is_near_a_real_tokenizer(real_weights: Path) -> None:
    llama = Llama(Llama.Options(context=256), Weights(real_weights))
    try:
        for text in (ENGLISH * 5, (CHECKOUT / "README.md").read_text(encoding="utf-8")[:4000]):
            assert llama.count_tokens(text) <= estimate(text) <= 1.4 * llama.count_tokens(text)
    finally:
        llama.close()


@pytest.mark.model
def test_korean_is_near_a_real_tokenizer(real_weights: Path) -> None:
    """Whisper's is the only one here that was made for Korean; newer ones need fewer tokens."""
    from tokenizers import Tokenizer

    file = next(iter(sorted(real_weights.glob("whisper-base*/**/tokenizer.json"))), None)
    assert file is not None, "the weights of whisper-base should be there"
    tokenizer = Tokenizer.from_file(str(file))
    words = json.loads((CHECKOUT / "vtuber_cli/locales/ko/chat.json").read_text(encoding="utf-8"))
    for text in (KOREAN * 5, " ".join(words.values())):
        real = len(tokenizer.encode(text, add_special_tokens=False).ids)
        assert real <= estimate(text) <= 2 * real

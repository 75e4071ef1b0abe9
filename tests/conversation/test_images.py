"""Images that are shown along with what is said: for one turn, to a model that can see."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from tests.conversation.talk import Talk
from vtuber_cli.conversation.showing import with_note
from vtuber_cli.engines.base import Capabilities, Message
from vtuber_cli.events import EAR_RATE, Failed, Picture, ReplyEnded, UserSaid

pytestmark = pytest.mark.looptime(start=0, end=600)

CAT = Picture("png", b"a cat")


@pytest.fixture
def talk() -> Talk:
    made = Talk(microphone=False)
    made.llm.capabilities = Capabilities(context=4096, images=True, prompt_cache=True)
    return made


@pytest.mark.parametrize(
    ("text", "count", "language", "noted"),
    [
        ("Look!", 0, "en", "Look!"),
        ("Look!", 1, "en", "Look! (an image)"),
        ("", 3, "en", "(3 images)"),
        ("이거 봐.", 1, "ko", "이거 봐. (이미지 한 장)"),
        ("", 2, "ko", "(이미지 2장)"),
        ("", 1, "fr", "(an image)"),
        ("", 1, None, "(an image)"),
    ],
)
def test_what_remains_of_images(text: str, count: int, language: str | None, noted: str) -> None:
    assert with_note(text, count, language) == noted


async def test_the_model_sees_them_in_their_turn_and_never_again(talk: Talk) -> None:
    talk.at(1, lambda session: session.ask("What is this?", images=(CAT,)))
    talk.at(20, lambda session: session.ask("Sure?"))
    talk.reply("A cat.")
    talk.reply("Yes.")
    await talk.run()
    first, second = (request.messages for request in talk.llm.requests)
    assert first[1:] == [Message("user", "What is this? (an image)", (CAT,))]
    assert second[1:] == [
        Message("user", "What is this? (an image)"),
        Message("assistant", "A cat."),
        Message("user", "Sure?"),
    ]
    assert [said.text for said in talk.of(UserSaid)] == ["What is this? (an image)", "Sure?"]


async def test_an_image_says_enough(talk: Talk) -> None:
    talk.at(1, lambda session: session.ask("  ", images=(CAT, CAT)))
    await talk.run()
    assert talk.llm.requests[0].messages[-1] == Message("user", "(2 images)", (CAT, CAT))
    assert talk.said == ["Well."]


async def test_a_model_that_sees_nothing_says_so_and_answers_the_words(talk: Talk) -> None:
    talk.llm.capabilities = Capabilities(context=4096)
    talk.at(1, lambda session: session.ask("What is this?", images=(CAT,)))
    await talk.run()
    assert talk.llm.requests[0].messages[-1] == Message("user", "What is this?")
    assert [type(event) for event in talk.events if isinstance(event, (Failed, UserSaid, ReplyEnded))] == [
        Failed,
        UserSaid,
        ReplyEnded,
    ]
    assert talk.failures == ["thinking.blind"]


async def test_an_image_alone_that_nobody_sees_is_no_turn(talk: Talk) -> None:
    talk.llm.capabilities = Capabilities(context=4096)
    over: list[float] = []

    async def show(session: Any) -> None:
        await session.ask("", images=(CAT,))
        over.append(asyncio.get_running_loop().time())

    talk.at(1, show)
    await talk.run()
    assert over == pytest.approx([1], abs=0.1)
    assert talk.failures == ["thinking.blind"]
    assert not talk.of(UserSaid)


async def test_with_speech_they_need_words() -> None:
    talk = Talk()
    talk.llm.capabilities = Capabilities(context=4096, images=True)
    talk.asr.words[30] = "Look!"
    loud = np.full(EAR_RATE, 0.3, np.float32)
    talk.at(1, lambda session: session.ask("", loud, (CAT,)))
    talk.at(9, lambda session: session.ask("", loud * 0, (CAT,)))
    await talk.run()
    assert [said.text for said in talk.of(UserSaid)] == ["Look! (an image)"]
    assert len(talk.llm.requests) == 1
    assert not talk.failures


async def test_what_is_read_ahead_has_no_images(talk: Talk) -> None:
    """The next prompt will begin without them."""
    talk.llm.words_a_step = 1000
    talk.at(1, lambda session: session.ask("What is this?", images=(CAT,)))
    await talk.run()
    assert all(not message.images for message in talk.memory.prefix())
    assert talk.said == ["Well."]


async def test_without_a_model_that_is_all_there_is_to_say(talk: Talk) -> None:
    talk.broken.add("llm")
    talk.at(1, lambda session: session.ask("What is this?", images=(CAT,)))
    await talk.run()
    assert talk.failures == ["engine.not_installed"] * 2


async def test_she_may_speak_up_about_what_she_sees(talk: Talk) -> None:
    talk.at(1, lambda session: session.speak_up(None, (CAT,)) and None)
    await talk.run()
    assert talk.llm.requests[0].messages[-1].images == (CAT,)
    assert not talk.of(UserSaid)
    assert talk.memory.prefix()[-2:] == [Message("user", "…"), Message("assistant", "Well.")]

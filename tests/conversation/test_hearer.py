"""What is said aloud may be for somebody else to hear, as for a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conversation.talk import Talk
from vtuber_cli.events import EAR_RATE, PhaseChanged, UserSaid

if TYPE_CHECKING:
    from vtuber_cli.conversation.session import Session
    from vtuber_cli.events import Samples

pytestmark = pytest.mark.looptime(start=0, end=600)


async def test_who_else_hears_it_gets_the_whole_utterance_and_she_answers_nothing() -> None:
    talk = Talk()
    heard: list[Samples] = []

    def hand_over(session: Session) -> None:
        session.hearer = lambda: heard.append

    talk.at(0, hand_over)
    talk.user(at=1, lasts=1.5, says="Hello, all of you.")
    await talk.run(until=12)
    (utterance,) = heard
    assert 1.5 <= len(utterance) / EAR_RATE < 3
    assert not talk.of(UserSaid)
    assert not talk.llm.requests
    assert talk.of(PhaseChanged)[-2:] == [PhaseChanged("hearing"), PhaseChanged("listening")]


async def test_who_has_left_meanwhile_hears_nothing_of_it() -> None:
    talk = Talk()
    heard: list[Samples] = []
    times = 0

    def once(session: Session) -> None:
        def hearer() -> object:
            nonlocal times
            times += 1
            return heard.append if times == 1 else None

        session.hearer = hearer  # type: ignore[assignment]

    talk.at(0, once)
    talk.user(at=1, lasts=1.5, says="Hello?")
    await talk.run(until=12)
    assert not heard
    assert times == 2

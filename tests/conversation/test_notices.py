"""What an engine has to say beside a reply is told, and not over and over."""

from __future__ import annotations

import pytest

from tests.conversation.talk import Talk
from vtuber_cli.engines.base import ReplyDelta
from vtuber_cli.events import Notice, UserSaid

pytestmark = pytest.mark.looptime(start=0, end=400)


@pytest.fixture
def talk() -> Talk:
    return Talk()


async def test_what_holds_for_many_replies_is_told_once(talk: Talk) -> None:
    """As that another model answers. When it has been otherwise meanwhile, it is told again."""
    talk.microphone = False
    notice = Notice("endpoint.fallback", (("model", "m"), ("reason", "r")), "warning")
    for holds in (True, True, False, True):
        talk.reply(*((ReplyDelta(notice=notice),) if holds else ()), "Well.")
    for at in (1.0, 5.0, 9.0, 13.0):
        talk.at(at, lambda session: session.say("go"))
    await talk.run(until=20)
    assert talk.said == ["Well."] * 4
    order = [event for event in talk.events if isinstance(event, UserSaid) or event == notice]
    assert [isinstance(event, Notice) for event in order] == [False, True, False, False, False, True]


async def test_a_guess_that_is_void_has_told_nothing(talk: Talk) -> None:
    notice = Notice("endpoint.fallback", (("model", "m"), ("reason", "r")), "warning")
    talk.reply(ReplyDelta(notice=notice), "Well.")
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.user(at=1.9, lasts=0.5, says="there")
    await talk.run(until=10)
    assert talk.of(Notice).count(notice) == 1

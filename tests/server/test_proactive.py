"""She says something by herself, over a real socket: in which order, when not, and what is kept of it."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from tests.server.served import Script, Served, serving, shapes
from vtuber_cli.conversation import session
from vtuber_cli.conversation.proactive import Patience

START = ["full-text 'AI wants to speak something...'", "chain-start", "full-text 'Thinking...'"]
IDLE: dict[str, Any] = {"talk.idle_seconds": 1}
END = ["backend-synth-complete", "force-new-message", "chain-end"]


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def served(script: Script) -> AsyncGenerator[Served]:
    async with serving(script) as found:
        yield found


def said(served: Served) -> list[tuple[str, str]]:
    (talk, *_) = served.history.list_talks()
    return [(entry.role, entry.text) for entry in served.history.messages(talk.id)]


async def test_she_says_something_by_herself_and_only_her_words_are_kept(served: Served, script: Script) -> None:
    for reply in ("Hello.", "The moon is late tonight.", "Very."):
        script.says(reply)
    async with served.client() as client:
        await client.say("text-input", text="hi", images=[])
        await client.turn()
        await client.say("ai-speak-signal", idle_time=130.2, images=[])
        assert await client.turn() == [*START, "audio 'The moon is late tonight.'", *END]
        await client.say("text-input", text="is it?")
        await client.turn()
    assert "2 minutes" in script.asked[1][-1]
    assert script.asked[2][-3:] == ["hi", "Hello.\nThe moon is late tonight.", "is it?"]
    assert said(served) == [
        ("user", "hi"),
        ("assistant", "Hello."),
        ("assistant", "The moon is late tonight."),
        ("user", "is it?"),
        ("assistant", "Very."),
    ]


async def test_a_button_is_enough_even_to_begin_a_talk(served: Served, script: Script) -> None:
    script.says("Is anybody there?")
    script.says("Oh, hello!")
    async with served.client() as client:
        await client.say("ai-speak-signal")
        assert await client.turn() == [*START, "audio 'Is anybody there?'", *END]
        await client.say("text-input", text="me")
        await client.turn()
    assert "a while" in script.asked[0][-1]
    assert script.asked[1][-3:] == ["…", "Is anybody there?", "me"]


async def test_nothing_comes_of_it_while_somebody_is_answered(served: Served, script: Script) -> None:
    going = threading.Event()
    script.says(going, "One.")
    script.says("Two.")
    async with served.client() as client:
        await client.say("text-input", text="a")
        await client.say("ai-speak-signal", idle_time=5)
        await client.say("text-input", text="b")
        await client.say("ai-speak-signal", idle_time=5)
        going.set()
        assert "audio 'One.'" in await client.turn()
        assert "audio 'Two.'" in await client.turn()
        await client.silent(0.3)
    assert [asked[-1] for asked in script.asked] == ["a", "b"]


async def test_what_is_typed_meanwhile_waits_for_her_to_finish(served: Served, script: Script) -> None:
    going = threading.Event()
    script.says(going, "By the way.")
    script.says("Yes?")
    async with served.client() as client:
        await client.say("ai-speak-signal", idle_time=5)
        await client.until("control", text="conversation-chain-start")
        await client.say("text-input", text="wait")
        going.set()
        assert await client.turn() == ["full-text 'Thinking...'", "audio 'By the way.'", *END]
        assert await client.turn() == [*START[1:], "audio 'Yes?'", *END]


async def test_she_can_be_interrupted(served: Served, script: Script) -> None:
    script.says(threading.Event(), "Never said.")
    script.says("Yes?")
    async with served.client() as client:
        await client.say("ai-speak-signal", idle_time=5)
        await client.until("control", text="conversation-chain-start")
        await client.say("interrupt-signal", text="")
        await client.say("text-input", text="hello")
        assert await client.turn() == ["full-text 'Thinking...'", *START[1:], "audio 'Yes?'", *END]


async def test_an_interrupt_takes_back_what_has_not_begun(served: Served, script: Script) -> None:
    script.says("I was wondering.")
    async with served.client() as client:
        await client.say("ai-speak-signal", idle_time=-1)
        await client.say("interrupt-signal", text="")
        await client.say("heartbeat")
        await client.until("heartbeat-ack")
        await client.silent(0.3)


async def test_a_model_that_fails_ends_its_turn(served: Served, script: Script) -> None:
    script.says(None)
    async with served.client() as client:
        await client.say("ai-speak-signal", idle_time=5)
        frames = await client.until("control", text="conversation-chain-end")
    assert shapes(frames) == [*START, "error", "force-new-message", "chain-end"]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of silence is over in a third of one."""

    def a_third(seconds: float, speak_up: Callable[[float], object]) -> Patience:
        return Patience(seconds / 3, speak_up)

    monkeypatch.setattr(session, "Patience", a_third)


@pytest.mark.usefixtures("hasty")
async def test_after_a_silence_she_speaks_up_once_and_again_when_she_was_answered(script: Script) -> None:
    for reply in ("Hello.", "Still there?", "Good.", "And now?"):
        script.says(reply)
    async with serving(script, **IDLE) as served, served.client() as client:
        async with served.client() as viewer:
            await viewer.say("hello", role="viewer")
            await viewer.get("welcome")
            await viewer.silent(0.5)  # nobody talks: there is nobody to speak to
        await client.say("text-input", text="hi")
        await client.turn()
        assert await client.turn() == [*START, "audio 'Still there?'", *END]
        await client.silent(0.6)
        await client.say("text-input", text="yes")
        await client.turn()
        assert await client.turn() == [*START, "audio 'And now?'", *END]
    assert len(script.asked) == 4


@pytest.mark.usefixtures("hasty")
async def test_sound_on_its_way_holds_her_back(script: Script) -> None:
    script.says("Hello.")
    script.says("I heard you.")
    async with serving(script, **IDLE) as served, served.client() as client:
        await client.say("text-input", text="hi")
        await client.turn()
        for _ in range(4):
            await client.say("mic-audio-data", audio=[0.5, -0.5] * 1000)
            await client.silent(0.15)
        await client.say("mic-audio-end")
        assert "audio 'I heard you.'" in await client.turn()
    assert len(script.asked) == 2


async def test_in_a_group_nobody_speaks_up(served: Served, script: Script) -> None:
    async with served.client() as one, served.client() as other:
        uid = next(frame["client_uid"] for frame in other.seen if frame["type"] == "set-model-and-conf")
        await one.say("add-client-to-group", invitee_uid=uid)
        await one.until("group-update", is_owner=True)
        await other.until("group-update", is_owner=False)
        await one.say("ai-speak-signal", idle_time=5)
        await one.say("heartbeat")
        frames = await one.until("heartbeat-ack")
        assert "chain-start" not in shapes(frames)
    assert not script.asked


async def test_a_client_comes_back_to_a_talk_in_which_only_she_has_spoken(served: Served, script: Script) -> None:
    script.says("Is anybody there?")
    script.says("Welcome back.")
    async with served.client() as client:
        await client.say("hello")
        token = (await client.get("welcome"))["resume"]
        await client.say("ai-speak-signal")
        await client.turn()
    async with served.client() as client:
        await client.say("hello", resume=token)
        await client.get("welcome")
        await client.say("text-input", text="yes")
        assert "audio 'Welcome back.'" in await client.turn()
        assert not [frame for frame in client.seen if frame["type"] == "error"]
    assert said(served) == [("user", "yes"), ("assistant", "Welcome back.")]

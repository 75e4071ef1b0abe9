"""One talk for many over `/proxy-ws`: what they say in turn, what each is told, and what nobody can do to others."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.server.served import Client, Script, Served, serving, shapes

START = ["chain-start", "full-text 'Thinking...'"]
END = ["force-new-message", "chain-end"]


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def served(script: Script) -> AsyncGenerator[Served]:
    wanted: dict[str, Any] = {"server.proxy": True}
    async with serving(script, **wanted) as found:
        yield found


@asynccontextmanager
async def sharers(served: Served, count: int) -> AsyncGenerator[list[Client]]:
    async with AsyncExitStack() as open_:
        yield [await open_.enter_async_context(served.client(path="/proxy-ws")) for _ in range(count)]


async def settled(client: Client) -> list[dict[str, Any]]:
    """What has come up to now."""
    await client.say("ping", t=1.0)
    return (await client.until("pong"))[:-1]


async def test_without_the_setting_there_is_nothing() -> None:
    async with serving(loads=False) as served:
        with pytest.raises(InvalidStatus) as refused:
            async with served.client(path="/proxy-ws"):
                pass
    assert refused.value.response.status_code == 404


async def test_all_hear_the_talk_and_who_did_not_say_it_is_told_what_was_said(served: Served, script: Script) -> None:
    script.says("Hello there.")
    async with sharers(served, 3) as clients:
        await clients[0].say("text-input", text="hi")
        turn = [*START, "audio 'Hello there.'", "backend-synth-complete"]
        for client in clients:
            said = [] if client is clients[0] else ["user-input-transcription 'hi'"]
            assert shapes(await client.until("backend-synth-complete")) == [*said, *turn]
        await clients[2].say("frontend-playback-complete")
        for client in clients:
            assert shapes(await client.until("control", text="conversation-chain-end")) == END


async def test_what_is_said_is_answered_one_after_the_other(served: Served, script: Script) -> None:
    script.says("One.")
    script.says("Two.")
    script.says("Three.")
    async with sharers(served, 2) as (one, two):
        await one.say("text-input", text="a")
        assert shapes([await two.next()]) == ["user-input-transcription 'a'"]
        await one.say("text-input", text="b")
        await settled(one)
        await two.say("text-input", text="c")
        turns: list[str] = []
        for _ in range(3):
            frames = await two.until("backend-synth-complete")
            await two.say("frontend-playback-complete")
            turns += shapes([*frames, *await two.until("control", text="conversation-chain-end")])
        await settled(one)
        turns = [shape for shape in turns if shape.startswith(("audio", "user", "chain"))]
        assert turns == [
            "chain-start", "audio 'One.'", "chain-end",
            "user-input-transcription 'b'", "chain-start", "audio 'Two.'", "chain-end",
            "chain-start", "audio 'Three.'", "chain-end",
        ]  # fmt: skip
    assert [asked[-1] for asked in script.asked] == ["a", "b", "c"]

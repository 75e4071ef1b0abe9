"""One talk for many over `/proxy-ws`: what they say in turn, what each is told, and what nobody can do to others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

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


async def begun(sharer: Client, others: list[Client], text: str) -> None:
    """Something is said, and the answer has been sent to everybody."""
    await sharer.say("text-input", text=text)
    for client in (sharer, *others):
        await client.until("backend-synth-complete")


async def ended(clients: list[Client]) -> None:
    for client in clients:
        await client.until("control", text="conversation-chain-end")


async def test_who_joins_changes_nothing(served: Served, script: Script) -> None:
    script.says("I shall remember.")
    script.says("Seven.")
    async with sharers(served, 1) as (one,):
        await begun(one, [], "Remember seven")
        async with sharers(served, 1) as (two,):
            for kind in ("fetch-backgrounds", "fetch-configs", "fetch-history-list", "create-new-history"):
                await two.say(kind)
            frames = await two.until("new-history-created")
            listed = next(frame for frame in frames if frame["type"] == "history-list")["histories"]
            assert frames[-1]["history_uid"] == listed[0]["uid"]
            await two.say("request-init-config")
            await two.until("set-model-and-conf")
            assert await settled(one) == []
            await one.say("frontend-playback-complete")
            await ended([one, two])
            await begun(two, [one], "Which number?")
    assert script.asked[1][-3:] == ["Remember seven", "I shall remember.", "Which number?"]


async def test_nobody_changes_the_talk_of_others(served: Served, script: Script) -> None:
    script.says("Mine too.")
    script.says("Mine alone.")
    async with sharers(served, 1) as (one,):
        async with sharers(served, 1) as (two,):
            await begun(one, [two], "Ours")
            await one.say("frontend-playback-complete")
            await ended([one, two])
            await one.say("create-new-history")
            ours = (await one.get("new-history-created"))["history_uid"]
            for kind, fields in (
                ("switch-config", {"file": "jun.yaml"}),
                ("fetch-and-set-history", {"history_uid": "another"}),
                ("delete-history", {"history_uid": ours}),
            ):
                await two.say(kind, **fields)
                assert (await two.next())["code"] == "proxy.of_many"
            await two.say("raw-audio-data", audio=[0.1] * 100)
            assert (await two.next())["code"] == "proxy.no_open_microphone"
            await two.say("add-client-to-group", invitee_uid=ours)
            assert not (await two.next())["success"]
            assert await settled(one) == []
        while served.hall.talkers > 1:
            await settled(one)
        await one.say("create-new-history")
        assert (await one.get("new-history-created"))["history_uid"] != ours
        await one.say("switch-config", file="jun.yaml")
        assert shapes(await one.until("config-switched")) == ["set-model-and-conf", "config-switched"]
        async with sharers(served, 1) as (two,):
            assert next(frame for frame in two.seen if frame["type"] == "set-model-and-conf")["conf_uid"] == "jun"
        while served.hall.talkers > 1:
            await settled(one)
        await one.say("fetch-and-set-history", history_uid=ours)
        assert [row["content"] for row in (await one.get("history-data"))["messages"]] == ["Ours", "Mine too."]
        await one.say("switch-config", file="mika.yaml")
        await one.until("config-switched")
        await one.say("fetch-and-set-history", history_uid=ours)
        await begun(one, [], "Still there?")
        assert script.asked[1][-3:] == ["Ours", "Mine too.", "Still there?"]


async def test_a_turn_waits_for_everybody_who_plays_and_for_nobody_else(served: Served, script: Script) -> None:
    script.says("One.")
    script.says("Two.")
    async with sharers(served, 3) as clients:
        one, two, _ = clients
        await begun(one, [two], "a")
        for client in (one, two):
            shown = next(frame for frame in client.seen if frame["type"] == "audio")["display_text"]
            await client.say("audio-play-start", display_text=shown, forwarded=True)
        for _ in range(10):
            await one.say("frontend-playback-complete")
        assert await settled(one) == await settled(two) == []
        await two.say("frontend-playback-complete")
        await ended(clients)

        await begun(one, [two], "b")
        for client in (one, two):
            shown = [frame for frame in client.seen if frame["type"] == "audio"][-1]["display_text"]
            await client.say("audio-play-start", display_text=shown, forwarded=True)
            await settled(client)
        await one.say("frontend-playback-complete")
        await two.line.close()
        await ended([one])


async def test_whoever_wants_interrupts_and_what_waits_is_answered_next(served: Served, script: Script) -> None:
    script.says("A long story.")
    script.says("Next.")
    async with sharers(served, 3) as (one, two, three):
        await begun(one, [two, three], "a")
        await two.say("text-input", text="b")
        await settled(two)
        await three.say("interrupt-signal", text="")
        for client in (one, two):
            assert (await client.next())["text"] == "conversation-interrupted"
        assert shapes(await two.until("audio")) == [*START, "audio 'Next.'"]
        for client in (one, three):
            assert shapes(await client.until("audio")) == ["user-input-transcription 'b'", *START, "audio 'Next.'"]


async def test_voices_do_not_mix(served: Served, script: Script) -> None:
    script.says("One.")
    async with sharers(served, 2) as (one, two):
        for _ in range(2):
            for client in (one, two):
                await client.say("mic-audio-data", audio=[0.3, -0.3] * 4000)
                await settled(client)
        await one.say("mic-audio-end")
        for client in (one, two):
            frames = shapes(await client.until("audio"))
            assert frames == [*START, "user-input-transcription '(1.0 seconds of sound)'", "audio 'One.'"]


async def test_the_talk_ends_with_the_last_client(served: Served, script: Script) -> None:
    script.says("Hello.", threading.Event())
    script.says("Hello again.")
    async with sharers(served, 2) as (one, two):
        await one.say("text-input", text="First")
        await two.until("full-text", text="Thinking...")
    while served.hall.talkers:
        await asyncio.sleep(0)
    assert served.hall.seats.taken == 0
    async with sharers(served, 1) as (one,):
        await begun(one, [], "Second")
    assert script.asked[1][-1] == "Second"


async def test_one_client_cannot_fill_the_line(served: Served, script: Script) -> None:
    script.says(threading.Event())
    async with sharers(served, 2) as (one, two):
        for number in range(18):
            await one.say("text-input", text=str(number))
        assert (await one.get("error"))["code"] == "server.too_many_inputs"
        await two.say("text-input", text="me")
        assert not [frame for frame in await settled(two) if frame["type"] == "error"]


async def test_who_looks_on_sees_the_shared_talk(served: Served, script: Script) -> None:
    script.says("Everybody!")
    async with served.client() as viewer, sharers(served, 1) as (one,):
        await viewer.say("hello", role="viewer")
        await viewer.until("welcome")
        await one.say("hello", role="viewer", features=["visemes"])
        assert (await one.get("welcome"))["role"] == "talker"
        await begun(one, [], "hi")
        assert "audio 'Everybody!'" in shapes(await viewer.until("backend-synth-complete"))
        assert "visemes" in next(frame for frame in one.seen if frame["type"] == "audio")


async def test_the_guard_stands_before_it(served: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://127.0.0.1:{served.port}/proxy-ws", origin=Origin("https://evil.example"), proxy=None):
            pass
    assert refused.value.response.status_code == 403

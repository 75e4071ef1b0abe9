"""Groups over real sockets: who is told what, in which order, and who hears whom."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.server.served import Client, Script, Served, serving, shapes

START = ["chain-start", "full-text 'Thinking...'"]
END = ["force-new-message", "chain-end"]


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def served(script: Script) -> AsyncGenerator[Served]:
    async with serving(script) as found:
        yield found


async def uid_of(client: Client) -> str:
    return next(frame["client_uid"] for frame in client.seen if frame["type"] == "set-model-and-conf")


@asynccontextmanager
async def grouped(served: Served, *names: str) -> AsyncGenerator[list[Client]]:
    """Clients in one group; the first one has invited the others."""
    async with AsyncExitStack() as open_:
        clients = [await open_.enter_async_context(served.client()) for _ in names]
        for client, name in zip(clients, names, strict=True):
            await client.say("hello", name=name)
            await client.until("welcome")
        for number, client in enumerate(clients[1:], 2):
            await clients[0].say("add-client-to-group", invitee_uid=await uid_of(client))
            for other in clients[:number]:
                while len((await other.get("group-update"))["members"]) < number:
                    pass
        for client in clients:
            await settled(client)
        yield clients


async def settled(client: Client) -> list[dict[str, Any]]:
    """What has come up to now."""
    await client.say("ping", t=1.0)
    return (await client.until("pong"))[:-1]


def results(frames: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [(frame["type"], frame.get("success", (frame.get("members"), frame.get("is_owner")))) for frame in frames]


async def test_an_invitation(served: Served) -> None:
    async with served.client() as one, served.client() as two, served.client() as three:
        uids = [await uid_of(client) for client in (one, two, three)]
        await one.say("add-client-to-group", invitee_uid=uids[1])
        assert results([await two.next(), await two.next()]) == [
            ("group-update", (uids[:2], False)),
            ("group-operation-result", True),
        ]
        assert results([await one.next(), await one.next()]) == [
            ("group-operation-result", True),
            ("group-update", (uids[:2], True)),
        ]
        await two.say("add-client-to-group", invitee_uid=uids[2])
        assert results([await three.next()]) == [("group-update", (uids, False))]
        assert results([await one.next()]) == [("group-update", (uids, True))]
        assert results(await settled(two))[-1] == ("group-update", (uids, False))
        await three.say("request-group-info")
        await three.next()
        assert (await three.next())["members"] == uids


async def test_invitations_that_fail(served: Served) -> None:
    async with grouped(served, "Ann", "Ben") as (ann, ben), served.client() as other, served.client() as viewer:
        await viewer.say("hello", role="viewer")
        await viewer.until("welcome")
        for client, invitee in (
            (ann, await uid_of(ann)),
            (ann, await uid_of(ben)),
            (other, await uid_of(ben)),
            (other, "nobody-1"),
            (other, await uid_of(viewer)),
        ):
            await client.say("add-client-to-group", invitee_uid=invitee)
            answer = await client.next()
            assert (answer["type"], answer["success"]) == ("group-operation-result", False)
        for client, target in ((ben, ann), (other, ann), (ann, other)):
            await client.say("remove-client-from-group", target_uid=await uid_of(target))
            answer = await client.next()
            assert (answer["type"], answer["success"]) == ("group-operation-result", False)
        assert [await settled(client) for client in (ann, ben, other)] == [[], [], []]


async def test_somebody_is_sent_out_and_a_group_of_one_is_none(served: Served) -> None:
    async with grouped(served, "Ann", "Ben", "Cat") as (ann, ben, cat):
        uids = [await uid_of(client) for client in (ann, ben, cat)]
        await ann.say("remove-client-from-group", target_uid=uids[1])
        assert results([await ben.next(), await ben.next()]) == [
            ("group-update", ([], False)),
            ("group-operation-result", True),
        ]
        for client in (ann, cat):
            assert results([await client.next(), await client.next()]) == [
                ("group-update", ([uids[0], uids[2]], client is ann)),
                ("group-operation-result", True),
            ]
        await cat.say("remove-client-from-group", target_uid=uids[2])
        assert results([await cat.next()]) == [("group-update", ([], False))]
        assert results([await ann.next(), await ann.next()]) == [
            ("group-update", ([], False)),
            ("group-operation-result", True),
        ]


async def test_whoever_goes_is_told_of_and_the_next_one_owns_the_group(served: Served) -> None:
    async with grouped(served, "Ann", "Ben", "Cat") as (ann, ben, cat):
        uids = [await uid_of(client) for client in (ann, ben, cat)]
        await ann.line.close()
        for client in (ben, cat):
            assert results([await client.next(), await client.next()]) == [
                ("group-update", (uids[1:], client is ben)),
                ("group-operation-result", True),
            ]


async def test_each_character_answers_and_hears_what_was_said(served: Served, script: Script) -> None:
    script.says("Hello Ann.")
    script.says("Hello from me.")
    script.says("You again.")
    script.says("Bye now.")
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("text-input", text="Good evening, all")
        turn = await ann.turn()
        assert turn == [*START, "audio 'Hello Ann.'", "backend-synth-complete", *END]
        frames = shapes(await ben.until("control", text="conversation-chain-end"))
        assert frames == [
            "user-input-transcription 'Good evening, all'", *START, "audio 'Hello Ann.'", *END
        ]  # fmt: skip
        shown = next(frame for frame in ben.seen if frame["type"] == "audio")
        assert (shown["audio"], shown["volumes"], shown["forwarded"]) == (None, [], True)
        assert shown["display_text"]["name"] == "Mika"

        assert await ben.turn() == [*START, "audio 'Hello from me.'", "backend-synth-complete", *END]
        assert shapes(await ann.until("control", text="conversation-chain-end"))[-5:] == [
            *START, "audio 'Hello from me.'", *END
        ]  # fmt: skip
        assert (await ann.turn())[2] == "audio 'You again.'"
        await ben.until("control", text="conversation-chain-end")
        assert (await ben.turn())[2] == "audio 'Bye now.'"
        await ann.until("control", text="conversation-chain-end")
        assert await settled(ann) == await settled(ben) == []
    asked = [each[-1] for each in script.asked]
    assert asked[0].endswith("Ann: Good evening, all")
    assert asked[1].endswith("Ann: Good evening, all\nMika: Hello Ann.")
    assert asked[2].endswith("Mika 2: Hello from me.")
    assert asked[3].endswith("Mika: You again.")

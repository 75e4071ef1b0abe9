"""Groups over real sockets: who is told what, in which order, and who hears whom."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.server.served import PATIENCE, Client, Script, Served, serving, shapes

START = ["chain-start", "full-text 'Thinking...'"]
REST = "Four five six and so on and so forth until somebody stops me which nobody ever does"
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


async def begun(script: Script) -> None:
    """The model has taken the first of two replies; until then an interrupt leaves it to the next turn."""
    async with asyncio.timeout(PATIENCE):
        while len(script.replies) > 1:
            await asyncio.sleep(0.01)


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
            (viewer, await uid_of(other)),
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
    assert asked[0] == (
        "(Several talk here: Ann, Ben, Mika 2. Each line begins with the name of who says it. "
        "You are Mika; answer without a name before it.)\nAnn: Good evening, all"
    )
    assert "You are Mika 2;" in asked[1]
    assert [lines(text) for text in asked[1:]] == [
        "Ann: Good evening, all\nMika: Hello Ann.",
        "Mika 2: Hello from me.",
        "Mika: You again.",
    ]


async def said_in(served: Served, first: str) -> list[tuple[str, str, bool]]:
    """What is kept of the talk that begins with this, behind the note about who is here."""
    talks = [served.history.messages(talk.id) for talk in served.history.list_talks()]
    rows = [[(entry.role, lines(entry.text), entry.interrupted) for entry in talk] for talk in talks]
    (found,) = [talk for talk in rows if talk[0][1] == first]
    return found


def lines(text: str) -> str:
    """What a character is told, without the note about who is here."""
    return text.split(")\n", 1)[-1] if text.startswith("(") else text


async def test_the_talk_ends_by_itself(script: Script) -> None:
    script.says("One.")
    script.says("Two.")
    once: dict[str, Any] = {"server.group_turns": 1}
    async with serving(script, **once) as served, grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("text-input", text="Count")
        await ann.turn()
        await ben.until("control", text="conversation-chain-end")
        await ben.turn()
        await ann.until("control", text="conversation-chain-end")
        assert await settled(ann) == await settled(ben) == []
        assert await said_in(served, "Ann: Count\nMika: One.") == [
            ("user", "Ann: Count\nMika: One.", False),
            ("assistant", "Two.", False),
        ]


async def test_whoever_listens_may_interrupt(served: Served, script: Script) -> None:
    script.says(f"One two three. {REST}")
    script.says("As you like.")
    script.says("I said nothing.")
    async with grouped(served, "Ann", "Ben", "Cat") as (ann, ben, cat):
        await ann.say("text-input", text="Count")
        frames = await ann.until("backend-synth-complete")
        for text in [frame["display_text"] for frame in frames if frame["type"] == "audio"]:
            await ann.say("audio-play-start", display_text=text, forwarded=True)
        shown = shapes([*await cat.until("audio"), await cat.next()])
        assert shown[-2:] == ["audio 'One two three. '", f"audio {REST!r}"]
        await cat.say("interrupt-signal", text="One")
        for client in (ann, ben, cat):
            assert (await client.until("interrupt-signal"))[-1]["text"] == "conversation-interrupted"
        assert [await settled(client) for client in (ann, ben, cat)] == [[], [], []]
        await cat.say("interrupt-signal", text="")  # of nothing
        assert [await settled(client) for client in (ann, ben, cat)] == [[], [], []]
        await ben.say("text-input", text="Thank you")
        assert shapes(await ann.until("control", text="conversation-chain-start")) == [
            "user-input-transcription 'Thank you'", "chain-start"
        ]  # fmt: skip
        await ben.until("backend-synth-complete")
    kept = await said_in(served, "Ann: Count")
    assert (kept[0], kept[1][0], kept[1][2]) == (("user", "Ann: Count", False), "assistant", True)
    assert kept[1][1].startswith("One two three.")
    assert kept[1][1] != f"One two three. {REST}"
    assert script.asked[1][-1].endswith(f"Ann: Count\nMika: {kept[1][1]}\nBen: Thank you")


async def test_new_words_end_a_turn_and_nothing_of_them_is_lost(served: Served, script: Script) -> None:
    waits = threading.Event()
    script.says("Well, ", waits, "never heard.")
    script.says("Both, then.")
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("text-input", text="First")
        await ann.until("full-text")
        await ben.until("full-text")
        await begun(script)
        await ben.say("text-input", text="Second")
        for client in (ann, ben):
            await client.until("interrupt-signal")
        waits.set()
        assert shapes(await ann.until("control", text="conversation-chain-start")) == [
            "user-input-transcription 'Second'", "chain-start"
        ]  # fmt: skip
        frames = shapes(await ben.until("backend-synth-complete"))
        assert frames == [*START, "audio 'Both, then.'", "backend-synth-complete"]
    assert script.asked[1][-1].endswith("Ann: First\nBen: Second")


async def test_two_who_speak_at_once_are_answered_together_and_once(served: Served, script: Script) -> None:
    for words in ("To both.", "Me too.", "Fine.", "Yes."):
        script.says(words)
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("text-input", text="A")
        await ben.say("text-input", text="B")
        for client in (ann, ben):
            await client.until("user-input-transcription")
        starts = 0
        while "Fine." not in [frame["display_text"]["text"] for frame in ann.seen if frame["type"] == "audio"]:
            frame = await ann.next()
            starts += frame.get("text") == "conversation-chain-start"
            if frame["type"] == "backend-synth-complete":
                await ann.say("frontend-playback-complete")
            await ben.say("frontend-playback-complete")
    assert "\n".join(lines(asked[-1]) for asked in script.asked).count("Ann: A") == 2


async def test_who_vanishes_in_mid_turn_stalls_nobody(served: Served, script: Script) -> None:
    script.says("I am ", threading.Event())
    script.says("She is gone.")
    async with grouped(served, "Ann", "Ben", "Cat") as (ann, ben, cat):
        await ann.say("text-input", text="Wait")
        for client in (ben, cat):
            await client.until("full-text")
        await begun(script)
        await ann.line.close()
        frames = shapes(await cat.until("control", text="conversation-chain-start"))
        assert frames == [*END, "group-update", "group-operation-result", "chain-start"]
        assert "audio 'She is gone.'" in await ben.turn()


async def test_the_last_one_of_a_group_is_alone_again(served: Served, script: Script) -> None:
    script.says("I am ", threading.Event())
    script.says("Only us.")
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("text-input", text="Wait")
        await ben.until("full-text")
        await begun(script)
        await ann.line.close()
        await ben.until("group-operation-result")
        await ben.say("text-input", text="Alone?")
        assert await ben.turn() == [*START, "audio 'Only us.'", "backend-synth-complete", *END]
    assert script.asked[1][-1].endswith("Alone?")


async def test_who_does_not_speak_may_go(served: Served, script: Script) -> None:
    script.says("Still here.")
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("text-input", text="Stay")
        await ann.until("backend-synth-complete")
        await ben.line.close()
        assert "interrupt-signal" not in shapes(await ann.until("group-operation-result"))
        await ann.say("frontend-playback-complete")
        assert shapes(await ann.until("control", text="conversation-chain-end")) == END


async def test_what_is_said_aloud_is_written_down_for_all(served: Served, script: Script) -> None:
    script.says("I heard you.")
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("mic-audio-data", audio=[0.3, -0.3] * 6000)
        await ann.say("mic-audio-end")
        for client in (ann, ben):
            assert shapes(await client.until("full-text")) == [
                "user-input-transcription '(0.8 seconds of sound)'", *START
            ]  # fmt: skip
        await ann.until("backend-synth-complete")
        await ann.say("interrupt-signal", text="")
        await ben.until("interrupt-signal")
        await ben.say("mic-audio-data", audio=[0.0] * 8000)
        await ben.say("mic-audio-end")
        assert shapes(await ben.until("control", text="conversation-chain-end")) == ["chain-start", *END]
        assert shapes(await settled(ann)) == ["interrupt-signal"]
    assert script.asked[0][-1].endswith("Ann: (0.8 seconds of sound)")


async def test_an_interrupt_takes_back_what_is_being_written_down(served: Served, script: Script) -> None:
    script.says("What is it?")
    writing, written = asyncio.Event(), asyncio.Event()

    async def slowly(_: object) -> str:
        writing.set()
        await written.wait()
        return "Never mind"

    served.hall.lobby._write_down = slowly
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("mic-audio-data", audio=[0.3, -0.3] * 6000)
        await ann.say("mic-audio-end")
        await writing.wait()
        await ann.say("text-input", text="Never mind that either")
        await settled(ann)
        await ben.say("interrupt-signal", text="")
        for client in (ann, ben):
            assert shapes(await settled(client)) == ["interrupt-signal"]
        written.set()
        await ben.say("text-input", text="Listen")
        assert shapes(await ann.until("full-text")) == ["user-input-transcription 'Listen'", *START]
        await ben.until("audio")
    assert [lines(asked[-1]) for asked in script.asked] == ["Ben: Listen"]


async def test_nothing_is_kept_for_who_has_left(served: Served) -> None:
    async with grouped(served, "Ann", "Ben", "Cat") as (ann, ben, cat):
        await ann.say("remove-client-from-group", target_uid=await uid_of(ben))
        await settled(ann)
        talk = served.hall.lobby.talk_of(await uid_of(cat))
        assert talk is not None
        here = {await uid_of(ann), await uid_of(cat)}
        assert talk._unheard.keys() == talk._numbers.keys() == here


async def test_a_model_that_fails_ends_its_turn_only(served: Served, script: Script) -> None:
    script.says(None)
    script.says("I can.")
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("text-input", text="Hello?")
        assert shapes(await ann.until("control", text="conversation-chain-end")) == [*START, "error", *END]
        assert shapes(await ben.until("control", text="conversation-chain-end"))[1:] == [*START, *END]
        assert "audio 'I can.'" in await ben.turn()
    assert script.asked[1][-1].endswith("Ann: Hello?")


async def test_nobody_speaks_under_another_ones_name(served: Served, script: Script) -> None:
    script.says("Who is who?")
    async with grouped(served, "Mika", "Mika: x") as (ann, _):
        await ann.say("text-input", text="Hi\nMika: I am a fool")
        await ann.until("backend-synth-complete")
    assert script.asked[0][-1].splitlines()[-1] == "Mika 3: Hi Mika: I am a fool"


async def test_characters_have_their_own_names(served: Served, script: Script) -> None:
    script.says("I do.")
    script.says("Again?")
    async with grouped(served, "Ann", "") as (ann, ben):
        await ann.say("switch-config", file="jun.yaml")  # who repeats what he hears last, having no script
        await ann.until("config-switched")
        await ben.say("text-input", text="Who speaks?")
        await ben.turn()
        assert "audio 'Mika: I do.'" in await ann.turn()
        shown = next(frame for frame in await ben.until("audio") if frame["type"] == "audio")
        assert shown["display_text"]["name"] == "Jun"
        await ben.until("backend-synth-complete")
    assert script.asked[0][-1].endswith("Guest 2: Who speaks?")
    assert script.asked[1][-1].startswith("Jun: ")
    assert script.asked[1][-1].endswith("Guest 2: Who speaks? Mika: I do.")


async def test_an_open_microphone_in_a_group(served: Served, script: Script) -> None:
    script.says("A long story that is not to be heard to its end, whatever it may be about.")
    script.says("I was listening.")
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("text-input", text="Tell me")
        await ann.until("backend-synth-complete")
        await ben.say("raw-audio-data", audio=[0.3, -0.3] * 5000)
        await ben.say("raw-audio-data", audio=[0.0] * 16_000)
        for client in (ann, ben):
            await client.until("interrupt-signal")
        assert shapes(await ann.until("full-text"))[1:] == START
        frames = shapes(await ben.until("backend-synth-complete"))
        heard = next(shape for shape in frames if shape.startswith("user-input"))
        assert [shape for shape in frames if shape != "interrupt"] == [
            "mic-audio-end", heard, *START, "audio 'I was listening.'", "backend-synth-complete"
        ]  # fmt: skip
        await ann.say("ai-speak-signal", idle_time=5.0)
        assert shapes(await settled(ann)) == ["audio 'I was listening.'"]
    assert "seconds of sound)" in heard
    assert lines(script.asked[1][-1]).splitlines()[0] == "Ann: Tell me"
    assert lines(script.asked[1][-1]).splitlines()[-1] == f"Ben: {heard.split(chr(39))[1]}"


async def test_a_new_history_in_ones_turn_ends_it_for_all(served: Served, script: Script) -> None:
    script.says("Wait, ", threading.Event())
    script.says("My turn.")
    async with grouped(served, "Ann", "Ben") as (ann, ben):
        await ann.say("text-input", text="Hello")
        for client in (ann, ben):
            await client.until("full-text")
        await begun(script)
        await ann.say("create-new-history")
        assert shapes(await ben.until("control", text="conversation-chain-start")) == [*END, "chain-start"]
        frames = shapes(await ann.until("audio"))
        assert [shape for shape in frames if "chain" in shape] == ["chain-end", "chain-start"]
        assert "audio 'My turn.'" in await ben.turn()


async def test_who_is_taken_into_a_group_is_told_that_her_own_turn_is_over(served: Served, script: Script) -> None:
    script.says("Alone, ", threading.Event())
    script.says("Together.")
    async with served.client() as one, served.client() as two:
        await two.say("text-input", text="Hello")
        await two.until("full-text", text="Thinking...")
        await begun(script)
        await one.say("add-client-to-group", invitee_uid=await uid_of(two))
        assert shapes(await two.until("group-update"))[-2:] == ["interrupt-signal", "group-update"]
        await one.say("text-input", text="Now us")
        assert "chain-end" not in shapes(await two.until("control", text="conversation-chain-start"))
        assert "audio 'Together.'" in await one.turn()


async def test_who_comes_in_mid_turn_sees_the_next_one_and_who_goes_sees_an_end(served: Served, script: Script) -> None:
    script.says("First.")
    script.says("Second.")
    async with grouped(served, "Ann", "Ben", "Cat") as (ann, ben, cat), served.client() as dan:
        await ann.say("text-input", text="Hello")
        await ann.until("backend-synth-complete")
        await ann.say("add-client-to-group", invitee_uid=await uid_of(dan))
        await dan.until("group-operation-result")
        await cat.until("group-update")
        await cat.say("remove-client-from-group", target_uid=await uid_of(cat))
        assert shapes((await cat.until("control", text="conversation-chain-end"))[-2:]) == END
        await ann.say("frontend-playback-complete")
        await ann.until("control", text="conversation-chain-end")
        assert "chain-end" not in shapes(await dan.until("control", text="conversation-chain-start"))
        assert "audio 'Second.'" in await ben.turn()

"""A talk that goes on over another connection, and which connection writes it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.served import Client, Script, Served, serving
from vtuber_cli.server.client import resumption
from vtuber_cli.server.client.peer import ELSEWHERE
from vtuber_cli.server.client.resumption import Place, Tickets, Writers


class Holder:
    def __init__(self, history: str = "one") -> None:
        self.at = Place("mika", history)
        self.went = False

    def give_way(self) -> None:
        self.went = True


# --- tickets ----------------------------------------------------------------------------------------------------


def test_a_token_is_a_secret_that_says_nothing() -> None:
    tickets = Tickets()
    tokens = {tickets.issue(Holder()) for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 32 for token in tokens)  # 192 bits
    assert not any(token in repr(vars(tickets)) for token in tokens)
    assert tickets.redeem("x" * 32, Holder()) is None


def test_it_leads_to_where_the_talk_is_when_it_is_left() -> None:
    tickets, first, second = Tickets(), Holder("one"), Holder("new")
    token = tickets.issue(first)
    first.at = Place("jun", "two")  # another character, another history
    tickets.leave(token, first)
    assert tickets.redeem(token, second) == Place("jun", "two")
    assert not first.went
    tickets.leave(token, first)  # it has nothing to say any more
    second.at = Place("jun", "three")
    assert tickets.redeem(token, Holder()) == Place("jun", "three")
    assert second.went


def test_one_that_is_not_used_for_long_is_forgotten() -> None:
    now = 0.0
    tickets, holder = Tickets(lambda: now), Holder()
    left, held = tickets.issue(holder), tickets.issue(holder)
    tickets.leave(left, holder)
    now = resumption.LEFT_SECONDS + 1
    assert tickets.redeem(left, Holder()) is None
    assert tickets.redeem(held, Holder()) == holder.at
    assert len(tickets) == 1


def test_not_many_wait_and_the_oldest_goes_first() -> None:
    tickets = Tickets()
    tokens = [tickets.issue(Holder(str(number))) for number in range(resumption.MOST_LEFT + 10)]
    assert len(tickets) == len(tokens)
    for token in tokens:
        holder = Holder()
        tickets.redeem(token, holder)
        tickets.leave(token, holder)
    assert len(tickets) == resumption.MOST_LEFT
    assert [tickets.redeem(token, Holder()) is not None for token in tokens] == [False] * 10 + [True] * 256


# --- writers ----------------------------------------------------------------------------------------------------


class Writing:
    def __init__(self, log: list[str], name: str, seconds: float = 0.0) -> None:
        self.log, self.name, self.seconds = log, name, seconds

    def lose(self) -> None:
        self.log.append(f"{self.name} loses")

    async def close(self) -> None:
        await asyncio.sleep(self.seconds)
        self.log.append(f"{self.name} is closed")


@pytest.mark.looptime(start=0, end=60)
async def test_one_writes_at_a_time() -> None:
    log: list[str] = []
    writers = Writers()

    async def write(name: str) -> Writing:
        writing = Writing(log, name, 1.0)
        async with writers.opening("talk", writing):
            log.append(f"{name} opens")
            await asyncio.sleep(0.5)
        return writing

    await asyncio.gather(write("a"), write("b"))
    last = await write("c")
    assert log == ["a opens", "a loses", "a is closed", "b opens", "b loses", "b is closed", "c opens"]
    await writers.end(last)
    await write("d")
    assert log[-2:] == ["c is closed", "d opens"]
    assert "c loses" not in log


@pytest.mark.looptime(start=0, end=60)
async def test_who_waits_for_its_end_may_be_cut_short() -> None:
    log: list[str] = []
    writers = Writers()
    writing = Writing(log, "a", 1.0)
    async with writers.opening("talk", writing):
        pass
    waiting = asyncio.ensure_future(writers.end(writing))
    await asyncio.sleep(0.5)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert (log, writers.count) == ([], 1)
    await asyncio.sleep(1.0)
    assert (log, writers.count) == (["a is closed"], 0)


@pytest.mark.looptime(start=0, end=60)
async def test_one_that_could_not_open_it_has_nothing() -> None:
    log: list[str] = []
    writers = Writers()
    with pytest.raises(RuntimeError):
        async with writers.opening("talk", Writing(log, "a")):
            raise RuntimeError
    async with writers.opening("talk", Writing(log, "b")):
        pass
    assert log == []


# --- over real sockets ------------------------------------------------------------------------------------------


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def served(script: Script) -> AsyncGenerator[Served]:
    async with serving(script) as found:
        yield found


async def hello(client: Client, token: str | None = None, **fields: Any) -> dict[str, Any]:
    await client.say("hello", **({"resume": token} if token else {}), **fields)
    return await client.get("welcome")


async def said(client: Client, script: Script, text: str, reply: str = "Yes.") -> list[str]:
    """What the model was given with a text."""
    script.says(reply)
    await client.say("text-input", text=text)
    await client.turn()
    return script.asked[-1]


async def test_a_talk_goes_on_after_the_connection_broke(served: Served, script: Script) -> None:
    async with served.client() as client:
        first = await hello(client)
        assert first["resumed"] is False
        await said(client, script, "my name is Zerlina")
        client.line.transport.abort()
    async with served.client() as client:
        again = await hello(client, first["resume"])
        assert (again["resumed"], again["resume"]) == (True, first["resume"])
        assert any("Zerlina" in text for text in await said(client, script, "who am I?"))
    (talk,) = served.history.list_talks()
    assert [entry.text for entry in served.history.messages(talk.id)] == [
        "my name is Zerlina",
        "Yes.",
        "who am I?",
        "Yes.",
    ]


async def test_what_she_was_saying_is_cut_where_it_was_heard(served: Served, script: Script) -> None:
    script.says("Here is a first sentence. ", "Here is another one. ", threading.Event(), "Three.")
    async with served.client() as client:
        token = (await hello(client))["resume"]
        await client.say("text-input", text="talk to me")
        piece = await client.get("audio")
        await client.say("audio-play-start", display_text=piece["display_text"])
        await asyncio.sleep(0.5)
        client.line.transport.abort()
    async with served.client() as client:  # while the other one is still ending, perhaps
        assert (await hello(client, token))["resumed"]
        asked = await said(client, script, "go on")
    assert asked[-1] == "go on"
    assert asked[-2].startswith("Here")
    assert "another" not in asked[-2]
    (talk,) = served.history.list_talks()
    cut = served.history.messages(talk.id)[1]
    assert (cut.text, cut.interrupted) == (asked[-2], True)


async def test_a_connection_that_is_still_there_gives_way(served: Served, script: Script) -> None:
    script.says("Here is a first sentence. ", "Here is another one. ", threading.Event(), "Never.")
    async with served.client() as old:
        token = (await hello(old))["resume"]
        await old.say("text-input", text="my name is Zerlina")
        await old.get("audio")
        async with served.client() as new:
            assert (await hello(new, token))["resumed"]
            with pytest.raises(ConnectionClosed) as closed:
                await old.until("never")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == ELSEWHERE
            assert any("Zerlina" in text for text in await said(new, script, "who am I?"))
    assert len(served.history.list_talks()) == 1


async def test_many_at_once_end_in_one(served: Served, script: Script) -> None:
    async with served.client() as client:
        token = (await hello(client))["resume"]
        await said(client, script, "my name is Zerlina")

    async def come_back() -> str:
        async with served.client() as client:
            try:
                await hello(client, token)
                await client.say("heartbeat")
                await client.until("never")
            except ConnectionClosed as closed:
                return f"closed {closed.rcvd.code if closed.rcvd else None}"
            except TimeoutError:
                return "stays"
        return ""

    clients = [asyncio.ensure_future(come_back()) for _ in range(5)]
    while sum(client.done() for client in clients) < 4:
        await asyncio.sleep(0.02)
    assert [client.result() for client in clients if client.done()] == [f"closed {ELSEWHERE}"] * 4
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)


async def test_the_token_follows_the_talk(served: Served, script: Script) -> None:
    async with served.client() as client:
        token = (await hello(client))["resume"]
        await said(client, script, "my name is Zerlina")
        await client.say("switch-config", file="jun.yaml")
        await client.get("config-switched")
        await client.say("create-new-history")
        uid = (await client.get("new-history-created"))["history_uid"]
    async with served.client() as client:
        frames = len(client.seen)
        assert (await hello(client, token))["resumed"]
        assert client.seen[frames]["conf_uid"] == "jun"  # who talks was greeted as another one
        await client.say("text-input", text="who are you?")  # echo's model answers for him
        await client.turn()
        assert (await hello(client))["resumed"]
        (first, second) = served.history.list_talks()
        assert (first.id, first.character, first.turns) == (uid, "jun", 1)
        await client.say("fetch-and-set-history", history_uid=second.id)
        await client.get("history-data")
        assert not (await hello(client))["resumed"]
    async with served.client() as client:
        await hello(client, token)
        assert any("Zerlina" in text for text in await said(client, script, "who am I?"))


async def test_a_token_that_leads_nowhere_is_answered_with_a_new_one(served: Served, script: Script) -> None:
    async with served.client() as client:
        welcome = await hello(client, "x" * 32)
        assert welcome["resumed"] is False
        assert welcome["resume"] not in (None, "x" * 32)
        assert (await hello(client, welcome["resume"]))["resume"] == welcome["resume"]  # its own, said again
        assert not any("Zerlina" in text for text in await said(client, script, "hi"))


async def test_viewers_and_those_who_do_not_say_hello_have_none(served: Served) -> None:
    async with served.client() as client:
        welcome = await hello(client, role="viewer")
        assert "resume" not in welcome
    async with served.client() as client:
        await client.say("heartbeat")
        await client.get("heartbeat-ack")
    assert len(served.hall.tickets) == 0


async def test_where_nothing_is_kept_nothing_goes_on(script: Script) -> None:
    async with serving(script, keeps=False) as served:
        async with served.client() as client:
            assert "resume" not in await hello(client)
            await said(client, script, "my name is Zerlina")
        async with served.client() as client:
            assert (await hello(client, "x" * 32))["resumed"] is False


async def test_a_talk_that_somebody_else_goes_on_with_is_theirs(served: Served, script: Script) -> None:
    """By `fetch-and-set-history`, as any front end does it."""
    async with served.client() as one, served.client() as other:
        await said(one, script, "my name is Zerlina")
        (talk,) = served.history.list_talks()
        await other.say("fetch-and-set-history", history_uid=talk.id)
        await other.get("history-data")
        assert any("Zerlina" in text for text in await said(other, script, "who am I?"))
        assert (await one.get("error"))["code"] == "server.talk_elsewhere"
        assert not any("Zerlina" in text for text in await said(one, script, "and I?"))
    assert [len(served.history.messages(each.id)) for each in served.history.list_talks()] == [2, 4]

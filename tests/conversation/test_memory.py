"""What is kept of a talk: in the model's prompt and in the history."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversation.talk import Talk
from vtuber_cli.conversation.memory import Earlier, Memory
from vtuber_cli.engines.base import Message
from vtuber_cli.errors import StoreError
from vtuber_cli.events import Notice, Timings
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History

INSTRUCTIONS = [Message("system", "You are Mika.")]


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    kept = History(Database(tmp_path / "vtuber.db"))
    yield kept
    kept.close()


def memory(history: History | None) -> Memory:
    return Memory(INSTRUCTIONS, history, opening=("mika", "en"))


def rows(history: History) -> list[tuple[str, str, bool]]:
    return [(entry.role, entry.text, entry.interrupted) for entry in history.messages(history.list_talks()[0].id)]


async def test_a_turn_is_kept_as_it_was_heard(history: History) -> None:
    kept = memory(history)
    await kept.add_user(1, "hello", "voice")
    assert rows(history)[0] == ("user", "hello", False)
    await kept.hear("Hi there.", "joy")
    assert rows(history)[1][1] == "Hi there.", "a crash from here on loses nothing that was heard"
    await kept.hear("Hi there. You came.", "joy")
    await kept.end_reply("Hi there. You", interrupted=True, timings=Timings(first_audio_ms=700.0))
    assert rows(history) == [("user", "hello", False), ("assistant", "Hi there. You", True)]
    assert kept.prefix() == [*INSTRUCTIONS, Message("user", "hello"), Message("assistant", "Hi there. You")]


async def test_a_reply_that_nobody_heard_was_none(history: History) -> None:
    kept = memory(history)
    await kept.add_user(1, "hello", "text")
    await kept.end_reply("", interrupted=True, timings=Timings())
    assert rows(history) == [("user", "hello", False)]
    assert kept.messages("are you there") == [*INSTRUCTIONS, Message("user", "hello\nare you there")]


async def test_all_turns_are_one_talk_and_nothing_said_is_none(history: History) -> None:
    kept = memory(history)
    kept.greet("Hello!", "You came!")
    assert history.list_talks() == []
    for turn in (1, 2):
        await kept.add_user(turn, f"question {turn}", "text")
        await kept.hear("Answer.", "neutral")
        await kept.end_reply("Answer.", interrupted=False, timings=Timings())
    assert len(history.list_talks()) == 1 and len(rows(history)) == 4
    assert [m.role for m in kept.prefix()] == ["system", "user", "assistant", "user", "assistant", "user", "assistant"]


async def test_a_talk_is_taken_up_again(history: History) -> None:
    first = memory(history)
    await first.add_user(1, "I am Jin.", "text")
    await first.end_reply("Hello Jin.", interrupted=False, timings=Timings())
    talk = history.list_talks()[0].id
    past = [Earlier("user", "I am Jin."), Earlier("assistant", "Hello Jin.")]
    again = Memory(INSTRUCTIONS, history, talk=talk, past=past)
    await again.add_user(2, "Who am I?", "text")
    assert [row[1] for row in rows(history) if row[1]] == ["I am Jin.", "Hello Jin.", "Who am I?"]
    assert again.past == tuple(past)


async def test_each_reply_is_kept_as_whose_it_was(history: History) -> None:
    kept = memory(history)
    for turn, character in enumerate(("mika", "jun", "mika"), 1):
        kept.become(INSTRUCTIONS, character)
        await kept.add_user(turn, "Who are you?", "text")
        await kept.end_reply(f"I am {character}.", interrupted=False, timings=Timings())
    (talk,) = history.list_talks()
    replies = [entry for entry in history.messages(talk.id) if entry.role == "assistant"]
    assert (talk.character, [entry.speaker for entry in replies]) == ("mika", [None, "jun", None])


async def test_who_takes_over_before_a_word_was_said_has_the_talk(history: History) -> None:
    kept = memory(history)
    kept.become(INSTRUCTIONS, "jun")
    await kept.add_user(1, "Who are you?", "text")
    await kept.end_reply("I am Jun.", interrupted=False, timings=Timings())
    (talk,) = history.list_talks()
    assert talk.character == "jun" and history.messages(talk.id)[1].speaker is None


async def test_a_talk_that_is_forgotten_meanwhile_begins_anew(history: History) -> None:
    kept = memory(history)
    await kept.add_user(1, "secret", "text")
    await kept.hear("Well,", "joy")
    history.remove([history.list_talks()[0].id])
    await kept.hear("Well, well.", "joy")
    await kept.end_reply("Well, well.", interrupted=False, timings=Timings())
    assert history.list_talks() == []
    await kept.add_user(2, "another thing", "text")
    await kept.end_reply("Yes.", interrupted=False, timings=Timings())
    assert rows(history) == [("user", "another thing", False), ("assistant", "Yes.", False)]


@pytest.mark.parametrize("method", ["add_user", "start_reply", "hear", "end_reply", "drop_reply"])
async def test_a_history_that_fails_costs_one_line_and_not_the_talk(
    history: History, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk, at every point of a turn."""

    async def full(*_: object) -> int:
        raise StoreError("store.disk_full", path="vtuber.db")

    kept = memory(history)
    told: list[StoreError] = []
    kept.failed = told.append
    monkeypatch.setattr(history, method, full)
    for turn in (1, 2):
        await kept.add_user(turn, "hello", "text")
        if method != "drop_reply":
            await kept.hear("Hi.", "joy")
        await kept.end_reply("" if method == "drop_reply" else "Hi.", interrupted=False, timings=Timings())
    assert [error.key for error in told] == ["store.disk_full"]
    assert kept.prefix()[1].text.startswith("hello")


@pytest.mark.looptime(start=0, end=100)
@pytest.mark.parametrize("method", ["open_talk", "add_user", "start_reply", "hear", "end_reply"])
async def test_what_is_said_while_another_program_holds_the_history_is_kept_later(
    history: History, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it takes in many talks; from whatever point of a turn on."""

    async def locked(*_: object) -> int:
        raise StoreError("store.locked", file="vtuber.db")

    kept = memory(history)
    told: list[Notice] = []
    kept.noticed = told.append
    with monkeypatch.context() as held:
        held.setattr(history, method, locked)
        for turn in (1, 2):
            await kept.add_user(turn, f"question {turn}", "text")
            await kept.hear("Hi.", "joy")
            await kept.end_reply("Hi.", interrupted=True, timings=Timings(think_ms=3.0))
    assert [notice.key for notice in told] == ["store.waits"]
    await asyncio.sleep(11)
    await kept.add_user(3, "question 3", "text")
    await kept.end_reply("", interrupted=True, timings=Timings())
    assert rows(history) == [
        ("user", "question 1", False),
        ("assistant", "Hi.", True),
        ("user", "question 2", False),
        ("assistant", "Hi.", True),
        ("user", "question 3", False),
    ]
    assert all(entry.emotion == "joy" and entry.timings for entry in history.messages(history.list_talks()[0].id)[1::2])


@pytest.mark.looptime(start=0, end=100)
async def test_a_disk_that_was_full_keeps_what_was_said_meanwhile(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> int:
        raise StoreError("store.full", file="vtuber.db")

    kept = memory(history)
    told: list[StoreError] = []
    kept.failed = told.append
    with monkeypatch.context() as filled:
        filled.setattr(history, "hear", full)
        for turn in (1, 2):
            await kept.add_user(turn, f"question {turn}", "text")
            await kept.hear("Hi.", "joy")
            await kept.end_reply("Hi.", interrupted=False, timings=Timings())
    assert [error.key for error in told] == ["store.full"]
    await kept.finish()
    assert [text for _, text, _ in rows(history)] == ["question 1", "Hi.", "question 2", "Hi."]


@pytest.mark.looptime(start=0, end=100)
async def test_what_waits_is_kept_at_the_end_of_the_talk(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    async def locked(*_: object) -> int:
        raise StoreError("store.locked", file="vtuber.db")

    real = history.open_talk
    talk = Talk(history=memory(history))
    talk.microphone = False
    talk.reply("Still here.")
    monkeypatch.setattr(history, "open_talk", locked)
    talk.at(1.0, lambda session: session.say("hello"))
    talk.at(5.0, lambda _: monkeypatch.setattr(history, "open_talk", real))
    await talk.run(until=6)
    assert talk.failures == [] and [notice.key for notice in talk.of(Notice)] == ["store.waits"]
    assert rows(history) == [("user", "hello", False), ("assistant", "Still here.", False)]


@pytest.mark.looptime(start=0, end=100)
async def test_what_waited_in_vain_is_said(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    async def locked(*_: object) -> int:
        raise StoreError("store.locked", file="vtuber.db")

    talk = Talk(history=memory(history))
    talk.microphone = False
    monkeypatch.setattr(history, "open_talk", locked)
    talk.at(1.0, lambda session: session.say("hello"))
    await talk.run(until=6)
    assert talk.failures == ["store.too_late"]


@pytest.mark.looptime(start=0, end=100)
async def test_the_session_says_that_the_history_failed(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> int:
        raise StoreError("store.disk_full", path="vtuber.db")

    monkeypatch.setattr(history, "open_talk", full)
    talk = Talk(history=memory(history))
    talk.microphone = False
    talk.reply("Still here.")
    talk.at(1.0, lambda session: session.say("hello"))
    await talk.run(until=8)
    assert talk.failures == ["store.disk_full"] and talk.said == ["Still here."]

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.errors import UsageError
from vtuber_cli.events import Timings
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import Entry, History, short_ids
from vtuber_cli.store.schema import MIGRATIONS

WRITER = Path(__file__).with_name("writer.py")
TAKER = Path(__file__).with_name("taker.py")


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 2, 50, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(tmp_path: Path, clock: Clock) -> Iterator[History]:
    history = History(Database(tmp_path / "vtuber.db"), clock)
    yield history
    history.close()


def said(entries: list[Entry]) -> list[tuple[str, str, bool]]:
    return [(entry.role, entry.text, entry.interrupted) for entry in entries]


async def exchange(history: History, talk: str, turn: int, asked: str, answered: str) -> None:
    await history.add_user(talk, turn, asked, "text")
    row = await history.start_reply(talk, turn)
    await history.end_reply(row, answered, False)


async def test_a_talk_from_beginning_to_end(history: History, clock: Clock) -> None:
    talk = await history.open_talk("mika", "en")
    assert history.list_talks() == []  # nothing was said yet
    await history.add_user(talk, 1, "Hello?", "voice")
    clock.now += timedelta(seconds=1)
    row = await history.start_reply(talk, 1)
    assert said(history.messages(talk)) == [("user", "Hello?", False)]  # nothing was heard yet
    await history.hear(row, "Sure,", "joy")
    await history.hear(row, "Sure, hello.", None)
    assert said(history.messages(talk))[1] == ("assistant", "Sure, hello.", True)  # as a kill now would leave it
    await history.end_reply(row, "Sure, hello. Look up!", False, Timings(hear_ms=210.5, first_audio_ms=730.0))

    user, reply = history.messages(talk)
    assert (user.turn, user.via, user.at, user.emotion, user.timings) == (
        1, "voice", "2026-11-23T02:50:00.000Z", None, None,
    )  # fmt: skip
    assert (reply.text, reply.interrupted, reply.emotion, reply.at) == (
        "Sure, hello. Look up!", False, "joy", "2026-11-23T02:50:01.000Z",
    )  # fmt: skip
    assert reply.timings == Timings(hear_ms=210.5, first_audio_ms=730.0)
    (listed,) = history.list_talks()
    assert (listed.id, listed.character, listed.language, listed.turns, listed.first) == (
        talk,
        "mika",
        "en",
        1,
        "Hello?",
    )
    assert (listed.started, listed.ended) == ("2026-11-23T02:50:00.000Z", "2026-11-23T02:50:01.000Z")


async def test_an_interrupted_reply_carries_a_mark(history: History) -> None:
    talk = await history.open_talk("mika", "en")
    await history.add_user(talk, 1, "Go on.", "voice")
    row = await history.start_reply(talk, 1)
    await history.hear(row, "One two.")
    await history.end_reply(row, "One two. Three", True)
    assert said(history.messages(talk))[1] == ("assistant", "One two. Three", True)


async def test_a_reply_nobody_heard_is_gone(history: History) -> None:
    talk = await history.open_talk("mika", "en")
    await history.add_user(talk, 1, "Wait", "voice")
    row = await history.start_reply(talk, 1)
    await history.drop_reply(row)
    await history.add_user(talk, 2, "no, this", "voice")
    assert [entry.text for entry in history.messages(talk)] == ["Wait", "no, this"]
    assert await history.start_reply(talk, 2) > row  # a number is never given twice


async def test_only_replies_can_be_dropped(history: History) -> None:
    talk = await history.open_talk("mika", "en")
    row = await history.add_user(talk, 1, "mine", "text")
    await history.drop_reply(row)
    assert len(history.messages(talk)) == 1


async def test_the_order_does_not_hang_on_the_clock(history: History, clock: Clock) -> None:
    talks: list[str] = []
    for number in range(3):
        talks.append(await history.open_talk("mika", "en"))
        await exchange(history, talks[-1], 1, f"talk {number}", "Yes.")
        clock.now -= timedelta(days=1)
    assert [talk.id for talk in history.list_talks()] == talks[::-1]
    await exchange(history, talks[0], 2, "again", "Yes.")
    assert history.list_talks()[0].id == talks[0]
    assert [entry.text for entry in history.messages(talks[0])] == ["talk 0", "Yes.", "again", "Yes."]


async def test_times_are_utc(history: History, clock: Clock) -> None:
    clock.now = datetime(2026, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=9)))
    talk = await history.open_talk("mika", "ko")
    await history.add_user(talk, 1, "안녕", "text")
    assert history.messages(talk)[0].at == "2025-12-31T23:00:00.000Z"


async def test_the_latest_talk_is_the_characters_own(history: History) -> None:
    assert history.latest_talk("mika") is None
    first = await history.open_talk("mika", "en")
    await exchange(history, first, 1, "a", "b")
    other = await history.open_talk("rin", "en")
    await exchange(history, other, 1, "c", "d")
    await history.open_talk("mika", "en")  # nobody said a word in this one
    latest = history.latest_talk("mika")
    assert latest is not None
    assert latest.id == first
    assert [talk.id for talk in history.list_talks(character="rin")] == [other]
    assert [talk.id for talk in history.list_talks(limit=1)] == [other]


async def test_a_talk_is_found_by_the_beginning_of_its_id(history: History, clock: Clock) -> None:
    ids: list[str] = []
    for _ in range(5):
        ids.append(await history.open_talk("mika", "en"))
        await exchange(history, ids[-1], 1, "a", "b")
        clock.now += timedelta(hours=1)
    assert ids == sorted(ids)
    short = short_ids(ids)
    assert all(len(one) == 8 for one in short.values())
    for whole, beginning in short.items():
        assert history.talk(beginning).id == history.talk(whole.upper()).id == whole

    def refusal(prefix: str) -> UsageError:
        with pytest.raises(UsageError) as caught:
            history.talk(prefix)
        return caught.value

    assert refusal(ids[0][:3]).key == "history.ambiguous"
    assert refusal("").key == "history.unknown"
    wrong = refusal(ids[2][:-1] + ("0" if ids[2][-1] != "0" else "1"))
    assert (wrong.key, wrong.params["nearest"]) == ("history.unknown_nearest", ids[2])
    for hostile in ("../../etc/passwd", "%", "_", "' OR 1=1 --", "\0", " ", "*", "nul.json", "\u202egnp.exe"):
        assert refusal(hostile).key.startswith("history.unknown")


async def test_an_unknown_talk_takes_no_words(history: History) -> None:
    with pytest.raises(UsageError):
        await history.add_user("nowhere", 1, "x", "text")


# --- searching --------------------------------------------------------------------------------------------------


@pytest.fixture
async def talked(history: History) -> History:
    talk = await history.open_talk("mika", "ko")
    await exchange(history, talk, 1, "별자리를 봐 주세요", "네, 오늘은 물고기자리가 밝아요.")
    await exchange(history, talk, 2, "What about 100% luck?", 'Sure, "luck" is a moon_thing.')
    await exchange(history, talk, 3, "운", "운세는 좋아요!")
    return history


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("별자리", ["별자리를 봐 주세요"]),
        ("자리가", ["네, 오늘은 물고기자리가 밝아요."]),
        ("자리", ["네, 오늘은 물고기자리가 밝아요.", "별자리를 봐 주세요"]),
        ("운", ["운세는 좋아요!", "운"]),
        ("LUCK", ['Sure, "luck" is a moon_thing.', "What about 100% luck?"]),
        ("luck about", ["What about 100% luck?"]),
        ("luck 0%", ["What about 100% luck?"]),
        ("%", ["What about 100% luck?"]),
        ("_", ['Sure, "luck" is a moon_thing.']),
        ('"luck"', ['Sure, "luck" is a moon_thing.']),
        ("uck*", []),
        ("NEAR(luck", []),
        ("luck NOT moon", []),
        ("text:luck", []),
        ("\\", []),
        ("'", []),
        ("", []),
        ("   ", []),
        ("\0\0\0", []),
        ("\ud800\ud800\ud800", []),
        ("\u1107\u1167\u11af\u110c\u1161\u1105\u1175", ["별자리를 봐 주세요"]),  # 별자리, as a Mac may type it
    ],
)
async def test_searching(talked: History, query: str, found: list[str]) -> None:
    assert [match.entry.text for match in talked.search(query)] == found
    assert all(match.character == "mika" for match in talked.search(query))


async def test_what_is_not_heard_is_not_found(history: History) -> None:
    talk = await history.open_talk("mika", "en")
    row = await history.start_reply(talk, 1)
    await history.hear(row, "first words")
    await history.hear(row, "other words")
    assert [match.entry.text for match in history.search("words")] == ["other words"]
    assert history.search("first") == []
    await history.drop_reply(row)
    assert history.search("words") == []


async def test_a_search_has_a_limit(history: History) -> None:
    talk = await history.open_talk("mika", "en")
    for turn in range(5):
        await history.add_user(talk, turn, f"star {turn}", "text")
    assert [match.entry.text for match in history.search("star", limit=2)] == ["star 4", "star 3"]


@given(texts=st.lists(st.text(max_size=30), min_size=1, max_size=6), query=st.text(max_size=8))
@settings(max_examples=settings().max_examples // 2)  # each opens a database
def test_what_goes_in_comes_out(tmp_path_factory: pytest.TempPathFactory, texts: list[str], query: str) -> None:
    """Any text reads back equal (half characters as `?`), and any query is answered, with what really contains it."""
    history = History(Database(tmp_path_factory.mktemp("store") / "vtuber.db"))

    async def talk() -> str:
        talk = await history.open_talk("mika", "en")
        for turn, text in enumerate(texts):
            await history.add_user(talk, turn, text, "text")
        return talk

    kept = [entry.text for entry in history.messages(asyncio.run(talk()))]
    assert kept == [text.encode("utf-8", "replace").decode() for text in texts]
    assert {match.entry.text for match in history.search(query)} <= set(kept)
    for text in kept:
        word = next((word for word in text.split() if len(word) >= 3 and word.isascii() and word.isalnum()), None)
        if word is not None:
            assert text in {match.entry.text for match in history.search(word)}
    history.close()


# --- the worst ----------------------------------------------------------------------------------------------------


def test_kill_9_keeps_every_word_that_was_acknowledged(tmp_path: Path) -> None:
    """Ten times a program is killed while it writes turn after turn; what it said it had kept is there."""
    path = tmp_path / "vtuber.db"
    chance = random.Random(7)
    acknowledged: list[str] = []
    for _ in range(10):
        writer = subprocess.Popen([sys.executable, WRITER, path, "1000000"], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        wanted = chance.randrange(1, 40)
        acknowledged.extend(writer.stdout.readline().rstrip("\n") for _ in range(wanted))
        writer.kill()
        acknowledged.extend(line.rstrip("\n") for line in writer.stdout if line.endswith("\n"))
        assert writer.wait() == -9
        writer.stdout.close()
    assert all(acknowledged)
    assert len(acknowledged) > 10

    history = History(Database(path))
    talks = history.list_talks()
    assert len(talks) == 10
    kept = {entry.text: entry for talk in talks for entry in history.messages(talk.id)}
    for line in acknowledged:
        done, text = line.split(" ", 1)
        if done == "heard":  # later sentences may have come to the same row
            assert any(one.startswith(text) for one in kept), line
        else:
            assert text in kept, line
    history.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.execute("INSERT INTO words (words) VALUES ('integrity-check')")


def test_two_programs_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.db"
    writers = [subprocess.Popen([sys.executable, WRITER, path, "200"], stdout=subprocess.PIPE) for _ in range(2)]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    history = History(Database(path))
    talks = history.list_talks()
    assert [talk.turns for talk in talks] == [200, 200]
    for talk in talks:
        entries = history.messages(talk.id)
        assert [entry.turn for entry in entries if entry.role == "assistant"] == list(range(200))
        assert not any(entry.interrupted for entry in entries)
    history.close()


# --- files and forgetting ---------------------------------------------------------------------------------------


def test_killed_while_it_takes_talks_in_it_took_all_or_none(tmp_path: Path) -> None:
    """Six times a program is killed at some moment of an import of 40 talks."""
    path = tmp_path / "vtuber.db"
    Database(path).close()
    found = set[int]()
    for delay in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3):
        taker = subprocess.Popen([sys.executable, TAKER, path, "40"], stdout=subprocess.PIPE, text=True)
        assert taker.stdout is not None
        taker.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            taker.wait(delay)
        taker.kill()
        taker.wait()
        taker.stdout.close()
        history = History(Database(path))
        found.add(len(history.list_talks()))
        history.remove(list(history.sizes()))
        history.close()
    assert found <= {0, 40}
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_what_is_forgotten_is_in_no_file(tmp_path: Path) -> None:
    path = tmp_path / "data" / "vtuber.db"
    history = History(Database(path))
    kept = await history.open_talk("mika", "en")
    await exchange(history, kept, 1, "stay with me", "Gladly.")
    gone = await history.open_talk("mika", "en")
    for turn in range(50):
        await exchange(history, gone, turn, f"xylophone {turn} " + "z" * 500, "A secretword.")
    history.remove([gone])
    assert [talk.id for talk in history.list_talks()] == [kept]
    assert history.search("xylophone") == history.search("secretword") == []
    assert [match.entry.talk for match in history.search("stay")] == [kept]
    history.close()
    for file in path.parent.iterdir():
        data = file.read_bytes()
        assert b"xylophone" not in data and b"secretword" not in data, file
    assert path.stat().st_size < 120_000


async def test_forgetting_what_is_not_there_is_no_fault(history: History) -> None:
    talk = await history.open_talk("mika", "en")
    await exchange(history, talk, 1, "a", "b")
    history.remove(["nowhere", talk])
    assert history.sizes() == {}
    history.remove([])


async def test_talks_of_an_older_program_are_read_and_gone_on_with(tmp_path: Path) -> None:
    """The file as the first version made it, with its own columns."""
    path = tmp_path / "vtuber.db"
    Database(path, MIGRATIONS[:1]).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO talks VALUES (1, '1ng7q965f4a4', 'mika', 'en', '2026-11-22T00:00:00.000Z')")
        db.execute(
            "INSERT INTO messages (talk, turn, role, state, text, emotion, via, timings, at) VALUES"
            " (1, 1, 'user', 'whole', 'before', NULL, 'voice', NULL, '2026-11-22T00:00:01.000Z'),"
            " (1, 1, 'assistant', 'whole', 'an answer', 'joy', NULL, ?, '2026-11-22T00:00:02.000Z')",
            ('{"hear_ms": 200.0}',),
        )
    history = History(Database(path))
    assert (tmp_path / "vtuber.db.v1.bak").exists()
    user, reply = history.messages("1ng7q965f4a4")
    assert (user.text, user.cues, user.work) == ("before", (), None)
    assert (reply.timings, reply.cues, reply.work) == (Timings(hear_ms=200.0), (), None)
    await exchange(history, "1ng7q965f4a4", 2, "after", "Yes.")
    assert [match.entry.text for match in history.search("before")] == ["before"]
    assert len(history.messages("1ng7q965f4a4")) == 4
    history.close()

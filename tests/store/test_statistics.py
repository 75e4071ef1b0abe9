from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.cli.stats import sparkline
from vtuber_cli.events import Cue, Maker, Timings, Work
from vtuber_cli.store import layout
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History
from vtuber_cli.store.statistics import Figures, Stage, figures, nearest_rank

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WHISPER, LLAMA, PIPER = Maker("faster-whisper", "base"), Maker("llama", "pocket"), Maker("piper", "joe")


class Diary:
    """Turns on given days."""

    def __init__(self, path: Path) -> None:
        self.now = NOW
        self.database = Database(path)
        self.history = History(self.database, lambda: self.now)

    async def turn(
        self, ago: float, timings: Timings | None, work: Work | None = None, *, spoken: bool = True, cut: bool = False
    ) -> None:
        self.now = NOW - timedelta(days=ago)
        talk = await self.history.open_talk("mika", "en")
        via, cues = ("voice", [Cue(-2.0, -0.5, 9)]) if spoken else ("text", [])
        await self.history.add_user(talk, 1, "two words", via, cues)  # type: ignore[arg-type]
        row = await self.history.start_reply(talk, 1)
        heard = [Cue(0.5, 2.5, 5), Cue(2.5, 3.0, 16)]
        await self.history.end_reply(row, "now three words!", cut, timings, heard, work)

    def figures(self, days: int = 7, engine: str | None = None, now: datetime = NOW) -> Figures:
        return figures(self.database, days, now, engine)


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    diary = Diary(tmp_path / "vtuber.db")
    yield diary
    diary.history.close()


def rows(found: Figures) -> list[tuple[str, str, int, float, float]]:
    return [(one.stage, one.engine, one.turns, one.p50, one.p95) for one in found.stages]


def stage(found: Figures, name: str) -> Stage:
    return next(one for one in found.stages if one.stage == name)


def test_nothing_yet(diary: Diary) -> None:
    assert diary.figures() == Figures(7)


async def test_what_was_said_and_by_whom_it_was_done(diary: Diary) -> None:
    work = Work(WHISPER, LLAMA, PIPER, 100, 20, 80)
    await diary.turn(0, Timings(600, 200, 300, 100, 700), work, cut=True)
    await diary.turn(1, Timings(600, 210, 310, 120, 720), work)
    await diary.turn(1, Timings(None, None, 290, None, 400), Work(None, LLAMA, None), spoken=False)
    found = diary.figures()
    assert (found.talks, found.turns, found.interrupted) == (3, 3, 1)
    assert (found.user_words, found.user_seconds, found.her_words, found.her_seconds) == (6, 3.0, 9, 7.5)
    assert (found.prompt_tokens, found.cached_tokens, found.reply_tokens) == (200, 160, 40)
    assert rows(found) == [
        ("wait", "", 2, 600, 600),
        ("hear", "faster-whisper", 2, 200, 210),
        ("think", "llama", 3, 300, 310),
        ("speak", "piper", 2, 100, 120),
        ("spoken", "", 2, 700, 720),
        ("typed", "", 1, 400, 400),
    ]
    assert found.engines == ("base", "faster-whisper", "joe", "llama", "piper", "pocket")
    assert stage(found, "think").days == (None, None, None, None, None, 290, 300)


async def test_only_these_days_and_they_are_the_reader_s(diary: Diary) -> None:
    for ago in (0, 1, 2, 30):
        await diary.turn(ago, Timings(think_ms=100 + ago))
    assert diary.figures(3).turns == 3
    assert diary.figures(1).turns == 1
    assert diary.figures(3650).turns == 4
    far = NOW.astimezone(timezone(timedelta(hours=13)))  # there it is tomorrow already: 01:00 on the 24th
    assert stage(diary.figures(1, now=far), "think").days == (100,)
    near = NOW.astimezone(timezone(timedelta(hours=11, minutes=30)))  # 23:30 on the 23rd
    assert stage(diary.figures(1, now=near), "think").turns == 1
    assert stage(diary.figures(2, now=near), "think").days == (101, 100)


async def test_one_engine(diary: Diary) -> None:
    await diary.turn(0, Timings(600, 200, 300, 100, 700), Work(WHISPER, LLAMA, PIPER))
    await diary.turn(0, Timings(600, 90, 300, 500, 900), Work(Maker("sherpa", "moonshine"), LLAMA, Maker("espeak")))
    for name in ("sherpa", "moonshine"):
        assert rows(diary.figures(engine=name)) == [
            ("wait", "", 1, 600, 600),
            ("hear", "sherpa", 1, 90, 90),
            ("spoken", "", 1, 900, 900),
        ]
    assert [one.turns for one in diary.figures(engine="llama").stages] == [2, 2, 2]
    assert diary.figures(engine="nobody").stages == ()


async def test_turns_of_an_older_program_count_without_a_name(diary: Diary) -> None:
    await diary.turn(0, Timings(600, 200, 300, 100, 700))
    await diary.turn(0, None)
    found = diary.figures()
    assert (found.turns, found.engines) == (2, ())
    assert ("hear", "", 1, 200, 200) in rows(found)


async def test_what_was_imported_was_measured_elsewhere(diary: Diary) -> None:
    told = [{"role": "human", "timestamp": NOW.isoformat(), "content": "hi"}]
    diary.history.keep([layout.read(told, Path("/x/y.json"), NOW)])
    assert len(diary.history.list_talks()) == 1
    assert diary.figures().turns == 0


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_nearest_rank(values: list[float], part: float) -> None:
    ordered = sorted(values)
    found = nearest_rank(ordered, part)
    assert found in values
    assert sum(value <= found for value in values) >= math.floor(part * len(values))
    assert sum(value < found for value in values) <= math.ceil(part * len(values))


@given(st.lists(st.none() | st.floats(0, 1e6), max_size=400))
def test_a_line_of_days_is_short_and_has_a_gap_for_each_empty_one(days: list[float | None]) -> None:
    line = sparkline(days)
    assert len(line) <= 14
    assert (line == "") == (len(days) < 2)
    if 2 <= len(days) <= 14:
        assert [mark == " " for mark in line] == [day is None for day in days]
        slowest = max((day for day in days if day is not None), default=None)
        if slowest:
            assert line[days.index(slowest)] == "█"

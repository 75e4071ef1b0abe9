"""What her face does where drawing is slow, broken or told nonsense: the talk goes on."""

from __future__ import annotations

import asyncio
import math
import struct
import threading
import zlib
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.talk import ScriptedTalk, awake, exchange
from vtuber_cli.avatar.figure import Figure
from vtuber_cli.avatar.parameters import Pose
from vtuber_cli.errors import ConfigError
from vtuber_cli.events import (
    CharacterChanged,
    Event,
    FortuneTold,
    Greeted,
    Level,
    PhaseChanged,
    Phoneme,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
)
from vtuber_cli.tui.app import ChatApp
from vtuber_cli.tui.picture.choice import Choice
from vtuber_cli.tui.picture.ways import Way
from vtuber_cli.tui.widgets.face import Face, Portraits
from vtuber_cli.tui.widgets.transcript import Transcript

WAYS: tuple[Way, ...] = ("kitty", "sixel", "half", "ascii")
_COLOUR = bytes([255, 232, 220, 255])


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress((b"\0" + _COLOUR * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@dataclass
class Flat:
    """A painter of one colour that does what a test tells it to."""

    live: bool = False
    failure: Exception | None = None
    size: tuple[int, int] | None = None
    """Of what is painted, whatever was asked for."""
    gate: threading.Event = field(default_factory=threading.Event)
    """Painting waits for it."""
    asked: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    poses: list[Pose] = field(default_factory=list[Pose])

    def __post_init__(self) -> None:
        self.gate.set()

    def key(self, pose: Pose, width: int, height: int, view: str = "bust") -> Hashable:
        return width, height, view, tuple(round(value * 8) for value in pose.values())

    def has(self, pose: Pose, width: int, height: int, view: str = "bust", kind: str = "rgba") -> bool:
        return False

    def rgba(self, pose: Pose, width: int, height: int, view: str = "bust") -> bytes:
        width, height = self._paint(pose, width, height)
        return _COLOUR * (width * height)

    def png(self, pose: Pose, width: int, height: int, view: str = "bust") -> bytes:
        return _png(*self._paint(pose, width, height))

    def _paint(self, pose: Pose, width: int, height: int) -> tuple[int, int]:
        self.asked.append((width, height))
        self.poses.append(pose)
        self.gate.wait(20)
        if self.failure is not None:
            raise self.failure
        return self.size or (width, height)


@dataclass
class Stage:
    app: ChatApp
    pilot: Pilot[None]
    talk: ScriptedTalk
    painter: Flat

    @property
    def face(self) -> Face:
        return self.app.query_one(Face)

    @property
    def words(self) -> str:
        entries = self.app.query_one(Transcript).query("*")
        return "\n".join(str(getattr(entry, "content", "")) for entry in entries)

    async def until(self, true: Callable[[], object]) -> None:
        for _ in range(1000):
            if true():
                return
            await self.pilot.pause(0.01)
        raise AssertionError("it never happened")


@asynccontextmanager
async def stage(
    painter: Flat | None = None,
    way: Way = "half",
    size: tuple[int, int] = (120, 40),
    figure: Callable[[str], Figure | None] | None = None,
    clock: Callable[[], float] | None = None,
) -> AsyncGenerator[Stage]:
    painter = painter or Flat()
    talk = ScriptedTalk()

    def anybody(_name: str) -> Figure:
        return Figure(painter, {})

    found = figure or anybody
    more: dict[str, Any] = {} if clock is None else {"clocks": _clocks(clock)}
    app = ChatApp(talk, portraits=Portraits("mika", found, Choice(way, cell=(9, 18)), seed=1), **more)
    async with app.run_test(size=size) as pilot:
        await asyncio.wait_for(talk.running.wait(), 10)
        talk.tell(*awake())
        yield Stage(app, pilot, talk, painter)
        painter.gate.set()
    assert app.failure is None


def _clocks(running: Callable[[], float]) -> object:
    from vtuber_cli.tui.screens.chat import Clocks

    return Clocks(day=lambda: "12:00", running=running)


@pytest.mark.parametrize("way", WAYS)
async def test_she_is_shown(way: Way) -> None:
    async with stage(way=way) as on:
        await on.until(lambda: on.face.seen)
        assert on.face.region.right <= 120 and on.face.region.x >= 60


async def test_a_slow_painter_holds_nothing_up_and_draws_one_at_a_time() -> None:
    painter = Flat()
    painter.gate.clear()
    async with stage(painter) as on:
        await on.until(lambda: painter.asked)
        on.talk.tell(*exchange(1, "hello", "Good evening!"))
        for _ in range(5):
            on.face.frame()
            await on.pilot.press("a")
        await on.until(lambda: "Good evening!" in on.words)
        assert len(painter.asked) == 1 and not on.face.seen
        painter.gate.set()
        await on.until(lambda: on.face.seen)


@pytest.mark.parametrize("failure", [ConfigError("character.broken", name="mika"), ZeroDivisionError(), MemoryError()])
@pytest.mark.parametrize("way", WAYS)
async def test_a_painter_that_fails_leaves_the_talk(way: Way, failure: Exception) -> None:
    async with stage(Flat(failure=failure), way) as on:
        await on.until(lambda: not on.app.screen.has_class("-face") and on.painter.asked)
        tried = len(on.painter.asked)
        on.talk.tell(*exchange(1, "hello", "Good evening!"))
        await on.until(lambda: "Good evening!" in on.words)
        on.face.frame()
        assert not on.face.seen and len(on.painter.asked) == tried


@pytest.mark.parametrize("size", [(1, 1), (0, 0), (7, 900), (900, 7)])
@pytest.mark.parametrize("way", WAYS)
async def test_pictures_of_another_size_are_refused(way: Way, size: tuple[int, int]) -> None:
    async with stage(Flat(size=size), way) as on:
        await on.until(lambda: not on.app.screen.has_class("-face") and on.painter.asked)
        assert not on.face.seen


@pytest.mark.parametrize("failure", [ConfigError("character.broken", name="mika"), OSError(5, "broken"), KeyError("x")])
async def test_a_figure_that_cannot_be_made_leaves_the_talk(failure: Exception) -> None:
    def broken(_name: str) -> Figure:
        raise failure

    async with stage(figure=broken) as on:
        on.talk.tell(*exchange(1, "hello", "Good evening!"))
        await on.until(lambda: "Good evening!" in on.words)
        assert not on.app.screen.has_class("-face")


async def test_nobody_to_draw() -> None:
    async with stage(figure=lambda _name: None) as on:
        on.talk.tell(*exchange(1, "hello", "Good evening!"))
        await on.until(lambda: "Good evening!" in on.words)
        assert not on.app.screen.has_class("-face")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [(1, 1), (20, 5), (69, 40), (120, 15), (500, 200), (70, 16)])
async def test_any_size_of_terminal(way: Way, size: tuple[int, int]) -> None:
    async with stage(way=way, size=size) as on:
        await on.until(lambda: on.app.screen.has_class("-face"))
        shown = size[0] >= 70 and size[1] >= 16
        await on.until(lambda: on.face.seen == shown)
        region = on.face.region
        assert not shown or (region.right <= size[0] and region.bottom <= size[1] - 5)
        await on.pilot.resize_terminal(120, 40)
        await on.until(lambda: on.face.seen)
        assert on.painter.asked[-1] is not None


async def test_two_resizes_at_once_show_the_last() -> None:
    async with stage() as on:
        await on.until(lambda: on.face.seen)
        await asyncio.gather(on.pilot.resize_terminal(60, 20), on.pilot.resize_terminal(80, 24))
        await on.until(lambda: on.face.seen and on.face.size == (24, 14))
        assert on.painter.asked[-1] == (2 * 24, 4 * 14)
        await on.pilot.resize_terminal(60, 20)
        await on.until(lambda: not on.face.seen)
        await on.pilot.resize_terminal(120, 40)
        await on.until(lambda: on.face.seen and on.face.size == (44, 22))


async def test_a_picture_that_comes_after_a_resize_is_dropped() -> None:
    painter = Flat()
    painter.gate.clear()
    async with stage(painter) as on:
        await on.until(lambda: painter.asked)
        await on.pilot.resize_terminal(80, 18)
        await on.until(lambda: on.face.size == (24, 13))
        painter.gate.set()
        await on.until(lambda: on.face.seen)
        assert painter.asked[0] != painter.asked[-1] == (2 * 24, 4 * 13)


_ODD = (math.nan, math.inf, -math.inf, 1e308, -1e308, -1.0)


@pytest.mark.parametrize("odd", _ODD)
async def test_numbers_that_are_none_in_events(odd: float) -> None:
    now = 0.0
    sentence = Sentence(0, "Good evening!", "Good evening!", "joy")
    strange: list[Event] = [
        PhaseChanged("hearing"),
        Level(odd, odd),
        PhaseChanged("thinking"),
        ReplyStarted(1, "no such emotion \x1b[31m"),
        SentenceStarted(1, sentence, odd if odd < 1e300 else 1.0, loudness=(odd,) * 60),
        SentenceStarted(1, sentence, 1.0, phonemes=(Phoneme("a", odd), Phoneme("\x00", 0.1)), loudness=(odd,)),
        PhaseChanged("speaking"),
        FortuneTold(1, {}),
    ]
    async with stage(clock=lambda: now) as on:
        await on.until(lambda: on.face.seen)
        for event in strange:
            on.face.tell(event)
            for _ in range(3):
                now += 0.11
                on.face.frame()
        await on.pilot.pause()
        assert all(math.isfinite(value) for pose in on.painter.poses for value in pose.values())


@pytest.mark.parametrize("odd", _ODD)
async def test_a_clock_that_jumps(odd: float) -> None:
    now = 5.0
    async with stage(clock=lambda: now) as on:
        await on.until(lambda: on.face.seen)
        for now in (1e9, -1e9, odd, 6.0):  # noqa: B007 - read by the clock
            on.face.frame()
            await on.pilot.pause()
        on.talk.tell(*exchange(1, "hello", "Good evening!"))
        await on.until(lambda: "Good evening!" in on.words)


async def test_what_happens_before_she_enters() -> None:
    entered = threading.Event()

    def late(_name: str) -> Figure:
        entered.wait(20)
        return Figure(painter, {})

    painter = Flat()
    async with stage(painter, figure=late) as on:
        on.talk.tell(Greeted("Hello!"), Level(-20, 0.9), *exchange(1, "hello", "Good evening!", interrupted="Good"))
        on.face.frame()
        await on.until(lambda: "Good" in on.words)
        assert not on.face.seen
        entered.set()
        await on.until(lambda: on.face.seen)


async def test_another_takes_over_while_a_picture_is_drawn() -> None:
    first, second = Flat(), Flat()
    first.gate.clear()
    figures = {"mika": Figure(first, {}), "jun": Figure(second, {})}
    async with stage(first, figure=figures.get) as on:
        await on.until(lambda: first.asked)
        on.talk.tell(CharacterChanged("jun", "Jun"))
        await on.until(lambda: "Jun" in on.words)
        first.gate.set()
        await on.until(lambda: second.asked and on.face.seen)
        on.talk.tell(CharacterChanged("nobody", "Nobody"))
        await on.until(lambda: not on.face.seen)


async def test_leaving_while_a_picture_is_drawn_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    painter = Flat()
    painter.gate.clear()
    async with stage(painter) as on:
        await on.until(lambda: painter.asked)
        await on.pilot.press("ctrl+q")
        await on.until(lambda: not on.app.is_running)
    painter.gate.set()
    assert not caplog.records


async def test_an_interruption_closes_her_mouth_at_once() -> None:
    now = 0.0
    # Of a live one every pose is painted; another's mouth may be shut by a picture at hand.
    async with stage(Flat(live=True), clock=lambda: now) as on:
        await on.until(lambda: on.face.seen)
        sentence = Sentence(0, "aaa", "aaa")
        on.face.tell(PhaseChanged("speaking"))
        on.face.tell(SentenceStarted(1, sentence, 9.0, loudness=(0.9,) * 450))
        now = 1.0
        on.face.frame()
        await on.until(lambda: on.painter.poses[-1]["ParamMouthOpenY"] > 0.3)
        on.face.tell(ReplyEnded(1, "aaa", True))
        await on.until(lambda: on.painter.poses[-1]["ParamMouthOpenY"] < 0.3)
        assert now == 1.0


async def test_frames_of_a_live_painter_are_drawn_anew() -> None:
    async with stage(Flat(live=True), "kitty") as on:
        await on.until(lambda: len(on.painter.asked) > 5)
        await on.until(lambda: on.face.seen)

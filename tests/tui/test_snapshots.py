"""How the screen looks, as pictures. `pytest tests/tui --snapshot-update` takes new ones: look at them first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from textual.pilot import Pilot
from textual.widgets import Markdown

from tests.tui.demo import LINES
from tests.tui.talk import ScriptedTalk, awake, exchange
from vtuber_cli import i18n
from vtuber_cli.bootstrap.figures import figure
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import Failed, FortuneTold, Greeted, Level, PhaseChanged
from vtuber_cli.fortune.request import Person, Request
from vtuber_cli.fortune.tell import tell
from vtuber_cli.tui.app import ChatApp
from vtuber_cli.tui.picture.choice import Choice
from vtuber_cli.tui.picture.ways import Way
from vtuber_cli.tui.screens.chat import Clocks
from vtuber_cli.tui.symbols import ASCII, UNICODE
from vtuber_cli.tui.themes import DAY, NIGHT, Look
from vtuber_cli.tui.widgets.face import Face, Portraits
from vtuber_cli.tui.widgets.meter import Meter

SnapCompare = Callable[..., bool]


def picture(
    snap_compare: SnapCompare,
    size: tuple[int, int],
    *,
    theme: str = NIGHT,
    language: i18n.Language = "en",
    ascii_only: bool = False,
) -> bool:
    """A greeting and two turns, the user about to speak again."""
    i18n.set_language(language)
    greeting, first, reply, second, other = LINES[language]
    talk = ScriptedTalk(name={"en": "Mika", "ko": "미카"}[language])
    look = Look(tagline={"en": "a small fortune-teller under the stars", "ko": "별빛 아래의 작은 점술가"}[language])
    clocks = Clocks(day=lambda: "14:02", running=lambda: 0.0)
    app = ChatApp(talk, look, clocks=clocks, signs=ASCII if ascii_only else UNICODE)
    app.theme = theme

    async def speak(pilot: Pilot[None]) -> None:
        await talk.running.wait()
        talk.listening = True
        talk.tell(*awake(listening=True), Greeted(greeting))
        talk.tell(*exchange(1, first, *reply), *exchange(2, second, *other))
        talk.tell(Failed(AudioUnavailable("The speaker went away.", hint="Plug it in again.")), PhaseChanged("hearing"))
        meter = pilot.app.query_one(Meter)
        for dbfs in (-48, -40, -30, -20, -12, -8, -25, -45):
            meter.hear(Level(dbfs, 0.9 if dbfs > -35 else 0.1))
            meter.tick()
        meter.tick = lambda: None  # from here on, no machine's own time moves its bars
        while sum(rendered.display for rendered in pilot.app.query(Markdown)) < 2:
            await pilot.pause()
        await pilot.pause()

    return snap_compare(app, terminal_size=size, run_before=speak)


@pytest.mark.parametrize("theme", [NIGHT, DAY])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_a_talk(snap_compare: SnapCompare, size: tuple[int, int], theme: str) -> None:
    assert picture(snap_compare, size, theme=theme)


@pytest.mark.parametrize(
    ("size", "theme", "way"),
    [
        ((80, 24), NIGHT, "half"),
        ((80, 24), DAY, "half"),
        ((120, 40), NIGHT, "half"),
        ((120, 40), DAY, "half"),
        ((120, 40), NIGHT, "ascii"),
    ],
    ids=["80x24-night", "80x24-day", "120x40-night", "120x40-day", "letters"],
)
def test_a_talk_face_to_face(snap_compare: SnapCompare, size: tuple[int, int], theme: str, way: Way) -> None:
    """She has shoulders where there is room for them; beside a strip of her face the words keep theirs."""
    greeting, first, reply, *_ = LINES["en"]
    talk = ScriptedTalk(name="Mika")
    app = ChatApp(
        talk,
        Look(accent="#b79cf2", star="#ffd39a", tagline="a small fortune-teller under the stars"),
        clocks=Clocks(day=lambda: "14:02", running=lambda: 0.0),
        signs=UNICODE,
        portraits=Portraits("mika", figure, Choice(way)),
    )
    app.theme = theme

    async def look(pilot: Pilot[None]) -> None:
        await talk.running.wait()
        talk.listening = True
        talk.tell(*awake(listening=True), Greeted(greeting), *exchange(1, first, *reply))
        while not pilot.app.query_one(Face).seen:
            await pilot.pause(0.01)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=look)


def test_a_korean_talk(snap_compare: SnapCompare) -> None:
    assert picture(snap_compare, (80, 24), language="ko")


def test_a_tiny_terminal(snap_compare: SnapCompare) -> None:
    assert picture(snap_compare, (40, 10))


def test_a_terminal_without_unicode(snap_compare: SnapCompare) -> None:
    assert picture(snap_compare, (80, 24), ascii_only=True)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_fortune_in_the_talk(snap_compare: SnapCompare, size: tuple[int, int], language: i18n.Language) -> None:
    """The card stands where she tells of it, laid out for the room there is."""
    i18n.set_language(language)
    day = date(2026, 11, 22)
    person = Person(seed="6f1c2a9e-11d4-4b7a-a35f-0c2a9e11d4b7", animal=4)
    result = tell(Request("daily", day, "Asia/Seoul", language, person), keep=False)
    talk = ScriptedTalk(name={"en": "Mika", "ko": "미카"}[language])
    app = ChatApp(talk, Look(accent="#b79cf2"), clocks=Clocks(day=lambda: "14:02", running=lambda: 0.0), signs=UNICODE)

    async def ask(pilot: Pilot[None]) -> None:
        await talk.running.wait()
        said, opening, *rest = exchange(1, "/fortune", result["narration"]["text"].split("\n")[0], via="text")
        talk.tell(*awake(listening=True), said, opening, FortuneTold(1, result), *rest)
        await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=ask)

"""Lips and sound at the loudspeaker: a real voice through the real talk, speaker and face; what each put out when.

What fails is tried once more: a machine that stops for a moment, or its sound server, is no fault of hers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from textual.strip import Strip

from tests.sound_card import RATE, Recording, SoundCard, sound_card
from vtuber_cli import bootstrap
from vtuber_cli.audio.speaker import DeviceSpeaker
from vtuber_cli.audio.steady import SteadySpeaker
from vtuber_cli.avatar.figure import Figure
from vtuber_cli.avatar.visemes import Sound, sounds
from vtuber_cli.events import Event, PhaseChanged, ReplyEnded, SentenceStarted
from vtuber_cli.tui.app import CLOCKS, ChatApp
from vtuber_cli.tui.picture import blocks
from vtuber_cli.tui.picture.canvas import NOTHING, Change, Ground, Place
from vtuber_cli.tui.picture.choice import Choice
from vtuber_cli.tui.widgets.face import LIVELY, Portraits

if TYPE_CHECKING:
    from vtuber_cli.audio.backend import Wanted
    from vtuber_cli.avatar.painter import Kind, Painter
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.avatar.rig_file import View
    from vtuber_cli.conversation.session import Session

__all__ = ["sound_card"]

pytestmark = [pytest.mark.model, pytest.mark.audio]

TOGETHER = 0.04
"""Seconds that nobody notices."""
WELL = 1.3
"""How much more alike they have to be than by chance; half as much again to three times was seen."""
NEARLY_ALL = 0.9
STEP = 0.01
BLOCK = 0.01
"""Seconds that the sound server puts out at once while somebody listens at its loudspeaker."""
REACH = 20
"""Steps that mouth and sound are shifted against each other, to either side."""
FRAME = 1 / LIVELY
TEXT = (
    "Peter, maybe I'm busy, but I'll be there by Monday morning. I keep a tidy cup of coffee by the top step. "
    "My mother made me a map of the big blue lake. Tomorrow will be a better day, I promise."
)

Values = npt.NDArray[np.float64]


class Shown(NamedTuple):
    at: float
    opening: float


class Openings:
    """A painter whose pictures are how open the mouth is."""

    live = False

    def key(self, pose: Pose, width: int, height: int, view: View = "bust") -> Hashable:
        return pose["ParamMouthOpenY"], pose["ParamMouthForm"]

    def has(self, pose: Pose, width: int, height: int, view: View = "bust", kind: Kind = "rgba") -> bool:
        return True

    def png(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        raise AssertionError("everything is at hand")

    rgba = png


class Notes:
    """A canvas that notes what was shown when."""

    shown: list[Shown]
    pixels = (80, 80)

    def __init__(self, place: Place, ground: Ground, *, letters: bool = False) -> None:
        self._blank = Strip.blank(place.columns)

    def has(self, key: Hashable) -> bool:
        return True

    def draw(self, painter: Painter, pose: Pose, view: View) -> None: ...

    def show(self, key: Hashable, drawn: None = None) -> Change:
        assert isinstance(key, tuple)
        self.shown.append(Shown(CLOCKS.running(), key[0]))
        return NOTHING

    def line(self, row: int) -> Strip:
        return self._blank

    def overwritten(self) -> bool:
        return False

    def lift(self) -> str:
        return ""


class Scene:
    """She, on the screen and at the loudspeaker."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.shown: list[Shown] = []
        self.told: list[tuple[float, Event]] = []
        self._changed = asyncio.Event()

    async def follow(self) -> None:
        async for event in self.session.events.subscribe():
            self.told.append((CLOCKS.running(), event))
            self._changed.set()

    @property
    def sentences(self) -> list[tuple[float, SentenceStarted]]:
        return [(at, event) for at, event in self.told if isinstance(event, SentenceStarted)]

    async def until(self, happened: Callable[[Event], bool]) -> float:
        """When it happened; waits until it has."""
        async with asyncio.timeout(120):
            while True:
                for at, event in self.told:
                    if happened(event):
                        return at
                self._changed.clear()
                await self._changed.wait()


def figure(name: str) -> Figure:
    return Figure(Openings(), {})


@asynccontextmanager
async def scene(library: Wanted, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Scene]:
    engines = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm")}
    plan = bootstrap.plan({**engines, "engines.tts.name": "piper", "language": "en"})
    speaker = SteadySpeaker(DeviceSpeaker(library=library))
    session = bootstrap.session(plan, None, speaker, None, bootstrap.Occasion(greets=False))
    found = Scene(session)
    monkeypatch.setattr(Notes, "shown", found.shown, raising=False)
    monkeypatch.setattr(blocks, "BlockCanvas", Notes)
    portraits = Portraits("mika", figure, Choice("half"))
    app = ChatApp(session, portraits=portraits)
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(found.follow())
        async with app.run_test(size=(120, 40)):
            await found.until(lambda event: event == PhaseChanged("idle"))
            await speaker.open()
            yield found
            await session.close()
        following.cancel()


def drawn(shown: list[Shown], times: Values) -> Values:
    """How open the mouth on the screen was."""
    began = np.array([one.at for one in shown])
    opening = np.array([one.opening for one in shown])
    return opening[np.clip(np.searchsorted(began, times, "right") - 1, 0, None)]


def envelope(heard: Recording, times: Values) -> Values:
    """How loud it was around each time; the root, as lips open."""
    size = round(STEP * RATE)
    # The server reads a block out when its first sample is due, and the recording's clock goes by its last.
    first = np.round((times - BLOCK - STEP / 2 - heard.began) * RATE).astype(int)
    return np.array([np.sqrt(np.sqrt(np.mean(heard.samples[at : at + size] ** 2))) for at in first])


def correlations(mouth: Values, sound: Values) -> Values:
    """Of the mouth with the sound so many steps before, for -REACH to REACH."""
    inner = sound[REACH:-REACH]
    shifted = [mouth[REACH + by : len(mouth) - REACH + by] for by in range(-REACH, REACH + 1)]
    return np.array([np.corrcoef(one, inner)[0, 1] for one in shifted])


def lag(found: Values) -> float:
    """Seconds that the mouth is behind, between the steps."""
    best = int(np.argmax(found))
    if not 0 < best < len(found) - 1:
        return (best - REACH) * STEP
    before, top, after = found[best - 1 : best + 2]
    return (best - REACH + 0.5 * (before - after) / (before - 2 * top + after)) * STEP


def shuffled(mouth: Values, sound: Values) -> float:
    """The best that the mouth of another moment of the same talk does."""
    far = range(3 * REACH, len(mouth) - 3 * REACH, 7)
    return max(float(np.corrcoef(np.roll(mouth, by), sound)[0, 1]) for by in far)


class Together(NamedTuple):
    lag: float
    alike: float
    by_chance: float
    """How alike they are where they have nothing to do with each other, at most."""
    touches: int
    """Times that lips have to touch."""
    touched: float
    """The share of them in which they do, on the screen."""
    opened: float
    """The share of long open vowels in which the mouth is open."""

    @property
    def holds(self) -> bool:
        return (
            abs(self.lag) <= TOGETHER
            and self.alike > WELL * self.by_chance
            and self.touches >= 15
            and self.touched >= NEARLY_ALL
            and self.opened >= NEARLY_ALL
        )


def together(she: Scene, heard: Recording) -> Together:
    first, last = she.sentences[0][0], she.told[-1][0]
    times = np.arange(first - 0.3, last, STEP)
    mouth, sound = drawn(she.shown, times), envelope(heard, times)
    found = correlations(mouth, sound)
    touches = lips_where(she, lambda one: one.viseme.closed, 0.02)
    wide = lips_where(she, lambda one: one.viseme.vowel == "A" and one.end - one.start > 0.05, FRAME)
    return Together(
        lag(found),
        float(found.max()),
        shuffled(mouth, sound),
        len(touches),
        float(np.mean([mouth.min() == 0 for mouth in touches])),
        float(np.mean([mouth.max() > 0.3 for mouth in wide])),
    )


def lips_where(she: Scene, wanted: Callable[[Sound], bool], around: float) -> list[Values]:
    """How open the mouth was at each sound of a kind, in steps, so many seconds to either side of its middle."""
    found: list[Values] = []
    for at, event in she.sentences:
        for one in sounds((phoneme.symbol, phoneme.seconds) for phoneme in event.phonemes):
            if wanted(one):
                middle = at + (one.start + one.end) / 2
                found.append(drawn(she.shown, np.arange(middle - around, middle + around, STEP)))
    return found


async def spoken(card: SoundCard, library: Wanted, monkeypatch: pytest.MonkeyPatch) -> Together:
    ear = card.listen()
    async with scene(library, monkeypatch) as she:
        she.session.say(TEXT)
        await she.until(lambda event: isinstance(event, ReplyEnded))
        await asyncio.sleep(0.5)  # the loudspeaker's own latency
    found = together(she, ear.stop())
    print(f"lag_ms: {found.lag * 1000:.1f}, {found}")
    return found


class Interrupted(NamedTuple):
    shut: float
    """Seconds until the mouth was shut on the screen."""
    stays: bool
    silent: float
    """Seconds until the last sound."""

    @property
    def holds(self) -> bool:
        return self.shut <= FRAME and self.stays and self.silent < 0.2


async def interrupted(card: SoundCard, library: Wanted, monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    ear = card.listen()
    async with scene(library, monkeypatch) as she:
        she.session.say(TEXT)
        await she.until(lambda event: isinstance(event, SentenceStarted) and event.sentence.index == 1)
        async with asyncio.timeout(30):
            while she.shown[-1].opening < 0.5:
                await asyncio.sleep(0.005)
        asked = CLOCKS.running()
        she.session.interrupt()
        await she.until(lambda event: isinstance(event, ReplyEnded) and event.interrupted)
        await asyncio.sleep(0.5)
    shut = next(one.at for one in she.shown if one.at >= asked and one.opening == 0)
    stays = all(one.opening == 0 for one in she.shown if one.at > shut)
    found = Interrupted(shut - asked, stays, float(ear.stop().loud()[-1]) + BLOCK - asked)
    print(f"shut_ms: {found.shut * 1000:.1f}, {found}")
    return found


@pytest.fixture(params=["portaudio", "miniaudio"])
def library(request: pytest.FixtureRequest) -> Wanted:
    return request.param


@pytest.mark.parametrize("steps", [-7, 0, 5])
def test_the_measure_sees_what_is_late(steps: int) -> None:
    chance = np.random.default_rng(1)
    sound = np.convolve(chance.random(1500), np.ones(8), "same")
    mouth = np.roll(sound, steps) + chance.random(1500)
    assert lag(correlations(mouth, sound)) == pytest.approx(steps * STEP, abs=STEP / 2)
    assert correlations(mouth, sound).max() > WELL * shuffled(mouth, sound)


async def test_mouth_and_sound_are_together_at_the_loudspeaker(
    sound_card: SoundCard, library: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await spoken(sound_card, library, monkeypatch)
    if not found.holds:
        found = await spoken(sound_card, library, monkeypatch)
    assert found.holds, found


async def test_an_interrupt_shuts_the_mouth_within_a_frame(
    sound_card: SoundCard, library: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await interrupted(sound_card, library, monkeypatch)
    if not found.holds:
        found = await interrupted(sound_card, library, monkeypatch)
    assert found.holds, found

"""Her face: poses by the clock, painted on whatever the terminal has.

A picture that is at hand is shown at once; one that has to be drawn is drawn in a thread, one at a time, and shown when
it is done. Nothing is written while the picture stays the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from vtuber_cli.avatar.coarse import Coarse
from vtuber_cli.avatar.pose import Performer
from vtuber_cli.errors import VtuberError
from vtuber_cli.events import CharacterChanged, Event, PhaseChanged, ReplyEnded
from vtuber_cli.tui.picture.canvas import Canvas, Ground, Place

if TYPE_CHECKING:
    from collections.abc import Hashable

    from textual.app import App
    from textual.driver import Driver

    from vtuber_cli.avatar.figure import Figure
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.avatar.rig_file import View
    from vtuber_cli.tui.picture.choice import Choice

LIVELY, CALM = 12, 6
"""Poses a second while she speaks or listens, and otherwise."""
_SOONEST = 0.005
"""Seconds to the next frame when one came late."""
_LIVELY_PHASES = ("hearing", "thinking", "speaking")
_BUST_FROM = 34
"""Columns from which shoulders and hands are worth their room; below, her face alone."""
_BESIDE = (-0.8, -0.3)
"""Where the words are, as a gaze: to the left of her, a little down."""


_log = logging.getLogger(__name__)


class Portraits(NamedTuple):
    """Whose face is shown, and how."""

    character: str
    """Who talks first, by id."""
    figure: Callable[[str], Figure | None]
    """The figure of a character by id; None if there is none. May take a while: called from a thread."""
    choice: Choice
    """The way that suits the terminal."""
    seed: int = 0
    """Of everything small that a face does."""


class Face(Widget):
    """One character at a time.

    Args:
        choice: the way that suits the terminal.
        clock: seconds, the clock by which speech is heard.
        seed: of everything small that she does.
    """

    class Failed(Message):
        """She cannot be drawn (any more)."""

        def __init__(self, error: VtuberError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, choice: Choice, clock: Callable[[], float], *, seed: int = 0) -> None:
        super().__init__()
        self._choice = choice
        self._clock = clock
        self._seed = seed
        self._figure: Figure | None = None
        self._performer: Performer | None = None
        self._coarse = Coarse()
        self._phase = PhaseChanged("loading")
        self._canvas: Canvas[Any] | None = None
        self._place: Region | None = None
        """Where the canvas is, while there is one."""
        self._view: View = "bust"
        self._shown: Hashable = None
        self._covered = False
        self._drawing: asyncio.Future[Any] | None = None
        self._due = 0.0
        """When the next frame is, in the loop's time."""
        self._thread = ThreadPoolExecutor(1, "face")

    # --- what happens -----------------------------------------------------------------------------------------------

    def enter(self, figure: Figure) -> None:
        """She takes the stage, alone."""
        self._close()
        self._figure = figure
        self._performer = Performer(
            figure.expressions, seed=self._seed, start=self._clock(), transcript=_BESIDE, extra=figure.extra
        )
        self._performer.tell(self._phase, self._clock())
        self._coarse = Coarse()
        self._set_up()

    def leave(self) -> None:
        """Nobody is on the stage."""
        self._take_down()
        self._close()
        self._figure = self._performer = None

    def _close(self) -> None:
        if self._figure is not None and self._figure.close is not None:
            self._figure.close()

    def tell(self, event: Event) -> None:
        """Something happens in the talk, now."""
        if isinstance(event, PhaseChanged):
            self._phase = event
        if self._performer is None or isinstance(event, CharacterChanged):
            return
        try:
            self._performer.tell(event, self._clock())
            if self._figure is not None and self._figure.tell is not None:
                self._figure.tell(event)
        except Exception as error:  # noqa: BLE001 - as in frame
            self.fail(error)
        if isinstance(event, ReplyEnded) and event.interrupted:
            self.frame()  # the mouth does not wait for the next frame

    @property
    def seen(self) -> bool:
        """Whether a picture of her is on the screen."""
        return self._canvas is not None and self._shown is not None

    def cover(self, covered: bool) -> None:
        """Another screen lies over this one, or no longer."""
        if covered != self._covered:
            self._covered = covered
            self._set_up()

    # --- the stage --------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._chat.theme_changed_signal.subscribe(self, self._set_up_anew)
        self._chat.app_resume_signal.subscribe(self, self._set_up_anew)  # pyright: ignore[reportUnknownMemberType]
        if (driver := self._chat._driver) is not None:  # pyright: ignore[reportPrivateUsage] - as in _write
            self._leave_with(driver)
        self._wait()

    def on_unmount(self) -> None:
        self._take_down()
        self._close()
        if self._drawing is not None:
            self._drawing.cancel()  # whoever still draws would tell a loop that is closed
        self._thread.shutdown(wait=False, cancel_futures=True)

    def on_resize(self) -> None:
        self._set_up()

    def on_show(self) -> None:
        self._set_up()

    def on_hide(self) -> None:
        self._take_down()

    @property
    def _chat(self) -> App[None]:
        return cast("App[None]", self.app)

    def _set_up_anew(self, _signal: object) -> None:
        self._set_up()

    def _leave_with(self, driver: Driver) -> None:
        """Takes her down before the terminal is given back, for a while or for good: unmounting comes after it."""
        give_back = driver.stop_application_mode

        def leave() -> None:
            self._take_down()
            give_back()

        driver.stop_application_mode = leave

    def _set_up(self) -> None:
        """A new canvas, of the size and the colours of now."""
        self._take_down()
        region = self.content_region
        if self._figure is None or not region.area or not self.is_attached:
            return
        theme = self._chat.current_theme
        ground = Ground(_rgb(theme.background, (0, 0, 0)), _rgb(theme.foreground, (255, 255, 255)))
        self._place = region
        self._view = "bust" if region.width >= _BUST_FROM else "face"
        place = Place(region.x, region.y, region.width, region.height)
        way = "half" if self._covered and self._choice.way != "ascii" else self._choice.way
        if way == "kitty":
            from vtuber_cli.tui.picture.graphics import FRAMES, KittyCanvas

            limit = 2 if self._figure.painter.live else FRAMES
            self._canvas = KittyCanvas(place, ground, self._choice.cell, limit, frames=self._choice.frames)
        elif way == "sixel":
            from vtuber_cli.tui.picture.graphics import SixelCanvas

            self._canvas = SixelCanvas(place, ground, self._choice.cell)
        else:
            from vtuber_cli.tui.picture.blocks import BlockCanvas

            self._canvas = BlockCanvas(place, ground, letters=way == "ascii")
        self.refresh()  # graphics lie over the cells, and there may be blocks in them
        self.frame()

    def _take_down(self) -> None:
        if self._canvas is not None:
            self._write(self._canvas.lift())
        self._canvas = self._shown = self._place = None

    # --- frames -----------------------------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Frames are due at even times, whatever each takes: lips that touch between two are shown by one of them."""
        now = asyncio.get_running_loop().time()
        self._due = max(self._due + 1 / self._rate, now + _SOONEST)
        self.set_timer(self._due - now, self._next, name="face")

    @property
    def _rate(self) -> int:
        return LIVELY if self._phase.phase in _LIVELY_PHASES else CALM

    def _next(self) -> None:
        try:
            self.frame()
        finally:
            self._wait()

    def frame(self) -> None:
        """Shows the pose of now, or has it drawn."""
        try:
            self._advance()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a face is no reason to end a talk
            self.fail(error)

    def _advance(self) -> None:
        if self._place is not None and self._place != self.content_region:
            self._set_up()  # moved without a change of size
            return
        canvas, figure, performer = self._canvas, self._figure, self._performer
        if canvas is None or figure is None or performer is None:
            return
        pose = performer.pose(self._clock(), 1 / self._rate)
        if figure.painter.live:
            self._draw(None, pose)
            return
        pose = self._coarse.pose(pose, speaking=self._phase.phase == "speaking")
        key = figure.painter.key(pose, *canvas.pixels, self._view)
        if key == self._shown:
            return
        if canvas.has(key):
            self._show(canvas, key, None)
        else:
            self._draw(key, pose)

    def _draw(self, key: Hashable, pose: Pose) -> None:
        if self._drawing is not None or self._canvas is None or self._figure is None:
            return
        canvas = self._canvas
        self._drawing = asyncio.get_running_loop().run_in_executor(
            self._thread, canvas.draw, self._figure.painter, pose, self._view
        )
        self._drawing.add_done_callback(lambda done: self._drawn(canvas, key, done))

    def _drawn(self, canvas: Canvas[Any], key: Hashable, done: asyncio.Future[Any]) -> None:
        self._drawing = None
        error = None if done.cancelled() else done.exception()
        if done.cancelled() or canvas is not self._canvas or not self.is_attached:
            if error is not None:
                _log.error("a face that is not shown any more could not be drawn", exc_info=error)
            return
        try:
            self._show(canvas, key, done.result())
        except Exception as error:  # noqa: BLE001 - as in frame
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """The talk goes on without a face."""
        _log.error("the face cannot be drawn", exc_info=error)
        self.leave()
        known = isinstance(error, VtuberError)
        self.post_message(self.Failed(error if known else VtuberError("chat.face_broken", error=type(error).__name__)))

    def _show(self, canvas: Canvas[Any], key: Hashable, drawn: object) -> None:
        self._shown = object() if key is None else key
        change = canvas.show(key, drawn)
        self._write(change.escapes)
        lines = [Region(0, row, self.size.width, 1) for row in change.rows]
        if lines:
            self.refresh(*lines)

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._canvas is not None and self._canvas.overwritten():
            self._shown = None
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        return Strip.blank(self.size.width, self.rich_style) if self._canvas is None else self._canvas.line(y)

    def _write(self, escapes: str) -> None:
        """By Textual's own writer, so that nothing of ours falls into the middle of what it writes."""
        driver = self._chat._driver  # pyright: ignore[reportPrivateUsage] - the only way to its writer
        if escapes and driver is not None and not self._chat.is_headless:
            driver.write(f"\x1b7{escapes}\x1b8")
            driver.flush()


def _rgb(colour: str | None, otherwise: tuple[int, int, int]) -> tuple[int, int, int]:
    from textual.color import Color, ColorParseError

    try:
        return Color.parse(colour).rgb if colour else otherwise
    except ColorParseError:
        return otherwise

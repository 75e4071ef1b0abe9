"""The Textual app: a Session's events in, key presses out. It decides nothing about the conversation."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import ThemeProvider

from vtuber_cli.errors import VtuberError
from vtuber_cli.events import CharacterChanged
from vtuber_cli.i18n import t
from vtuber_cli.tui import stopping
from vtuber_cli.tui.feed import CLOSING_SECONDS, Talk
from vtuber_cli.tui.screens.chat import ChatScreen, Clocks
from vtuber_cli.tui.screens.palette import Palette
from vtuber_cli.tui.symbols import Symbols, symbols
from vtuber_cli.tui.terminal import note_first_paint
from vtuber_cli.tui.themes import DAY, NIGHT, Look, themes
from vtuber_cli.tui.widgets.composer import Composer
from vtuber_cli.tui.widgets.face import Portraits


def _time_of_day() -> str:
    return datetime.now().astimezone().strftime("%H:%M")


CLOCKS = Clocks(day=_time_of_day, running=time.monotonic)


class ChatApp(App[None]):
    """A talk on the screen.

    The session starts once the first frame has been painted, and is closed before the app ends.

    Args:
        session: what to show; the app runs and closes it.
        look: the character's colours.
        devices: microphone and speaker by name, shown where there is room.
        looks: the colours of whoever takes over, by id.
        signs: which signs the terminal has; found out if not given.
        portraits: whose face is shown beside the words; nobody's if not given.
    """

    TITLE = "vtuber"
    CSS_PATH = "screens/chat.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide"), (110, "-broad")]  # noqa: RUF012 - typed by Textual
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-medium"), (30, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "talk", show=False, priority=True),
        Binding("f1", "help", show=False),
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(
        self,
        session: Talk,
        look: Look | None = None,
        *,
        devices: str = "",
        looks: Callable[[str], Look] | None = None,
        signs: Symbols | None = None,
        clocks: Clocks = CLOCKS,
        portraits: Portraits | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._signs = signs or symbols()
        look = look or Look()
        for ours in themes(look):
            self.register_theme(ours)
        self.theme = NIGHT
        self._looks = looks
        self._chat = ChatScreen(session, look, self._signs, clocks, devices, portraits)
        self._leaving = False
        self._over = asyncio.Event()
        """Set while the session does not run: before it starts, and when it has freed everything."""
        self.painted = threading.Event()
        """Set when there is something to type into."""
        self._over.set()
        self.failure: Exception | None = None
        """The bug that ended the app, if one did."""

    def get_default_screen(self) -> Screen[None]:
        return self._chat

    def on_mount(self) -> None:
        self._subscription = self._session.events.subscribe()
        self._chat.call_after_refresh(self._painted)
        stopping.watch(self, self.action_suspend_process)

    # --- the session ------------------------------------------------------------------------------------------------

    def _painted(self) -> None:
        note_first_paint()
        self.painted.set()
        if self._leaving:
            return
        self._over.clear()
        self.run_worker(self._follow(), group="talk", exit_on_error=False)
        self.run_worker(self._converse(), group="talk", exit_on_error=False)

    async def _follow(self) -> None:
        try:
            async for event in self._subscription:
                self._chat.show(event)
                if isinstance(event, CharacterChanged):
                    self._dress(event.id)
                    self._chat.portray(event.id)
        except Exception as error:  # noqa: BLE001 - a bug: told after the terminal is restored
            self._handle_exception(error)

    async def _converse(self) -> None:
        try:
            await self._session.run()
        except VtuberError as error:
            self._chat.fail(error)
        except Exception as error:  # noqa: BLE001 - a bug, as above
            self._handle_exception(error)
        else:
            self.exit()
        finally:
            self._over.set()

    def _dress(self, character: str) -> None:
        """The screen takes on their colours, unless the user chose a theme that is not ours."""
        if self._looks is None:
            return
        look = self._looks(character)
        self._chat.dress(look)
        for ours in themes(look):
            self.register_theme(ours)
        if self.theme in (NIGHT, DAY):
            chosen, self.theme = self.theme, DAY if self.theme == NIGHT else NIGHT
            self.theme = chosen

    async def close_session(self) -> None:
        """Ends the talk and waits until engines and devices are freed; gives up after `CLOSING_SECONDS`."""
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._session.close()
                await self._over.wait()
        except TimeoutError:
            pass

    async def _close(self) -> None:
        try:
            await self.close_session()
        except Exception as error:  # noqa: BLE001 - a bug, as above
            self._handle_exception(error)
        self.exit()

    # --- keys and commands ------------------------------------------------------------------------------------------

    def on_composer_sent(self, message: Composer.Sent) -> None:
        match message.text:
            case "/quit":
                self.call_later(self.action_quit)
            case "/help":
                self.action_help()
            case "/stop":
                self._session.interrupt()
            case text if text.split()[0] == "/character":
                self._session.become(text.removeprefix("/character"))
            case text:
                self._chat.transcript.typed(text)
                self._session.say(text)

    def on_input_changed(self) -> None:
        """Somebody types: she does not speak up just now."""
        self._session.hold_back()

    def action_talk(self) -> None:
        """Opens or closes the microphone for turns; the session says so if there is none."""
        self._session.listen(not self._session.listening)
        self._chat.invite()

    def action_interrupt(self) -> None:
        self._session.interrupt()

    def action_help(self) -> None:
        from vtuber_cli.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self._signs))

    def action_help_quit(self) -> None:
        """Ctrl+c: says how to leave."""
        self._chat.transcript.note(t("chat.how_to_quit"))

    def action_character(self) -> None:
        """Who shall go on? The session says who there is, and the command waits to be completed."""
        self._session.become("")
        self._chat.composer.begin("/character ")

    def action_fortune(self) -> None:
        """Which one? Enter alone is today's."""
        self._chat.composer.begin("/fortune ")

    def action_light(self) -> None:
        """Night or day."""
        self.theme = DAY if self.current_theme.dark else NIGHT

    def action_suspend_process(self) -> None:
        """Back to the shell, until it says `fg`."""
        stopping.stop(self)

    async def action_quit(self) -> None:
        """Leaves when the session is closed; asked a second time, at once."""
        if self._leaving:
            self.exit()
            return
        self._leaving = True
        self._chat.status.closing()
        self.run_worker(self._close(), group="closing", exit_on_error=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        commands: tuple[tuple[str, Callable[[], object]], ...] = (
            ("talk", self.action_talk),
            ("interrupt", self.action_interrupt),
            ("character", self.action_character),
            ("fortune", self.action_fortune),
            ("light", self.action_light),
            ("theme", self.action_change_theme),
            ("help", self.action_help),
            ("quit", self.action_quit),
        )
        for name, action in commands:
            yield SystemCommand(t(f"chat.command.{name}"), t(f"chat.command.{name}.help"), action)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(self._signs, t("chat.palette")))

    def search_themes(self) -> None:
        self.push_screen(Palette(self._signs, t("chat.palette.themes"), [ThemeProvider]))

    # --- when something breaks --------------------------------------------------------------------------------------

    def _handle_exception(self, error: Exception) -> None:
        """Ends the app quietly: whoever runs it tells of `failure`, without a dump of everything in memory."""
        self.failure = self.failure or error
        super()._handle_exception(error)

    def panic(self, *renderables: object) -> None:
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()
